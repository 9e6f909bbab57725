/** Every limit of the desk, in one place; the unit stands in the name. */

/** A webhook body of Telegram's; real ones stay under 64 KiB. */
export const UPDATE_BYTES_MAX = 1_048_576;
/** The body of an API call, the whole configuration included. */
export const API_BODY_BYTES_MAX = 1_048_576;

/** Deliveries that may wait in one object before the door answers 503. */
export const WAITING_ROWS_MAX = 20_000;
/** Tries of one delivery that failed by itself, while others went through, before it parks. */
export const OUTBOX_ATTEMPTS_MAX = 8;
/** A delivery older than this parks, whatever keeps failing: Telegram keeps an update as long. */
export const OUTBOX_AGE_MAX_MS = 24 * 3_600_000;
/** The text of a parked or uncertain delivery is kept this long, so that it can be sent again. */
export const PARKED_TEXT_KEPT_MS = 14 * 24 * 3_600_000;
/** Such deliveries that one step lets go. */
export const PARKED_ENDED_AT_ONCE_MAX = 100;
/** Tries of one incoming update that our own code could not apply before it is set aside. */
export const CAUSE_ATTEMPTS_MAX = 3;
/** How long the key of a settled cause is kept; Telegram redelivers for 24 hours. */
export const CAUSE_KEPT_MS = 48 * 3_600_000;

/** How long one Bot API call may take. The server itself may absorb 8 s of flood wait before it answers. */
export const SEND_TIMEOUT_MS = 20_000;
/** How long an endpoint of the configuration may take to answer; Standard Webhooks asks for 15 to 30 s. */
export const WEBHOOK_TIMEOUT_MS = 15_000;
/**
 * Calls to systems that are not ours which one object waits for at once: the platform lets it wait for six answers, all
 * others stand behind them, and Telegram and the record need theirs.
 */
export const OTHERS_AT_ONCE_MAX = 4;
/** … and those to systems that needed so long last time. */
export const SLOW_OTHERS_AT_ONCE_MAX = 2;
export const SLOW_ANSWER_MS = 3_000;
/** What an endpoint has taken is kept this long, of each endpoint and group this much. */
export const WEBHOOK_LOG_KEPT_MS = 30 * 24 * 3_600_000;
export const WEBHOOK_LOG_ROWS_MAX = 5_000;
/**
 * A delivery about a moved ticket waits this long at most for the former group's deliveries: longer than an outage in
 * which two messages in a row are given up, so that only a group that is gone reaches it.
 */
export const WEBHOOK_TURN_MAX_MS = 14 * 24 * 3_600_000;
/** Deliveries that one call sends again. */
export const WEBHOOK_REPLAYED_MAX = 1_000;
/** The pauses between the tries of a webhook, some three days in all: the schedule that Standard Webhooks gives. */
export const WEBHOOK_PAUSES_MS: readonly number[] = [
  5_000,
  5 * 60_000,
  30 * 60_000,
  2 * 3_600_000,
  5 * 3_600_000,
  10 * 3_600_000,
  14 * 3_600_000,
  20 * 3_600_000,
  24 * 3_600_000,
];
/** One older than this is given up with its next failure: it has waited behind others that the endpoint did not take. */
export const WEBHOOK_AGE_MAX_MS = 4 * 24 * 3_600_000;
/** What the configuration may name as the time within which an enrichment answers. */
export const ENRICHMENT_TIMEOUT_MIN_MS = 100;
export const ENRICHMENT_TIMEOUT_MAX_MS = 30_000;
/** The body of an enrichment answer; one with everything in it stays under 32 KiB. */
export const ENRICHMENT_ANSWER_BYTES_MAX = 65_536;
/** A question that failed in passing is asked again after these pauses, then ever more seldom. */
export const ENRICHMENT_RETRIES_MS: readonly number[] = [10_000, 60_000];
/** A question that was not answered for this long is dropped. */
export const ENRICHMENT_AGE_MAX_MS = 24 * 3_600_000;
/** Enrichment calls that fail in a row before the breaker opens. */
export const ENRICHMENT_FAILURES_MAX = 5;
/** How long that is at first; each probe that fails doubles it. */
export const ENRICHMENT_PAUSE_MS = 30_000;
export const ENRICHMENT_PAUSE_MAX_MS = 15 * 60_000;
/** A probe that has told nothing for this long was cut off: it cannot take longer than its timeout. */
export const ENRICHMENT_PROBE_MAX_MS = 2 * ENRICHMENT_TIMEOUT_MAX_MS;
/** What is kept of what is wrong with an answer. */
export const ENRICHMENT_PROBLEMS_MAX = 10;
export const ENRICHMENT_PROBLEM_CHARS_MAX = 200;
/** What agents are told of a customer in words. */
export const ENRICHMENT_REASON_CHARS_MAX = 500;
/** A tier, a segment, a category, a skill, as another system names it. */
export const FACT_CHARS_MAX = 64;
export const LANGUAGE_CHARS_MAX = 16;
export const ATTRIBUTES_MAX = 50;
export const ATTRIBUTE_NAME_CHARS_MAX = 64;
export const ATTRIBUTE_CHARS_MAX = 256;
export const PROFILE_SKILLS_MAX = 50;
export const SKILL_LEVEL_MAX = 10;
export const PRIORITY_SCORE_MAX = 1_000_000;
/** A phone number has up to 15 digits [ITU-T E.164]. */
export const PHONE_DIGITS_MAX = 15;
/** Alternatives that one search of HubSpot's takes [HubSpot docs: filter groups]. */
export const CRM_ALTERNATIVES_MAX = 5;
/** Contacts of a CRM that are looked at where several fit one customer. */
export const CRM_CONTACTS_MAX = 10;
/** What an endpoint, or Telegram, asks for beyond this is not granted: a slip of a clock must not silence the desk for years. */
export const RETRY_AFTER_MAX_MS = 24 * 3_600_000;
/** A lane that cannot work for longer than this is told to the leads. */
export const STALL_TOLD_AFTER_MS = 5 * 60_000;
/** An alarm stands at most this far ahead of accepted work, so a crash delays it by no more. */
export const SAFETY_WAKE_MS = 30_000;
/** An album has no end marker: it is whole when nothing has joined it for this long. */
export const ALBUM_SETTLE_MS = 1_000;
/** How long a lost createForumTopic may be answered by the echo of its own service message. */
export const TOPIC_ECHO_MS = 30_000;
/** How long the service message of something that the bot did may take to come. */
export const ECHO_PATIENCE_MS = 60_000;
/** Open tickets whose topic and card one look probes: two calls each, of the 200 that a group is sent between two looks. */
export const PROBED_TICKETS_MAX = 3;
/** Cards and icons follow the ticket after this pause, so a quick exchange costs one edit, not four. */
export const CARD_SETTLE_MS = 4_000;
/** … and this long where only the turn has changed: in a lively conversation it changes with every message. */
export const TURN_SETTLE_MS = 20_000;
/** Live locations edit themselves every few seconds; the copy follows at most this often. */
export const LIVE_LOCATION_EVERY_MS = 30_000;

