import { ConfigDocument, type Config } from "./config.ts";
import { pointerTo, schemaProblems, type SchemaProblem } from "./schema-problems.ts";

export type ConfigProblem = SchemaProblem;
export type ConfigCheck = { config: Config; problems: [] } | { config: null; problems: ConfigProblem[] };

/** Problems that one answer names; who has more repairs these first. */
const CONFIG_PROBLEMS_MAX = 1_000;

/**
 * Checks a configuration and names every problem at once. References are checked in the document as it was
 * written, so a typing mistake in one place hides no broken reference in another.
 */
export function checkConfig(document: unknown): ConfigCheck {
  const parsed = ConfigDocument.safeParse(document);
  const problems = parsed.success ? [] : schemaProblems(parsed.error.issues, document);
  problems.push(
    ...repetitions(document),
    ...brokenReferences(document),
    ...groupsWithoutQueue(document),
    ...policiesWithoutNormal(document),
    ...unknownZones(document),
  );
  if (parsed.success && problems.length === 0) return { config: parsed.data, problems: [] };
  return { config: null, problems: problems.slice(0, CONFIG_PROBLEMS_MAX) };
}

type Path = readonly (string | number)[];

interface Place {
  path: Path;
  value: unknown;
}

/**
 * Every place in a document that a pattern names; `*` stands for each item of a list or each value of an object.
 * What is not there, or has another shape, is no place: the schema has told that already.
 */
function places(document: unknown, pattern: string): Place[] {
  let found: Place[] = [{ path: [], value: document }];
  for (const step of pattern.split("/")) {
    found = found.flatMap(({ path, value }) =>
      inside(value)
        .filter(([key]) => step === "*" || key === step)
        .map(([key, inner]) => ({ path: [...path, key], value: inner })),
    );
  }
  return found;
}

function inside(value: unknown): [string | number, unknown][] {
  if (Array.isArray(value)) return [...value.entries()];
  return typeof value === "object" && value !== null ? Object.entries(value) : [];
}

/** What must stand once only: within a list, the values at these places. */
const UNIQUE = [
  "groups/*/id",
  "groups/*/chatId",
  "groups/*/prefix",
  "queues/*/id",
  "agents/*/telegramId",
  "calendars/*/id",
  "slaPolicies/*/id",
  "escalationPolicies/*/id",
  "intake/fields/*/id",
  "intake/fields/*/options/*/id",
  "webhooks/*/id",
];

function repetitions(document: unknown): ConfigProblem[] {
  return UNIQUE.flatMap((pattern) => {
    const first = new Map<string, Path>();
    return places(document, pattern).flatMap(({ path, value }) => {
      if (typeof value !== "string" && typeof value !== "number") return [];
      const list = path.slice(0, -2);
      const key = `${pointerTo(list)} ${JSON.stringify(value)}`;
      const taken = first.get(key);
      if (taken !== undefined)
        return [problem(path, `${quoted(value)} is taken by ${pointerTo(taken.slice(0, -1))} already`)];
      first.set(key, path);
      return [];
    });
  });
}

/** Where a name must be known: [where it stands, what it names, where those are, how they are named]. */
const REFERENCES = [
  ["groups/*/leads/*", "agent", "agents", "telegramId"],
  ["tiers/*/slaPolicy", "SLA policy", "slaPolicies", "id"],
  ["queues/*/group", "group", "groups", "id"],
  ["agents/*/groups/*", "group", "groups", "id"],
  ["agents/*/shift", "calendar", "calendars", "id"],
  ["slaPolicies/*/calendar", "calendar", "calendars", "id"],
  ["slaPolicies/*/escalation", "escalation policy", "escalationPolicies", "id"],
  ["escalationPolicies/*/steps/*/actions/*/webhook", "webhook", "webhooks", "id"],
  ["escalationPolicies/*/steps/*/actions/*/notify", "agent", "agents", "telegramId"],
  ["routing/defaultQueue", "queue", "queues", "id"],
  ["routing/fallbackPool", "group", "groups", "id"],
  ["routing/rules/*/queue", "queue", "queues", "id"],
  ["routing/rules/*/when/tier", "tier", "tiers", null],
  ["routing/rules/*/when/during", "calendar", "calendars", "id"],
] as const;

function brokenReferences(document: unknown): ConfigProblem[] {
  return REFERENCES.flatMap(([pattern, noun, section, key]) => {
    const known = namesIn(document, section, key);
    if (known === null) return [];
    // Agents are named by number, so `notify: "lead"` names none; everything else is named by text.
    const type = key === "telegramId" ? "number" : "string";
    const hint =
      known.size === 0 ? `there is no ${noun} yet` : `known: ${[...known].slice(0, 12).join(", ")}`;
    return places(document, pattern).flatMap(({ path, value }) =>
      typeof value !== type || known.has(value)
        ? []
        : [problem(path, `there is no ${noun} ${quoted(value)}; ${hint}`)],
    );
  });
}

/** The names in a section, `null` if it has no sound shape: what refers to it is not blamed for that. */
function namesIn(document: unknown, section: string, key: string | null): Set<unknown> | null {
  const there = places(document, section)[0]?.value;
  if (there === undefined) return new Set();
  if (key === null) return Array.isArray(there) ? null : new Set(inside(there).map(([name]) => name));
  if (!Array.isArray(there)) return null;
  return new Set(places(there, `*/${key}`).map(({ value }) => value));
}

function groupsWithoutQueue(document: unknown): ConfigProblem[] {
  if (!Array.isArray(places(document, "queues")[0]?.value)) return [];
  const served = new Set(places(document, "queues/*/group").map(({ value }) => value));
  return places(document, "groups/*/id").flatMap(({ path, value }) =>
    served.has(value)
      ? []
      : [
          problem(
            path.slice(0, -1),
            `group ${quoted(value)} has no queue: its tickets would have none; add one under /queues`,
          ),
        ],
  );
}

function policiesWithoutNormal(document: unknown): ConfigProblem[] {
  return places(document, "slaPolicies/*/targets").flatMap(({ path, value }) =>
    typeof value !== "object" || value === null || Object.hasOwn(value, "normal")
      ? []
      : [problem(path, "needs targets for normal: priorities without their own use them")],
  );
}

function unknownZones(document: unknown): ConfigProblem[] {
  return places(document, "calendars/*/timeZone").flatMap(({ path, value }) =>
    typeof value !== "string" || isTimeZone(value)
      ? []
      : [problem(path, `${quoted(value)} is no IANA time zone; write for example "Europe/Berlin" or "UTC"`)],
  );
}

function isTimeZone(name: string): boolean {
  // Offsets such as "+02:00" are accepted by the runtime, but a calendar needs a zone that knows its clock changes.
  if (/^[+-]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

function problem(path: Path, message: string): ConfigProblem {
  return { pointer: pointerTo(path), message };
}

function quoted(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length <= 80 ? text : `${text.slice(0, 80)}…`;
}
