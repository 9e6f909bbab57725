import { round, type Chapter } from "./chapter.ts";
import type { Counts } from "./desk/counts.ts";
import { Stand } from "./stand.ts";
import { A_WHILE_MS, MORNING, StandingDesk } from "./standing-desk.ts";

/** What Workers Free has a day of each [Cloudflare's pricing pages]. */
const FREE_A_DAY = 100_000;

interface Step {
  what: string;
  counts: Counts;
  groupCalls: number;
}

/** What a ticket costs from its first message to its end, with everything that follows, and how many of them a free plan carries. */
export async function life(remains: AsyncDisposableStack): Promise<Chapter> {
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
  const [ada, warm] = await stand.customers(2);
  await warm.write("Hello");
  await desk.settle(A_WHILE_MS);

  const steps: Step[] = [];
  const step = async (what: string, act: () => Promise<unknown>): Promise<void> => {
    const [last] = await stand.telegram.calls({ limit: 1 });
    await desk.door("zero");
    await act();
    await desk.settle(A_WHILE_MS);
    const calls = await stand.telegram.calls({ afterId: last?.id ?? 0 });
    const groupCalls = calls.filter(({ params }) => Number(params["chat_id"] ?? 0) < 0).length;
    steps.push({ what, counts: await desk.counts(), groupCalls });
  };
  await step("opened", () => ada.write("My parcel is late"));
  const topic = (await group.topics()).at(-1)!;
  await step("claimed", () => agent.write(topic.id, "/claim"));
  for (const n of [1, 2, 3]) {
    await step("answered", () => agent.write(topic.id, `I look into it (${n})`));
    if (n < 3) await step("wrote", () => ada.write(`Any news? (${n})`));
  }
  await step("resolved", () => agent.write(topic.id, "/resolve"));
  await step("closed", () => agent.write(topic.id, "/close"));

  const sum = (of: (one: Step) => number): number => steps.reduce((so, one) => so + of(one), 0);
  const whole = {
    statements: sum(({ counts }) => counts.statements),
    object: sum(({ counts }) => counts.objectWrites),
    record: sum(({ counts }) => counts.recordWrites),
    requests: sum(({ counts }) => counts.objectRequests),
    calls: sum(({ groupCalls }) => groupCalls),
  };
  const turn = steps.findLast(({ what }) => what === "wrote")!;
  const aDay = Math.floor(FREE_A_DAY / Math.max(whole.object, whole.record, whole.requests));
  return {
    title: "10. A ticket's life: opened, claimed, three answers, two further turns, resolved, closed",
    table: [
      ["", "statements", "object: rows", "D1: rows", "object: requests", "calls: group"],
      ...steps.map(({ what, counts, groupCalls }) => [
        what,
        counts.statements,
        counts.objectWrites,
        counts.recordWrites,
        counts.objectRequests,
        groupCalls,
      ]),
      ["all", whole.statements, whole.object, whole.record, whole.requests, whole.calls],
    ],
    aims: [
      { what: "statements of a life", seen: whole.statements, atMost: 280 },
      { what: "rows of the object", seen: whole.object, atMost: 95 },
      { what: "rows of D1", seen: whole.record, atMost: 75 },
      { what: "group calls of a life", seen: whole.calls, atMost: 20 },
      { what: "group calls of a customer's further turn", seen: turn.groupCalls, atMost: 1 },
      { what: "tickets a day on Workers Free", seen: round(aDay), atLeast: 1_000 },
    ],
    notes: [
      "Rows written, indexes and alarms included, and those of the agent's other group; everything within a minute and a half of each step.",
      "A free plan writes 100,000 rows a day in objects, as many in D1, and lets objects be asked as often.",
    ],
  };
}