/** Telegram's limits [docs]. */
export const TEXT_CHARS_MAX = 4_096;
export const TEXT_ENTITIES_MAX = 100;
export const CAPTION_CHARS_MAX = 1_024;
export const TOAST_CHARS_MAX = 200;
export const TOPIC_NAME_CHARS_MAX = 128;
/** Telegram deletes a message for everyone only this long after it was sent. */
export const DELETE_WITHIN_MS = 48 * 3_600_000;

/** Turns that a ticket remembers one by one; some 30 bytes each. */
export const TICKET_PHASES_MAX = 401;
/** Segments that the explanation of one clock shows. */
export const SLA_SEGMENTS_MAX = 1_000;
/** Candidates that the event of an assignment keeps, besides the one who got it. */
export const ROUTING_CANDIDATES_KEPT = 10;
/** Tickets that one replay of a draft runs through, over this long a period at most. */
export const REPLAY_TICKETS_MAX = 5_000;
export const REPLAY_PERIOD_MAX_MS = 92 * 24 * 3_600_000;
/** Tickets that a replay shows one by one. */
export const REPLAY_EXAMPLES_MAX = 20;
/** Tiers that a rehearsal may say an agent has served. */
export const REHEARSED_TIERS_MAX = 100;
/** How far ahead an agent may ask to be reminded. */
export const REMINDER_MAX_MS = 90 * 24 * 3_600_000;
/** Telegram tells full seconds: a message that comes this long after them was brought late. */
export const LATE_DELIVERY_MS = 2_000;
/** … and this long at most: what would be later still has a wrong date. Telegram keeps updates for a day. */
export const SAID_LATE_MAX_MS = 48 * 3_600_000;
/** A message that arrives this long after it was written says when that was. */
export const WRITTEN_EARLIER_MS = 5 * 60_000;
/** What time did is called late when the desk noted it this long after it was due. */
export const LATE_AFTER_MS = 60_000;

export const SUBJECT_CHARS_MAX = 80;
export const NOTE_CHARS_MAX = 2_000;
export const TAGS_MAX = 20;
export const TAG_CHARS_MAX = 32;

/** Active tickets that one customer may have at once; the next message joins the latest instead. */
export const ACTIVE_TICKETS_PER_CUSTOMER_MAX = 10;
/** New topics per customer and hour: floods of topics have killed desks. */
export const NEW_TICKETS_PER_CUSTOMER_HOUR_MAX = 10;

export const PAGE_SIZE_DEFAULT = 50;
export const PAGE_SIZE_MAX = 200;

/** Tickets that one projection batch carries to the record. */
export const PROJECTION_TICKETS_MAX = 40;
/** Events that one projection batch carries to the record. */
export const PROJECTION_EVENTS_MAX = 200;

/** Tickets that an agent has at once, where the configuration does not say. */
export const AGENT_CAPACITY_DEFAULT = 5;
/** The body of a skills service's answer; 5,000 agents with two skills each stay under 300 KiB. */
export const SKILLS_ANSWER_BYTES_MAX = 524_288;
/** Agents in one answer of a skills service. */
export const SKILL_TABLE_AGENTS_MAX = 5_000;

/** Tickets that an object forgets in one step, with everything of theirs; D1 binds few parameters, and so does this. */
export const TICKETS_FORGOTTEN_AT_ONCE_MAX = 20;
/** Tickets, and contacts, that one step of forgetting looks at, however few of them it forgets. */
export const LOOKED_AT_ONCE_MAX = 1_000;
/** Tickets, and contacts, that count as unrecorded at once where the record is told everything again. */
export const RETOLD_AT_ONCE_MAX = 50;
/** Rows of other kinds that one step of forgetting removes. */
export const ROWS_FORGOTTEN_AT_ONCE_MAX = 1_000;
