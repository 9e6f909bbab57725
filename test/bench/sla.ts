import { Temporal } from "temporal-polyfill";
import { BusinessCalendar } from "../../src/domain/calendar/calendar.ts";
import { ConfigDocument, type CalendarConfig } from "../../src/domain/config/config.ts";
import { exampleDesk } from "../support/desks.ts";
import { round, type Chapter } from "./chapter.ts";
import { median } from "./median.ts";
import { Stand } from "./stand.ts";
import { A_WHILE_MS, MORNING, StandingDesk } from "./standing-desk.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const ROUNDS = 30;
const CALLS = 2_000;
/** Of the example's office: 8.5 hours a day, 6 on Fridays. */
const BUSINESS_DAY_MS = 8 * HOUR_MS;
const OPEN_TICKETS = 100_000;
const DUE_TICKETS = 1_000;

/** What a due instant costs to compute, and a sweep to find what is due. */
export async function sla(remains: AsyncDisposableStack): Promise<Chapter> {
  const calendars = measureCalendars();
  const sweeps = await measureSweeps(remains);
  return {
    title: "6. Clocks and sweeps",
    table: [
      ["", "µs", "rows read in D1", "groups woken", "ms"],
      ["one Temporal addition in a zone (floor)", round(calendars.floor), "", "", ""],
      ["due 30 business days ahead", round(calendars.office), "", "", ""],
      ["  … by a calendar that knows no hours yet", round(calendars.cold), "", "", ""],
      ["due 5 days ahead, 24/7", round(calendars.shortAlways), "", "", ""],
      ["due 4 years ahead, 24/7", round(calendars.longAlways), "", "", ""],
      [
        `sweep, 0 due of ${OPEN_TICKETS} open in 200 groups`,
        "",
        sweeps.idle.reads,
        sweeps.idle.woken,
        round(sweeps.idle.ms),
      ],
      [
        `sweep, ${DUE_TICKETS} due in one group`,
        "",
        sweeps.busy.reads,
        sweeps.busy.woken,
        round(sweeps.busy.ms),
      ],
      ["  … later: told, and in the record", "", "", "", round(sweeps.busy.laterMs)],
    ],
    aims: [
      { what: "µs for a due instant 30 business days ahead", seen: calendars.office, atMost: 50 },
      {
        what: "24/7: four years cost as much as five days, times",
        seen: calendars.longAlways / calendars.shortAlways,
        atMost: 1.5,
      },
      {
        what: `rows read by a sweep with 0 due of ${OPEN_TICKETS} open`,
        seen: sweeps.idle.reads,
        atMost: 10,
      },
      { what: `s for ${DUE_TICKETS} due`, seen: sweeps.busy.ms / 1_000, atMost: 10 },
    ],
    notes: [
      `A due instant costs ${round(calendars.office / calendars.floor)} times the floor. Medians of ${ROUNDS} rounds of ${CALLS} calls, starting anywhere in two years.`,
      `${sweeps.busy.steps} events for ${DUE_TICKETS} tickets: a warning and a breach each, with what the ladder does then.`,
    ],
  };
}

function measureCalendars() {
  const { calendars } = ConfigDocument.parse(exampleDesk());
  const calendar = (id: string): BusinessCalendar =>
    BusinessCalendar.of(calendars.find((one) => one.id === id)!);
  const starts = Array.from(
    { length: CALLS },
    (_, index) => MORNING + Math.floor((index * 730 * DAY_MS) / CALLS),
  );
  const dates = starts.map((at) =>
    Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO("Europe/Berlin"),
  );
  const ofEach = (work: (index: number) => unknown): number => {
    const rounds = Array.from({ length: ROUNDS }, () => {
      const begin = performance.now();
      for (let index = 0; index < CALLS; index += 1) work(index);
      return ((performance.now() - begin) * 1_000) / CALLS;
    });
    return median(rounds);
  };
  const due = (id: string, amount: number): number =>
    ofEach((index) => calendar(id).due(starts[index], amount));
  return {
    floor: ofEach((index) => dates[index].add({ days: 42 })),
    office: due("office", 30 * BUSINESS_DAY_MS),
    cold: coldDue(calendars.find(({ id }) => id === "office")!),
    shortAlways: due("always", 5 * DAY_MS),
    longAlways: due("always", 4 * 365 * DAY_MS),
  };
}

/** Of a calendar that was never asked before: it works out its hours as far as it needs them. */
function coldDue(office: CalendarConfig): number {
  const rounds = Array.from({ length: ROUNDS }, () => {
    const begin = performance.now();
    BusinessCalendar.of({ ...office }).due(MORNING, 30 * BUSINESS_DAY_MS);
    return (performance.now() - begin) * 1_000;
  });
  return median(rounds);
}

async function measureSweeps(remains: AsyncDisposableStack) {
  const stand = await Stand.open(remains);
  await stand.telegram.budgets("off");
  await stand.telegram.clock({ freezeAt: MORNING });
  const api = await stand.serve("test/bench/desk/counting-desk.ts");
  const desk = new StandingDesk(stand, api, ["main"]);
  await desk.door("lift", { group: "main" });
  await api.call("PUT", "/api/v1/config", stand.config);
  await api.hearsOf(stand.telegram.apiRoot);
  await desk.door("fill", { count: OPEN_TICKETS, due: MORNING + 30 * DAY_MS });

  const sweep = async () => {
    await desk.door("zero");
    const begin = performance.now();
    const swept = await api.call<{ tickets: number; steps: number }>("POST", "/api/v1/sla/sweep");
    const ms = performance.now() - begin;
    const counts = await desk.counts();
    return { ...swept, ms, counts };
  };
  await sweep();
  const idle = await sweep();

  for (const customer of await stand.customers(DUE_TICKETS))
    await customer.write("My order has not arrived yet.");
  await desk.settle(A_WHILE_MS);
  await desk.moveTo(MORNING + 2.2 * HOUR_MS);
  await desk.door("zero");
  const begin = performance.now();
  const busy = await api.call<{ tickets: number; steps: number }>("POST", "/api/v1/sla/sweep");
  const ms = performance.now() - begin;
  const { recordReads: reads, objectRequests: woken } = await desk.door<{
    recordReads: number;
    objectRequests: number;
  }>("peek");
  if (busy.tickets !== DUE_TICKETS) throw new Error(`${busy.tickets} of ${DUE_TICKETS} were due`);
  await desk.settle(1);
  return {
    idle: { ms: idle.ms, reads: idle.counts.recordReads, woken: idle.counts.objectRequests },
    busy: { ms, reads, woken, steps: busy.steps, laterMs: performance.now() - begin },
  };
}
