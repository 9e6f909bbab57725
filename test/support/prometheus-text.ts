/** What stands in an exposition: by family its type and help, and every sample with its labels. */
export interface ParsedFamily {
  type: string;
  help: string;
  samples: { labels: Record<string, string>; value: number }[];
}

const NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
const SAMPLE = new RegExp(
  `^(${NAME})(?:\\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\[\\\\"n])*",?)*)\\})? (-?[0-9.]+(?:e[+-]?[0-9]+)?|NaN|[+-]Inf)$`,
);

/**
 * Reads Prometheus' text format 0.0.4 as strictly as its page says: each family once and in one piece, HELP and TYPE
 * before its samples, no sample twice, a line feed at the very end. Throws with the line that breaks a rule.
 */
export function parseExposition(text: string): Map<string, ParsedFamily> {
  if (!text.endsWith("\n")) throw new Error("the last line has no end");
  const families = new Map<string, ParsedFamily>();
  const seen = new Set<string>();
  let current = "";
  for (const line of text.slice(0, -1).split("\n")) {
    const fail = (why: string): never => {
      throw new Error(`${why}: ${line}`);
    };
    const comment = new RegExp(`^# (HELP|TYPE) (${NAME}) (.+)$`).exec(line);
    if (comment !== null) {
      const [, kind, name = "", rest = ""] = comment;
      if (kind === "HELP") {
        if (families.has(name)) fail("the family is there already");
        families.set(name, { type: "", help: rest, samples: [] });
        current = name;
        continue;
      }
      const family = families.get(name);
      if (name !== current || family === undefined || family.type !== "" || family.samples.length > 0)
        return fail("TYPE must follow HELP");
      if (!["counter", "gauge", "histogram", "summary", "untyped"].includes(rest))
        fail("there is no such type");
      family.type = rest;
      continue;
    }
    const [, name = "", labels = "", value = ""] = SAMPLE.exec(line) ?? fail("this is no sample");
    const family = families.get(name);
    if (name !== current || family === undefined || family.type === "")
      return fail("the family is in pieces");
    const pairs = [...labels.matchAll(/([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"/g)].map(
      ([, label = "", text_ = ""]) =>
        [label, text_.replaceAll(/\\(.)/g, (_all, one: string) => (one === "n" ? "\n" : one))] as const,
    );
    const identity = `${name}${JSON.stringify(pairs.map((pair) => pair.join("=")).toSorted((a, b) => (a < b ? -1 : 1)))}`;
    if (seen.has(identity)) fail("the sample is there already");
    if (new Set(pairs.map(([label]) => label)).size < pairs.length) fail("a label is there twice");
    seen.add(identity);
    family.samples.push({ labels: Object.fromEntries(pairs), value: Number(value) });
  }
  return families;
}
