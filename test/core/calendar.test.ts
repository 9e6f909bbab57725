import { Temporal } from "temporal-polyfill";
import { describe, expect, test } from "vitest";
import { BusinessCalendar } from "../../src/domain/calendar/calendar.ts";
import type { Pause } from "../../src/domain/calendar/pauses.ts";
import { segmentsOf } from "../../src/domain/calendar/segments.ts";
import { TimeZone } from "../../src/domain/calendar/zone.ts";
import type { CalendarConfig } from "../../src/domain/config/config.ts";
import fc from "../support/fast-check.ts";
import { DAY, HOUR, MINUTE } from "./given.ts";

const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

function calendar(config: Partial<CalendarConfig>): BusinessCalendar {
  return BusinessCalendar.of({
    id: "test",
    timeZone: "Europe/Berlin",
    weekly: {},
    holidays: [],
    overrides: [],
    ...config,
  });
}

function every(...hours: string[]): CalendarConfig["weekly"] {
  return Object.fromEntries(WEEKDAYS.map((weekday) => [weekday, hours]));
}

const OFFICE: Partial<CalendarConfig> = {
  weekly: {
    mon: ["09:00-12:30", "13:00-18:00"],
    tue: ["09:00-12:30", "13:00-18:00"],
    wed: ["09:00-12:30", "13:00-18:00"],
    thu: ["09:00-12:30", "13:00-18:00"],
    fri: ["09:00-15:00"],
  },
  holidays: [{ date: "2026-12-25", name: "Christmas Day" }],
  overrides: [{ date: "2026-12-24", hours: ["09:00-12:00"], name: "Christmas Eve" }],
};

const at = (text: string): number => Date.parse(text);
const utc = (ms: number): string => new Date(ms).toISOString().replace(".000Z", "Z");

/** The due instant in UTC, or why it has none. */
function due(of: BusinessCalendar, start: string, amount: number, pauses: readonly Pause[] = []): string {
  const result = of.due(at(start), amount, pauses);
  return result.kind === "at" ? utc(result.at) : result.kind;
}

