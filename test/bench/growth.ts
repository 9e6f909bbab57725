import type { Customer } from "../../src/sandbox/telegram/client.ts";
import { round, type Chapter } from "./chapter.ts";
import type { Counts } from "./desk/counts.ts";
import { median } from "./median.ts";
import { Stand } from "./stand.ts";
import { MORNING, StandingDesk } from "./standing-desk.ts";
import { updatesOf, WebhookCaller } from "./webhook-caller.ts";

/** Groups of one desk, and how many tickets are behind them. */
const GROUPS = [
  { id: "ten", prefix: "TEN", chatId: -1_001_000_000_010, tickets: 10, throughTheDoor: 10 },
  { id: "thousand", prefix: "THO", chatId: -1_001_000_001_000, tickets: 1_000, throughTheDoor: 1_000 },
  { id: "twenty", prefix: "TWE", chatId: -1_001_000_020_000, tickets: 20_000, throughTheDoor: 10 },
];
/** Who writes while it is measured; each has an open ticket. */
const WRITERS = 10;
const WARM_UP = 20;
const MESSAGES = 150;
const BETWEEN_MESSAGES_MS = 60_000;
const THEY_ALL_STAND_MS = 4 * 3_600_000;

interface Measured {
  customers: Customer[];
  acceptMs: number[];
  counts: Counts[];
}

/** Whether a further message costs the same, however many tickets are behind it. */
export async function growth(remains: AsyncDisposableStack): Promise<Chapter> {
  const stand = await Stand.open(remains);
  await stand.telegram.budgets("off");
  await stand.telegram.clock({ freezeAt: MORNING });
  stand.config.groups = GROUPS.map(({ id, prefix, chatId }) => ({ id, prefix, chatId, entry: [id] }));
  stand.config.queues = GROUPS.map(({ id }) => ({ id, group: id }));
  stand.config.agents = [];
  stand.config.routing = { defaultQueue: GROUPS[0].id };
  // Clocks run, but nothing falls due while it is measured: how many break a promise is no matter of growth.
  for (const policy of stand.config.slaPolicies ?? [])
    policy.targets = { normal: { firstResponse: "1000h", nextResponse: "1000h", resolution: "1000h" } };
  for (const { id, chatId } of GROUPS) await stand.telegram.group({ id: chatId, title: id, forum: true });
  const api = await stand.serve("test/bench/desk/counting-desk.ts");
  const desk = new StandingDesk(
    stand,
    api,
    GROUPS.map(({ id }) => id),
  );
  for (const { id: group } of GROUPS) await desk.door("lift", { group });
  await api.call("PUT", "/api/v1/config", stand.config);
  await api.hearsOf(stand.telegram.apiRoot);

  const measured = new Map<string, Measured>();
  for (const { id: group, tickets, throughTheDoor } of GROUPS) {
    const customers = await stand.customers(throughTheDoor);
    for (const customer of customers) {
      await customer.start(group);
      await customer.write("My order has not arrived yet.");
    }
    // A thousand new topics, at twenty calls a minute.
    await desk.settle(THEY_ALL_STAND_MS);
    const count = await desk.door<number>("multiply", { group, until: tickets });
    if (count !== tickets) throw new Error(`${count} tickets instead of ${tickets}`);
    measured.set(group, { customers: customers.slice(0, WRITERS), acceptMs: [], counts: [] });
  }

  await stand.telegram.delivery("pull");
  const worker = new WebhookCaller(api.url);
  for (let n = 0; n < WARM_UP + MESSAGES; n += 1) {
    await desk.moveTo(desk.now + BETWEEN_MESSAGES_MS);
    // The first one pays for what all share: they take turns at that, too.
    for (let turn = 0; turn < GROUPS.length; turn += 1) {
      const { id: group } = GROUPS[(n + turn) % GROUPS.length];
      const { customers, acceptMs, counts } = measured.get(group)!;
      const writer = customers[n % customers.length].id;
      const [update] = updatesOf(stand.world, () =>
        stand.world.core.act("write", { userId: writer, text: "It is still not here." }),
      );
      await desk.door("zero");
      const begin = performance.now();
      await worker.post(update);
      const ms = performance.now() - begin;
      await desk.door("settled", { group });
      if (n < WARM_UP) continue;
      acceptMs.push(ms);
      counts.push(await desk.counts());
    }
  }
  worker.close();

  const figures = GROUPS.map(({ id, tickets }) => {
    const { acceptMs, counts } = measured.get(id)!;
    const mean = (of: (one: Counts) => number): number =>
      counts.reduce((sum, one) => sum + of(one), 0) / counts.length;
    return {
      tickets,
      written: mean((one) => one.objectWrites + one.recordWrites),
      read: mean((one) => one.objectReads + one.recordReads),
      ms: median(acceptMs),
    };
  });
  const growthOf = (key: "written" | "read"): number =>
    Math.max(...figures.map((figure) => figure[key])) / figures[0][key] - 1;
  // Message by message against the one accepted just before or after: a busy machine is busy for both.
  const [few, ...many] = GROUPS.map(({ id }) => measured.get(id)!.acceptMs);
  const slowdown = Math.max(...many.map((list) => median(list.map((ms, n) => ms / few[n])))) - 1;
  return {
    title: "4. A further message, with tickets behind it",
    table: [
      ["tickets behind it", "rows written", "rows read", "ms to accept"],
      ...figures.map(({ tickets, written, read, ms }) => [tickets, round(written), round(read), round(ms)]),
    ],
    aims: [
      { what: "rows written grow by", seen: growthOf("written"), atMost: 0.1 },
      { what: "rows read grow by", seen: growthOf("read"), atMost: 0.1 },
      { what: "time to accept grows by", seen: slowdown, atMost: 0.1 },
    ],
    notes: [
      `${MESSAGES} messages each, in turns, one at a time, delivered before the next; the object's rows and D1's together.`,
      "10 and 1,000 tickets came through the door and are open; 19,990 of the 20,000 were written into the object in SQL, with customer, topic, history and messages, 1 of 20 open.",
    ],
  };
}
