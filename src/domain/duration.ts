import * as z from "zod";

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const PATTERN = /^(\d{1,9})(ms|s|m|h|d)$/;

/** The longest duration a configuration may name: ten years. */
export const DURATION_MAX_MS = 3_650 * UNIT_MS.d;

/**
 * Milliseconds in a duration such as `"2500ms"`, `"90s"`, `"15m"`, `"4h"` or `"2d"`; a day is 24 hours of elapsed
 * time. `undefined` when the text is no duration.
 */
export function durationMs(text: string): number | undefined {
  const match = PATTERN.exec(text);
  if (match === null) return undefined;
  const ms = Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS];
  return ms <= DURATION_MAX_MS ? ms : undefined;
}

export type DurationUnit = "day" | "hour" | "minute" | "second" | "ms";

/** A duration in the largest unit that says it exactly: `259200000` is 3 of `"day"`. */
export function inLargestUnit(ms: number): { count: number; unit: DurationUnit } {
  const units = [
    ["day", UNIT_MS.d],
    ["hour", UNIT_MS.h],
    ["minute", UNIT_MS.m],
    ["second", UNIT_MS.s],
  ] as const;
  const [unit, size] = units.find(([, one]) => ms >= one && ms % one === 0) ?? ["ms", 1];
  return { count: ms / size, unit };
}

/** The same for administrators: `"3 days"`. What is said in Telegram has words of its own, in `texts/`. */
export function durationForAdmins(ms: number): string {
  const { count, unit } = inLargestUnit(ms);
  return `${count} ${unit}${count === 1 || unit === "ms" ? "" : "s"}`;
}

const RULE = 'must be a duration in quotes such as "90s", "15m", "4h" or "2d", at most 3650 days';

/** How people and ISO 8601 write units: milliseconds of one of them. */
const WRITTEN_MS: readonly [RegExp, number][] = [
  [/^ms$|^millis/, 1],
  [/^s(?:ecs?|econds?)?$/, UNIT_MS.s],
  [/^m(?:ins?|inutes?)?$/, UNIT_MS.m],
  [/^h(?:rs?|ours?)?$/, UNIT_MS.h],
  [/^d(?:ays?)?$/, UNIT_MS.d],
  [/^w(?:eeks?)?$/, 7 * UNIT_MS.d],
  [/^y(?:ears?|rs?)?$/, 365 * UNIT_MS.d],
];

/** The duration that a text such as `"2 hours"`, `"1h30m"` or `"PT2H"` most likely means; null where that is open. */
function meantBy(text: string): string | null {
  const words = text
    .trim()
    .toLowerCase()
    .replace(/^pt?(?=\d)/, "")
    .replace(/(?<=\dd)t(?=\d)/, "");
  const parts = [...words.matchAll(/(\d{1,9}(?:\.\d{1,3})?)\s*([a-z]+)[\s,]*/g)];
  if (parts.length === 0 || parts.map(([all]) => all).join("") !== words) return null;
  let total = 0;
  for (const [, count, unit] of parts) {
    const unitMs = WRITTEN_MS.find(([written]) => written.test(unit!))?.[1];
    if (unitMs === undefined) return null;
    total += Number(count) * unitMs;
  }
  if (!Number.isInteger(total) || total > DURATION_MAX_MS) return null;
  const [unit, size] = Object.entries(UNIT_MS).findLast(([, one]) => total % one === 0)!;
  return `${total / size}${unit}`;
}

function rule({ input }: { input?: unknown }): string {
  const meant = typeof input === "string" ? meantBy(input) : null;
  return meant === null ? RULE : `${RULE}: did you mean ${JSON.stringify(meant)}?`;
}

/** The zod type of a duration as the configuration writes it; its value stays the text. Editors see its pattern. */
export const Duration = z
  .string({ error: rule })
  .regex(PATTERN, { error: rule, abort: true })
  .refine((text) => durationMs(text) !== undefined, { error: RULE });

/** Milliseconds of a duration that the schema has already accepted. */
export function ms(duration: string): number {
  const value = durationMs(duration);
  if (value === undefined) throw new TypeError(`"${duration}" is not a duration`);
  return value;
}
