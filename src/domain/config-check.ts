import { isAllowedUrl } from "./allowed-url.ts";
import { inside, places, problem, quoted, type ConfigProblem, type Path } from "./config-places.ts";
import { ConfigDocument, type Config } from "./config.ts";
import { durationMs } from "./duration.ts";
import { ENRICHMENT_TIMEOUT_MAX_MS, ENRICHMENT_TIMEOUT_MIN_MS } from "./limits.ts";
import { relaxationsOutOfOrder, unsatisfiableSkills } from "./routing/queue-check.ts";
import { pointerTo, schemaProblems } from "./schema-problems.ts";
import { ENRICHMENT_ENDPOINT } from "./signing-secret.ts";
import { calendarProblems, unreachableTargets } from "./sla/calendar-check.ts";

export type { ConfigProblem };
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
    ...calendarProblems(document, "calendars/*"),
    ...unreachableTargets(document),
    ...warningsWithAfter(document),
    ...unsatisfiableSkills(document),
    ...relaxationsOutOfOrder(document),
    ...enrichmentProblems(document),
  );
  if (parsed.success && problems.length === 0) return { config: parsed.data, problems: [] };
  return { config: null, problems: problems.slice(0, CONFIG_PROBLEMS_MAX) };
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

const ENRICHMENT = ["routing", "enrichment"];
/** Whatever stands in an address is read by proxies and logs on its way. */
const SECRET_PARAMETER = /token|secret|passw|signature|api[-_]?key|^(?:key|auth|sig|pwd)$/i;

function enrichmentProblems(document: unknown): ConfigProblem[] {
  const found: ConfigProblem[] = places(document, "webhooks/*/id").flatMap(({ path, value }) =>
    value === ENRICHMENT_ENDPOINT
      ? [problem(path, `${quoted(value)} is the name of the enrichment's own secret: choose another`)]
      : [],
  );
  const enrichment = places(document, ENRICHMENT.join("/"))[0]?.value;
  if (enrichment === undefined) return found;
  const at = (key: string): unknown => places(enrichment, key)[0]?.value;
  const say = (key: string, message: string): void => {
    found.push(problem([...ENRICHMENT, ...key.split("/")], message));
  };
  const url = at("url");
  if (at("adapter") !== "hubspot") {
    if (url === undefined) say("url", "is missing; the generic adapter asks there");
    else if (typeof url === "string") found.push(...urlProblems(url));
  } else {
    if (at("hubspot") === undefined) say("hubspot", "is missing; the HubSpot adapter needs it");
    // Whoever is called gets the token, so only the sandbox, on this machine, may stand in for HubSpot.
    if (typeof url === "string" && (!isAllowedUrl(url, true) || isAllowedUrl(url, false))) {
      say("url", "must be left out: the HubSpot adapter asks HubSpot itself");
    }
  }
  const findBy = at("hubspot/findBy");
  if (typeof findBy === "object" && findBy !== null && inside(findBy).length === 0) {
    say("hubspot/findBy", "must name at least one property, or nobody is ever found");
  }
  const timeout = at("timeout");
  const timeoutMs = typeof timeout === "string" ? durationMs(timeout) : undefined;
  if (
    timeoutMs !== undefined &&
    (timeoutMs < ENRICHMENT_TIMEOUT_MIN_MS || timeoutMs > ENRICHMENT_TIMEOUT_MAX_MS)
  ) {
    say("timeout", `must be from ${ENRICHMENT_TIMEOUT_MIN_MS}ms to ${ENRICHMENT_TIMEOUT_MAX_MS / 1_000}s`);
  }
  return found;
}

function urlProblems(text: string): ConfigProblem[] {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) return [];
  const path = [...ENRICHMENT, "url"];
  if (url.username !== "" || url.password !== "") {
    return [problem(path, "must carry no credentials: every call is signed")];
  }
  if (!isAllowedUrl(text, true)) {
    return [problem(path, "must be an https address of a public host")];
  }
  const secret = [...url.searchParams.keys()].find((name) => SECRET_PARAMETER.test(name));
  return secret === undefined
    ? []
    : [problem(path, `must carry no secret such as ${quoted(secret)}: every call is signed`)];
}
