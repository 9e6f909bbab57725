import { round, type Chapter } from "./chapter.ts";
import type { Counts } from "./desk/counts.ts";
import { median } from "./median.ts";
import { Stand } from "./stand.ts";
import { A_WHILE_MS, MORNING, StandingDesk } from "./standing-desk.ts";
import { updatesOf, WebhookCaller } from "./webhook-caller.ts";

const GROUPS = [
  { id: "young", prefix: "YOU", chatId: -1_001_000_000_010, tickets: 10 },
  { id: "years", prefix: "YEA", chatId: -1_001_000_100_000, tickets: 100_000 },
];
const DOOR = 10;
/** Messages of each ticket: with 100,000 tickets two million. */
const EACH = 20;
const BY_AGENT = 6;
const WARM_UP = 10;
const MESSAGES = 100;
const BETWEEN_MESSAGES_MS = 60_000;
const OLGA = 9002;
/** While something goes on, a message may wait this much longer than otherwise. */
const WAIT_MAX_MS = 100;

const OPERATIONS = [
  ["alarm", "the alarm"],
  ["sweep", "Cron's sweep"],
  ["health", "/healthz"],
  ["census", "reconciliation: the census"],
  ["compare", "reconciliation: 200 tickets compared"],
  ["forget", "retention: 20 steps that forget"],
  ["forgetNothing", "retention: a whole run that forgets nothing"],
  ["erase", "erasing a person"],
  ["reproject", "telling the record 100 parts of everything again"],
] as const;

interface Measured {
  counts: Counts[];
  ms: number[];
}

