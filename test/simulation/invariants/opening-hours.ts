import type { ConfigInput } from "../../../src/domain/config/config.ts";

const MINUTE = 60_000;
/** No promise of these desks reaches further. */
const MINUTES_MAX = 90 * 24 * 60;

export interface Pause {
  from: number;
  to: number;
}

type CalendarConfig = NonNullable<ConfigInput["calendars"]>[number];

/** Business time as somebody reckons it who looks at the clock on the wall each minute. Instants in ms since 1970. */
export class OpeningHours {
  readonly #config: CalendarConfig;
  readonly #wall: Intl.DateTimeFormat;
  readonly #open = new Map<number, boolean>();

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
    for (const [begin, end] of minutesFrom(from)) {
      if (!this.#isOpen(begin)) continue;
      const counted = countedIn(begin, end, pauses);
      if (counted < left) left -= counted;
      else return instantAt(begin, left, pauses);
    }
    return null;
  }

  elapsed(from: number, to: number, pauses: readonly Pause[]): number {
    let passed = 0;
    for (const [begin, end] of minutesFrom(from)) {
      if (begin >= to) break;
      if (this.#isOpen(begin)) passed += countedIn(begin, Math.min(end, to), pauses);
    }
    return passed;
  }

  #isOpen(instant: number): boolean {
    const minute = Math.floor(instant / MINUTE);
    let isOpen = this.#open.get(minute);
    if (isOpen === undefined) this.#open.set(minute, (isOpen = this.#look(minute * MINUTE)));
    return isOpen;
  }

  #look(instant: number): boolean {
    const parts = Object.fromEntries(
      this.#wall.formatToParts(instant).map(({ type, value }) => [type, value]),
    );
    const date = `${parts["year"]}-${parts["month"]}-${parts["day"]}`;
    const { holidays = [], overrides = [], weekly } = this.#config;
    const other = overrides.find((one) => one.date === date)?.hours;
    const usual = weekly[parts["weekday"].toLowerCase() as keyof typeof weekly] ?? [];
    const hours = other ?? (holidays.some((one) => one.date === date) ? [] : usual);
    const time = `${parts["hour"]}:${parts["minute"]}`;
    return hours.some((span) => {
      const [opens, closes] = span.split("-");
      return opens <= time && time < closes;
    });
  }
}

/** From one full minute to the next. */
function* minutesFrom(from: number): Iterable<readonly [number, number]> {
  let begin = from;
  for (let count = 0; count < MINUTES_MAX; count += 1) {
    const end = (Math.floor(begin / MINUTE) + 1) * MINUTE;
    yield [begin, end];
    begin = end;
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
  let at = begin;
  for (let counted = 0; counted < left; at += 1)
    if (!pauses.some(({ from, to }) => from <= at && at < to)) counted += 1;
  return at;
}
