import type { Dice } from "grammy/types";
import type { World } from "./world.ts";

const SIDES: Record<string, number> = { "🎲": 6, "🎯": 6, "🎳": 6, "🏀": 5, "⚽": 5, "🎰": 64 };

export function isRollable(emoji: string): boolean {
  return SIDES[emoji] !== undefined;
}

/** The value is Telegram's, never the sender's. */
export function rolled(world: World, emoji: string): Dice {
  return { emoji, value: 1 + Math.floor(world.random() * (SIDES[emoji] ?? 6)) };
}
