import type { Config } from "../config/config.ts";
import { durationWords } from "../duration.ts";
import type { SkillLevels } from "../team/skills.ts";
import type { Assignment, QueueRouting, Stage } from "./assignment.ts";
import type { Route } from "./rules.ts";

/** What decided where a ticket goes, rule by rule. */
export function routeInWords({ rules, queue }: Pick<Route, "rules" | "queue">, config: Config): string[] {
  if (rules.length === 0) return [`no rule holds: it goes to ${queue}`];
  const said = rules.map((place) => {
    const { when, ...does } = config.routing.rules[place]!;
    const facts = Object.entries(when).map(([fact, value]) =>
      typeof value === "object" ? pairs(value) : `${fact} ${value}`,
    );
    const effects = [
      ...(does.queue === undefined ? [] : [`queue ${does.queue}`]),
      ...(does.priority === undefined ? [] : [`priority ${does.priority}`]),
      ...(does.requireSkills === undefined ? [] : [`requires ${pairs(does.requireSkills)}`]),
    ];
    return `rule ${place} holds (${facts.join(", ") || "always"}): ${effects.join(", ") || "nothing"}`;
  });
  const isNamed = rules.some((place) => config.routing.rules[place]!.queue !== undefined);
  return isNamed ? said : [...said, `none of these names a queue: it goes to ${queue}`];
}

/** How far a wait has let go of what the queue wants. */
export function stageInWords(stage: Stage, queue: QueueRouting, waitedMs: number): string {
  const waited = waitedMs === 0 ? "has not waited yet" : `has waited ${durationWords(waitedMs)}`;
  switch (stage.kind) {
    case "strict":
      return `it ${waited}: everything counts that the queue wants`;
    case "relaxed": {
      const isLast = stage.levels >= queue.relaxAfterMs.length;
      return `it ${waited}: ${isLast ? "preferred skills are not looked at any more" : `preferred skills are ${stage.levels} lower`}`;
    }
    case "override":
      return `it ${waited}: the next available agent gets it regardless of skill`;
    default:
      return stage satisfies never;
  }
}

export function requiredInWords(required: SkillLevels): string[] {
  return Object.keys(required).length === 0 ? [] : [`requires ${pairs(required)}`];
}

/** The agent who takes it and the reasons, or why none does. */
export function assignmentInWords({ assignee, candidates }: Assignment, group: string): string[] {
  const [best] = candidates;
  if (best === undefined) return [`nobody works in ${group}`];
  if (assignee !== null) return [`${assignee.name}: ${best.why.join(", ")}`];
  const why = candidates.slice(0, NAMED_MAX).map((one) => `${one.agent.name}: ${one.why.join(", ")}`);
  const more = candidates.length - why.length;
  return [`nobody can take it now`, ...why, ...(more > 0 ? [`… and ${more} more`] : [])];
}

/** Agents whom an answer in words names one by one; the candidates have them all. */
const NAMED_MAX = 10;

function pairs(values: Readonly<Record<string, unknown>>): string {
  return Object.entries(values)
    .map(([key, value]) => `${key} ${String(value)}`)
    .join(", ");
}
