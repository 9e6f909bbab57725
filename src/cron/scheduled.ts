import { advanceErasures } from "../groups/erasing.ts";
import { reconcileNowAndThen } from "../groups/reconciling/reconcile.ts";
import { retain } from "../groups/retention.ts";
import { sweepGroups } from "../groups/sweep.ts";
import { log } from "../log.ts";
import { ApiCalls } from "../record/api-calls.ts";
import { ApiKeys } from "../record/api-keys.ts";
import { API_CALL_PURGES_MAX, INDEXINGS_MAX } from "../record/limits.ts";
import { RecordUnreachable } from "../record/reach.ts";
import { indexStale } from "../record/search-index.ts";

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/**
 * Every minute: wakes the groups in which work is due, in case an object's own alarm does not ring. Both find the same
 * work, and the first does it. Then it looks whether everything agrees, or else continues an erasure and forgets what is older than
 * the configuration keeps: both in one minute would ask D1 more than the fifty times that Workers Free lets an invocation. Last
 * it tidies the record: the full text index follows erasures, and old calls and keys are removed.
 */
export async function everyMinute(env: Env, now: number): Promise<void> {
  const { groups, unreachableGroups } = await sweepGroups(env, now);
  const steps = groups.reduce((sum, group) => sum + group.steps, 0);
  if (steps > 0 || unreachableGroups.length > 0) {
    log(unreachableGroups.length > 0 ? "warn" : "info", "sla.swept", { steps, unreachableGroups });
  }
  try {
    if (!(await reconcileNowAndThen(env, now))) {
      await advanceErasures(env, now);
      await retain(env, now);
    }
    await tidy(env, now);
  } catch (error) {
    if (!(error instanceof RecordUnreachable)) throw error;
    log("warn", "record.unreachable", { code: error.code });
  }
}

async function tidy(env: Env, now: number): Promise<void> {
  for (let step = 0; step < INDEXINGS_MAX && (await indexStale(env.DB)); step += 1);
  const calls = new ApiCalls(env.DB);
  for (let step = 0; step < API_CALL_PURGES_MAX && (await calls.purge(now)); step += 1);
  // Keys are looked through one by one, so more seldom.
  if (now % HOUR_MS < MINUTE_MS) await new ApiKeys(env.DB).purge(now);
}
