/**
 * What the object answers to whoever hands it an update.
 *
 * - `accepted`: committed; `duplicate`: it was before, and nothing changed
 * - `ignored`: nothing to do; `set_aside`: our code could not apply it, it is kept for inspection
 * - `config_needed`: the caller has a newer configuration and must hand it over first
 * - `full`, `failed`: not taken; the sender should come again after `retryAfterS` seconds
 */
export type Receipt =
  | { status: "accepted" | "duplicate" | "ignored" | "set_aside" }
  | { status: "config_needed" }
  | { status: "full" | "failed"; retryAfterS: number };

/** A delivery that gave up (`parked`) or whose outcome nobody knows (`uncertain`). Instants in ms since 1970. */
export interface ParkedDelivery {
  /** `<group>:m:<seq>` for a relayed message, `<group>:o:<seq>` for everything else. */
  id: string;
  group: string;
  state: "parked" | "uncertain";
  /** The destination: `telegram:<chat id>`, `record` … */
  lane: string;
  /** What was to be done, such as `relay`, `topic_notice`, `receipt`. */
  kind: string;
  ticket: string | null;
  attempts: number;
  /** Why: a code such as `outcome_unknown`, `topic_gone`, `message_too_long`. */
  code: string;
  at: number;
}

/** What a sweep did: tickets to which time did something, and how many events that made. */
export interface Swept {
  tickets: number;
  steps: number;
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
  /** What the desk waits for people to mend, such as `bot.cannot_manage_topics`. */
  troubles: string[];
}
