import { BusinessCalendar } from "../calendar/calendar.ts";
import { isTimeZone } from "../calendar/zone.ts";
import type { Config } from "../config/config.ts";
import { nearest } from "../config/nearest.ts";
import { problem, quoted, type ConfigProblem } from "../config/places.ts";

type Rule = Config["routing"]["rules"][number];
/** A rule as it is compared with others. */
interface Compared extends Rule {
  /** What must all be so, one entry a fact; hours that are always open are no condition. */
  conditions: ReadonlyMap<string, unknown>;
}

/** Rules, or parts of them, that never change where a ticket goes: what earlier rules say always comes first. */
export function rulesWithoutEffect({ routing, calendars }: Config): ConfigProblem[] {
  const alwaysOpen = new Set(
    calendars
      .filter((one) => isTimeZone(one.timeZone) && BusinessCalendar.of(one).hours.always)
      .map(({ id }) => id),
  );
  const rules = routing.rules.map((rule): Compared => ({
    ...rule,
    conditions: conditionsOf(rule, alwaysOpen),
  }));
  return rules.flatMap((rule, index) => effectOf(rule, index, rules));
}

function effectOf(rule: Compared, index: number, rules: readonly Compared[]): ConfigProblem[] {
  const path = ["routing", "rules", index];
  const skills = Object.entries(rule.requireSkills ?? {});
  if (rule.queue === undefined && rule.priority === undefined && skills.length === 0)
    return [problem(path, "has no effect: give it a queue, a priority or required skills")];
  const first = (says: (other: Compared) => boolean): number =>
    rules.findIndex((other, at) => at < index && says(other) && holdsWith(other, rule));
  const beaten = new Map<string, number>();
  if (rule.queue !== undefined)
    beaten.set(
      "queue",
      first(({ queue }) => queue !== undefined),
    );
  if (rule.priority !== undefined)
    beaten.set(
      "priority",
      first(({ priority }) => priority !== undefined),
    );
  if (skills.length > 0) {
    const asked = ({ requireSkills = {} }: Compared): boolean =>
      skills.every(([skill, level]) => (requireSkills[skill] ?? 0) >= level);
    beaten.set("requireSkills", first(asked));
  }
  const dead = [...beaten].filter(([, by]) => by >= 0);
  if (dead.length === 0) return [];
  const why = (by: number): string =>
    sameConditions(rules[by]!, rule)
      ? `routing.rules[${by}] has the same conditions`
      : rules[by]!.conditions.size === 0
        ? `routing.rules[${by}] always holds`
        : `routing.rules[${by}] holds whenever this one does`;
  if (dead.length === beaten.size)
    return [problem(path, `is never reached: ${why(dead[0]![1])} and comes first`)];
  return dead.map(([part, by]) => problem([...path, part], `has no effect: ${why(by)} and says it first`));
}

function conditionsOf({ when }: Rule, alwaysOpen: ReadonlySet<string>): ReadonlyMap<string, unknown> {
  const { attributes = {}, during, ...facts } = when;
  return new Map<string, unknown>([
    ...Object.entries(facts).filter(([, wanted]) => wanted !== undefined),
    ...Object.entries(attributes).map(([name, value]) => [`attributes.${name}`, value] as const),
    ...(during === undefined || alwaysOpen.has(during) ? [] : [["during", during] as const]),
  ]);
}

/** Whether a rule holds whenever another one does: it asks for nothing that the other does not. */
function holdsWith(rule: Compared, other: Compared): boolean {
  if (rule.conditions.size > other.conditions.size) return false;
  return [...rule.conditions].every(([fact, wanted]) => {
    const said = other.conditions.get(fact);
    if (fact === "language" && typeof said === "string")
      return `${said.toLowerCase()}-`.startsWith(`${String(wanted).toLowerCase()}-`);
    return said === wanted;
  });
}

function sameConditions(one: Compared, other: Compared): boolean {
  return holdsWith(one, other) && holdsWith(other, one);
}

const LANGUAGE_TAG = /^[a-z]{2,3}(?:-[a-z\d]{2,8})*$/i;
const PAYLOAD = /^[A-Za-z0-9_-]{1,64}$/;

/** Rules that wait for a value which neither an intake option nor another system ever gives. */
export function valuesThatNobodySays(config: Config): ConfigProblem[] {
  return config.routing.rules.flatMap(({ when }, index) => {
    const found: ConfigProblem[] = [];
    const say = (fact: string[], message: string): void => {
      found.push(problem(["routing", "rules", index, "when", ...fact], message));
    };
    for (const field of ["category", "urgency"] as const) {
      const message = when[field] === undefined ? null : notAnOption(config, field, when[field]);
      if (message !== null) say([field], message);
    }
    if (when.segment !== undefined) {
      const message = notEnriched(config, "segment", when.segment);
      if (message !== null) say(["segment"], message);
    }
    for (const [name, value] of Object.entries(when.attributes ?? {})) {
      const message = notEnriched(config, `attributes.${name}`, value);
      if (message !== null) say(["attributes", name], message);
    }
    if (when.language !== undefined && !LANGUAGE_TAG.test(when.language)) {
      say(["language"], `never holds: ${quoted(when.language)} is no language tag such as "de" or "pt-br"`);
    }
    if (when.payload !== undefined && !PAYLOAD.test(when.payload)) {
      say(["payload"], "never holds: Telegram's links carry 1 to 64 characters of A-Z, a-z, 0-9, _ and -");
    }
    return found;
  });
}

/** A custom CRM can give a category; only the customer says how urgent it is. */
function notAnOption(
  { intake, routing }: Config,
  field: "category" | "urgency",
  value: string,
): string | null {
  const options = intake.fields.find(({ id }) => id === field)?.options.map(({ id }) => id) ?? null;
  if (options?.includes(value) === true) return null;
  const isEnriched = field === "category" && routing.enrichment?.adapter === "generic";
  if (options === null) {
    if (isEnriched) return null;
    return `no customer is asked for it: without an intake field ${quoted(field)} only programs that open tickets can say it`;
  }
  const meant = nearest(value, options);
  const hint =
    meant === null ? `it has ${options.slice(0, 12).join(", ")}` : `did you mean ${quoted(meant)}?`;
  const otherwise = isEnriched
    ? "unless the enrichment says it, this rule never holds"
    : "this rule never holds";
  return `the intake field ${quoted(field)} has no option ${quoted(value)}, so ${otherwise}; ${hint}`;
}

function notEnriched({ routing }: Config, fact: string, wanted: string | number | boolean): string | null {
  const { enrichment } = routing;
  if (enrichment === undefined) return "never holds: only an enrichment says it, and there is none";
  if (enrichment.adapter === "generic") return null;
  const { hubspot } = enrichment;
  const source =
    fact === "segment" ? hubspot?.segment : hubspot?.attributes[fact.slice("attributes.".length)];
  if (source === undefined) return `never holds: routing.enrichment.hubspot maps no property to ${fact}`;
  const values = source.values === undefined ? null : Object.values(source.values);
  if (values === null || values.includes(wanted)) return null;
  return `never holds: routing.enrichment.hubspot.${fact} says ${values.slice(0, 12).map(quoted).join(", ")}`;
}
