import type { BusinessCalendar } from "../calendar/calendar.ts";

/** What an agent has said of themselves; `until` in ms since 1970, null: until they say otherwise. */
export interface Presence {
  availability: "online" | "away" | "offline";
  until: number | null;
}

/** Why an agent gets no tickets. */
export type Unavailable = "away" | "offline" | "off_shift";

/** Why an agent gets no tickets at `at`; null if they are available. A shift of null means always. */
export function unavailableBecause(
  { availability, until }: Presence,
  shift: BusinessCalendar | null,
  at: number,
): Unavailable | null {
  if (availability === "offline") return "offline";
  if (availability === "away" && (until === null || at < until)) return "away";
  return shift !== null && !shift.isOpen(at) ? "off_shift" : null;
}

/** When an agent who is away may be back, in ms since 1970; null: unknown, or available now. */
export function availableFrom(
  { availability, until }: Presence,
  shift: BusinessCalendar | null,
  at: number,
): number | null {
  if (availability === "offline") return null;
  if (availability === "away" && (until === null || at < until)) return until;
  if (shift === null) return null;
  const { open, opens } = shift.openingAt(at);
  return open ? null : opens;
}
