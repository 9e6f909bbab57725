import type { RefusalClass } from "./failure.ts";

/**
 * What came of one call.
 *
 * - `done`: it happened, or held already ("not modified")
 * - `defer`: it did not happen, and nothing may be sent there for `retryAfterMs`
 * - `retry`: it did not happen, and may be tried again after a pause
 * - `uncertain`: no answer; it may have happened
 * - `refused`: the other side said no, and will say no again
 */
export type Outcome =
  | { kind: "done"; result: unknown }
  | { kind: "defer"; retryAfterMs: number }
  /** `afterMs`: how long the other side asked to be left alone. */
  | { kind: "retry"; code: string; afterMs?: number }
  | { kind: "uncertain"; code: string }
  | { kind: "refused"; code: RefusalClass; description: string; migrateToChatId?: number };
