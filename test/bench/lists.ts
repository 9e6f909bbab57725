import type { DeskApi } from "../support/desk-api.ts";
import { exampleDesk } from "../support/desks.ts";
import { MANY } from "../support/many-tickets.ts";
import { round, type Chapter } from "./chapter.ts";
import { median } from "./median.ts";
import { Stand } from "./stand.ts";
import { MORNING, StandingDesk } from "./standing-desk.ts";

const SIZES = [10, 10_000, 1_000_000];
const WARM_UP = 5;
const ROUNDS = 41;
const SHOWN = 50;
const EVENTS = 100_000;
const EVENTS_SHOWN = 1_000;
/** The most that figures may count at once. */
const COUNTED = 50_000;
const FIGURES_ROUNDS = 11;

const half = (size: number): string => new Date(MANY.since + (size / 2) * 1_000).toISOString();

/** What is asked, by how many tickets there are. */
const SPARSE = "a tier in a group, by change";
const QUESTIONS: [what: string, query: (size: number) => string][] = [
  ["the newest", () => ""],
  ["what changed last", () => "sort=-changedAt"],
  ["the most urgent in hand", () => "sort=-priority&status=open,in_progress,escalated,waiting"],
  ["an agent's in hand", () => "assignee=9007&status=open,in_progress"],
  ["half of the way down", (size) => `openedBefore=${half(size)}`],
  [SPARSE, () => "group=many-3&tier=gold&sort=-changedAt"],
  ["a tag of one in a thousand", () => "tag=tag-7"],
  ["search: a word of one in five thousand", () => "q=w7"],
  ["search: a word of one in four", () => "q=parcel"],
  ["search: two such words", () => "q=parcel%20refund"],
  ["search: two letters", () => "q=pa"],
];

