import type { BusinessCalendar } from "./calendar.ts";
import type { OpeningHours } from "./opening-hours.ts";
import { orderedPauses, type Pause } from "./pauses.ts";
import { DAY_MS, weekdayName } from "./zone.ts";

/**
 * A stretch of time and what it was to a clock, half-open, in ms since 1970. `to` is null for a pause that still lasts.
 * Time both paused and closed is called paused, because a pause can be ended.
 */
export interface Segment {
  from: number;
  to: number | null;
  kind: "counted" | "closed" | "paused" | "holiday";
  /** For programs: `"mon 09:00-12:30"`, `"Christmas Day"`, `"outside opening hours"`; of a pause, its own. */
  reason: string;
}

export interface ReasonedPause extends Pause {
  reason?: string;
}

/**
 * Why a clock shows what it shows: the time from `start` to `end` in segments that touch each other. `end` null: up
 * to the open pause that holds the clock, and that pause.
 */
export function segmentsOf(
  calendar: BusinessCalendar,
  start: number,
  end: number | null,
  pauses: readonly ReasonedPause[],
): Segment[] {
  const segments: Segment[] = [];
  let from = start;
  for (const pause of orderedPauses(pauses)) {
    if (pause.to <= from) continue;
    if (end !== null && pause.from >= end) break;
    if (pause.from > from) unpaused(calendar, from, pause.from, segments);
    const to = end === null ? pause.to : Math.min(pause.to, end);
    const begins = Math.max(from, pause.from);
    segments.push({
      from: begins,
      to: to === Infinity ? null : to,
      kind: "paused",
      reason: reasonOf(pauses, begins),
    });
    if (to === Infinity) return segments;
    from = to;
  }
  if (end !== null && from < end) unpaused(calendar, from, end, segments);
  return segments;
}

function reasonOf(pauses: readonly ReasonedPause[], at: number): string {
  return pauses.find(({ from, to }) => from <= at && at < (to ?? Infinity))?.reason ?? "paused";
}

function unpaused(calendar: BusinessCalendar, from: number, to: number, segments: Segment[]): void {
  const { hours } = calendar;
  let edge = from;
  for (const span of calendar.spans(from, to)) {
    if (span.from > edge) closed(hours, edge, span.from, segments);
    open(hours, span.from, span.to, segments);
    edge = span.to;
  }
  if (edge < to) closed(hours, edge, to, segments);
}

/** Pieces that touch and have the same reason are one. */
function add(segments: Segment[], segment: Segment): void {
  const last = segments.at(-1);
  if (last?.to === segment.from && last.kind === segment.kind && last.reason === segment.reason) {
    last.to = segment.to;
  } else {
    segments.push(segment);
  }
}

function closed(hours: OpeningHours, from: number, to: number, segments: Segment[]): void {
  const { zone, holidays, overrides } = hours;
  let edge = from;
  const lastDay = zone.dayAt(to - 1);
  for (let day = zone.dayAt(from); day <= lastDay; day += 1) {
    const holiday = holidays.get(day);
    const override = overrides.get(day);
    if (holiday === undefined && override === undefined) continue;
    const instants = zone.instantsOfDay(day);
    for (let index = 0; index < instants.length; index += 2) {
      const begins = Math.max(instants[index]!, edge);
      const ends = Math.min(instants[index + 1]!, to);
      if (begins >= ends) continue;
      if (begins > edge) add(segments, outside(edge, begins));
      add(
        segments,
        holiday === undefined
          ? { from: begins, to: ends, kind: "closed", reason: override!.name }
          : { from: begins, to: ends, kind: "holiday", reason: holiday },
      );
      edge = ends;
    }
  }
  if (edge < to) add(segments, outside(edge, to));
}

function outside(from: number, to: number): Segment {
  return { from, to, kind: "closed", reason: "outside opening hours" };
}

/** An opening, shift by shift. */
function open(hours: OpeningHours, from: number, to: number, segments: Segment[]): void {
  for (let edge = from; edge < to;) {
    const { reason, until } = hours.always ? ALWAYS : shiftAt(hours, edge);
    const ends = Math.min(until, to);
    add(segments, { from: edge, to: ends, kind: "counted", reason });
    edge = ends;
  }
}

const ALWAYS = { reason: "open at all times", until: Infinity };

/** The shift that an instant lies in: of its own date, or of a date near by from which it runs on. */
function shiftAt(hours: OpeningHours, at: number): { reason: string; until: number } {
  const { zone } = hours;
  const day = zone.dayAt(at);
  for (const candidate of [day, day - 1, day + 1, day - 2]) {
    if (hours.holidays.has(candidate) || zone.instantsOfDay(candidate).length === 0) continue;
    for (const shift of hours.shiftsOf(candidate)) {
      const until = zone.instantOf(candidate * DAY_MS + shift.to);
      if (zone.instantOf(candidate * DAY_MS + shift.from) > at || at >= until) continue;
      const name = hours.overrides.get(candidate)?.name ?? weekdayName(candidate);
      return { reason: `${name} ${shift.text}`, until };
    }
  }
  throw new RangeError(`${new Date(at).toISOString()} is open, but in no shift`);
}
