import type { ConfigInput } from "../../../src/domain/config/config.ts";

const MINUTE = 60_000;
/** Clocks are put forward and back at its ends only, and no zone is a part of it away from UTC. */
const QUARTER = 15 * MINUTE;
const WHOLLY_OPEN = 2 ** 15 - 1;
/** No promise of these desks reaches further. */
const LOOKED_AHEAD_MS = 90 * 24 * 60 * MINUTE;

export interface Pause {
  from: number;
  to: number;
}

type CalendarConfig = NonNullable<ConfigInput["calendars"]>[number];

/** Business time as somebody reckons it who looks at the clock on the wall each minute. Instants in ms since 1970. */
export class OpeningHours {
  readonly #config: CalendarConfig;
  readonly #wall: Intl.DateTimeFormat;
  /** Of each quarter of an hour which of its minutes are open, the first one in the lowest bit. */
  readonly #open = new Map<number, number>();

  constructor(config: CalendarConfig) {
    this.#config = config;
    this.#wall = new Intl.DateTimeFormat("en-GB", {
      timeZone: config.timeZone,
      weekday: "short",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    });
  }

  /** When so much business time has passed; null: never, as far as anybody sees. */
  due(from: number, targetMs: number, pauses: readonly Pause[]): number | null {
    let left = targetMs;
    if (left === 0) return from;
    for (const [begin, end] of this.#openFrom(from, pauses)) {
      const counted = countedIn(begin, end, pauses);
      if (counted < left) left -= counted;
      else return instantAt(begin, left, pauses);
    }
    return null;
  }

  elapsed(from: number, to: number, pauses: readonly Pause[]): number {
    let passed = 0;
    for (const [begin, end] of this.#openFrom(from, pauses)) {
      if (begin >= to) break;
      passed += countedIn(begin, Math.min(end, to), pauses);
    }
    return passed;
  }

  /** What is open from an instant on: minutes, and quarters of an hour in which nothing begins and nothing ends. */
  *#openFrom(from: number, pauses: readonly Pause[]): Iterable<readonly [number, number]> {
    let end = from;
    for (let begin = from; begin < from + LOOKED_AHEAD_MS; begin = end) {
      const quarter = Math.floor(begin / QUARTER);
      const open = this.#openIn(quarter);
      end = (quarter + 1) * QUARTER;
      if (open === 0) continue;
      const isWhole = open === WHOLLY_OPEN && !pauses.some((one) => isWithin(one.from) || isWithin(one.to));
      if (!isWhole) end = (Math.floor(begin / MINUTE) + 1) * MINUTE;
      const minute = Math.floor(begin / MINUTE) % 15;
      if (((open >> minute) & 1) === 1) yield [begin, end];

      function isWithin(at: number): boolean {
        return at > begin && at < end;
      }
    }
  }

  #openIn(quarter: number): number {
    let open = this.#open.get(quarter);
    if (open === undefined) this.#open.set(quarter, (open = this.#look(quarter * QUARTER)));
    return open;
  }

  #look(instant: number): number {
    const parts = Object.fromEntries(
      this.#wall.formatToParts(instant).map(({ type, value }) => [type, value]),
    );
    const date = `${parts["year"]}-${parts["month"]}-${parts["day"]}`;
    const { holidays = [], overrides = [], weekly } = this.#config;
    const other = overrides.find((one) => one.date === date)?.hours;
    const usual = weekly[parts["weekday"].toLowerCase() as keyof typeof weekly] ?? [];
    const hours = other ?? (holidays.some((one) => one.date === date) ? [] : usual);
    let open = 0;
    for (let minute = 0; minute < 15; minute += 1) {
      const time = `${parts["hour"]}:${String(Number(parts["minute"]) + minute).padStart(2, "0")}`;
      const isOpen = hours.some((span) => {
        const [opens, closes] = span.split("-");
        return opens <= time && time < closes;
      });
      if (isOpen) open |= 1 << minute;
    }
    return open;
  }
}

function countedIn(begin: number, end: number, pauses: readonly Pause[]): number {
  const here = pauses.filter(({ from, to }) => from < end && to > begin);
  if (here.length === 0) return end - begin;
  if (here.some(({ from, to }) => from <= begin && to >= end)) return 0;
  let counted = 0;
  for (let at = begin; at < end; at += 1)
    if (!here.some(({ from, to }) => from <= at && at < to)) counted += 1;
  return counted;
}

/** The instant at which so many ms of an open minute have passed. */
function instantAt(begin: number, left: number, pauses: readonly Pause[]): number {
  const here = pauses.filter(({ from, to }) => from < begin + QUARTER && to > begin);
  if (here.length === 0) return begin + left;
  let at = begin;
  for (let counted = 0; counted < left; at += 1)
    if (!here.some(({ from, to }) => from <= at && at < to)) counted += 1;
  return at;
}