describe("when a target runs out", () => {
  test.each<[string, Partial<CalendarConfig>, string, number, string]>([
    ["within a morning", OFFICE, "2026-03-02T08:00:00Z", 2 * HOUR, "2026-03-02T10:00:00Z"],
    ["over lunch", OFFICE, "2026-03-02T10:30:00Z", 2 * HOUR, "2026-03-02T13:00:00Z"],
    [
      "at closing time, not at the next opening",
      OFFICE,
      "2026-03-02T15:00:00Z",
      2 * HOUR,
      "2026-03-02T17:00:00Z",
    ],
    ["overnight", OFFICE, "2026-03-02T16:30:00Z", HOUR, "2026-03-03T08:30:00Z"],
    ["over a weekend", OFFICE, "2026-03-06T13:30:00Z", HOUR, "2026-03-09T08:30:00Z"],
    ["when it starts while closed", OFFICE, "2026-03-07T12:00:00Z", 30 * MINUTE, "2026-03-09T08:30:00Z"],
    ["to the second", OFFICE, "2026-03-02T10:59:59Z", 61 * MINUTE, "2026-03-02T12:30:59Z"],
    [
      "over an override and a holiday and a weekend",
      OFFICE,
      "2026-12-24T10:00:00Z",
      2 * HOUR,
      "2026-12-28T09:00:00Z",
    ],
    [
      "in a night that loses an hour: 8 hours of shift are over an hour later on the wall",
      { weekly: every("22:00-06:00") },
      "2026-03-28T21:00:00Z",
      8 * HOUR,
      "2026-03-29T21:00:00Z",
    ],
    [
      "in a night that loses an hour: 7 hours are the whole shift",
      { weekly: every("22:00-06:00") },
      "2026-03-28T21:00:00Z",
      7 * HOUR,
      "2026-03-29T04:00:00Z",
    ],
    [
      "in a night that gains an hour: 9 hours are the whole shift",
      { weekly: every("22:00-06:00") },
      "2026-10-24T20:00:00Z",
      9 * HOUR,
      "2026-10-25T05:00:00Z",
    ],
    [
      "a shift that begins in the gap begins later by the gap",
      { weekly: every("02:30-04:00") },
      "2026-03-29T00:00:00Z",
      30 * MINUTE,
      "2026-03-29T02:00:00Z",
    ],
    [
      "a shift that lies in the gap moves as a whole",
      { weekly: every("02:15-02:45") },
      "2026-03-29T00:00:00Z",
      30 * MINUTE,
      "2026-03-29T01:45:00Z",
    ],
    [
      "a shift that begins in a repeated hour begins with its first occurrence",
      { weekly: every("02:30-03:30") },
      "2026-10-24T22:00:00Z",
      2 * HOUR,
      "2026-10-25T02:30:00Z",
    ],
    [
      "a shift that ends in a repeated hour ends with its first occurrence",
      { weekly: every("01:30-02:30") },
      "2026-10-24T22:00:00Z",
      HOUR + MINUTE,
      "2026-10-26T00:31:00Z",
    ],
    [
      "a date that the zone skipped has no hours",
      { timeZone: "Pacific/Apia", weekly: every("09:00-17:00") },
      "2011-12-30T03:00:00Z", // Thursday 29th, 17:00
      8 * HOUR,
      "2011-12-31T03:00:00Z", // Saturday 31st, 17:00
    ],
    [
      "a night shift into a skipped date takes eight hours",
      { timeZone: "Pacific/Apia", weekly: { thu: ["22:00-06:00"] } },
      "2011-12-29T12:00:00Z",
      8 * HOUR,
      "2011-12-30T16:00:00Z",
    ],
    [
      "a holiday cuts what runs into it",
      {
        weekly: every("22:00-06:00"),
        holidays: [{ date: "2026-06-10", name: "Founders' day" }],
      },
      "2026-06-09T20:00:00Z",
      3 * HOUR,
      "2026-06-11T21:00:00Z",
    ],
    [
      "a holiday beats an override of the same date",
      {
        weekly: every("09:00-17:00"),
        holidays: [{ date: "2026-06-10", name: "Founders' day" }],
        overrides: [{ date: "2026-06-10", hours: ["10:00-12:00"] }],
      },
      "2026-06-10T00:00:00Z",
      HOUR,
      "2026-06-11T08:00:00Z",
    ],
    [
      "an override without hours closes its date, but not what runs into it",
      { weekly: every("22:00-06:00"), overrides: [{ date: "2026-06-10", hours: [] }] },
      "2026-06-09T20:00:00Z",
      9 * HOUR,
      "2026-06-11T21:00:00Z",
    ],
    [
      "where midnight itself is skipped, a day begins at one",
      { timeZone: "America/Sao_Paulo", weekly: every("00:00-24:00"), holidays: [] },
      "2018-11-04T02:00:00Z",
      2 * HOUR,
      "2018-11-04T04:00:00Z",
    ],
    [
      "around the clock",
      { weekly: every("00:00-24:00") },
      "2026-03-28T12:00:00Z",
      2 * DAY,
      "2026-03-30T12:00:00Z",
    ],
    [
      "around the clock by shifts that meet",
      { weekly: every("06:00-14:00", "14:00-22:00", "22:00-06:00") },
      "2026-03-28T12:00:00Z",
      2 * DAY,
      "2026-03-30T12:00:00Z",
    ],
    ["no time at all", OFFICE, "2026-03-07T12:00:00Z", 0, "2026-03-07T12:00:00Z"],
    ["never open", { weekly: {} }, "2026-03-07T12:00:00Z", 1, "unreachable"],
    [
      "open on one day only, and that is past",
      { weekly: {}, overrides: [{ date: "2026-03-06", hours: ["09:00-17:00"] }] },
      "2026-03-07T12:00:00Z",
      1,
      "unreachable",
    ],
    [
      "an hour a week for five years is not enough",
      { weekly: { mon: ["09:00-10:00"] } },
      "2026-03-02T00:00:00Z",
      263 * HOUR,
      "unreachable",
    ],
  ])("%s", (_, config, start, amount, expected) => {
    expect(due(calendar(config), start, amount)).toBe(expected);
  });

  test("the holiday closes the hour that its date gets a second time", () => {
    // Newfoundland: on 1 November 2009 at 00:01 the clock went back to 23:01 of 31 October.
    const newfoundland = {
      timeZone: "America/St_Johns",
      weekly: every("00:00-24:00"),
      holidays: [{ date: "2009-10-31", name: "Halloween" }],
    };
    expect(calendar(newfoundland).elapsed(at("2009-10-31T02:30:00Z"), at("2009-11-01T04:00:00Z"))).toBe(
      MINUTE + 30 * MINUTE,
    );
  });

  test("pauses are left out, an open one holds the clock, and one that begins at the due instant does not", () => {
    const office = calendar(OFFICE);
    const pause = { from: at("2026-03-02T09:00:00Z"), to: at("2026-03-02T10:00:00Z") };
    expect(due(office, "2026-03-02T08:00:00Z", 2 * HOUR, [pause])).toBe("2026-03-02T11:00:00Z");
    const open = { from: at("2026-03-02T09:00:00Z"), to: null };
    expect(due(office, "2026-03-02T08:00:00Z", 2 * HOUR, [open])).toBe("paused");
    expect(due(office, "2026-03-02T08:00:00Z", HOUR, [open])).toBe("2026-03-02T09:00:00Z");
    expect(due(office, "2026-03-02T08:00:00Z", HOUR + 1, [open])).toBe("paused");
  });
});

