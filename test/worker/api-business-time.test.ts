import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { SLA_SEGMENTS_MAX } from "../../src/domain/limits.ts";
import { exampleDesk } from "../support/desks.ts";
import { codeOf, emptyRecord, HttpDesk } from "../support/http-desk.ts";

const json = async <T>(answer: Response): Promise<T> => answer.json();

const iso = (text: string): string => new Date(text).toISOString();

interface Problems {
  code: string;
  detail?: string;
  problems: { pointer: string; message: string }[];
}

/** Nights in Berlin: 22:00 to 06:00, on every day. */
const NIGHTS = {
  id: "nights",
  timeZone: "Europe/Berlin",
  weekly: Object.fromEntries(
    ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].map((day) => [day, ["22:00-06:00"]]),
  ),
};

const { id: _, ...NAMELESS } = NIGHTS;

/** Weekdays, nine to five, and on one Saturday; closed on Good Friday. */
const SPRING = {
  timeZone: "Europe/Berlin",
  weekly: Object.fromEntries(["mon", "tue", "wed", "thu", "fri"].map((day) => [day, ["09:00-17:00"]])),
  holidays: [{ date: "2026-04-03", name: "Good Friday" }],
  overrides: [
    { date: "2026-04-02", hours: ["09:00-12:00"], name: "Maundy Thursday" },
    { date: "2026-04-04", hours: ["10:00-11:00"] },
    { date: "2026-04-07", hours: [] },
  ],
};

const ALWAYS = {
  timeZone: "UTC",
  weekly: Object.fromEntries(
    ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].map((day) => [day, ["00:00-24:00"]]),
  ),
};

