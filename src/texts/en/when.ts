import { DAY_MS, TimeZone } from "../../domain/calendar/zone.ts";
import { inLargestUnit, type DurationUnit } from "../../domain/duration.ts";
import { moment, type RichText } from "../rich-text.ts";
import { wallTime } from "../wall-time.ts";

const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];
const MINUTE_MS = 60_000;

/**
 * By when, as people say it: `"by 15:30 today"`, `"by tomorrow, 09:40"`, `"by Monday, 09:40"` within a week,
 * `"by 3 December, 09:40"` beyond. Instants in ms since 1970; full minutes, never earlier than `at`.
 */
export function byWhen(at: number, now: number, timeZone: string): string {
  const zone = TimeZone.of(timeZone);
  const minute = Math.ceil(at / MINUTE_MS) * MINUTE_MS;
  const day = zone.dayAt(minute);
  const ahead = day - zone.dayAt(now);
  const time = wallTime(minute, timeZone).slice(11);
  return ahead === 0 ? `by ${time} today` : `by ${dayWords(day, ahead)}, ${time}`;
}

/** How people call a zone's time: `"Berlin time"`, `"UTC"`. */
export function zoneWords(timeZone: string): string {
  const city = timeZone.split("/").at(-1)!.replaceAll("_", " ");
  return timeZone.includes("/") && !timeZone.startsWith("Etc/")
    ? `${city} time`
    : timeZone.replace("Etc/", "");
}

function dayWords(day: number, ahead: number): string {
  if (ahead === 1) return "tomorrow";
  // 1970-01-01 was a Thursday.
  if (ahead > 1 && ahead < 7) return WEEKDAYS[(((day + 3) % 7) + 7) % 7]!;
  const date = new Date(day * DAY_MS);
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`;
}

/** An instant that a messenger shows in each reader's own zone; others show `YYYY-MM-DD HH:MM` of the zone given. */
export function instant(at: number, timeZone = "UTC"): RichText {
  return moment(
    `${wallTime(at, timeZone)} ${timeZone === "UTC" ? "UTC" : `(${zoneWords(timeZone)})`}`,
    at,
    "date",
  );
}

const UNIT_WORDS: Record<DurationUnit, (count: number) => string> = {
  day: (count) => (count === 1 ? "day" : "days"),
  hour: (count) => (count === 1 ? "hour" : "hours"),
  minute: (count) => (count === 1 ? "minute" : "minutes"),
  second: (count) => (count === 1 ? "second" : "seconds"),
  ms: () => "ms",
};

/** A duration in the largest unit that says it exactly: `259200000` is `"3 days"`. */
export function durationWords(ms: number): string {
  const { count, unit } = inLargestUnit(ms);
  return `${count} ${UNIT_WORDS[unit](count)}`;
}
