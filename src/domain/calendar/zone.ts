// Function by function: the classes together weigh as much in the bundle as all of this domain.
import { fromEpochMilliseconds, toZonedDateTimeISO } from "temporal-polyfill/fns/Instant";
import {
  getTimeZoneTransition,
  offsetNanoseconds,
  type Record as ZonedDateTime,
} from "temporal-polyfill/fns/ZonedDateTime";

export const DAY_MS = 86_400_000;
export const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
/** 1970-01-01 was a Thursday. */
const EPOCH_WEEKDAY = 3;
/** The table of clock changes grows by at least this much at once. */
const EXTEND_MS = 400 * DAY_MS;

/**
 * The clock changes of one IANA zone, for integer arithmetic instead of a calendar object a day. A wall time is
 * written as if it were UTC: milliseconds since 1970-01-01T00:00 on the wall. Days are counted on the wall, too.
 */
export class TimeZone {
  /** As it was asked for. */
  readonly name: string;
  /** Between these instants every change is known. */
  #from: number;
  #to: number;
  /** When the clock changes, and by how much the wall is ahead of UTC before the first and from each change on. */
  #changes: number[] = [];
  #offsets: number[];

  private constructor(name: string, at: number) {
    this.name = name;
    this.#from = at;
    this.#to = at;
    this.#offsets = [offsetMs(this.#at(at))];
  }

  static readonly #known = new Map<string, TimeZone>();

  /** The zone of this IANA name. Throws a `RangeError` for an unknown one: ask `isTimeZone` first. */
  static of(name: string): TimeZone {
    let zone = TimeZone.#known.get(name);
    if (zone === undefined) {
      zone = new TimeZone(name, Date.UTC(2024, 0, 1));
      TimeZone.#known.set(name, zone);
    }
    return zone;
  }

  /** How far the wall is ahead of UTC at an instant, in ms. */
  offsetAt(at: number): number {
    this.#cover(at, at);
    return this.#offsets[countUpTo(this.#changes, at)]!;
  }

  /** How far the wall is ahead of UTC from an instant on, and from each change of the clock on until another instant. */
  offsetsBetween(from: number, to: number): { since: number; offsetMs: number }[] {
    this.#cover(from, to);
    const first = countUpTo(this.#changes, from);
    const last = Math.max(first, countUpTo(this.#changes, to - 1));
    const since = [from, ...this.#changes.slice(first, last)];
    return since.map((at, index) => ({ since: at, offsetMs: this.#offsets[first + index]! }));
  }

  wallAt(at: number): number {
    return at + this.offsetAt(at);
  }

  /** The local date at an instant, as days since 1970-01-01. */
  dayAt(at: number): number {
    return Math.floor(this.wallAt(at) / DAY_MS);
  }

  /**
   * The instant of a wall time. One that does not exist moves later by the gap; a repeated one is its first
   * occurrence. (What RFC 5545 asks for and Temporal calls "compatible".)
   */
  instantOf(wall: number): number {
    this.#cover(wall - DAY_MS, wall + DAY_MS);
    // The offset before a change holds until both the old and the new wall have passed it: in a gap that moves later,
    // in a repeated hour it is the first occurrence.
    let index = countUpTo(this.#changes, wall + DAY_MS);
    while (index > 0) {
      const change = this.#changes[index - 1]!;
      if (change + Math.max(this.#offsets[index - 1]!, this.#offsets[index]!) <= wall) break;
      index -= 1;
    }
    return wall - this.#offsets[index]!;
  }

  /**
   * The instants whose local date is `day`, as `[from, to)` pairs one after the other: one pair as a rule, two where
   * the clock falls back over midnight, none where the zone skipped the date.
   */
  instantsOfDay(day: number): number[] {
    const wallFrom = day * DAY_MS;
    const wallTo = wallFrom + DAY_MS;
    this.#cover(wallFrom - DAY_MS, wallTo + DAY_MS);
    const spans: number[] = [];
    let index = countUpTo(this.#changes, wallFrom - DAY_MS);
    for (; index <= this.#changes.length; index += 1) {
      const since = this.#changes[index - 1] ?? -Infinity;
      if (since >= wallTo + DAY_MS) break;
      const offset = this.#offsets[index]!;
      const from = Math.max(since, wallFrom - offset);
      const to = Math.min(this.#changes[index] ?? Infinity, wallTo - offset);
      if (from >= to) continue;
      if (spans.at(-1) === from) spans[spans.length - 1] = to;
      else spans.push(from, to);
    }
    return spans;
  }

  #at(at: number): ZonedDateTime {
    return toZonedDateTimeISO(fromEpochMilliseconds(at), this.name);
  }

  #cover(from: number, to: number): void {
    if (to > this.#to) this.#learnUntil(Math.max(to, this.#to + EXTEND_MS));
    if (from < this.#from) this.#learnBackTo(Math.min(from, this.#from - EXTEND_MS));
  }

  #learnUntil(to: number): void {
    let next = getTimeZoneTransition(this.#at(this.#to), "next");
    while (next !== null && next.epochMilliseconds <= to) {
      this.#changes.push(next.epochMilliseconds);
      this.#offsets.push(offsetMs(next));
      next = getTimeZoneTransition(next, "next");
    }
    this.#to = to;
  }

  #learnBackTo(from: number): void {
    const changes: number[] = [];
    const offsets = [offsetMs(this.#at(from))];
    let next = getTimeZoneTransition(this.#at(from), "next");
    while (next !== null && next.epochMilliseconds <= this.#from) {
      changes.push(next.epochMilliseconds);
      offsets.push(offsetMs(next));
      next = getTimeZoneTransition(next, "next");
    }
    this.#changes = [...changes, ...this.#changes];
    this.#offsets = [...offsets, ...this.#offsets.slice(1)];
    this.#from = from;
  }
}

function offsetMs(at: ZonedDateTime): number {
  return offsetNanoseconds(at) / 1e6;
}

/** How many of the ascending numbers are `<= limit`. */
export function countUpTo(ascending: ArrayLike<number>, limit: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Whether a text names an IANA zone. Offsets such as "+02:00" do not: a calendar has to know the clock changes. */
export function isTimeZone(name: string): boolean {
  if (/^[+-]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

/** Days since 1970-01-01 of a local date such as `"2026-12-24"`. */
export function dayOf(date: string): number {
  return Math.floor(Date.parse(`${date}T00:00:00Z`) / DAY_MS);
}

export function weekdayOf(day: number): number {
  return (((day + EPOCH_WEEKDAY) % 7) + 7) % 7;
}

export function weekdayName(day: number): string {
  return WEEKDAYS[weekdayOf(day)]!;
}
