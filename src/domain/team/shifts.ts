import type { BusinessCalendar } from "../calendar/calendar.ts";

/** Whether shifts are open, at instants that only grow: many agents share one, and it changes a few times a day. */
export class Shifts {
  readonly #known = new Map<BusinessCalendar, { open: boolean; until: number }>();

  isOpen(shift: BusinessCalendar | null, at: number): boolean {
    return shift === null || this.#at(shift, at).open;
  }

  /** When a closed shift opens; null: never, or it is open. */
  opensAt(shift: BusinessCalendar | null, at: number): number | null {
    if (shift === null) return null;
    const { open, until } = this.#at(shift, at);
    return open || until === Infinity ? null : until;
  }

  #at(shift: BusinessCalendar, at: number): { open: boolean; until: number } {
    const known = this.#known.get(shift);
    if (known !== undefined && at < known.until) return known;
    const { open, opens, closes } = shift.openingAt(at);
    const fresh = { open, until: (open ? closes : opens) ?? Infinity };
    this.#known.set(shift, fresh);
    return fresh;
  }
}

/** When a shift begins next, whether it is open now or not; null: never. */
export function nextBeginning(shift: BusinessCalendar | null, at: number): number | null {
  if (shift === null) return null;
  const { open, opens, closes } = shift.openingAt(at);
  if (!open) return opens;
  return closes === null ? null : shift.openingAt(closes).opens;
}
