import type * as z from "zod";
import type { World } from "../world.ts";

/** Something done in a world other than by the bot: by a person, by Telegram itself, or by whoever sets the stage. */
export interface Act<Schema extends z.ZodType = z.ZodType, Result = unknown> {
  input: Schema;
  run: (world: World, input: z.output<Schema>) => Result;
}

export function act<Schema extends z.ZodType, Result>(
  input: Schema,
  run: (world: World, input: z.output<Schema>) => Result,
): Act<Schema, Result> {
  return { input, run };
}
