import { sweepGroups } from "../groups/sweep.ts";
import { log } from "../log.ts";

/**
 * Every minute: wakes the groups in which something is due, for the case that an object's own alarm does not ring.
 * Both find the same things due, and whoever comes first does them.
 */
export async function everyMinute(env: Env, now: number): Promise<void> {
  const { groups, unreachableGroups } = await sweepGroups(env, now);
  const steps = groups.reduce((sum, group) => sum + group.steps, 0);
  if (steps > 0 || unreachableGroups.length > 0) {
    log(unreachableGroups.length > 0 ? "warn" : "info", "sla.swept", { steps, unreachableGroups });
  }
}
