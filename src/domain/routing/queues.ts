import type { Config, QueueConfig } from "../config/config.ts";
import { ms } from "../duration.ts";
import type { QueueRouting, Weights } from "./assignment.ts";

/** Weights of each strategy; ties go to the agent whose last turn is the longest ago. */
const STRATEGIES: Record<QueueConfig["strategy"], Weights> = {
  weighted: { preferredAgent: 100, preferredSkills: 50, history: 30, spareCapacity: 20 },
  least_loaded: { preferredAgent: 0, preferredSkills: 0, history: 0, spareCapacity: 100 },
  round_robin: { preferredAgent: 0, preferredSkills: 0, history: 0, spareCapacity: 0 },
};

/** Every queue of a configuration by its id. */
export function queueRoutingsOf(config: Config): ReadonlyMap<string, QueueRouting> {
  const pool = poolOf(config);
  return new Map(
    config.queues.map((queue) => [
      queue.id,
      queueRoutingOf(queue, queue.group === pool?.group ? null : pool),
    ]),
  );
}

/** The fallback pool's queue: the default one if it is of that group, otherwise the group's first. */
function poolOf({ routing, queues }: Config): QueueConfig | null {
  const own = queues.filter(({ group }) => group === routing.fallbackPool);
  return own.find(({ id }) => id === routing.defaultQueue) ?? own[0] ?? null;
}

function queueRoutingOf(queue: QueueConfig, pool: QueueConfig | null): QueueRouting {
  const given = Object.entries(queue.weights ?? {}).filter(([, weight]) => weight !== undefined);
  return {
    id: queue.id,
    group: queue.group,
    auto: queue.assignment === "auto",
    weights: { ...STRATEGIES[queue.strategy], ...Object.fromEntries(given) },
    requireSkills: queue.requireSkills ?? {},
    preferSkills: queue.preferSkills ?? {},
    relaxAfterMs: queue.relaxAfter.map(ms).sort((a, b) => a - b),
    overrideAfterMs: queue.overrideAfter === undefined ? null : ms(queue.overrideAfter),
    pool: pool?.id ?? null,
    answerWithinMs: queue.answerWithin === undefined ? null : ms(queue.answerWithin),
  };
}
