import type { CalendarConfig } from "../config/config.ts";
import { CHUNK_MS, OpeningHours, type OpenSpans } from "./opening-hours.ts";
import { orderedPauses, type Pause } from "./pauses.ts";
import { countUpTo, DAY_MS } from "./zone.ts";

/** How far ahead a target may lie: five years, not counting pauses. */
export const REACH_MAX_MS = 5 * 366 * DAY_MS;

/**
 * When a clock runs out.
 *
 * - `at`: the earliest instant at which the target has elapsed; what runs out at closing time is due at closing time
 * - `paused`: an open pause holds it
 * - `unreachable`: not within five years; the calendar is never open, or hardly ever
 */
export type Due = { kind: "at"; at: number } | { kind: "paused" } | { kind: "unreachable" };

/** Business time: how much of it passes between instants. All instants and amounts are in ms. */
export class BusinessCalendar {
  readonly id: string;
  readonly hours: OpeningHours;

  private constructor(config: CalendarConfig) {
    this.id = config.id;
    this.hours = new OpeningHours(config);
  }

  static readonly #known = new WeakMap<CalendarConfig, BusinessCalendar>();

  /** The calendar of a configuration; the same object gives the same calendar, with all it has worked out. */
  static of(config: CalendarConfig): BusinessCalendar {
    let calendar = BusinessCalendar.#known.get(config);
    if (calendar === undefined) {
      calendar = new BusinessCalendar(config);
      BusinessCalendar.#known.set(config, calendar);
    }
    return calendar;
  }

  get timeZone(): string {
    return this.hours.zone.name;
  }

  /** When `amount` of business time has passed since `start`, pauses left out. */
  due(start: number, amount: number, pauses: readonly Pause[] = []): Due {
    if (amount <= 0) return { kind: "at", at: start };
    let left = amount;
    let from = start;
    let reach = start + REACH_MAX_MS;
    for (const pause of orderedPauses(pauses)) {
      if (pause.to <= from) continue;
      if (pause.from > from) {
        const until = Math.min(pause.from, reach);
        const open = this.#openBetween(from, until);
        if (open >= left) return { kind: "at", at: this.#after(from, left, until) };
        left -= open;
        if (until < pause.from) return { kind: "unreachable" };
      }
      if (pause.to === Infinity) return { kind: "paused" };
      reach += pause.to - Math.max(from, pause.from);
      from = pause.to;
    }
    const at = this.#after(from, left, reach);
    return Number.isNaN(at) ? { kind: "unreachable" } : { kind: "at", at };
  }

  /** How much business time passes from `start` to `end`, pauses left out. */
  elapsed(start: number, end: number, pauses: readonly Pause[] = []): number {
    let sum = 0;
    let from = start;
    for (const pause of orderedPauses(pauses)) {
      if (pause.to <= from) continue;
      if (pause.from >= end) break;
      if (pause.from > from) sum += this.#openBetween(from, pause.from);
      from = pause.to;
    }
    return from < end ? sum + this.#openBetween(from, end) : sum;
  }

  /**
   * The latest instant at which `amount` of business time is left until `due`, pauses left out; `null` if it lies more
   * than five years before.
   */
  before(due: number, amount: number, pauses: readonly Pause[] = []): number | null {
    if (amount <= 0) return due;
    let left = amount;
    let to = due;
    let reach = due - REACH_MAX_MS;
    for (const pause of orderedPauses(pauses).toReversed()) {
      if (pause.from >= to) continue;
      if (pause.to < to) {
        const from = Math.max(pause.to, reach);
        const open = this.#openBetween(from, to);
        if (open >= left) return this.#ahead(to, left, from);
        left -= open;
        if (from > pause.to) return null;
      }
      reach -= Math.min(to, pause.to) - pause.from;
      to = pause.from;
    }
    return this.#ahead(to, left, reach);
  }

  isOpen(at: number): boolean {
    return this.#openBetween(at, at + 1) === 1;
  }

  /**
   * The opening that `at` lies in, otherwise the next one. `opens` and `closes` are null where that is more than five
   * years away.
   */
  openingAt(at: number): { open: boolean; opens: number | null; closes: number | null } {
    if (this.hours.always) return { open: true, opens: null, closes: null };
    const open = this.isOpen(at);
    const opens = open ? this.#edgeBefore(at) : this.#edgeAfter(at, true);
    const closes = opens === null && !open ? null : this.#edgeAfter(open ? at : opens!, false);
    return { open, opens, closes };
  }

  /** The opening hours between two instants, in order; touching ones may come in pieces. */
  *spans(from: number, to: number): Generator<{ from: number; to: number }> {
    for (let index = chunkOf(from); index * CHUNK_MS < to; index += 1) {
      const chunk = this.hours.chunk(index);
      for (let span = countUpTo(chunk.to, from); span < chunk.from.length; span += 1) {
        const begins = Math.max(chunk.from[span]!, from);
        const ends = Math.min(chunk.to[span]!, to);
        if (begins >= to) return;
        yield { from: begins, to: ends };
      }
    }
  }

  #openBetween(from: number, to: number): number {
    if (from >= to) return 0;
    if (this.hours.always) return to - from;
    const first = chunkOf(from);
    const last = chunkOf(to);
    let sum = openUntil(this.hours.chunk(last), to) - openUntil(this.hours.chunk(first), from);
    for (let index = first; index < last; index += 1) sum += this.hours.chunk(index).open;
    return sum;
  }

