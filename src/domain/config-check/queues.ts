import { inside, places, problem, type ConfigProblem } from "../config/places.ts";
import { durationMs } from "../duration.ts";

/** A later step of a relaxation must come later. */
export function relaxationsOutOfOrder(document: unknown): ConfigProblem[] {
  return places(document, "queues/*/relaxAfter").flatMap(({ path, value }) => {
    const waits = inside(value).map(([, text]) => (typeof text === "string" ? durationMs(text) : undefined));
    return waits.flatMap((wait, index) => {
      const before = waits[index - 1];
      if (wait === undefined || before === undefined || wait > before) return [];
      const message = `must be longer than the one before it: preferred skills drop level by level`;
      return [problem([...path, index], message)];
    });
  });
}
