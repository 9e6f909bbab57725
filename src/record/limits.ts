/** What the record's callers wait for D1 before they treat it as out of reach; it answers in milliseconds. */
export const D1_PATIENCE_MS = 4_000;

/** A configuration in the cache is looked up again after this long, beside the request that finds it so old. */
export const CONFIG_FRESH_MS = 30_000;
/** Older than this it is looked up first, and served all the same if D1 does not answer. */
export const CONFIG_STALE_MS = 5 * 60_000;
/** A chat that the cached configuration does not know makes the desk look in D1 at most this often, and so does an outage. */
export const CONFIG_LOOK_EVERY_MS = 5_000;
/** Unknown chats that one isolate keeps in mind for that. */
export const UNKNOWN_CHATS_MAX = 1_000;

/** Homes that one isolate remembers: about 100 bytes each. */
export const CUSTOMER_ROUTES_CACHED_MAX = 10_000;

/** Tries to store a moved chat id while others change the configuration. */
export const CHAT_MOVE_ATTEMPTS_MAX = 4;

/** A note on a configuration change. */
export const CONFIG_NOTE_CHARS_MAX = 500;

/** A cursor that a client hands back; ours are far shorter. */
export const CURSOR_CHARS_MAX = 256;

/** Keys that a desk may have, revoked ones included until they are purged. */
export const API_KEYS_MAX = 1_000;
/** When a key was last used is written at most this often. */
export const API_KEY_USED_EVERY_MS = 3_600_000;
/** How long a revoked or expired key stays listed. */
export const API_KEY_KEPT_MS = 90 * 24 * 3_600_000;

/** How long a call is known by its `Idempotency-Key`. */
export const API_CALL_KEPT_MS = 24 * 3_600_000;
/** A call that has not been answered after this long was cut off: it waits for several groups at most. */
export const API_CALL_LEASE_MS = 60_000;
/** Calls that one step of the purge forgets, and the steps of one minute. */
export const API_CALLS_PURGED_MAX = 500;
export const API_CALL_PURGES_MAX = 10;

/** Longest search text; longer ones match no text of ours, and further words are ignored. */
export const SEARCH_CHARS_MAX = 200;
export const SEARCH_WORDS_MAX = 10;
/** Tickets that are put into the full text index again in one go, and how often in a minute. */
export const INDEXED_AT_ONCE_MAX = 50;
export const INDEXINGS_MAX = 10;
/** Pages, of 4 KB each, of the full text indexes that a first step writes anew, and the steps: each takes twice as many. */
export const MERGED_PAGES_AT_FIRST = 500;
export const MERGES_MAX = 10;
/** Tickets that one page looks at to find those that match; then it says where to go on. */
export const SCANNED_TICKETS_MAX = 1_000;
/** Tickets that are put into another order than the one in which they are found. */
export const SORTED_TICKETS_MAX = 1_000;
/** Events that one page of the feed looks at. */
export const SCANNED_EVENTS_MAX = 2_000;
/** Active tickets that are counted to tell how deep the queues are. */
export const COUNTED_TICKETS_MAX = 100_000;
/** Contacts that one page looks at to find those that match. */
export const SCANNED_CONTACTS_MAX = 1_000;
/** A customer's tickets that are counted. */
export const COUNTED_TICKETS_OF_CONTACT_MAX = 1_000;
/** Tickets of which one step of an erasure, or of forgetting, clears the record. */
export const ERASED_TICKETS_AT_ONCE_MAX = 50;
/** Erasures that one minute goes on with. */
export const ERASURES_AT_ONCE_MAX = 1;
/** Rows that one step of forgetting removes from the record, tickets aside. */
export const ROWS_FORGOTTEN_AT_ONCE_MAX = 1_000;
/** What the staff says of a contact. */
export const DISPLAY_NAME_CHARS_MAX = 128;
export const EMAIL_CHARS_MAX = 254;
export const CONTACT_NOTES_CHARS_MAX = 4_000;
export const HOLD_REASON_CHARS_MAX = 500;
/**
 * How long a period of figures may be, and how many events it may have: they are read, joined and ranked at once, while
 * D1 answers no other query.
 */
export const METRICS_PERIOD_MAX_MS = 92 * 24 * 3_600_000;
export const METRICS_EVENTS_MAX = 50_000;
/** Rows of one grouping that are answered; the rest is counted. */
export const METRICS_GROUPS_MAX = 500;
/** Runs of the reconciliation that are kept. */
export const RECONCILIATION_RUNS_KEPT = 50;