/** What a page of tickets costs with few and with very many behind it, and how fast the feed is read. */
export async function lists(remains: AsyncDisposableStack): Promise<Chapter> {
  const stand = await Stand.open(remains);
  await stand.telegram.clock({ freezeAt: MORNING });
  const api = await stand.serve("test/bench/desk/counting-desk.ts");
  const desk = new StandingDesk(stand, api, []);
  await api.call("PUT", "/api/v1/config", exampleDesk());

  const seen = new Map<string, { ms: number[]; rows: number[]; times: number[] }>();
  let filled = 0;
  for (const size of SIZES) {
    await desk.door("many", { from: filled + 1, to: size });
    filled = size;
    for (const [what, query] of QUESTIONS) {
      const path = `/api/v1/tickets?limit=${SHOWN}&${query(size)}`;
      const ms: number[] = [];
      const floor: number[] = [];
      for (let n = 0; n < WARM_UP + ROUNDS; n += 1) {
        // In turns, so that a busy machine is busy for both.
        const bare = await timed(() => desk.door("bare", { of: "tickets", limit: SHOWN }));
        const one = await timed(() => api.call("GET", path));
        if (n < WARM_UP) continue;
        ms.push(one);
        floor.push(bare);
      }
      await desk.door("zero");
      await api.call("GET", path);
      const { recordReads } = await desk.counts();
      const row = seen.get(what) ?? { ms: [], rows: [], times: [] };
      row.ms.push(median(ms));
      row.rows.push(recordReads);
      row.times.push(median(ms) / median(floor));
      seen.set(what, row);
    }
  }

  await desk.door("events", { to: EVENTS });
  const feed = await throughput(api, desk);
  const figures = await counting(api, desk);
  const indexed = [...seen].filter(([what]) => what !== SPARSE).map(([, { rows }]) => rows);
  const most = Math.max(...indexed.map((rows) => rows.at(-1)!));
  const slowest = Math.max(...[...seen.values()].map(({ ms }) => ms.at(-1)!));
  return {
    title: "8. Lists, searches and the feed",
    table: [
      [
        "a page of 50",
        ...SIZES.map((size) => `ms, ${size}`),
        ...SIZES.map((size) => `rows read, ${size}`),
        "× floor",
      ],
      ...[...seen].map(([what, { ms, rows, times }]) => [
        what,
        ...ms.map(round),
        ...rows,
        round(times.at(-1)!),
      ]),
      ...figures.map(({ by, ms, rows, times }) => [
        `figures of ${COUNTED} events by ${by}`,
        "",
        "",
        round(ms),
        "",
        "",
        rows,
        round(times),
      ]),
      ["the feed, events a second", "", "", Math.round(feed.desk), "", "", "", round(feed.bare / feed.desk)],
    ],
    aims: [
      { what: `rows read for ${SHOWN} of 1,000,000 tickets, at most`, seen: most, atMost: 4 * SHOWN },
      {
        what: "… where few match and no index has the list",
        seen: seen.get(SPARSE)!.rows.at(-1)!,
        atMost: 15_000,
      },
      {
        what: `ms for figures of ${COUNTED} events, the slowest`,
        seen: Math.max(...figures.map(({ ms }) => ms)),
        atMost: 1_000,
      },
      { what: "ms for a page with 1,000,000 tickets, the slowest", seen: slowest, atMost: 100 },
    ],
    notes: [
      `p50 of ${ROUNDS}, one at a time, in turns with the floor: ${SHOWN} rows of the table in the order of its key, as JSON.`,
      `The feed: ${EVENTS} events in pages of ${EVENTS_SHOWN}, one after the other; its floor reads as many in the order of their key.`,
      `Figures: one answer about a period with ${COUNTED} events that count, the most that one call may ask for; the floor counts them by kind.`,
      "Rows read as D1 counts them, checking the key included.",
    ],
  };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

/** What one answer about as many events costs as may be asked for at once. */
async function counting(
  api: DeskApi,
  desk: StandingDesk,
): Promise<{ by: string; ms: number; rows: number; times: number }[]> {
  await desk.door("counted", { tickets: COUNTED / 4 });
  const since = MANY.since;
  const until = MANY.since + (COUNTED / 4 + 60) * 1_000;
  const period = `since=${new Date(since).toISOString()}&until=${new Date(until).toISOString()}`;
  const answers = [];
  for (const by of ["queue", "agent", "day"]) {
    const path = `/api/v1/metrics?${period}&groupBy=${by}`;
    const ms: number[] = [];
    const floor: number[] = [];
    for (let n = 0; n < WARM_UP + FIGURES_ROUNDS; n += 1) {
      const bare = await timed(() => desk.door("bare-count", { since, until }));
      const one = await timed(() => api.call("GET", path));
      if (n < WARM_UP) continue;
      ms.push(one);
      floor.push(bare);
    }
    await desk.door("zero");
    const { total } = await api.call<{ total: { opened: number; closed: number } }>("GET", path);
    if (total.opened + total.closed !== COUNTED / 2) throw new Error(JSON.stringify(total));
    const { recordReads } = await desk.counts();
    answers.push({ by, ms: median(ms), rows: recordReads, times: median(ms) / median(floor) });
  }
  return answers;
}

/** Events a second, through the API and bare. */
async function throughput(api: DeskApi, desk: StandingDesk): Promise<{ desk: number; bare: number }> {
  let read = 0;
  const ms = await timed(async () => {
    for (let after = "", more = true; more;) {
      const page = await api.call<{ items: unknown[]; nextCursor: string; more: boolean }>(
        "GET",
        `/api/v1/events?limit=${EVENTS_SHOWN}${after}`,
      );
      read += page.items.length;
      after = `&after=${page.nextCursor}`;
      more = page.more;
    }
  });
  if (read !== EVENTS) throw new Error(`${read} events instead of ${EVENTS}`);
  let bare = 0;
  const bareMs = await timed(async () => {
    for (let after = ""; ;) {
      const { items } = await desk.door<{ items: { ticket_id: string }[] }>("bare", {
        of: "events",
        after,
        limit: EVENTS_SHOWN,
      });
      bare += items.length;
      if (items.length < EVENTS_SHOWN) return;
      after = items.at(-1)!.ticket_id;
    }
  });
  return { desk: (read * 1_000) / ms, bare: (bare * 1_000) / bareMs };
}