describe("how much time is left", () => {
  test.each<[string, Partial<CalendarConfig>, string, number, string]>([
    ["half an hour before noon", OFFICE, "2026-03-02T11:00:00Z", 30 * MINUTE, "2026-03-02T10:30:00Z"],
    ["over the night", OFFICE, "2026-03-03T08:10:00Z", 30 * MINUTE, "2026-03-02T16:40:00Z"],
    [
      "the latest such instant is the opening, not the closing before it",
      OFFICE,
      "2026-03-03T08:30:00Z",
      30 * MINUTE,
      "2026-03-03T08:00:00Z",
    ],
    ["over the weekend", OFFICE, "2026-03-09T08:00:00Z", HOUR, "2026-03-06T13:00:00Z"],
    ["nothing", OFFICE, "2026-03-09T08:00:00Z", 0, "2026-03-09T08:00:00Z"],
    [
      "around the clock",
      { weekly: every("00:00-24:00") },
      "2026-03-09T08:00:00Z",
      DAY,
      "2026-03-08T08:00:00Z",
    ],
  ])("%s", (_, config, dueAt, amount, expected) => {
    const before = calendar(config).before(at(dueAt), amount);
    expect(before === null ? null : utc(before)).toBe(expected);
  });

  test("a calendar that was never open has no such instant", () => {
    expect(calendar({ weekly: {} }).before(at("2026-03-09T08:00:00Z"), 1)).toBe(null);
  });
});

describe("opening times", () => {
  test.each<[string, Partial<CalendarConfig>, string, boolean, string | null, string | null]>([
    ["in the morning", OFFICE, "2026-03-02T09:00:00Z", true, "2026-03-02T08:00:00Z", "2026-03-02T11:30:00Z"],
    ["at lunch", OFFICE, "2026-03-02T11:30:00Z", false, "2026-03-02T12:00:00Z", "2026-03-02T17:00:00Z"],
    [
      "on Friday night",
      OFFICE,
      "2026-03-06T20:00:00Z",
      false,
      "2026-03-09T08:00:00Z",
      "2026-03-09T11:30:00Z",
    ],
    ["around the clock", { weekly: every("00:00-24:00") }, "2026-03-06T20:00:00Z", true, null, null],
    ["never", { weekly: {} }, "2026-03-06T20:00:00Z", false, null, null],
    [
      "from Monday to Friday without a break, a holiday apart",
      {
        timeZone: "UTC",
        weekly: Object.fromEntries(WEEKDAYS.slice(0, 5).map((weekday) => [weekday, ["00:00-24:00"]])),
        holidays: [{ date: "2026-03-04", name: "Ash" }],
      },
      "2026-03-05T20:00:00Z",
      true,
      "2026-03-05T00:00:00Z",
      "2026-03-07T00:00:00Z",
    ],
  ])("%s", (_, config, instant, open, opens, closes) => {
    const opening = calendar(config).openingAt(at(instant));
    expect(opening).toEqual({
      open,
      opens: opens === null ? null : at(opens),
      closes: closes === null ? null : at(closes),
    });
  });
});

