import type * as z from "zod";
import type { World } from "../world.ts";

/** An act in a world that is not the bot's: by a person, by Telegram itself, or by the program that sets the stage. */
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
