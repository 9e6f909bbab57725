import type { Params } from "../params.ts";
import type { World } from "../world.ts";

/** One Bot API method: what it answers as its result, or a TelegramFailure. It fails before it changes anything. */
export type Method = (world: World, params: Params) => unknown;
export type Methods = Record<string, Method>;