describe("the explanation", () => {
  test("names every stretch and why it counted or not", () => {
    const office = calendar(OFFICE);
    const pauses = [
      {
        from: at("2026-12-24T09:00:00Z"),
        to: at("2026-12-24T09:30:00Z"),
        reason: "waiting for the customer",
      },
    ];
    const segments = segmentsOf(office, at("2026-12-24T08:30:00Z"), at("2026-12-28T09:00:00Z"), pauses);
    expect(segments.map((one) => `${utc(one.from)} ${one.kind} ${one.reason}`)).toEqual([
      "2026-12-24T08:30:00Z counted Christmas Eve 09:00-12:00",
      "2026-12-24T09:00:00Z paused waiting for the customer",
      "2026-12-24T09:30:00Z counted Christmas Eve 09:00-12:00",
      "2026-12-24T11:00:00Z closed Christmas Eve",
      "2026-12-24T23:00:00Z holiday Christmas Day",
      "2026-12-25T23:00:00Z closed outside opening hours",
      "2026-12-28T08:00:00Z counted mon 09:00-12:30",
    ]);
  });

  test("ends in the pause that still lasts", () => {
    const segments = segmentsOf(calendar(OFFICE), at("2026-03-02T08:00:00Z"), null, [
      { from: at("2026-03-02T09:00:00Z"), to: null },
    ]);
    expect(segments.map(({ kind, to }) => [kind, to])).toEqual([
      ["counted", at("2026-03-02T09:00:00Z")],
      ["paused", null],
    ]);
  });
});

// ── Laws ──────────────────────────────────────────────────────────────────────────────────────────────────────

const ZONES = Intl.supportedValuesOf("timeZone");
/** Zones whose clocks did unusual things, so that they come up more often than one in four hundred. */
const ODD_ZONES = [
  "Pacific/Apia",
  "Africa/Casablanca",
  "America/St_Johns",
  "America/Sao_Paulo",
  "Australia/Lord_Howe",
  "Asia/Tehran",
  "Antarctica/Troll",
  "Asia/Kathmandu",
  "Africa/Cairo",
  "Pacific/Kiritimati",
];

const quarter = fc.integer({ min: 0, max: 95 });
const clock = (quarters: number): string =>
  `${String(Math.floor(quarters / 4)).padStart(2, "0")}:${String((quarters % 4) * 15).padStart(2, "0")}`;
const interval = fc
  .tuple(quarter, fc.integer({ min: 1, max: 96 }))
  .map(([from, to]) => `${clock(from)}-${clock(to)}`);
const hours = fc.array(interval, { maxLength: 3 });
const instant = fc
  .integer({ min: Date.UTC(1990, 0, 1) / 1_000, max: Date.UTC(2035, 11, 31) / 1_000 })
  .map((seconds) => seconds * 1_000);

