/**
 * An oxlint plugin: the real time and real chance are asked for in `src/real-clock.ts` only. Everything else gets
 * them as arguments, so that any day can be played, and played again.
 */
const CLOCKS = {
  Date: { now: "realNow()" },
  Math: { random: "realRandom()" },
  performance: { now: "realNow()" },
  Temporal: { Now: "realNow()" },
};

function nameOf(node) {
  if (node.type === "Identifier") return node.name;
  // `globalThis.Date`, `self.Date`
  return node.type === "MemberExpression" ? propertyOf(node) : undefined;
}

function propertyOf({ computed, property }) {
  if (!computed) return property.name;
  return property.type === "Literal" ? String(property.value) : undefined;
}

/** Whether a `new Date(…)` means now: it has no argument, or one that is certainly undefined. */
function isOfNow({ callee, arguments: given }) {
  if (nameOf(callee) !== "Date") return false;
  const [first] = given;
  return first === undefined || (first.type === "Identifier" && first.name === "undefined");
}

const onlyRealClock = {
  meta: { type: "problem", schema: [{ type: "object" }] },
  create(context) {
    const { allow = [] } = context.options[0] ?? {};
    const report = (node, what, instead) => {
      if (allow.includes(what)) return;
      const message = `${what} is today's date, real time or real chance: take it as an argument, or say ${instead} where the outside world checks it`;
      context.report({ node, message });
    };
    return {
      MemberExpression(node) {
        const object = nameOf(node.object);
        const property = propertyOf(node);
        if (object === undefined || property === undefined || !Object.hasOwn(CLOCKS, object)) return;
        const instead = CLOCKS[object][property];
        if (typeof instead === "string") report(node, `${object}.${property}`, instead);
      },
      /** `const { now } = Date` */
      VariableDeclarator({ id, init }) {
        const object = init == null ? undefined : nameOf(init);
        if (object === undefined || !Object.hasOwn(CLOCKS, object) || id.type !== "ObjectPattern") return;
        for (const one of id.properties) {
          const property = one.type === "Property" ? one.key.name : undefined;
          const instead = property === undefined ? undefined : CLOCKS[object][property];
          if (typeof instead === "string") report(one, `${object}.${property}`, instead);
        }
      },
      NewExpression(node) {
        if (isOfNow(node)) report(node, "new Date()", "new Date(realNow())");
      },
      /** `Date()` is today's date in words. */
      CallExpression(node) {
        if (node.callee.type === "Identifier" && node.callee.name === "Date") {
          report(node, "Date()", "new Date(realNow())");
        }
      },
    };
  },
};

export default { meta: { name: "topicdesk" }, rules: { "only-real-clock": onlyRealClock } };
