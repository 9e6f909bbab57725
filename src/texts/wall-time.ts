import { TimeZone } from "../domain/calendar/zone.ts";

/** An instant on the wall of a zone: `"2026-12-03 09:40"`. */
export function wallTime(at: number, timeZone: string): string {
  const there = new Date(at + TimeZone.of(timeZone).offsetAt(at)).toISOString();
  return there.slice(0, 16).replace("T", " ");
}
