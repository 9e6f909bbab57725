/** How long a group's object may take to tell how it is, to take a configuration, or to do what is due. */
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
export const RETENTION_STEPS_MAX = 20;
/** How often everything is looked at. */
export const RECONCILED_EVERY_MS = 10 * 60_000;
/** Telegram keeps its last error for ever: an older one is over. */
export const WEBHOOK_ERRORS_FRESH_MS = 15 * 60_000;
/** Updates that may wait at Telegram before somebody should know. */
export const WEBHOOK_BACKLOG_MAX = 100;
