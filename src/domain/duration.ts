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

/** A duration in words, in the largest unit that says it exactly: `259200000` is `"3 days"`. */
export function durationWords(ms: number): string {
  const units = [
    ["day", UNIT_MS.d],
    ["hour", UNIT_MS.h],
    ["minute", UNIT_MS.m],
    ["second", UNIT_MS.s],
  ] as const;
  for (const [name, size] of units) {
    if (ms >= size && ms % size === 0) return `${ms / size} ${name}${ms === size ? "" : "s"}`;
  }
  return `${ms} ms`;
}

const RULE = 'must be a duration such as "90s", "15m", "4h" or "2d", at most 3650 days';

/** The zod type of a duration as the configuration writes it; its value stays the text. Editors see its pattern. */
export const Duration = z
  .string()
  .regex(PATTERN, { error: RULE, abort: true })
  .refine((text) => durationMs(text) !== undefined, { error: RULE });

/** Milliseconds of a duration that the schema has already accepted. */
export function ms(duration: string): number {
  const value = durationMs(duration);
  if (value === undefined) throw new TypeError(`"${duration}" is not a duration`);
  return value;
}
