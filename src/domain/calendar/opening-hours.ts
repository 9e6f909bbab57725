import type { CalendarConfig } from "../config/config.ts";
import { DAY_MS, dayOf, TimeZone, WEEKDAYS, weekdayOf } from "./zone.ts";

const MINUTE_MS = 60_000;
/** Opening hours are worked out and kept in pieces of this length. */
export const CHUNK_MS = 32 * DAY_MS;
/** Pieces that are kept: more than fourteen years of them. */
const CHUNKS_KEPT_MAX = 160;

/** Hours that begin on one local date, in ms after its midnight; `to` may lie beyond the next midnight. */
export interface Shift {
  from: number;
  to: number;
  /** As the configuration writes it: `"09:00-12:30"`. */
  text: string;
}

/** The opening hours within one chunk: half-open, in order, apart from each other. Instants in ms. */
export interface OpenSpans {
  from: number[];
  to: number[];
  /** How long it is open from the chunk's beginning to the end of each span. */
  openUpTo: number[];
  open: number;
}

/**
 * When a calendar is open, in instants. Shifts belong to the local date on which they begin; an override replaces
 * those that begin on its date; a holiday takes its whole local date, with what runs into it and what would begin
 * on it; a date that the zone skipped has none.
 */
export class OpeningHours {
  readonly zone: TimeZone;
  /** Open at every instant there is. */
  readonly always: boolean;
  readonly holidays: ReadonlyMap<number, string>;
  readonly overrides: ReadonlyMap<number, { name: string; shifts: readonly Shift[] }>;
  readonly #weekly: readonly (readonly Shift[])[];
  readonly #chunks = new Map<number, OpenSpans>();

  constructor(config: CalendarConfig) {
    this.zone = TimeZone.of(config.timeZone);
    this.#weekly = WEEKDAYS.map((weekday) => (config.weekly[weekday] ?? []).map(shiftOf));
    this.holidays = new Map(config.holidays.map(({ date, name }) => [dayOf(date), name]));
    this.overrides = new Map(
      config.overrides.map(({ date, hours, name }) => [
        dayOf(date),
        { name: name ?? `override of ${date}`, shifts: hours.map(shiftOf) },
      ]),
    );
    this.always = this.holidays.size === 0 && this.overrides.size === 0 && coversWeek(this.#weekly);
  }

  /** The shifts that begin on a local date, before holidays are looked at. */
  shiftsOf(day: number): readonly Shift[] {
    return this.overrides.get(day)?.shifts ?? this.#weekly[weekdayOf(day)]!;
  }

  /** The opening hours within `[index * CHUNK_MS, (index + 1) * CHUNK_MS)`. */
  chunk(index: number): OpenSpans {
    let chunk = this.#chunks.get(index);
    if (chunk === undefined) {
      if (this.#chunks.size >= CHUNKS_KEPT_MAX) this.#chunks.clear();
      chunk = this.#workOut(index * CHUNK_MS, (index + 1) * CHUNK_MS);
      this.#chunks.set(index, chunk);
    }
    return chunk;
  }

  /** Whether there is any hour in a week, or any override to come, in which it could be open. */
  get hasHours(): boolean {
    return (
      this.#weekly.some((shifts) => shifts.length > 0) ||
      [...this.overrides.values()].some(({ shifts }) => shifts.length > 0)
    );
  }

  #workOut(from: number, to: number): OpenSpans {
    if (this.always) return spansOf([from, to], from, to);
    const { zone } = this;
    // What begins on a date may end a date later, and clocks change by a day at most.
    const firstDay = zone.dayAt(from) - 2;
    const lastDay = zone.dayAt(to) + 2;
    const open: number[] = [];
    const closed: number[] = [];
    for (let day = firstDay; day <= lastDay; day += 1) {
      if (this.holidays.has(day)) {
        closed.push(...zone.instantsOfDay(day));
        continue;
      }
      const shifts = this.shiftsOf(day);
      if (shifts.length === 0 || zone.instantsOfDay(day).length === 0) continue;
      for (const shift of shifts) {
        const opens = zone.instantOf(day * DAY_MS + shift.from);
        const closes = zone.instantOf(day * DAY_MS + shift.to);
        if (opens < closes) open.push(opens, closes);
      }
    }
    return spansOf(without(merged(open), closed), from, to);
  }
}

/** An end that is not after its beginning lies on the day after. */
function shiftOf(text: string): Shift {
  const [from, to] = text.split("-").map((time) => {
    const [hours, minutes] = time.split(":");
    return (Number(hours) * 60 + Number(minutes)) * MINUTE_MS;
  }) as [number, number];
  return { from, to: to > from ? to : to + DAY_MS, text };
}

function coversWeek(weekly: readonly (readonly Shift[])[]): boolean {
  const week = 7 * DAY_MS;
  const spans = weekly.flatMap((shifts, weekday) =>
    shifts.flatMap(({ from, to }) => {
      const start = weekday * DAY_MS + from;
      const end = weekday * DAY_MS + to;
      return end > week ? [start, week, 0, end - week] : [start, end];
    }),
  );
  const [from, to, ...more] = merged(spans);
  return from === 0 && to === week && more.length === 0;
}

/** `[from, to)` pairs in any order, put in order and joined where they touch. */
function merged(pairs: readonly number[]): number[] {
  const order: number[] = [];
  for (let index = 0; index < pairs.length; index += 2) order.push(index);
  order.sort((a, b) => pairs[a]! - pairs[b]!);
  const joined: number[] = [];
  for (const index of order) {
    const from = pairs[index]!;
    const to = pairs[index + 1]!;
    const last = joined.length - 1;
    if (last > 0 && from <= joined[last]!) joined[last] = Math.max(joined[last]!, to);
    else joined.push(from, to);
  }
  return joined;
}

/** Ordered pairs without what other ordered pairs take away. */
function without(pairs: readonly number[], away: readonly number[]): number[] {
  if (away.length === 0) return [...pairs];
  const left: number[] = [];
  for (let index = 0; index < pairs.length; index += 2) {
    let from = pairs[index]!;
    const to = pairs[index + 1]!;
    for (let cut = 0; cut < away.length && from < to; cut += 2) {
      const cutFrom = away[cut]!;
      const cutTo = away[cut + 1]!;
      if (cutTo <= from || cutFrom >= to) continue;
      if (cutFrom > from) left.push(from, cutFrom);
      from = cutTo;
    }
    if (from < to) left.push(from, to);
  }
  return left;
}

/** Ordered pairs, as far as they lie in a window. */
function spansOf(pairs: readonly number[], windowFrom: number, windowTo: number): OpenSpans {
  const spans: OpenSpans = { from: [], to: [], openUpTo: [], open: 0 };
  for (let index = 0; index < pairs.length; index += 2) {
    const from = Math.max(pairs[index]!, windowFrom);
    const to = Math.min(pairs[index + 1]!, windowTo);
    if (from >= to) continue;
    spans.open += to - from;
    spans.from.push(from);
    spans.to.push(to);
    spans.openUpTo.push(spans.open);
  }
  return spans;
}
