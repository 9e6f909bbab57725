import type { Config } from "../config/config.ts";
import { problem, type ConfigProblem } from "../config/places.ts";
import { durationForAdmins, ms } from "../duration.ts";
import { METRICS } from "../metric.ts";
import { PRIORITIES, type Priority } from "../priority.ts";

/** Promises that cannot be what was meant: an answer that may come after the end, or a grave ticket that waits longer. */
export function promisesOutOfOrder(config: Config): ConfigProblem[] {
  return config.slaPolicies.flatMap(({ targets }, index) => {
    const path = ["slaPolicies", index, "targets"];
    const found: ConfigProblem[] = [];
    for (const [priority, { resolution, ...answers }] of Object.entries(targets)) {
      for (const [metric, target] of Object.entries(answers)) {
        if (resolution === undefined || target === undefined || ms(target) <= ms(resolution)) continue;
        const message = `is longer than the resolution, which has ${durationForAdmins(ms(resolution))}: it should be answered before it is resolved`;
        found.push(problem([...path, priority, metric], message));
      }
    }
    for (const [place, grave] of PRIORITIES.entries()) {
      for (const lesser of PRIORITIES.slice(place + 1)) found.push(...slower(targets, grave, lesser, path));
    }
    return found;
  });
}

type Targets = Config["slaPolicies"][number]["targets"];

/** Of two priorities with targets of their own the graver one has the shorter. */
function slower(
  targets: Targets,
  grave: Priority,
  lesser: Priority,
  path: (string | number)[],
): ConfigProblem[] {
  const [own, other] = [targets[grave], targets[lesser]];
  if (own === undefined || other === undefined) return [];
  return METRICS.flatMap((metric) => {
    const [mine, theirs] = [own[metric], other[metric]];
    if (mine === undefined || theirs === undefined || ms(mine) <= ms(theirs)) return [];
    const message = `is longer than that of ${lesser}, which has ${durationForAdmins(ms(theirs))}: ${grave} goes first`;
    return [problem([...path, grave, metric], message)];
  });
}
