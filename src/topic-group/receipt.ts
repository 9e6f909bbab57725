import type { Unavailable } from "../domain/team/presence.ts";

/**
 * The object's answer to an update.
 *
 * - `accepted`: committed; `duplicate`: it was before, and nothing changed
 * - `ignored`: nothing to do; `set_aside`: our code could not apply it, it is kept for inspection
 * - `config_needed`: the caller has a newer configuration and must hand it over first
 * - `config_old`: the object has a newer configuration than the caller, by which the update is for another group
 * - `home_needed`: the caller only remembers that the customer is at home here, and they are not known here (any more)
 * - `full`, `failed`: not taken; the sender should come again after `retryAfterS` seconds
 */
export type Receipt =
  | { status: "accepted" | "duplicate" | "ignored" | "set_aside" }
  | { status: "config_needed" | "config_old" | "home_needed" }
  | { status: "full" | "failed"; retryAfterS: number };

/** Open work of a group; `promises`: tickets with a running promise or reminder; `waiting`: deliveries to people. */
export interface InHand {
  tickets: { agent: number | null; queue: string; tickets: number; promises: number }[];
  waiting: number;
}

/** A delivery that gave up (`parked`) or whose outcome is unknown (`uncertain`). Instants in ms since 1970. */
export interface ParkedDelivery {
  /** `<group>:m:<seq>` for a relayed message, `<group>:o:<seq>` for everything else. */
  id: string;
  group: string;
  state: "parked" | "uncertain";
  /** The destination: `telegram:<chat id>`, `record` … */
  lane: string;
  /** The kind of work, such as `relay`, `topic_notice`, `receipt`. */
  kind: string;
  /** Its id, and its reference; null: it concerns no ticket. */
  ticket: string | null;
  ref: string | null;
  attempts: number;
  /** Why: a code such as `outcome_unknown`, `topic_gone`, `message_too_long`. */
  code: string;
  at: number;
}

/** Health of an endpoint in one group. */
export interface WebhookHealth {
  waiting: number;
  /** Given up for now. */
  dead: number;
  /** Since when it is disabled by a 410, in ms since 1970; null: it is not. */
  disabledAt: number | null;
}

/** An agent as a group's object knows them. Instants in ms since 1970. */
export interface AgentHere {
  id: number;
  availability: "online" | "away" | "offline";
  /** Until when they are away; null: until they say otherwise. */
  until: number | null;
  /** Why they are given nothing now, in words; null: they are there. */
  unavailableBecause: Unavailable | null;
  /** Tickets of this group that they have. */
  open: number;
  /** When the desk last gave them one of this group. */
  lastAssignedAt: number | null;
}

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

/** How it goes with a system that is asked. Instants in ms since 1970. */
export interface SystemHealth {
  system: "enrichment" | "skills";
  /** In a row; 0 once it has answered. */
  failures: number;
  /** Since when it is asked no more than now and then; null: it is asked whenever it is needed. */
  leftAloneSince: number | null;
  /** The next question may be asked then; null: now. */
  retryAt: number | null;
  /** Since its last answer; `why` in words, without anything of what was answered. */
  lastFailure: { code: string; why: string; at: number } | null;
  /** Of the skills service, whose word holds until the next: when it came; null: it has said nothing yet. */
  answeredAt?: number | null;
}
