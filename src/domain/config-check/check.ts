import { ConfigDocument, type Config } from "../config/config.ts";
import { nearest } from "../config/nearest.ts";
import { inside, places, problem, quoted, type ConfigProblem, type Path } from "../config/places.ts";
import { pointerTo, schemaProblems } from "../config/schema-problems.ts";
import { calendarProblems, timeZoneProblems, unreachableTargets } from "./calendars.ts";
import { newRulesBroken } from "./new-rules.ts";
import { relaxationsOutOfOrder } from "./queues.ts";
import { unsatisfiableSkills } from "./required-skills.ts";
import { sourceProblems } from "./sources.ts";

export type { ConfigProblem };
export type ConfigCheck = { config: Config; problems: [] } | { config: null; problems: ConfigProblem[] };

/** Problems that one answer names; the rest are named once these are mended. */
export const CONFIG_PROBLEMS_MAX = 1_000;

/**
 * Checks a configuration and names every problem at once. References are checked in the document as it was
 * written, so a typing mistake in one place hides no broken reference in another. `now` (ms since 1970) where it is
 * about to come into force: required skills that have expired by then are refused, too, and what newer rules forbid.
 * Null where it is in force already, which neither a certificate's end nor a new release changes.
 */
export function checkConfig(document: unknown, now: number | null = null): ConfigCheck {
  const parsed = ConfigDocument.safeParse(document);
  const problems = parsed.success
    ? []
    : schemaProblems(parsed.error.issues.slice(0, CONFIG_PROBLEMS_MAX), document, [], ConfigDocument);
  problems.push(
    ...repetitions(document),
    ...doubledEntries(document),
    ...brokenReferences(document),
    ...groupsWithoutQueue(document),
    ...policiesWithoutNormal(document),
    ...timeZoneProblems(document, "desk/timeZone"),
    ...calendarProblems(document, "calendars/*"),
    ...unreachableTargets(document),
    ...warningsWithAfter(document),
    ...(asksForSkills(document) ? [] : unsatisfiableSkills(document, now)),
    ...relaxationsOutOfOrder(document),
    ...sourceProblems(document),
    ...(now === null ? [] : newRulesBroken(document)),
  );
  if (parsed.success && problems.length === 0) return { config: parsed.data, problems: [] };
  return { config: null, problems: problems.slice(0, CONFIG_PROBLEMS_MAX) };
}

/** Whether a skills service may say of agents what the document does not: then it is not for us to refuse. */
export function asksForSkills(document: unknown): boolean {
  return places(document, "routing/skills")[0]?.value !== undefined;
}

/** What must stand once only: within a list, the values at these places. */
const UNIQUE = [
  "groups/*/id",
  "groups/*/chatId",
  "groups/*/prefix",
  "queues/*/id",
  "agents/*/telegramId",
  "calendars/*/id",
  "calendars/*/overrides/*/date",
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

/** A payload that leads to two groups leads to neither. */
function doubledEntries(document: unknown): ConfigProblem[] {
  const first = new Map<string, Path>();
  return places(document, "groups/*/entry/*").flatMap(({ path, value }) => {
    if (typeof value !== "string") return [];
    const taken = first.get(value);
    if (taken === undefined) {
      first.set(value, path);
      return [];
    }
    return [problem(path, `${quoted(value)} leads to ${pointerTo(taken.slice(0, -2))} already`)];
  });
}

/** Where a name must be known: [where it stands, what it names, where those are, how they are named]. */
const REFERENCES = [
  ["groups/*/leads/*", "agent", "agents", "telegramId"],
  ["tiers/*/slaPolicy", "SLA policy", "slaPolicies", "id"],
  ["queues/*/group", "group", "groups", "id"],
  ["queues/*/slaPolicy", "SLA policy", "slaPolicies", "id"],
  ["agents/*/groups/*", "group", "groups", "id"],
  ["agents/*/shift", "calendar", "calendars", "id"],
  ["slaPolicies/*/calendar", "calendar", "calendars", "id"],
  ["slaPolicies/*/escalation", "escalation policy", "escalationPolicies", "id"],
  ["escalationPolicies/*/steps/*/actions/*/webhook", "webhook", "webhooks", "id"],
  ["escalationPolicies/*/steps/*/actions/*/notify", "agent", "agents", "telegramId"],
  ["routing/defaultQueue", "queue", "queues", "id"],
  ["routing/defaultTier", "tier", "tiers", null],
  ["routing/fallbackPool", "group", "groups", "id"],
  ["routing/enrichment/hubspot/tier/values/*", "tier", "tiers", null],
  ["routing/enrichment/hubspot/preferredAgent/values/*", "agent", "agents", "telegramId"],
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
    const names = [...known].filter((name) => typeof name === type);
    const unknown = places(document, pattern).filter(
      ({ value }) => typeof value === type && !known.has(value),
    );
    // An agent written as "@anna" instead of a number has been told; what refers to them is not blamed.
    const misnamed = key === "telegramId" ? [...known].filter((name) => !isUserId(name)).length : 0;
    if (misnamed > 0 && new Set(unknown.map(({ value }) => value)).size <= misnamed) return [];
    return unknown.map(({ path, value }) =>
      problem(path, `there is no ${noun} ${quoted(value)}; ${namesKnown(noun, value, names)}`),
    );
  });
}

function isUserId(name: unknown): boolean {
  return Number.isSafeInteger(name) && (name as number) > 0;
}

/** Names that one message lists. */
const NAMES_LISTED_MAX = 12;

function namesKnown(noun: string, name: unknown, names: readonly unknown[]): string {
  if (names.length === 0) return `there is no ${noun} yet`;
  const known = `known: ${names.slice(0, NAMES_LISTED_MAX).join(", ")}`;
  if (names.length <= NAMES_LISTED_MAX || typeof name !== "string") return known;
  const meant = nearest(name, names.map(String));
  return meant === null ? known : `did you mean ${quoted(meant)}? ${known}`;
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

function warningsWithAfter(document: unknown): ConfigProblem[] {
  return places(document, "escalationPolicies/*/steps/*").flatMap(({ path, value }) =>
    places(value, "at").some(({ value: at }) => at === "warning") && places(value, "after").length > 0
      ? [
          problem(
            [...path, "after"],
            "counts from the breach: a warning comes when the SLA policy's warnings say",
          ),
        ]
      : [],
  );
}
