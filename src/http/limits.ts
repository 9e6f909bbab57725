/** How long Telegram shall wait when a webhook could not be taken, unless the object says otherwise. */
export const RETRY_AFTER_S = 5;
/** The same while nobody has configured the desk. */
export const RETRY_UNCONFIGURED_S = 10;
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
