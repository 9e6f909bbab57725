import { BusinessCalendar } from "../calendar/calendar.ts";
import type { Config } from "../config/config.ts";
import type { Priority } from "../priority.ts";
import { highest, type SkillLevels } from "../team/skills.ts";

/** Facts that rules look at; null: unknown. */
export interface RoutingFacts {
  tier: string | null;
  segment: string | null;
  category: string | null;
  urgency: string | null;
  /** As Telegram or the CRM tells it: `"de"`, `"pt-br"`. */
  language: string | null;
  /** What stood behind `/start`. */
  payload: string | null;
  attributes: Readonly<Record<string, string | number | boolean>>;
}

/** Where a ticket goes, and by which rules. */
export interface Route {
  queue: string;
  /** Null where no rule says one: it stays as it is. */
  priority: Priority | null;
  /** What the rules require beyond the queue. */
  requireSkills: SkillLevels;
  /** The places of the rules that hold, from 0. */
  rules: number[];
}

/** The rules of a configuration, ready to be asked. */
export interface RoutingRules {
  defaultQueue: string;
  rules: readonly Rule[];
}

interface Rule {
  queue: string | null;
  priority: Priority | null;
  requireSkills: SkillLevels;
  holds(facts: RoutingFacts, at: number): boolean;
}

export function routingRulesOf(config: Config): RoutingRules {
  const calendars = new Map(config.calendars.map((calendar) => [calendar.id, calendar]));
  return {
    defaultQueue: config.routing.defaultQueue,
    rules: config.routing.rules.map(({ when, queue, priority, requireSkills }) => {
      const hours = when.during === undefined ? undefined : calendars.get(when.during);
      const during = hours === undefined ? null : BusinessCalendar.of(hours);
      return {
        queue: queue ?? null,
        priority: priority ?? null,
        requireSkills: requireSkills ?? {},
        holds: (facts, at) =>
          said(when.tier, facts.tier) &&
          said(when.segment, facts.segment) &&
          said(when.category, facts.category) &&
          said(when.urgency, facts.urgency) &&
          said(when.payload, facts.payload) &&
          (when.language === undefined || speaks(facts.language, when.language)) &&
          Object.entries(when.attributes ?? {}).every(([key, value]) => facts.attributes[key] === value) &&
          (during === null || during.isOpen(at)),
      };
    }),
  };
}

/**
 * Reads the rules in their order. Queue and priority each come from the first rule that holds and names one; skills
 * are required by every rule that holds. Without a queue it is `fallback`, the desk's default unless said otherwise.
 */
export function route(
  facts: RoutingFacts,
  { rules, defaultQueue }: RoutingRules,
  at: number,
  fallback = defaultQueue,
): Route {
  const holding = rules.flatMap((rule, index) => (rule.holds(facts, at) ? [{ rule, index }] : []));
  return {
    queue: holding.find(({ rule }) => rule.queue !== null)?.rule.queue ?? fallback,
    priority: holding.find(({ rule }) => rule.priority !== null)?.rule.priority ?? null,
    requireSkills: highest(...holding.map(({ rule }) => rule.requireSkills)),
    rules: holding.map(({ index }) => index),
  };
}

function said(wanted: string | undefined, fact: string | null): boolean {
  return wanted === undefined || wanted === fact;
}

/** `de` is spoken by who speaks `de-at`, not the other way round. */
function speaks(language: string | null, wanted: string): boolean {
  const [spoken, asked] = [language?.toLowerCase() ?? "", wanted.toLowerCase()];
  return spoken === asked || spoken.startsWith(`${asked}-`);
}
