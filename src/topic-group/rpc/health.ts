import { CLOSED, type Breaker } from "../../domain/routing/breaker.ts";
import type { Inside } from "../commit/inside.ts";
import { publicName } from "../deliveries/replay.ts";
import { stallsOf } from "../deliveries/stalls.ts";
import { systemsHealth, type SystemHealth } from "../systems/breakers.ts";
import { FACTS } from "../tables/facts.ts";
import { isRouteLane, type Lane } from "../tables/lane.ts";

export interface GroupHealth {
  group: string;
  configVersion: number;
  /** Deliveries that wait, by lane, and since when the oldest does (ms since 1970). */
  waiting: { lane: string; count: number; oldestAt: number }[];
  parked: number;
  /** Updates that our own code could not apply, kept without their texts. */
  setAside: number;
  /** Tickets whose newest state the record does not have yet. */
  unrecorded: number;
  /** Which other systems are left alone because they failed too often. */
  breakers: { enrichment: boolean; skills: boolean };
  /** Troubles that people have to mend, such as `bot.cannot_manage_topics`. */
  troubles: string[];
  /** Lanes that cannot work for long, without any action to take: see `StallCause`. Instants in ms since 1970. */
  stalls: {
    lane: string;
    why: "flood_wait" | "topic_flood_wait" | "no_answer";
    since: number;
    until: number | null;
  }[];
  /** The systems that the configuration has the desk ask. */
  systems: SystemHealth[];
}

/** Open work of a group; `promises`: tickets with a running promise or reminder; `waiting`: deliveries to people. */
export interface InHand {
  tickets: { agent: number | null; queue: string; tickets: number; promises: number }[];
  waiting: number;
}

export function healthOf({ tables, ...inside }: Pick<Inside, "tables" | "rules">): GroupHealth {
  const { facts, inbox, unrecorded, parkedMessages, outbox } = tables;
  const group = facts.get(FACTS.group);
  const trouble = facts.get(FACTS.trouble);
  const rules = inside.rules();
  return {
    group: typeof group === "string" ? group : "",
    configVersion: rules?.version ?? 0,
    waiting: outbox.backlog().map((one) => ({ ...one, lane: nameOfLane(one.lane) })),
    parked: parkedMessages.count() + outbox.countParked(),
    setAside: inbox.countSetAside(),
    unrecorded: unrecorded.count(),
    breakers: {
      enrichment: isOpen(facts.get(FACTS.breaker)),
      skills: isOpen(facts.get(FACTS.skillsBreaker)),
    },
    stalls: stallsOf(facts).map(({ lane, why, since, until }) => ({
      lane: nameOfLane(lane),
      why,
      since,
      until,
    })),
    troubles: typeof trouble === "string" ? [trouble] : [],
    systems: rules === null ? [] : systemsHealth(facts, rules),
  };
}

/** A lane's name for health, without the id of a private chat. */
function nameOfLane(lane: Lane): string {
  return isRouteLane(lane) ? "telegram:private" : publicName(lane);
}

function isOpen(breaker: unknown): boolean {
  return ((breaker as Breaker | undefined) ?? CLOSED).openedAt !== null;
}