/** A group after two million messages: what a further one costs, and how long it waits while the object looks after the rest. */
export async function years(remains: AsyncDisposableStack): Promise<Chapter> {
  const stand = await Stand.open(remains);
  await stand.telegram.budgets("off");
  await stand.telegram.clock({ freezeAt: MORNING });
  stand.config.groups = GROUPS.map(({ id, prefix, chatId }) => ({ id, prefix, chatId, entry: [id] }));
  stand.config.queues = GROUPS.map(({ id }) => ({ id, group: id }));
  stand.config.agents = [{ telegramId: OLGA, name: "Olga", groups: GROUPS.map(({ id }) => id) }];
  stand.config.routing = { defaultQueue: GROUPS[0].id };
  for (const policy of stand.config.slaPolicies ?? [])
    policy.targets = { normal: { firstResponse: "1000h", nextResponse: "1000h", resolution: "1000h" } };
  const api = await stand.serve("test/bench/desk/counting-desk.ts");
  const desk = new StandingDesk(
    stand,
    api,
    GROUPS.map(({ id }) => id),
  );
  for (const { id: group } of GROUPS) await desk.door("lift", { group });

  const writers = new Map<string, number[]>();
  const measured = new Map<string, Measured>();
  const sizes: { bytes: number; rows: Record<string, number> }[] = [];
  const chats = new Map<string, Awaited<ReturnType<typeof stand.telegram.group>>>();
  for (const { id, chatId } of GROUPS)
    chats.set(id, await stand.telegram.group({ id: chatId, title: id, forum: true }));
  await api.call("PUT", "/api/v1/config", stand.config);
  await api.hearsOf(stand.telegram.apiRoot);
  for (const { id: group, tickets } of GROUPS) {
    const customers = await stand.customers(DOOR);
    const olga = await chats.get(group)!.member({ id: OLGA, firstName: "Olga" });
    for (const customer of customers) {
      await customer.start(group);
      await customer.write("My order has not arrived yet.");
    }
    await desk.settle(A_WHILE_MS);
    const topics = await chats.get(group)!.topics();
    for (let n = 1; n < EACH - BY_AGENT; n += 1) {
      for (const customer of customers) await customer.write(`It is still not here, and this is day ${n}.`);
      await desk.settle(5_000);
    }
    for (let n = 0; n < BY_AGENT; n += 1) {
      for (const { id } of topics) await olga.write(id, `We are looking into it, ${n}.`);
      await desk.settle(5_000);
    }
    await desk.settle(A_WHILE_MS);
    sizes.push(await desk.door("size", { group }));
    await desk.door("multiply", { group, until: tickets });
    if (tickets > DOOR) sizes.push(await desk.door("size", { group }));
    writers.set(
      group,
      customers.map(({ id }) => id),
    );
    measured.set(group, { counts: [], ms: [] });
  }
  const recordBefore = await recordSize(desk);
  await desk.door("many", { from: 1, to: 100_000 });
  await desk.door("events", { to: 100_000 });
  await desk.door("counted", { tickets: 3_000 });
  const recordAfter = await recordSize(desk);

  await stand.telegram.delivery("pull");
  const worker = new WebhookCaller(api.url);
  const messageOf = (group: string, n: number) => {
    const list = writers.get(group)!;
    const [update] = updatesOf(stand.world, () =>
      stand.world.core.act("write", { userId: list[n % list.length], text: "It is still not here." }),
    );
    return update;
  };
  const post = async (group: string, n: number): Promise<number> => {
    const update = messageOf(group, n);
    const begin = performance.now();
    await worker.post(update);
    return performance.now() - begin;
  };
  for (let n = 0; n < WARM_UP + MESSAGES; n += 1) {
    await desk.moveTo(desk.now + BETWEEN_MESSAGES_MS);
    for (let turn = 0; turn < GROUPS.length; turn += 1) {
      const { id: group } = GROUPS[(n + turn) % GROUPS.length];
      await desk.door("zero");
      const ms = await post(group, n);
      await desk.door("settled", { group });
      if (n < WARM_UP) continue;
      measured.get(group)!.ms.push(ms);
      measured.get(group)!.counts.push(await desk.counts());
    }
  }

  // A cold start, in turns.
  const cold = new Map<string, number[]>(GROUPS.map(({ id }) => [id, []]));
  const coldCounts = new Map<string, Counts>();
  for (let n = 0; n < 5; n += 1) {
    for (const { id: group } of GROUPS) {
      await desk.door("abort", { group }).catch(() => undefined);
      await desk.door("zero");
      cold.get(group)!.push(await post(group, n));
      await desk.door("settled", { group });
      coldCounts.set(group, await desk.counts());
    }
  }

  const operations = [];
  for (const [name, words] of OPERATIONS) {
    const usual = Math.max(...(await postAWhile(() => post("years", 1), 1_000)));
    await desk.door("zero");
    const begin = performance.now();
    const goesOn = { is: true };
    const done = desk.door("step", { group: "years", name }).finally(() => (goesOn.is = false));
    const waits: number[] = [];
    while (goesOn.is || performance.now() - begin < 1_000) waits.push(await post("years", 2));
    await done;
    const tookMs = performance.now() - begin;
    const { largestStep } = await desk.door<Counts>("peek");
    operations.push({ words, tookMs, largestStep, waited: Math.max(...waits), usual });
  }
  worker.close();

  const mean = (group: string, of: (one: Counts) => number): number => {
    const { counts } = measured.get(group)!;
    return counts.reduce((sum, one) => sum + of(one), 0) / counts.length;
  };
  const written = (one: Counts): number => one.objectWrites + one.recordWrites;
  const read = (one: Counts): number => one.objectReads + one.recordReads;
  const growthOf = (of: (one: Counts) => number): number => mean("years", of) / mean("young", of) - 1;
  const [young, before, after] = [sizes[0], sizes[1], sizes[2]];
  const grownBy = after.rows["tickets"] - before.rows["tickets"];
  const bytesATicket = (after.bytes - before.bytes) / grownBy;
  const [youngMs, yearsMs] = GROUPS.map(({ id }) => measured.get(id)!.ms);
  return {
    title: "10. A group after 100,000 tickets and two million messages",
    table: [
      ["a further message, a cold start", "young", "years"],
      ["rows written", round(mean("young", written)), round(mean("years", written))],
      ["rows read", round(mean("young", read)), round(mean("years", read))],
      [
        "statements",
        round(mean("young", (one) => one.statements)),
        round(mean("years", (one) => one.statements)),
      ],
      ["ms to accept", round(median(youngMs)), round(median(yearsMs))],
      ["ms to accept, cold", round(median(cold.get("young")!)), round(median(cold.get("years")!))],
      ["rows read, cold", coldCounts.get("young")!.objectReads, coldCounts.get("years")!.objectReads],
      ["messages", young.rows["messages"], after.rows["messages"]],
      ["", "", ""],
      ["while it goes on, in the old group", "rows of the largest step", "longest wait, ms"],
      ...operations.map(({ words, largestStep, waited }) => [words, largestStep, round(waited)]),
    ],
    aims: [
      { what: "rows written grow by", seen: growthOf(written), atMost: 0.1 },
      { what: "rows read grow by", seen: growthOf(read), atMost: 0.1 },
      { what: "statements grow by", seen: growthOf((one) => one.statements), atMost: 0.1 },
      {
        what: "time to accept grows by",
        seen: median(yearsMs.map((ms, n) => ms / youngMs[n])) - 1,
        atMost: 0.1,
      },
      ...operations.map(({ words, waited, usual }) => ({
        what: `${words}: a message waits longer by, in ms`,
        seen: Math.max(0, waited - usual),
        atMost: WAIT_MAX_MS,
      })),
    ],
    notes: [
      `${MESSAGES} messages to each group, in turns, one at a time; waits are the longest of messages sent one after the other, less the longest of a second in which nothing else goes on.`,
      `the old group's database: ${Math.round(after.bytes / 2 ** 20)} MiB, ${Math.round(bytesATicket)} bytes a ticket with its ${EACH} messages and ${Math.round(after.rows["events"] / after.rows["tickets"])} events.`,
      `the record: ${Math.round((recordAfter - recordBefore) / 100_000)} bytes a ticket with five events, all indexes and the search included.`,
    ],
  };
}

async function recordSize(desk: StandingDesk): Promise<number> {
  return (await desk.door<{ bytes: number }>("record-size")).bytes;
}

async function postAWhile(post: () => Promise<number>, ms: number): Promise<number[]> {
  const waits: number[] = [];
  for (const begin = performance.now(); performance.now() - begin < ms;) waits.push(await post());
  return waits;
}
