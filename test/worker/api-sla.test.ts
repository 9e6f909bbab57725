import { env } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { SLA_SEGMENTS_MAX } from "../../src/domain/limits.ts";
import { project } from "../../src/record/projection.ts";
import { exampleDesk } from "../support/desks.ts";
import { Endpoint } from "../support/endpoint.ts";
import { codeOf, emptyRecord, HttpDesk } from "../support/http-desk.ts";
import { MORNING, Stage } from "../support/stage.ts";
import { emptyBatch, NOON, opened, states } from "../support/tickets.ts";

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
    test("in night shifts over the change of the clock, which makes one of them an hour shorter", async () => {
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
    ])("it is the same with %s", async (_name, difference) => {
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

    test("nobody knows while an open pause holds it; the segments end with that pause", async () => {
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

    test("of more segments than are shown the first ones are, and the answer says so", async () => {
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

  test("nothing is swept", async () => {
    const answer = await desk.send("POST", "/api/v1/sla/sweep");
    expect(await answer.json()).toEqual({
      at: expect.any(String),
      groups: [],
      tickets: 0,
      steps: 0,
      unreachableGroups: [],
    });
    expect([...desk.groups.touched]).toEqual([]);
  });
});

interface TicketSla {
  ref: string;
  at: string;
  policy: Record<string, unknown> | null;
  clocks: {
    metric: string;
    instance: number;
    state: string;
    startedAt: string;
    targetSeconds: number;
    dueAt: string | null;
    endedAt: string | null;
    elapsedSeconds: number;
    pausedBecause: string | null;
    segments: { from: string; to: string | null; kind: string; reason: string }[];
    truncated: boolean;
  }[];
  escalations: {
    past: { n: number; type: string; at: string; notedAt: string | null; data: Record<string, unknown> }[];
    planned: {
      metric: string;
      instance: number;
      moment: string;
      offsetSeconds: number;
      clock: string;
      dueAt: string;
      at: string;
      step: number | null;
      actions: unknown[];
    }[];
  };
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

// Friday, 10:00 in Berlin; the office closes at 15:00. Two hours for a first answer, four for the next, 24 in all.
describe("the clocks of a live ticket", () => {
  let stage: Stage;
  let ada: Awaited<ReturnType<Stage["customer"]>>;
  beforeEach(async () => {
    const { url } = new Endpoint();
    stage = await Stage.open({ config: ({ webhooks }) => void (webhooks![0].url = url) });
    ada = await stage.customer();
    await ada.write("My printer burns");
    await stage.settle(10_000);
  });

  const sla = (ref = "SUP-1"): Promise<TicketSla> => stage.get<TicketSla>(`/api/v1/tickets/${ref}/sla`);
  const standing = async (): Promise<string[]> =>
    (await sla()).clocks.map(({ metric, instance, state }) => `${metric} ${instance} ${state}`);
  const until = (minutes: number): Promise<void> => stage.pass(MORNING + minutes * MINUTE - stage.now);
  const at = (minutes: number): string => new Date(MORNING + minutes * MINUTE).toISOString();
  async function olga(line: string): Promise<void> {
    await stage.olga.write((await stage.topic("SUP-1")).id, line);
    await stage.settle(5_000);
  }

  test("are shown with the policy, what counts, and what will be done if nobody answers", async () => {
    expect(await sla()).toEqual({
      ref: "SUP-1",
      at: new Date(stage.now).toISOString(),
      policy: { id: "standard", calendar: "office", timeZone: "Europe/Berlin", escalation: "ladder" },
      clocks: [
        {
          metric: "firstResponse",
          instance: 1,
          state: "healthy",
          startedAt: at(0),
          targetSeconds: 7_200,
          dueAt: at(120),
          endedAt: null,
          elapsedSeconds: (stage.now - MORNING) / 1_000,
          pausedBecause: null,
          segments: [{ from: at(0), to: at(120), kind: "counted", reason: "fri 09:00-15:00" }],
          truncated: false,
        },
        expect.objectContaining({
          metric: "resolution",
          instance: 1,
          state: "healthy",
          targetSeconds: 86_400,
        }),
      ],
      escalations: {
        past: [],
        planned: [
          {
            metric: "firstResponse",
            instance: 1,
            moment: "warning",
            offsetSeconds: 1_800,
            clock: "business",
            dueAt: at(120),
            at: at(90),
            step: 0,
            actions: [{ notify: "assignee" }],
          },
          {
            metric: "firstResponse",
            instance: 1,
            moment: "breach",
            offsetSeconds: 0,
            clock: "business",
            dueAt: at(120),
            at: at(120),
            step: 1,
            actions: [{ note: "topic" }, { reassign: "senior" }, { webhook: "queue-manager" }],
          },
          {
            metric: "firstResponse",
            instance: 1,
            moment: "overdue",
            offsetSeconds: 1_800,
            clock: "business",
            dueAt: at(120),
            at: at(150),
            step: 2,
            actions: [{ notify: "lead" }, { priority: "urgent" }],
          },
          ...["warning", "breach", "overdue"].map(
            (moment) => expect.objectContaining({ metric: "resolution", moment }) as never,
          ),
        ],
      },
    });
  });

  test("go from healthy over at risk and breached to met late", async () => {
    const seen: string[] = [];
    for (const minutes of [89, 90, 120, 121]) {
      await until(minutes);
      seen.push((await standing())[0]);
    }
    await olga("Have you tried water?");
    seen.push((await standing())[0]);
    expect(seen).toEqual(
      ["healthy", "at_risk", "at_risk", "breached", "met_late"].map((state) => `firstResponse 1 ${state}`),
    );
    const [first] = (await sla()).clocks;
    expect(first).toMatchObject({ dueAt: at(120), endedAt: at(121), elapsedSeconds: 121 * 60 });
  });

  test("are met by an answer at the due instant itself", async () => {
    await until(120);
    await olga("Have you tried water?");
    expect((await standing())[0]).toBe("firstResponse 1 met");
  });

  test("tell what was done, when it was due, and no longer plan it", async () => {
    await until(125);
    const { past, planned } = (await sla()).escalations;
    expect(
      past.map(({ type, at: due, data }) => [type, due, data["action"] ?? null, data["result"] ?? null]),
    ).toEqual([
      ["sla_warned", at(90), null, null],
      ["escalation_taken", at(90), { notify: "assignee" }, "nobody"],
      ["sla_breached", at(120), null, null],
      ["escalation_taken", at(120), { note: "topic" }, "done"],
      ["escalation_taken", at(120), { reassign: "senior" }, "done"],
      ["escalation_taken", at(120), { webhook: "queue-manager" }, "done"],
    ]);
    expect(past[3]?.data).toMatchObject({
      metric: "firstResponse",
      instance: 1,
      moment: "breach",
      dueAt: at(120),
      policy: "ladder",
      step: 1,
      agents: [],
    });
    expect(past[4]?.data).toMatchObject({ agents: [{ id: 9002, name: "Senior billing" }] });
    expect(planned[0]).toMatchObject({ metric: "firstResponse", moment: "overdue", at: at(150), step: 2 });
  });

  test("what came late is there as soon as somebody looks, stamped with when it was due", async () => {
    await stage.moveTo(MORNING + 125 * MINUTE);
    const { past } = (await sla()).escalations;
    expect(past[0]).toMatchObject({ type: "sla_warned", at: at(90), notedAt: at(125) });
    expect(past.map(({ type }) => type).filter((type) => type === "sla_breached")).toHaveLength(1);
    await stage.settleNow();
    expect((await sla()).escalations.past).toHaveLength(past.length);
  });

  test("each turn of the customer has a clock of its own, from their first unanswered message", async () => {
    await until(10);
    await olga("Have you tried water?");
    await until(20);
    await ada.write("It still burns");
    await stage.settle(5_000);
    await until(30);
    await ada.write("Hello?");
    await stage.settle(5_000);
    await until(40);
    await olga("More water!");
    await until(50);
    await ada.write("It helped a little");
    await stage.settle(5_000);
    const turns = (await sla()).clocks.filter(({ metric }) => metric === "nextResponse");
    expect(
      turns.map(({ instance, state, startedAt, dueAt, endedAt }) => [
        instance,
        state,
        startedAt,
        dueAt,
        endedAt,
      ]),
    ).toEqual([
      [1, "met", at(20), at(260), at(40)],
      [2, "healthy", at(50), at(290), null],
    ]);
    expect(turns[0]).toMatchObject({ elapsedSeconds: 20 * 60, targetSeconds: 4 * 3_600 });
  });

  test("are kept by no note, no edit and nothing that the desk says by itself", async () => {
    await until(10);
    await olga("// they mean the laser one");
    await olga("/claim");
    const asked = (await ada.messages()).find(({ text }) => text === "My printer burns")!;
    await ada.edit(asked.message_id, "My laser printer burns");
    await stage.settle(5_000);
    const said = (await ada.messages()).filter(({ from }) => from?.is_bot === true);
    expect(said).not.toEqual([]);
    expect((await sla()).clocks[0]).toMatchObject({
      metric: "firstResponse",
      startedAt: at(0),
      dueAt: at(120),
      endedAt: null,
    });
  });

  test("an answer that was never given is owed again, on the same clock, when an agent reopens the ticket", async () => {
    await until(10);
    await olga("Have you tried water?");
    await until(20);
    await ada.write("It still burns");
    await stage.settle(5_000);
    await until(30);
    await olga("/resolve");
    expect(await standing()).toContain("nextResponse 1 met");
    await until(50);
    await olga("/reopen");
    expect(await standing()).toEqual([
      "firstResponse 1 met",
      "nextResponse 1 healthy",
      "resolution 1 healthy",
    ]);
    await until(60);
    await olga("More water!");
    const turn = (await sla()).clocks.find(({ metric }) => metric === "nextResponse")!;
    expect(turn).toMatchObject({ state: "met", dueAt: at(280), endedAt: at(60), elapsedSeconds: 20 * 60 });
    expect(turn.segments.map(({ kind, from, to }) => [kind, from, to])).toEqual([
      ["counted", at(20), at(30)],
      ["paused", at(30), at(50)],
      ["counted", at(50), at(60)],
    ]);
  });

  test("stand still while the customer has the turn, and tell why", async () => {
    await until(10);
    await olga("Have you tried water?");
    await until(60);
    const resolution = (await sla()).clocks.find(({ metric }) => metric === "resolution")!;
    expect(resolution).toMatchObject({
      state: "healthy",
      dueAt: null,
      elapsedSeconds: 600,
      pausedBecause: "waiting for the customer",
      segments: [
        { from: at(0), to: at(10), kind: "counted", reason: "fri 09:00-15:00" },
        { from: at(10), to: null, kind: "paused", reason: "waiting for the customer" },
      ],
    });
    expect((await sla()).escalations.planned).toEqual([]);
    await ada.write("It still burns");
    await stage.settle(5_000);
    const running = (await sla()).clocks.find(({ metric }) => metric === "resolution")!;
    expect(running.pausedBecause).toBeNull();
    expect(running.segments.slice(0, 3).map(({ kind, from, to }) => [kind, from, to])).toEqual([
      ["counted", at(0), at(10)],
      ["paused", at(10), at(60)],
      ["counted", at(60), at(300)],
    ]);
  });

  test("end with the ticket", async () => {
    await until(30);
    await olga("/resolve new toner");
    const { clocks, escalations } = await sla();
    expect(clocks.map(({ metric, state, endedAt }) => [metric, state, endedAt])).toEqual([
      ["firstResponse", "met", at(30)],
      ["resolution", "met", at(30)],
    ]);
    expect(escalations.planned).toEqual([]);
  });

  test("there are none where the desk promises nothing", async () => {
    stage.config.tiers = {};
    stage.config.routing.rules = [];
    await stage.configure();
    expect(await sla()).toMatchObject({ policy: null, clocks: [], escalations: { past: [], planned: [] } });
  });

  test("are found by the reference in whatever case, and of no ticket that never was", async () => {
    expect((await sla("sup-1")).ref).toBe("SUP-1");
    const answer = await stage.api("GET", "/api/v1/tickets/SUP-2/sla");
    expect(answer.status).toBe(404);
    expect(await codeOf(answer)).toBe("ticket.not_found");
  });

  interface Sweep {
    at: string;
    groups: { group: string; tickets: number; steps: number }[];
    tickets: number;
    steps: number;
    unreachableGroups: string[];
  }
  const sweep = async (): Promise<Sweep> => (await stage.api("POST", "/api/v1/sla/sweep")).json();

  test("a sweep does what is due, tells what it did, and does it once", async () => {
    expect(await sweep()).toMatchObject({ groups: [], tickets: 0, steps: 0 });
    await stage.moveTo(MORNING + 125 * MINUTE);
    // Warned, and told nobody; breached, with three actions, of which one hands the ticket over.
    const did = { groups: [{ group: "main", tickets: 1, steps: 7 }], tickets: 1, steps: 7 };
    expect(await sweep()).toEqual({ at: at(125), ...did, unreachableGroups: [] });
    expect(await sweep()).toMatchObject({ tickets: 0, steps: 0, unreachableGroups: [] });
    await stage.settleNow();
    expect(await sweep()).toEqual({ at: at(125), groups: [], tickets: 0, steps: 0, unreachableGroups: [] });
    expect((await sla()).escalations.past).toHaveLength(6);
  });
});

describe("while a group does not answer", () => {
  const DUE = NOON + HOUR;
  let desk: HttpDesk;
  beforeEach(async () => {
    await emptyRecord();
    desk = new HttpDesk();
    await desk.put(exampleDesk());
    for (const group of ["main", "vip"]) {
      const [ticket] = states([opened(1, { group })]);
      await project(env.DB, {
        ...emptyBatch({ group }),
        tickets: [{ ticket, dueAt: DUE - 365 * 24 * HOUR }],
      });
    }
  });

  test("a sweep names it, and wakes the others", async () => {
    desk.groups.down.add("main");
    const answer = await desk.send("POST", "/api/v1/sla/sweep");
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      groups: [{ group: "vip", tickets: 1, steps: 2 }],
      tickets: 1,
      steps: 2,
      unreachableGroups: ["main"],
    });
  });

  test("nobody knows the clocks of its tickets", async () => {
    desk.groups.down.add("main");
    const answer = await desk.get("/api/v1/tickets/SUP-1/sla");
    expect(answer.status).toBe(503);
    expect(await codeOf(answer)).toBe("group.unreachable");
  });

  test("a ticket that only the record knows has none", async () => {
    const answer = await desk.get("/api/v1/tickets/SUP-1/sla");
    expect(answer.status).toBe(404);
    expect(await codeOf(answer)).toBe("ticket.not_found");
  });

  test("or the record does not, the answer says so", async () => {
    desk.d1.state = "failing";
    for (const answer of [
      await desk.send("POST", "/api/v1/sla/sweep"),
      await desk.get("/api/v1/tickets/SUP-1/sla"),
    ]) {
      expect(answer.status).toBe(503);
      expect(await codeOf(answer)).toBe("record.unreachable");
    }
  });
});
