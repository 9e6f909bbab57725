import type { Config } from "../config/config.ts";
import { REPLAY_EXAMPLES_MAX } from "../limits.ts";
import { NO_SKILLS_SERVICE, type SkillsKnown } from "../team/skill-table.ts";
import type { RecordedTicket } from "./recorded-ticket.ts";
import { replayTickets, type Replayed } from "./replay.ts";

/** The same tickets by two configurations. */
export interface Comparison {
  tickets: number;
  /** Tickets with another queue, priority or assignee. */
  changed: number;
  assignmentsChanged: number;
  /** Queue → part of all tickets, from 0 to 1. */
  queueShares: BeforeAndAfter<Record<string, number>>;
  /** Priority → tickets. */
  priorities: BeforeAndAfter<Record<string, number>>;
  expectedFirstResponseBreaches: BeforeAndAfter<number>;
  /** The first that changed. */
  examples: ({ ref: string; openedAt: number } & BeforeAndAfter<Replayed>)[];
}

interface BeforeAndAfter<T> {
  before: T;
  after: T;
}

/**
 * Replays the same arrivals under two configurations, each from an empty desk, and tells what differs. `skills`: what
 * the skills service of each has told the groups.
 */
export function compareReplays(
  before: Config,
  after: Config,
  tickets: readonly RecordedTicket[],
  now: number,
  skills: BeforeAndAfter<SkillsKnown> = { before: NO_SKILLS_SERVICE, after: NO_SKILLS_SERVICE },
): Comparison {
  const was = replayTickets(before, tickets, now, skills.before);
  const is = replayTickets(after, tickets, now, skills.after);
  const reassigned = tickets.map((_, index) => was[index]!.assignee?.id !== is[index]!.assignee?.id);
  const changed = tickets.flatMap((ticket, index) => {
    const [one, other] = [was[index]!, is[index]!];
    return reassigned[index] || one.queue !== other.queue || one.priority !== other.priority
      ? [{ ref: ticket.ref, openedAt: ticket.openedAt, before: one, after: other }]
      : [];
  });
  const both = <T>(of: (all: readonly Replayed[]) => T): BeforeAndAfter<T> => ({
    before: of(was),
    after: of(is),
  });
  return {
    tickets: tickets.length,
    changed: changed.length,
    assignmentsChanged: reassigned.filter(Boolean).length,
    queueShares: both((all) => {
      const counts = counted(all.map(({ queue }) => queue));
      return Object.fromEntries(
        Object.entries(counts).map(([queue, count]) => [queue, Math.round((count / all.length) * 1e4) / 1e4]),
      );
    }),
    priorities: both((all) => counted(all.map(({ priority }) => priority))),
    expectedFirstResponseBreaches: both(
      (all) => all.filter(({ firstResponseBreached }) => firstResponseBreached).length,
    ),
    examples: changed.slice(0, REPLAY_EXAMPLES_MAX),
  };
}

function counted(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names.toSorted()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
