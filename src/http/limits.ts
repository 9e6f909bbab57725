/** `Retry-After` of a request that was not served because D1, an object or the issuer did not answer. */
export const RETRY_AFTER_S = 5;
/** Telegram honours no longer wait [server]. */
export const RETRY_AFTER_MAX_S = 3_600;

/** What `/healthz` tells strangers is this old at most: asking it costs a call to every object. */
export const HEALTH_FRESH_MS = 5_000;

/** Levels of JSON inside each other. Telegram's updates and our documents stay far below. */
export const JSON_DEPTH_MAX = 64;

/** The name of an API key. */
export const KEY_NAME_CHARS_MAX = 64;
/** How long both secrets of a rotated key are let in: unless said otherwise, and at most. */
export const KEY_OVERLAP_DEFAULT = "24h";
export const KEY_OVERLAP_MAX_MS = 30 * 24 * 3_600_000;

export const IDEMPOTENCY_KEY_CHARS_MAX = 255;
/** An answer that is longer is not kept for repetitions; D1 takes rows of 2 MB. */
export const KEPT_ANSWER_CHARS_MAX = 1_000_000;

/** Calls of one key in a window, unless the key says otherwise, and the most that it may say. */
export const CALLS_PER_MINUTE_DEFAULT = 600;
export const CALLS_PER_MINUTE_MAX = 60_000;
export const CALL_WINDOW_MS = 60_000;
/** How long a call waits to be counted; then it goes on uncounted. */
export const METER_PATIENCE_MS = 500;

/** A token of another issuer. */
export const JWT_CHARS_MAX = 8_192;
/** How far the issuer's clock may be from ours. */
export const JWT_CLOCK_TOLERANCE_MS = 60_000;
/** What of a token's subject stands in histories. */
export const SUBJECT_SHOWN_CHARS_MAX = 64;
/** The issuer's keys: how long they may take, how much is read, how long they are not asked for again. */
export const JWKS_TIMEOUT_MS = 3_000;
export const JWKS_BYTES_MAX = 65_536;
export const JWKS_KEYS_MAX = 50;
export const JWKS_FRESH_MS = 10 * 60_000;
/** How long known keys serve on while the issuer does not answer. */
export const JWKS_STALE_MS = 24 * 3_600_000;
/** An unknown key makes the desk ask at most this often, and so does an outage. */
export const JWKS_LOOK_EVERY_MS = 30_000;
/** Pause between fetches after a failure while no keys are known. */
export const JWKS_RETRY_MS = 5_000;
/** How often a call looks whether the keys that another one has asked for are there. */
export const JWKS_POLL_MS = 20;

/** Events of one page of the feed. */
export const EVENTS_PAGE_DEFAULT = 200;
export const EVENTS_PAGE_MAX = 1_000;

/** Tickets that are shown with their contact. */
export const CONTACT_TICKETS_SHOWN = 20;

export const CORS_ORIGINS_MAX = 20;
/** How long a browser need not ask again whether it may. */
export const PREFLIGHT_KEPT_S = 3_600;

/** What a program writes: Telegram takes 4,096 characters, and in the topic stands who wrote them. */
export const WRITTEN_CHARS_MAX = 3_900;

/** Problems that one answer names; the rest are named once these are mended. */
export const PROBLEMS_SHOWN_MAX = 1_000;

/** What the audit trail keeps of a `User-Agent`. */
export const USER_AGENT_CHARS_MAX = 120;
/** Entries that an export of the audit trail reads at once. */
export const AUDIT_EXPORT_PAGE_ROWS = 1_000;
/** Pages of one export: each asks D1 twice, and a Worker may do so a thousand times a request [Cloudflare docs]. */
export const AUDIT_EXPORT_PAGES_MAX = 450;
/** Rows that an export of a contact reads at once. */
export const EXPORT_PAGE_ROWS = 200;
/** Tickets of a group that the preview of an erasure names. */
export const PREVIEWED_TICKETS_MAX = 200;
/** How long an isolate takes for known where updates come: much less than between two looks of reconciliation. */
export const DOOR_REMEMBERED_MS = 60_000;
/** Longer addresses name no host. */
export const ADDRESS_CHARS_MAX = 300;
