/** How long a group's object may take to answer for its health, take a configuration, or run due work. */
export const GROUP_PATIENCE_MS = 5_000;
/** Groups that are asked at once. */
export const GROUPS_AT_ONCE_MAX = 50;

/** When everything is looked through again after an erasure: what was on its way between objects has come in by then. */
export const ERASURE_SETTLE_MS = 60_000;
/** Steps that one go of an erasure takes before Cron goes on with it. */
export const ERASURE_STEPS_MAX = 40;
/** What Telegram has not answered by then is named in the receipt as asked for. */
export const ERASURE_OVER_AFTER_MS = 48 * 3_600_000;

/** How often what is too old is forgotten, and the steps that one minute takes of it. */
export const RETENTION_EVERY_MS = 24 * 3_600_000;
export const RETENTION_STEPS_MAX = 10;
/** How often everything is looked at. */
export const RECONCILED_EVERY_MS = 10 * 60_000;
/** After this long a look that did not end is dead, and another one may begin. */
export const LOOK_LEASE_MS = 180_000;
/**
 * `Retry-After` of an update that could not be taken, unless the object names another one; also while the desk has no
 * configuration.
 */
export const RETRY_S = 5;
export const RETRY_UNCONFIGURED_S = 10;
/** Tickets of a group, open and closed, that one look compares with the record one by one. */
export const TICKETS_COMPARED_MAX = 200;
/** Open tickets that are compared in one question, where the record has others in hand than the object. */
export const OPEN_COMPARED_AT_ONCE_MAX = 2_000;
/** Clocks of objects and of the Workers that ask them may differ by this. */
export const CLOCKS_DIFFER_MS = 5_000;
/** Holes in the numbers of updates that one look names; those beyond are one. */
export const HOLES_NAMED_MAX = 20;
/** Updates that one drain takes over: each is a call of an object, of which a request may make 1,000 [Cloudflare docs]. */
export const DRAINED_UPDATES_MAX = 500;
/** How long one drain takes updates over before it sets the webhook again. */
export const DRAIN_PATIENCE_MS = 20_000;
/** After this long a drain that did not end is dead, and another one may begin. */
export const DRAIN_LEASE_MS = 120_000;
/** How often a drain tries to set the webhook again before it leaves that to the next look. */
export const DRAIN_WEBHOOK_TRIES = 3;
/** Telegram keeps its last error for ever: an older one is over. */
export const WEBHOOK_ERRORS_FRESH_MS = 15 * 60_000;
/** Updates that may wait at Telegram before the leads are told. */
export const WEBHOOK_BACKLOG_MAX = 100;
/** A 401 so soon after the secret was set again is not about the secret. */
export const SECRET_MENDED_MS = 3_600_000;
