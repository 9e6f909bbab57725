import type * as z from "zod";
import { ConfigDocument, ConfigSections, type Config } from "./config.ts";

/** One thing that is wrong with a configuration: where (a JSON pointer, RFC 6901) and how to mend it. */
export interface ConfigProblem {
  pointer: string;
  message: string;
}

export type ConfigCheck = { config: Config; problems: [] } | { config: null; problems: ConfigProblem[] };

/**
 * Checks a configuration and names every problem at once: each section against its schema, then the references
 * between those sections that are sound by themselves, so one typing mistake hides no other.
 */
export function checkConfig(document: unknown): ConfigCheck {
  const parsed = ConfigDocument.safeParse(document);
  if (parsed.success) {
    const problems = referenceProblems(parsed.data);
    return problems.length === 0 ? { config: parsed.data, problems: [] } : { config: null, problems };
  }
  const problems = parsed.error.issues.flatMap(issueProblems);
  if (typeof document === "object" && document !== null && !Array.isArray(document)) {
    problems.push(...referenceProblems(soundSections(document as Record<string, unknown>)));
  }
  return { config: null, problems };
}

function soundSections(document: Record<string, unknown>): Partial<Config> {
  const sound: Partial<Record<keyof Config, unknown>> = {};
  for (const [name, schema] of Object.entries(ConfigSections) as [keyof Config, z.ZodType][]) {
    const section = schema.safeParse(document[name]);
    if (section.success) sound[name] = section.data;
  }
  return sound as Partial<Config>;
}

function issueProblems(issue: z.core.$ZodIssue): ConfigProblem[] {
  const pointer = pointerTo(issue.path);
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => ({
        pointer: pointerTo([...issue.path, key]),
        message: "is not a known key here: remove it, or check its spelling",
      }));
    case "invalid_union":
      return [{ pointer, message: "matches none of the forms that may stand here" }];
    case "invalid_type":
      return [
        {
          pointer,
          message: issue.input === undefined ? `is missing: expected ${issue.expected}` : issue.message,
        },
      ];
    default:
      return [{ pointer, message: issue.message }];
  }
}