/** A calendar, and an instant near its exceptions. */
const scene = fc
  .record({
    timeZone: fc.oneof(fc.constantFrom(...ODD_ZONES), fc.constantFrom(...ZONES)),
    weekly: fc.record(Object.fromEntries(WEEKDAYS.map((weekday) => [weekday, hours]))),
    around: instant,
    holidays: fc.uniqueArray(fc.integer({ min: -5, max: 9 }), { maxLength: 3 }),
    overrides: fc.uniqueArray(fc.tuple(fc.integer({ min: -5, max: 9 }), hours), {
      maxLength: 3,
      selector: ([day]) => day,
    }),
  })
  .map(({ timeZone, weekly, around, holidays, overrides }) => {
    const date = (days: number): string => new Date(around + days * DAY).toISOString().slice(0, 10);
    const config: CalendarConfig = {
      id: "any",
      timeZone,
      weekly,
      holidays: holidays.map((days) => ({ date: date(days), name: `holiday ${days}` })),
      overrides: overrides.map(([days, open]) => ({ date: date(days), hours: open })),
    };
    return { config, calendar: BusinessCalendar.of(config), around };
  });

const span = fc.integer({ min: 0, max: 12 * 86_400 }).map((seconds) => seconds * 1_000);
const pauses = fc.array(fc.tuple(span, span), { maxLength: 4 });

function pausesFrom(start: number, some: [number, number][]): Pause[] {
  return some.map(([after, length]) => ({ from: start + after, to: start + after + length }));
}