describe("business time, explained", () => {
  const desk = new HttpDesk();
  beforeAll(async () => {
    await emptyRecord();
    const config = exampleDesk();
    config.calendars!.push(NIGHTS);
    expect((await desk.put(config)).status).toBe(200);
  });
  const explain = (question: unknown): Promise<Response> =>
    desk.send("POST", "/api/v1/sla/explain", question);
  const explained = async <T = Record<string, unknown>>(question: unknown): Promise<T> => {
    const answer = await explain(question);
    expect(answer.status).toBe(200);
    return answer.json();
  };

  describe("when something is due", () => {
    test("counts a night shift over the change of the clock as an hour shorter", async () => {
      expect(await explained({ calendar: NAMELESS, start: "2026-03-28T22:00:00Z", add: "8h" })).toEqual({
        due: "2026-03-29T22:00:00.000Z",
        segments: [
          {
            from: "2026-03-28T22:00:00.000Z",
            to: "2026-03-29T04:00:00.000Z",
            kind: "counted",
            reason: "sat 22:00-06:00",
          },
          {
            from: "2026-03-29T04:00:00.000Z",
            to: "2026-03-29T20:00:00.000Z",
            kind: "closed",
            reason: "outside opening hours",
          },
          {
            from: "2026-03-29T20:00:00.000Z",
            to: "2026-03-29T22:00:00.000Z",
            kind: "counted",
            reason: "sun 22:00-06:00",
          },
        ],
        truncated: false,
      });
    });

    test.each<[string, unknown]>([
      ["a calendar of the configuration", { calendar: "nights" }],
      ["a calendar as it stands there", { calendar: NIGHTS }],
      ["a calendar without an id", { calendar: NAMELESS }],
      ["seconds", { add: 28_800 }],
      ["the offset of another place", { start: "2026-03-29T03:30:00+05:30" }],
      ["an empty pause", { pauses: [{ from: "2026-03-29T01:00:00Z", to: "2026-03-29T01:00:00Z" }] }],
      [
        "a pause while it is closed",
        { pauses: [{ from: "2026-03-29T04:00:00Z", to: "2026-03-29T20:00:00Z" }] },
      ],
      ["a pause that begins later", { pauses: [{ from: "2026-03-29T22:00:00Z", to: null }] }],
    ])("is the same with %s", async (_name, difference) => {
      const question = {
        calendar: "nights",
        start: "2026-03-28T22:00:00Z",
        add: "8h",
        ...(difference as object),
      };
      expect(await explained(question)).toMatchObject({ due: "2026-03-29T22:00:00.000Z" });
    });

    test.each<[string, unknown, string]>([
      ["nothing to add: at once", { add: 0 }, "2026-03-28T22:00:00Z"],
      ["half a second", { add: 0.5 }, "2026-03-28T22:00:00.500Z"],
      ["what runs out at closing time is due at closing time", { add: "6h" }, "2026-03-29T04:00:00Z"],
      ["a second more is due a day's closing later", { add: 6 * 3_600 + 1 }, "2026-03-29T20:00:01Z"],
      [
        "a pause of an hour while it is open makes it an hour later",
        { pauses: [{ from: "2026-03-28T23:00:00Z", to: "2026-03-29T00:00:00Z" }] },
        "2026-03-29T23:00:00Z",
      ],
      [
        "pauses that overlap count once, in whatever order",
        {
          pauses: [
            { from: "2026-03-28T23:30:00Z", to: "2026-03-29T00:00:00Z" },
            { from: "2026-03-28T23:00:00Z", to: "2026-03-28T23:45:00Z" },
          ],
        },
        "2026-03-29T23:00:00Z",
      ],
    ])("%s", async (_name, difference, due) => {
      const question = {
        calendar: "nights",
        start: "2026-03-28T22:00:00Z",
        add: "8h",
        ...(difference as object),
      };
      expect(await explained(question)).toMatchObject({ due: iso(due) });
    });

    test("the due instant is unknown while an open pause holds it; the segments end with that pause", async () => {
      const question = {
        calendar: "nights",
        start: "2026-03-28T22:00:00Z",
        add: "8h",
        pauses: [{ from: "2026-03-29T01:00:00Z", to: null }],
      };
      expect(await explained(question)).toEqual({
        due: null,
        segments: [
          {
            from: "2026-03-28T22:00:00.000Z",
            to: "2026-03-29T01:00:00.000Z",
            kind: "counted",
            reason: "sat 22:00-06:00",
          },
          { from: "2026-03-29T01:00:00.000Z", to: null, kind: "paused", reason: "paused" },
        ],
        truncated: false,
      });
    });

    test("holidays and dated hours are named in the segments", async () => {
      const { due, segments } = await explained<{
        due: string;
        segments: { from: string; to: string; kind: string; reason: string }[];
      }>({ calendar: SPRING, start: "2026-04-02T08:00:00Z", add: "4h" });
      expect(due).toBe("2026-04-06T08:00:00.000Z");
      expect(segments.map(({ from, kind, reason }) => [from, kind, reason])).toEqual([
        [iso("2026-04-02T08:00:00Z"), "counted", "Maundy Thursday 09:00-12:00"],
        [iso("2026-04-02T10:00:00Z"), "closed", "Maundy Thursday"],
        [iso("2026-04-02T22:00:00Z"), "holiday", "Good Friday"],
        [iso("2026-04-03T22:00:00Z"), "closed", "override of 2026-04-04"],
        [iso("2026-04-04T08:00:00Z"), "counted", "override of 2026-04-04 10:00-11:00"],
        [iso("2026-04-04T09:00:00Z"), "closed", "override of 2026-04-04"],
        [iso("2026-04-04T22:00:00Z"), "closed", "outside opening hours"],
        [iso("2026-04-06T07:00:00Z"), "counted", "mon 09:00-17:00"],
      ]);
      for (const [index, { to }] of segments.entries()) expect(to).toBe(segments[index + 1]?.from ?? due);
    });
  });

  describe("how much time passes", () => {
    test.each<[string, unknown, number]>([
      [
        "in a night in which the clock springs forward",
        { start: "2026-03-28T21:00:00Z", end: "2026-03-29T04:00:00Z" },
        7,
      ],
      [
        "in a night in which it falls back",
        { start: "2026-10-24T20:00:00Z", end: "2026-10-25T05:00:00Z" },
        9,
      ],
      ["in a night like any other", { start: "2026-10-26T21:00:00Z", end: "2026-10-27T05:00:00Z" }, 8],
      ["in no time", { start: "2026-10-26T21:00:00Z", end: "2026-10-26T21:00:00Z" }, 0],
      [
        "in a night with a pause that still lasts",
        {
          start: "2026-10-26T21:00:00Z",
          end: "2026-10-27T05:00:00Z",
          pauses: [{ from: "2026-10-26T23:00:00Z", to: null }],
        },
        2,
      ],
    ])("%s", async (_name, question, hours) => {
      const answer = await explained({ calendar: "nights", ...(question as object) });
      expect(answer).toMatchObject({ elapsedSeconds: hours * 3_600, truncated: false });
    });

    test("the period may be called as everywhere else, and as in the release before", async () => {
      const period = ["2026-03-30T10:00:00Z", "2026-03-31T10:00:00Z"];
      const [since, until] = period;
      expect(await explained({ calendar: "office", since, until })).toEqual(
        await explained({ calendar: "office", start: since, end: until }),
      );
      expect(await explained({ calendar: "office", since, add: "4h" })).toEqual(
        await explained({ calendar: "office", start: since, add: "4h" }),
      );
      const both = await json<Problems>(await explain({ calendar: "office", start: since, since, until }));
      expect(both.problems.map(({ pointer }) => pointer)).toEqual(["/start"]);
    });

    test("the segments lead from the start to the end and add up to what is counted", async () => {
      const { elapsedSeconds, segments } = await explained<{
        elapsedSeconds: number;
        segments: { from: string; to: string; kind: string }[];
      }>({
        calendar: SPRING,
        start: "2026-03-30T10:00:00Z",
        end: "2026-04-10T10:00:00Z",
        pauses: [{ from: "2026-03-30T12:00:00Z", to: "2026-03-31T08:00:00Z" }],
      });
      expect(segments[0]?.from).toBe("2026-03-30T10:00:00.000Z");
      expect(segments.at(-1)?.to).toBe("2026-04-10T10:00:00.000Z");
      for (const [index, { to }] of segments.slice(0, -1).entries())
        expect(segments[index + 1]?.from).toBe(to);
      const counted = segments.filter(({ kind }) => kind === "counted");
      const sum = counted.reduce((ms, { from, to }) => ms + Date.parse(to) - Date.parse(from), 0);
      expect(elapsedSeconds).toBe(sum / 1_000);
      expect(new Set(segments.map(({ kind }) => kind))).toEqual(
        new Set(["counted", "paused", "closed", "holiday"]),
      );
    });

    test("shows the first of too many segments, and the answer says so", async () => {
      const { elapsedSeconds, segments, truncated } = await explained<{
        elapsedSeconds: number;
        segments: unknown[];
        truncated: boolean;
      }>({ calendar: "nights", start: "2026-01-01T00:00:00Z", end: "2028-01-01T00:00:00Z" });
      expect(segments).toHaveLength(SLA_SEGMENTS_MAX);
      expect(truncated).toBe(true);
      expect(elapsedSeconds).toBe(730 * 8 * 3_600);
    });
  });

  describe("when so much is left", () => {
    // 2026-11-23 is a Monday; Berlin is an hour ahead; Friday closes at 15:00.
    test.each<[string, unknown, string]>([
      ["on the same day", { due: "2026-11-23T10:00:00Z", before: "30m" }, "2026-11-23T09:30:00Z"],
      [
        "it is opening hours that count",
        { due: "2026-11-23T08:10:00Z", before: "30m" },
        "2026-11-20T13:40:00Z",
      ],
      [
        "every hour, if asked for",
        { due: "2026-11-23T08:10:00Z", before: "30m", clock: "wall" },
        "2026-11-23T07:40:00Z",
      ],
      ["seconds", { due: "2026-11-23T10:00:00Z", before: 90 }, "2026-11-23T09:58:30Z"],
      ["nothing", { due: "2026-11-23T10:00:00Z", before: "0s" }, "2026-11-23T10:00:00Z"],
      [
        "a pause is left out",
        {
          due: "2026-11-23T10:00:00Z",
          before: "30m",
          pauses: [{ from: "2026-11-23T09:40:00Z", to: "2026-11-23T09:50:00Z" }],
        },
        "2026-11-23T09:20:00Z",
      ],
      [
        "the latest such instant: when it opens, not when it closed before that",
        { due: "2026-11-23T09:00:00Z", before: "1h" },
        "2026-11-23T08:00:00Z",
      ],
    ])("%s", async (_name, question, at) => {
      expect(await explained({ calendar: "office", ...(question as object) })).toEqual({ at: iso(at) });
    });
  });

  describe("whether it is open", () => {
    const between = (open: boolean, opens: string | null, closes: string | null) => ({
      open,
      opens: opens === null ? null : iso(opens),
      closes: closes === null ? null : iso(closes),
    });
    test.each<[string, unknown, ReturnType<typeof between>]>([
      [
        "while it is: since when and how long",
        { calendar: "office", at: "2026-11-23T10:00:00Z" },
        between(true, "2026-11-23T08:00:00Z", "2026-11-23T11:30:00Z"),
      ],
      [
        "at the very opening",
        { calendar: "office", at: "2026-11-23T08:00:00Z" },
        between(true, "2026-11-23T08:00:00Z", "2026-11-23T11:30:00Z"),
      ],
      [
        "at the very closing it is not any more",
        { calendar: "office", at: "2026-11-23T11:30:00Z" },
        between(false, "2026-11-23T12:00:00Z", "2026-11-23T17:00:00Z"),
      ],
      [
        "over a weekend: the next opening",
        { calendar: "office", at: "2026-11-21T10:00:00Z" },
        between(false, "2026-11-23T08:00:00Z", "2026-11-23T11:30:00Z"),
      ],
      [
        "on a holiday and the weekend behind it",
        { calendar: "office", at: "2026-12-24T11:00:00Z" },
        between(false, "2026-12-28T08:00:00Z", "2026-12-28T11:30:00Z"),
      ],
      ["at all times", { calendar: ALWAYS, at: "2026-11-21T10:00:00Z" }, between(true, null, null)],
      [
        "never again",
        {
          calendar: {
            timeZone: "UTC",
            weekly: {},
            overrides: [{ date: "2020-01-01", hours: ["09:00-10:00"] }],
          },
          at: "2026-11-21T10:00:00Z",
        },
        between(false, null, null),
      ],
    ])("%s", async (_name, question, expected) => {
      expect(await explained(question)).toEqual(expected);
    });
  });

  const START = "2026-03-28T22:00:00Z";
  const sum = { calendar: "office", start: START, add: "8h" };
  const withCalendar = (more: object) => ({ ...sum, calendar: { ...SPRING, ...more } });

  test.each<[string, unknown, string, RegExp]>([
    [
      "an unknown calendar",
      { ...sum, calendar: "offcie" },
      "/calendar",
      /no calendar "offcie"; known: always, office, nights/,
    ],
    [
      "no calendar",
      { start: START, add: "8h" },
      "/calendar",
      /^is missing; it must be a text, or an object$/,
    ],
    ["a number for a calendar", { ...sum, calendar: 5 }, "/calendar", /^must be a text, or an object$/],
    [
      "a calendar without a zone",
      { ...sum, calendar: { weekly: { mon: ["09:00-10:00"] } } },
      "/calendar/timeZone",
      /^is missing/,
    ],
    [
      "an unknown zone",
      withCalendar({ timeZone: "Europe/Berln" }),
      "/calendar/timeZone",
      /no IANA time zone; write for example/,
    ],
    ["an offset for a zone", withCalendar({ timeZone: "+02:00" }), "/calendar/timeZone", /no IANA time zone/],
    [
      "hours in words",
      withCalendar({ weekly: { mon: ["nine to five"] } }),
      "/calendar/weekly/mon/0",
      /must be "HH:MM-HH:MM"/,
    ],
    [
      "hours that overlap",
      withCalendar({ weekly: { mon: ["09:00-13:00", "12:30-17:00"] } }),
      "/calendar/weekly/mon/1",
      /"12:30-17:00" overlaps with "09:00-13:00": join them/,
    ],
    [
      "a night that runs into the morning's hours",
      withCalendar({ weekly: { mon: ["22:00-06:00"], tue: ["05:00-12:00"] } }),
      "/calendar/weekly/tue/0",
      /overlaps with "22:00-06:00"/,
    ],
    [
      "a calendar that is never open",
      withCalendar({ weekly: {}, overrides: [] }),
      "/calendar",
      /is never open: give it hours/,
    ],
    [
      "a date that does not exist",
      withCalendar({ holidays: [{ date: "2026-02-30", name: "x" }] }),
      "/calendar/holidays/0/date",
      /date/,
    ],
    ["an unknown key of a calendar", withCalendar({ zone: "UTC" }), "/calendar/zone", /not a known key/],
    ["an unknown key", { ...sum, strat: START }, "/strat", /not a known key/],
    ["a key of another form", { ...sum, clock: "wall" }, "/clock", /not a known key/],
    ["no start", { calendar: "office", add: "8h" }, "/since", /^is missing/],
    [
      "a start in words",
      { ...sum, start: "yesterday" },
      "/start",
      /must be an instant such as "2026-03-28T22:00:00Z"/,
    ],
    [
      "a start without an offset",
      { ...sum, start: "2026-03-28T22:00:00" },
      "/start",
      /must be an instant such as/,
    ],
    ["a start on no date", { ...sum, start: "2026-02-30T22:00:00Z" }, "/start", /must be an instant such as/],
    ["a start as a number", { ...sum, start: 1_774_735_200 }, "/start", /must be an instant such as/],
    [
      "a start before there were computers",
      { ...sum, start: "1969-12-31T23:59:59Z" },
      "/start",
      /between 1970 and 2200/,
    ],
    [
      "a start in a far century",
      { ...sum, start: "2200-01-01T00:00:00Z" },
      "/start",
      /between 1970 and 2200/,
    ],
    [
      "an amount in words",
      { ...sum, add: "8 hours" },
      "/add",
      /must be a duration in quotes such as .*, or a number/,
    ],
    ["a negative amount", { ...sum, add: -1 }, "/add", /number of seconds from 0 to/],
    ["an amount beyond reach, in seconds", { ...sum, add: 1e12 }, "/add", /number of seconds from 0 to/],
    ["no amount", { ...sum, add: null }, "/add", /a number of seconds/],
    [
      "a pause that ends before it begins",
      { ...sum, pauses: [{ from: START, to: "2026-03-28T21:59:59Z" }] },
      "/pauses/0/to",
      /must not lie before `from`/,
    ],
    ["a pause without an end", { ...sum, pauses: [{ from: START }] }, "/pauses/0/to", /^is missing/],
    [
      "a pause in words",
      { ...sum, pauses: [{ from: "noon", to: null }] },
      "/pauses/0/from",
      /must be an instant/,
    ],
    ["pauses in words", { ...sum, pauses: "none" }, "/pauses", /must be a list/],
    [
      "more pauses than anybody takes",
      { ...sum, pauses: Array.from({ length: 1_001 }, () => ({ from: START, to: START })) },
      "/pauses",
      /at most 1000 items/,
    ],
    ["an end in words", { calendar: "office", start: START, end: "soon" }, "/end", /must be an instant/],
    [
      "more than ten years",
      { calendar: "office", start: START, end: "2036-04-28T22:00:00Z" },
      "/end",
      /within ten years of where it begins/,
    ],
    [
      "an unknown clock",
      { calendar: "office", due: START, before: "1h", clock: "lunar" },
      "/clock",
      /one of "business", "wall"/,
    ],
    ["no due instant", { calendar: "office", before: "1h" }, "/due", /^is missing/],
    ["pauses of an opening", { calendar: "office", at: START, pauses: [] }, "/pauses", /not a known key/],
    ["no question", {}, "", /one of the four forms .*since, add.*since, until.*due, before.*at \}/],
    ["half a question", { calendar: "office", start: START }, "", /one of the four forms/],
    [
      "two questions in one",
      { ...sum, end: START },
      "",
      /one of the four forms.*"add" and "until" do not stand in one/,
    ],
    ["a list", [], "", /one of the four forms/],
    ["nothing", null, "", /one of the four forms/],
  ])(
    "%s is refused, and the answer says where and how to mend it",
    async (_name, question, pointer, message) => {
      const answer = await explain(question);
      expect(answer.status).toBe(422);
      expect(answer.headers.get("Content-Type")).toBe("application/problem+json");
      const { code, problems } = await json<Problems>(answer);
      expect(code).toBe("request.invalid");
      expect(problems.map((one) => one.pointer)).toEqual([pointer]);
      expect(problems[0]?.message).toMatch(message);
    },
  );

  test("every mistake of a question is named at once", async () => {
    const question = {
      calendar: { timeZone: 5, weekly: { mon: ["x"] } },
      start: "x",
      add: "x",
      pauses: [{}],
      y: 1,
    };
    const { problems } = await json<Problems>(await explain(question));
    expect(problems.map(({ pointer }) => pointer).sort()).toEqual([
      "/add",
      "/calendar/timeZone",
      "/calendar/weekly/mon/0",
      "/pauses/0/from",
      "/pauses/0/to",
      "/start",
      "/y",
    ]);
  });

  test.each<[string, unknown, RegExp]>([
    ["a target longer than five years", { calendar: "always", start: START, add: "1831d" }, /five years/],
    [
      "a target that hardly any hour counts for",
      { calendar: { timeZone: "UTC", weekly: { mon: ["09:00-09:01"] } }, start: START, add: "8h" },
      /five years/,
    ],
    [
      "a warning that would have come before that",
      { calendar: "always", due: START, before: "1831d" },
      /five years/,
    ],
    [
      "hours that are all over",
      {
        calendar: {
          timeZone: "UTC",
          weekly: {},
          overrides: [{ date: "2020-01-01", hours: ["09:00-10:00"] }],
        },
        start: START,
        add: "1m",
      },
      /five years/,
    ],
  ])("%s lies out of reach, and the answer says why", async (_name, question, detail) => {
    const answer = await explain(question);
    expect(answer.status).toBe(422);
    const problem = await json<Problems>(answer);
    expect(problem.code).toBe("sla.out_of_reach");
    expect(problem.detail).toMatch(detail);
  });

  test("a pause of years is not counted to the five", async () => {
    const pauses = [{ from: START, to: "2036-03-28T22:00:00Z" }];
    expect(await explained({ calendar: "always", start: START, add: "1d", pauses })).toMatchObject({
      due: "2036-03-29T22:00:00.000Z",
    });
  });

  test.each<[string, string, string, number, string]>([
    ["half a question", '{"calendar":', "application/json", 400, "request.malformed"],
    ["nothing", "", "application/json", 400, "request.malformed"],
    ["a form", "calendar=office", "application/x-www-form-urlencoded", 415, "request.not_json"],
    ["plain text", JSON.stringify(sum), "text/plain", 415, "request.not_json"],
  ])("a body that is %s is not read: %s", async (_name, body, type, status, code) => {
    const answer = await desk.send("POST", "/api/v1/sla/explain", body, { "Content-Type": type });
    expect(answer.status).toBe(status);
    expect(await codeOf(answer)).toBe(code);
  });

  test("needs a token", async () => {
    const answer = await desk.fetch("/api/v1/sla/explain", { method: "POST", body: "{}" });
    expect(answer.status).toBe(401);
  });
});

describe("while there is no configuration", () => {
  let desk: HttpDesk;
  beforeEach(async () => {
    await emptyRecord();
    desk = new HttpDesk();
  });

  test("a calendar that comes with the question is all that it needs", async () => {
    const question = { calendar: NIGHTS, at: "2026-03-28T22:00:00Z" };
    const answer = await desk.send("POST", "/api/v1/sla/explain", question);
    expect(await answer.json()).toMatchObject({ open: true });
  });

  test("there is no calendar by that name yet", async () => {
    const question = { calendar: "office", at: "2026-03-28T22:00:00Z" };
    expect(await codeOf(await desk.send("POST", "/api/v1/sla/explain", question))).toBe("config.missing");
  });
});