  /** When `amount` has passed since `from`, `NaN` if not by `reach`. */
  #after(from: number, amount: number, reach: number): number {
    if (this.hours.always) return from + amount <= reach ? from + amount : Number.NaN;
    let index = chunkOf(from);
    let left = amount + openUntil(this.hours.chunk(index), from);
    while (this.hours.chunk(index).open < left) {
      left -= this.hours.chunk(index).open;
      index += 1;
      if (index * CHUNK_MS > reach) return Number.NaN;
    }
    const chunk = this.hours.chunk(index);
    // The first span by whose end enough has passed: closing time counts.
    let span = countUpTo(chunk.openUpTo, left);
    if (span > 0 && chunk.openUpTo[span - 1] === left) span -= 1;
    const at = chunk.to[span]! - (chunk.openUpTo[span]! - left);
    return at <= reach ? at : Number.NaN;
  }

  /** The latest instant with `amount` left until `to`; `null` if it lies before `reach`. */
  #ahead(to: number, amount: number, reach: number): number | null {
    if (this.hours.always) return to - amount >= reach ? to - amount : null;
    let index = chunkOf(to);
    let left = amount;
    let open = openUntil(this.hours.chunk(index), to);
    while (open < left) {
      left -= open;
      index -= 1;
      if ((index + 1) * CHUNK_MS < reach) return null;
      open = this.hours.chunk(index).open;
    }
    const chunk = this.hours.chunk(index);
    const wanted = open - left;
    // The last span in which no more than `wanted` has passed: its beginning counts, its end does not.
    const span = countUpTo(chunk.openUpTo, wanted);
    const passed = span === 0 ? 0 : chunk.openUpTo[span - 1]!;
    const at = chunk.from[span]! + (wanted - passed);
    return at >= reach ? at : null;
  }

  #edgeAfter(at: number, opening: boolean): number | null {
    let edge = at;
    for (let index = chunkOf(at); index * CHUNK_MS < at + REACH_MAX_MS; index += 1) {
      const chunk = this.hours.chunk(index);
      for (let span = countUpTo(chunk.to, edge); span < chunk.from.length; span += 1) {
        if (opening) return Math.max(chunk.from[span]!, at);
        if (chunk.from[span]! > edge) return edge;
        edge = chunk.to[span]!;
      }
      // Closed up to the end of the piece, unless it ended open.
      if (!opening && edge < (index + 1) * CHUNK_MS) return edge;
    }
    return null;
  }

  #edgeBefore(at: number): number | null {
    let edge = at;
    for (let index = chunkOf(at); (index + 1) * CHUNK_MS > at - REACH_MAX_MS; index -= 1) {
      const chunk = this.hours.chunk(index);
      for (let span = countUpTo(chunk.from, edge) - 1; span >= 0; span -= 1) {
        if (chunk.to[span]! < edge) return edge;
        edge = Math.min(edge, chunk.from[span]!);
      }
      if (edge > index * CHUNK_MS) return edge;
    }
    return null;
  }
}

function chunkOf(at: number): number {
  return Math.floor(at / CHUNK_MS);
}

/** How long it is open from the chunk's beginning to an instant within it. */
function openUntil(chunk: OpenSpans, at: number): number {
  const ended = countUpTo(chunk.to, at);
  const passed = ended === 0 ? 0 : chunk.openUpTo[ended - 1]!;
  const from = chunk.from[ended];
  return from === undefined || from >= at ? passed : passed + (at - from);
}