describe("laws, for any calendar in any zone from 1990 to 2035", () => {
  test("opening hours are those that Temporal finds, date by date", () => {
    fc.assert(
      fc.property(
        scene,
        fc.integer({ min: 0, max: 9 * 96 }),
        ({ config, calendar: of, around }, quarters) => {
          const from = Math.floor(around / (15 * MINUTE)) * 15 * MINUTE;
          const instants = Array.from({ length: 40 }, (_, index) => from + (quarters + index) * 15 * MINUTE);
          for (const one of instants) {
            expect(of.isOpen(one), `${config.timeZone} ${utc(one)}`).toBe(openByTemporal(config, one));
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  test("the due instant of what has elapsed is the earliest with that much: due ∘ elapsed = identity", () => {
    fc.assert(
      fc.property(scene, span, pauses, ({ calendar: of, around }, length, some) => {
        const held = pausesFrom(around, some);
        const end = around + length;
        const elapsed = of.elapsed(around, end, held);
        const back = of.due(around, elapsed, held);
        expect(back.kind).toBe("at");
        if (back.kind !== "at") return;
        expect(back.at).toBeLessThanOrEqual(end);
        expect(of.elapsed(around, back.at, held)).toBe(elapsed);
        if (elapsed > 0) expect(of.elapsed(around, back.at - 1, held)).toBe(elapsed - 1);
      }),
      { numRuns: 400 },
    );
  });

  test("later starts and larger targets are never due earlier", () => {
    fc.assert(
      fc.property(scene, span, span, span, pauses, ({ calendar: of, around }, later, amount, more, some) => {
        const held = pausesFrom(around, some);
        const first = reached(of.due(around, amount, held));
        expect(reached(of.due(around + later, amount, held))).toBeGreaterThanOrEqual(
          Math.min(first, around + later),
        );
        if (amount > 0) expect(reached(of.due(around + later, amount, held))).toBeGreaterThanOrEqual(first);
        expect(reached(of.due(around, amount + more, held))).toBeGreaterThanOrEqual(first);
      }),
      { numRuns: 300 },
    );
  });

  test("splitting a target in two changes nothing", () => {
    fc.assert(
      fc.property(scene, span, span, pauses, ({ calendar: of, around }, one, other, some) => {
        const held = pausesFrom(around, some);
        const first = of.due(around, one, held);
        if (first.kind !== "at") return;
        // An unreachable target is one that lies too far from its own start.
        const whole = of.due(around, one + other, held);
        const second = of.due(first.at, other, held);
        if (whole.kind === "at" && second.kind === "at") expect(second.at).toBe(whole.at);
      }),
      { numRuns: 300 },
    );
  });

  test("the order of pauses and how they are cut does not matter", () => {
    fc.assert(
      fc.property(scene, span, pauses, ({ calendar: of, around }, amount, some) => {
        const held = pausesFrom(around, some);
        const cut = held.flatMap(({ from, to }) => {
          const middle = Math.floor((from + to!) / 2);
          return [
            { from: middle, to },
            { from, to: middle },
          ];
        });
        expect(of.due(around, amount, cut.toReversed())).toEqual(of.due(around, amount, held));
        expect(of.elapsed(around, around + amount, cut)).toBe(of.elapsed(around, around + amount, held));
      }),
      { numRuns: 300 },
    );
  });

  test("before is the latest instant with that much left", () => {
    fc.assert(
      fc.property(scene, span, pauses, ({ calendar: of, around }, amount, some) => {
        const held = pausesFrom(around - 6 * DAY, some);
        const before = of.before(around, amount, held);
        if (before === null) return;
        expect(of.elapsed(before, around, held)).toBe(amount);
        if (amount > 0) expect(of.elapsed(before + 1, around, held)).toBe(amount - 1);
      }),
      { numRuns: 300 },
    );
  });

  test("segments touch each other, cover the whole time, and count what has elapsed", () => {
    fc.assert(
      fc.property(scene, span, pauses, ({ calendar: of, around }, length, some) => {
        const held = pausesFrom(around, some);
        const segments = segmentsOf(of, around, around + length, held);
        let edge = around;
        for (const { from, to } of segments) {
          expect(from).toBe(edge);
          edge = to!;
        }
        expect(edge).toBe(around + length);
        const counted = segments.reduce(
          (sum, one) => (one.kind === "counted" ? sum + (one.to! - one.from) : sum),
          0,
        );
        expect(counted).toBe(of.elapsed(around, around + length, held));
      }),
      { numRuns: 300 },
    );
  });

  test("wall times are those of Temporal, gaps and repeated hours included", () => {
    fc.assert(
      fc.property(fc.constantFrom(...ZONES), instant, (name, wall) => {
        const local = Temporal.PlainDateTime.from(new Date(wall).toISOString().slice(0, 19));
        const expected = local.toZonedDateTime(name, { disambiguation: "compatible" }).epochMilliseconds;
        expect(TimeZone.of(name).instantOf(wall)).toBe(expected);
      }),
      { numRuns: 2_000 },
    );
  });
});

function reached(result: ReturnType<BusinessCalendar["due"]>): number {
  return result.kind === "at" ? result.at : Infinity;
}

/** The rules of the design, spelled out with calendar objects instead of integers. */
function openByTemporal(config: CalendarConfig, instantMs: number): boolean {
  const local = Temporal.Instant.fromEpochMilliseconds(instantMs).toZonedDateTimeISO(config.timeZone);
  const isHoliday = (date: Temporal.PlainDate): boolean =>
    config.holidays.some((holiday) => holiday.date === date.toString());
  if (isHoliday(local.toPlainDate())) return false;
  return [-2, -1, 0, 1].some((days) => {
    const date = local.toPlainDate().add({ days });
    if (isHoliday(date) || !exists(date, config.timeZone)) return false;
    const override = config.overrides.find((one) => one.date === date.toString());
    const shifts = override?.hours ?? config.weekly[WEEKDAYS[date.dayOfWeek - 1]] ?? [];
    return shifts.some((shift) => {
      const [from, to] = shift.split("-") as [string, string];
      const begins = wallTime(date, from, config.timeZone);
      const ends = wallTime(to <= from ? date.add({ days: 1 }) : date, to, config.timeZone);
      return begins <= instantMs && instantMs < ends;
    });
  });
}

function wallTime(date: Temporal.PlainDate, time: string, timeZone: string): number {
  const [day, clockTime] = time === "24:00" ? [date.add({ days: 1 }), "00:00"] : [date, time];
  const local = day.toPlainDateTime(Temporal.PlainTime.from(clockTime));
  return local.toZonedDateTime(timeZone, { disambiguation: "compatible" }).epochMilliseconds;
}

function exists(date: Temporal.PlainDate, timeZone: string): boolean {
  const noon = date.toPlainDateTime(Temporal.PlainTime.from("12:00"));
  return noon.toZonedDateTime(timeZone).toPlainDate().equals(date);
}