/** The JSON pointer of a path, `~` and `/` escaped; the whole document is `""`. */
export function pointerTo(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

function referenceProblems(config: Partial<Config>): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const report = (path: readonly PropertyKey[], message: string): void => {
    problems.push({ pointer: pointerTo(path), message });
  };

  const unique = <T>(
    section: string | string[],
    items: readonly T[] | undefined,
    key: keyof T & string,
  ): void => {
    const path = [section].flat();
    const seen = new Map<unknown, number>();
    for (const [index, item] of (items ?? []).entries()) {
      const value = item[key];
      const first = seen.get(value);
      if (first === undefined) seen.set(value, index);
      else
        report(
          [...path, index, key],
          `${JSON.stringify(value)} is taken by ${pointerTo([...path, first])} already`,
        );
    }
  };

  /** Reports a reference to an id that does not exist; a section with problems of its own is not blamed twice. */
  const refer = (
    path: PropertyKey[],
    noun: string,
    id: string | number,
    known: readonly (string | number)[] | undefined,
  ) => {
    if (known === undefined || known.includes(id)) return;
    const choice = known.length === 0 ? `there is no ${noun} yet` : `known: ${known.slice(0, 12).join(", ")}`;
    report(path, `there is no ${noun} ${JSON.stringify(id)}; ${choice}`);
  };

  const {
    groups,
    tiers,
    queues,
    agents,
    calendars,
    slaPolicies,
    escalationPolicies,
    routing,
    intake,
    webhooks,
  } = config;
  unique("groups", groups, "id");
  unique("groups", groups, "chatId");
  unique("groups", groups, "prefix");
  unique("queues", queues, "id");
  unique("agents", agents, "telegramId");
  unique("calendars", calendars, "id");
  unique("slaPolicies", slaPolicies, "id");
  unique("escalationPolicies", escalationPolicies, "id");
  unique("webhooks", webhooks, "id");

  const groupIds = groups?.map((group) => group.id);
  const queueIds = queues?.map((queue) => queue.id);
  const agentIds = agents?.map((agent) => agent.telegramId);
  const calendarIds = calendars?.map((calendar) => calendar.id);
  const policyIds = slaPolicies?.map((policy) => policy.id);
  const ladderIds = escalationPolicies?.map((policy) => policy.id);
  const webhookIds = webhooks?.map((webhook) => webhook.id);
  const tierIds = tiers === undefined ? undefined : Object.keys(tiers);

  for (const [g, group] of (groups ?? []).entries()) {
    for (const [l, lead] of group.leads.entries()) refer(["groups", g, "leads", l], "agent", lead, agentIds);
    if (queues !== undefined && !queues.some((queue) => queue.group === group.id)) {
      report(
        ["groups", g],
        `group "${group.id}" has no queue: its tickets would have none; add one under /queues`,
      );
    }
  }
  for (const [name, tier] of Object.entries(tiers ?? {})) {
    refer(["tiers", name, "slaPolicy"], "SLA policy", tier.slaPolicy, policyIds);
  }
  for (const [q, queue] of (queues ?? []).entries())
    refer(["queues", q, "group"], "group", queue.group, groupIds);
  for (const [a, agent] of (agents ?? []).entries()) {
    for (const [g, id] of agent.groups.entries()) refer(["agents", a, "groups", g], "group", id, groupIds);
    if (agent.shift !== undefined) refer(["agents", a, "shift"], "calendar", agent.shift, calendarIds);
  }
  for (const [c, calendar] of (calendars ?? []).entries()) {
    if (!isTimeZone(calendar.timeZone)) {
      report(
        ["calendars", c, "timeZone"],
        `"${calendar.timeZone}" is no IANA time zone; write for example "Europe/Berlin" or "UTC"`,
      );
    }
  }
  for (const [p, policy] of (slaPolicies ?? []).entries()) {
    refer(["slaPolicies", p, "calendar"], "calendar", policy.calendar, calendarIds);
    if (policy.escalation !== undefined) {
      refer(["slaPolicies", p, "escalation"], "escalation policy", policy.escalation, ladderIds);
    }
    if (policy.targets.normal === undefined) {
      report(
        ["slaPolicies", p, "targets"],
        "needs targets for normal: priorities without their own use them",
      );
    }
  }
  for (const [e, ladder] of (escalationPolicies ?? []).entries()) {
    for (const [s, step] of ladder.steps.entries()) {
      for (const [a, action] of step.actions.entries()) {
        const path = ["escalationPolicies", e, "steps", s, "actions", a];
        if ("webhook" in action) refer([...path, "webhook"], "webhook", action.webhook, webhookIds);
        if ("notify" in action && typeof action.notify === "number") {
          refer([...path, "notify"], "agent", action.notify, agentIds);
        }
      }
    }
  }
  if (routing !== undefined) {
    refer(["routing", "defaultQueue"], "queue", routing.defaultQueue, queueIds);
    if (routing.fallbackPool !== undefined)
      refer(["routing", "fallbackPool"], "group", routing.fallbackPool, groupIds);
    for (const [r, rule] of routing.rules.entries()) {
      if (rule.queue !== undefined) refer(["routing", "rules", r, "queue"], "queue", rule.queue, queueIds);
      if (rule.when.tier !== undefined)
        refer(["routing", "rules", r, "when", "tier"], "tier", rule.when.tier, tierIds);
      if (rule.when.during !== undefined) {
        refer(["routing", "rules", r, "when", "during"], "calendar", rule.when.during, calendarIds);
      }
    }
  }
  for (const [f, field] of (intake?.fields ?? []).entries()) {
    const seen = new Set<string>();
    for (const [o, option] of field.options.entries()) {
      if (seen.has(option.id))
        report(["intake", "fields", f, "options", o, "id"], `"${option.id}" stands twice in this field`);
      seen.add(option.id);
    }
  }
  unique(["intake", "fields"], intake?.fields, "id");
  return problems;
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
