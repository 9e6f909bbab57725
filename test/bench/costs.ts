import { MAIN_CHAT } from "../support/desks.ts";
import { until } from "../support/until.ts";
import type { Chapter } from "./chapter.ts";
import type { Counts } from "./desk/counts.ts";
import { median } from "./median.ts";
import { Stand } from "./stand.ts";
import { A_WHILE_MS, MORNING, StandingDesk } from "./standing-desk.ts";

const TIMES = 5;

interface Calls {
  inGroup: number;
  inPrivate: number;
  /** For the bot alone, such as the answer to a button press. */
  other: number;
}

type Cost = Counts & Calls;

/** What one cause costs: until what it is about is delivered, and what follows when things have calmed down. */
export async function costs(remains: AsyncDisposableStack): Promise<Chapter> {
  const stand = await Stand.open(remains);
  await stand.telegram.budgets("off");
  await stand.telegram.clock({ freezeAt: MORNING });
  const api = await stand.serve("test/bench/desk/counting-desk.ts");
  const desk = new StandingDesk(
    stand,
    api,
    stand.config.groups.map(({ id }) => id),
  );
  await api.call("PUT", "/api/v1/config", stand.config);
  await api.hearsOf(stand.telegram.apiRoot);
  const [group] = stand.groups;
  const agent = await group.member({ id: 9002, firstName: "Olga" });
  const [ada, ...newcomers] = await stand.customers(1 + TIMES);

  await ada.write("My order has not arrived yet.");
  await desk.settle(A_WHILE_MS);
  const [topic] = await group.topics();
  await agent.write(topic.id, "/claim");
  await agent.write(topic.id, "I am looking into it.");
  await desk.settle(A_WHILE_MS);

  const seen: Record<string, { delivered: Cost; later: Cost }[]> = {};
  const measure = async (what: string, copiesTo: number, act: () => Promise<unknown>, settles: boolean) => {
    const [last] = await stand.telegram.calls({ limit: 1 });
    const callsBefore = last?.id ?? 0;
    await desk.door("hold");
    await act();
    await until(`delivered: ${what}`, async () => {
      const calls = await stand.telegram.calls({
        afterId: callsBefore,
        method: "copyMessage",
        chatId: copiesTo,
      });
      return calls.some(({ answer }) => answer?.status === 200);
    });
    const delivered = await cost(callsBefore);
    await desk.door("release");
    if (settles) await desk.settle(A_WHILE_MS);
    const whole = await cost(callsBefore);
    (seen[what] ??= []).push({ delivered, later: difference(whole, delivered) });
  };
  const cost = async (afterId: number): Promise<Cost> => {
    const counts = await desk.counts();
    const calls = await stand.telegram.calls({ afterId });
    const to = (matches: (chat: number) => boolean): number =>
      calls.filter(({ params }) => matches(Number(params["chat_id"] ?? 0))).length;
    return {
      ...counts,
      inGroup: to((id) => id < 0),
      inPrivate: to((id) => id > 0),
      other: to((id) => id === 0),
    };
  };

  for (let n = 0; n < TIMES; n += 1) {
    await measure(
      "a customer's message begins a new turn",
      MAIN_CHAT,
      () => ada.write(`Any news? ${n}`),
      true,
    );
    await desk.moveTo(desk.now + 3_600_000);
    await measure("a further message", MAIN_CHAT, () => ada.write("It is still not here."), false);
    await measure("one more right after it", MAIN_CHAT, () => ada.write("And it is urgent."), true);
    await desk.moveTo(desk.now + 3_600_000);
    await measure("an agent's answer", ada.id, () => agent.write(topic.id, "It arrives today."), true);
    await desk.moveTo(desk.now + 3_600_000);
    await measure("a new ticket", MAIN_CHAT, () => newcomers[n].write("My order is broken."), true);
    await desk.moveTo(desk.now + 3_600_000);
  }

  const typical = (list: Cost[]): Cost =>
    Object.fromEntries(
      Object.keys(list[0]).map((key) => [key, median(list.map((one) => one[key as keyof Cost]))]),
    ) as unknown as Cost;
  const table: Chapter["table"] = [
    [
      "",
      "calls: group",
      "private",
      "object: requests",
      "rows written",
      "of them alarms",
      "rows read",
      "D1: written",
      "read",
    ],
  ];
  for (const [what, list] of Object.entries(seen)) {
    table.push([what, ...cells(typical(list.map((one) => one.delivered)))]);
    if (what !== "a further message")
      table.push(["  … later", ...cells(typical(list.map((one) => one.later)))]);
  }
  const further = typical(seen["a further message"].map((one) => one.delivered));
  const opening = typical(seen["a new ticket"].map(({ delivered, later }) => sum(delivered, later)));
  return {
    title: "3. What one cause costs",
    table,
    aims: [
      {
        what: "Bot API calls for a further message",
        seen: further.inGroup + further.inPrivate + further.other,
        atMost: 1,
      },
      {
        what: "rows written for a further message, its alarm included",
        seen: further.objectWrites + further.recordWrites,
        atMost: 5,
      },
      { what: "calls in the group for a new ticket", seen: opening.inGroup, atMost: 3 },
    ],
    notes: [
      `Rows by the runtime's own counters, indexes included. Medians of ${TIMES}; the clock stands still while something is delivered.`,
      "The first line of each is what happens until the message is with its reader; “later” is what follows within a minute and a half: cards, icons, the record, alarms.",
      "“One more right after it” finds the alarm set already, as in a lively conversation.",
    ],
  };
}

function cells(cost: Cost): number[] {
  return [
    cost.inGroup,
    cost.inPrivate,
    cost.objectRequests,
    cost.objectWrites,
    cost.alarmsSet,
    cost.objectReads,
    cost.recordWrites,
    cost.recordReads,
  ];
}

function combined(one: Cost, other: Cost, sign: 1 | -1): Cost {
  return Object.fromEntries(
    Object.entries(one).map(([key, number]) => [key, number + sign * other[key as keyof Cost]]),
  ) as unknown as Cost;
}

function sum(one: Cost, other: Cost): Cost {
  return combined(one, other, 1);
}

function difference(whole: Cost, part: Cost): Cost {
  return combined(whole, part, -1);
}
