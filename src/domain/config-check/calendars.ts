import { BusinessCalendar } from "../calendar/calendar.ts";
import { DAY_MS, dayOf, isTimeZone, WEEKDAYS } from "../calendar/zone.ts";
import type { CalendarConfig } from "../config/config.ts";
import { places, problem, quoted, type ConfigProblem, type Path } from "../config/places.ts";
import { pointerTo } from "../config/schema-problems.ts";
import { durationMs } from "../duration.ts";
import { METRICS } from "../metric.ts";
import { PRIORITIES } from "../priority.ts";

const MINUTES_A_DAY = 1_440;
const WEEKS_IN_REACH = 5 * 52;

/** Problems of the calendars at these places, apart from the rest of the document. */
export function calendarProblems(document: unknown, calendars: string): ConfigProblem[] {
  return places(document, calendars).flatMap((calendar) => [
    ...timeZoneProblems(calendar.value, "timeZone").map(({ pointer, message }) => ({
      pointer: `${pointerTo(calendar.path)}${pointer}`,
      message,
    })),
    ...overlaps(calendar.value, calendar.path),
    ...neverOpen(calendar.value, calendar.path),
  ]);
}

/** Whether what stands at these places names a zone. */
export function timeZoneProblems(document: unknown, zones: string): ConfigProblem[] {
  return places(document, zones).flatMap(({ path, value }) =>
    typeof value !== "string" || isTimeZone(value)
      ? []
      : [problem(path, `${quoted(value)} is no IANA time zone; write for example "Europe/Berlin" or "UTC"`)],
  );
}

interface Interval {
  path: Path;
  text: string;
  /** Minutes after midnight; `to` beyond the next midnight where it runs overnight. */
  from: number;
  to: number;
}

/** Overlapping intervals are a mistake: within a day, or where a night runs into the morning. */
function overlaps(calendar: unknown, root: Path): ConfigProblem[] {
  const week = WEEKDAYS.map((day) => intervals(calendar, `weekly/${day}/*`));
  const nights = week.map((day) =>
    day
      .filter(({ to }) => to > MINUTES_A_DAY)
      .map((night) => ({ ...night, from: 0, to: night.to - MINUTES_A_DAY })),
  );
  const lists = week.map((day, index) => [...nights[(index + 6) % 7]!, ...day]);
  for (const { path, value } of places(calendar, "overrides/*")) {
    lists.push(intervals(value, "hours/*").map((one) => ({ ...one, path: [...path, ...one.path] })));
  }
  return lists.flatMap((list) => {
    const ordered = list.toSorted((a, b) => a.from - b.from);
    return ordered.flatMap((one, index) => {
      const before = ordered[index - 1];
      if (before === undefined || before.to <= one.from) return [];
      return [
        problem(
          [...root, ...one.path],
          `${quoted(one.text)} overlaps with ${quoted(before.text)}: join them`,
        ),
      ];
    });
  });
}

function intervals(within: unknown, pattern: string): Interval[] {
  return places(within, pattern).flatMap(({ path, value }) => {
    const match = typeof value === "string" ? /^(\d\d):(\d\d)-(\d\d):(\d\d)$/.exec(value) : null;
    if (match === null) return [];
    const [fromH, fromM, toH, toM] = match.slice(1).map(Number) as [number, number, number, number];
    const from = fromH * 60 + fromM;
    const to = toH * 60 + toM;
    return [{ path, text: value as string, from, to: to > from ? to : to + MINUTES_A_DAY }];
  });
}

function neverOpen(calendar: unknown, path: Path): ConfigProblem[] {
  const [weekly] = places(calendar, "weekly");
  if (weekly === undefined) return [];
  const hours = [...places(calendar, "weekly/*/*"), ...places(calendar, "overrides/*/hours/*")];
  return hours.length > 0 ? [] : [problem(path, "is never open: give it hours under weekly or overrides")];
}

/**
 * Targets that no clock could ever reach: within five years the calendar is not open long enough. Asked of documents
 * whose parts are sound.
 */
export function unreachableTargets(document: unknown): ConfigProblem[] {
  return places(document, "slaPolicies/*").flatMap(({ path, value }) => {
    const named = places(value, "calendar")[0]?.value;
    const calendar = places(document, "calendars/*").find(
      (one) => named !== undefined && places(one.value, "id")[0]?.value === named,
    );
    if (calendar === undefined) return [];
    const weekMinutes = WEEKDAYS.flatMap((day) => intervals(calendar.value, `weekly/${day}/*`)).reduce(
      (sum, { from, to }) => sum + to - from,
      0,
    );
    if (weekMinutes === 0) {
      const message = `calendar ${quoted(named)} has no weekly hours: a target could not be reached once its dates are over`;
      return [problem([...path, "calendar"], message)];
    }
    return PRIORITIES.flatMap((priority) =>
      METRICS.flatMap((metric) => {
        const [target] = places(value, `targets/${priority}/${metric}`);
        const targetMs = typeof target?.value === "string" ? durationMs(target.value) : undefined;
        if (targetMs === undefined || targetMs <= weekMinutes * 60_000 * WEEKS_IN_REACH) return [];
        const hours = Math.round(weekMinutes / 6) / 10;
        const message = `cannot be reached within five years: calendar ${quoted(named)} is open ${hours} hours a week`;
        return [problem([...path, ...target!.path], message)];
      }),
    );
  });
}

/** Holidays that are all past: the new year's were forgotten. `now` in ms since 1970. */
export function staleHolidays(calendars: readonly CalendarConfig[], now: number): ConfigProblem[] {
  return calendars.flatMap((calendar, index) => {
    const { holidays, timeZone } = calendar;
    if (!isTimeZone(timeZone)) return [];
    const today = Math.floor((now + BusinessCalendar.of(calendar).hours.zone.offsetAt(now)) / DAY_MS);
    if (holidays.length === 0 || holidays.some(({ date }) => dayOf(date) >= today)) return [];
    return [problem(["calendars", index, "holidays"], "are all in the past: add those to come")];
  });
}

/** Dated hours on a holiday: the holiday wins. */
export function hoursOnHolidays(calendars: readonly CalendarConfig[]): ConfigProblem[] {
  return calendars.flatMap(({ holidays, overrides }, calendar) => {
    const names = new Map(holidays.map(({ date, name }) => [date, name]));
    return overrides.flatMap(({ date, hours }, index) => {
      const name = names.get(date);
      if (name === undefined || hours.length === 0) return [];
      const message = `has no effect: ${date} is the holiday ${quoted(name)}, which takes the whole date`;
      return [problem(["calendars", calendar, "overrides", index], message)];
    });
  });
}
