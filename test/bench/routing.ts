import { ConfigDocument, type ConfigInput } from "../../src/domain/config/config.ts";
import { assign, type AgentNow } from "../../src/domain/routing/assignment.ts";
import { route, routingRulesOf, type RoutingFacts } from "../../src/domain/routing/rules.ts";
import { policyOf } from "../../src/domain/ticket/policy.ts";
import type { Customer } from "../../src/sandbox/telegram/client.ts";
import { exampleDesk, promisesNothing } from "../support/desks.ts";
import { round, type Chapter } from "./chapter.ts";
import type { Counts } from "./desk/counts.ts";
import { median } from "./median.ts";
import { Stand } from "./stand.ts";
import { A_WHILE_MS, MORNING, StandingDesk } from "./standing-desk.ts";
import { updatesOf, WebhookCaller } from "./webhook-caller.ts";

const AGENTS = 200;
const ROUNDS = 30;
const CALLS = 500;
const RULES = 100;

/** Groups of one desk, and how many tickets wait there for a skill whose only holder has no room. */
const GROUPS = [
  { id: "ten", prefix: "TEN", chatId: -1_001_000_000_010, waiting: 10 },
  { id: "many", prefix: "MAN", chatId: -1_001_000_010_000, waiting: 10_000 },
];
const WARM_UP = 10;
const ARRIVALS = 150;
const LOOKS = 5;
const FIRST_AGENT = 100_000;

/** What it costs to decide who gets a ticket, and to take one in where many wait. */
export async function routing(remains: AsyncDisposableStack): Promise<Chapter> {
  const decisions = measureDecisions();
  const arrivals = await measureArrivals(remains);
  const [few, many] = arrivals;
  const growth = (of: (one: (typeof arrivals)[number]) => number): number => of(many) / of(few) - 1;
  return {
    title: "7. Who gets a ticket",
    table: [
      ["", "µs", "rows written", "rows read", "ms"],
      [`sorting ${AGENTS} numbers (floor)`, round(decisions.floor), "", "", ""],
      [`${RULES} rules, of which the last holds`, round(decisions.rules), "", "", ""],
      [`one decision, ${AGENTS} agents`, round(decisions.free), "", "", ""],
      ["  … of whom one has the skills", round(decisions.skilled), "", "", ""],
      ...arrivals.map(({ waiting, written, read, ms }) => [
        `one arrival, ${waiting} waiting before it`,
        "",
        round(written),
        round(read),
        round(ms),
      ]),
      ...arrivals.map(({ waiting, look }) => [
        `somebody gets free, ${waiting} wait for another skill`,
        "",
        "",
        round(look.reads),
        round(look.ms),
      ]),
    ],
    aims: [
      { what: `ms for one decision with ${AGENTS} agents`, seen: decisions.free / 1_000, atMost: 1 },
      { what: "ms for rules and decision", seen: (decisions.rules + decisions.free) / 1_000, atMost: 1 },
      { what: "rows written by an arrival grow by", seen: growth(({ written }) => written), atMost: 0.1 },
      { what: "rows read by an arrival grow by", seen: growth(({ read }) => read), atMost: 0.1 },
      { what: "time to accept an arrival grows by", seen: many.slowdown, atMost: 0.1 },
    ],
    notes: [
      `A decision costs ${round(decisions.free / decisions.floor)} times the floor: each of ${AGENTS} agents is scored and explained. Medians of ${ROUNDS} rounds of ${CALLS} calls.`,
      "An arrival: ms to accept it. Somebody gets free: ms until the desk has answered and nothing is left to do; of those that want the same, one is looked at.",
      `${ARRIVALS} arrivals in each group, in turns, each of a new customer, into a queue that the desk hands out among ${AGENTS} agents; delivered before the next; the object's rows and D1's together.`,
    ],
  };
}

function crowd(): NonNullable<ConfigInput["agents"]> {
  return Array.from({ length: AGENTS }, (_, index) => ({
    telegramId: FIRST_AGENT + index,
    name: `Agent ${index + 1}`,
    groups: ["main"],
    capacity: 1 + (index % 7),
    shift: "office",
    skills: {
      ...(index % 3 === 0 ? { billing: { level: 1 + (index % 4) } } : {}),
      ...(index % 5 === 0 ? { refunds: { level: 1 + (index % 2) } } : {}),
      ...(index === AGENTS - 1 ? { tax: { level: 1 } } : {}),
    },
  }));
}

function measureDecisions() {
  const input = exampleDesk();
  promisesNothing(input);
  input.agents = crowd();
  for (const group of input.groups) group.leads = [];
  input.routing.rules = Array.from({ length: RULES }, (_, index) => ({
    when: { category: `category-${index}`, language: "de", attributes: { plan: "gold" } },
    queue: "billing",
  }));
  const config = ConfigDocument.parse(input);
  const { roster, queues } = policyOf(config, "main", 0)!;
  const queue = queues.get("billing")!;
  const agents = roster.agents.map((agent, index): AgentNow => ({
    agent,
    available: true,
    unavailableBecause: null,
    open: index % (agent.capacity + 1),
    lastAssignedAt: MORNING - ((index * 7_919) % AGENTS) * 1_000,
    history: index % 11 === 0 ? 1 : 0,
  }));
  const need = { preferredAgent: null, declined: [], waitingSince: MORNING };
  const rules = routingRulesOf(config);
  const facts: RoutingFacts = {
    tier: null,
    segment: null,
    category: `category-${RULES - 1}`,
    urgency: null,
    language: "de",
    payload: null,
    attributes: { plan: "gold" },
  };
  const numbers = Array.from({ length: AGENTS }, (_, index) => (index * 7_919) % 1_009);
  return {
    floor: ofEach(() => numbers.toSorted((a, b) => a - b)),
    rules: ofEach(() => route(facts, rules, MORNING)),
    free: ofEach(() => assign({ ...need, requireSkills: {} }, agents, queue, MORNING)),
    skilled: ofEach(() => assign({ ...need, requireSkills: { tax: 1 } }, agents, queue, MORNING)),
  };
}

/** In µs. */
function ofEach(work: () => unknown): number {
  const rounds = Array.from({ length: ROUNDS }, () => {
    const begin = performance.now();
    for (let call = 0; call < CALLS; call += 1) work();
    return ((performance.now() - begin) * 1_000) / CALLS;
  });
  return median(rounds);
}

async function measureArrivals(remains: AsyncDisposableStack) {
  const stand = await Stand.open(remains);
  await stand.telegram.budgets("off");
  await stand.telegram.clock({ freezeAt: MORNING });
  const { config } = stand;
  promisesNothing(config);
  config.groups = GROUPS.map(({ id, prefix, chatId }) => ({ id, prefix, chatId, entry: [id] }));
  config.queues = GROUPS.map(({ id }) => ({
    id,
    group: id,
    assignment: "auto",
    requireSkills: { tax: 1 },
  }));
  const groups = GROUPS.map(({ id }) => id);
  config.agents = crowd().map((agent) => ({ ...agent, groups }));
  config.routing = { defaultQueue: GROUPS[0].id };
  const staff = await Promise.all(
    GROUPS.map(({ id, chatId }) => stand.telegram.group({ id: chatId, title: id, forum: true })),
  );
  const api = await stand.serve("test/bench/desk/counting-desk.ts");
  const desk = new StandingDesk(stand, api, groups);
  for (const group of groups) await desk.door("lift", { group });
  await api.call("PUT", "/api/v1/config", config);
  await api.hearsOf(stand.telegram.apiRoot);

  // Those who could take them are not there.
  for (const { telegramId: id, name, skills } of config.agents) {
    if (!("tax" in skills!)) continue;
    const member = await staff[0].member({ id, firstName: name });
    await member.write(null, "/offline");
  }
  await desk.settle(A_WHILE_MS);

  const newcomers = new Map<string, Customer[]>();
  for (const { id: group, waiting } of GROUPS) {
    for (const customer of await stand.customers(10)) {
      await customer.start(group);
      await customer.write("My order has not arrived yet.");
    }
    const fresh = await stand.customers(WARM_UP + ARRIVALS);
    for (const customer of fresh) await customer.start(group);
    newcomers.set(group, fresh);
    await desk.settle(A_WHILE_MS);
    const count = await desk.door<number>("multiply", { group, until: waiting, oneOpenOf: 1 });
    if (count !== waiting) throw new Error(`${count} tickets instead of ${waiting}`);
  }
  // What was written behind its back the object reads with the next configuration.
  config.desk.name = "With many waiting";
  await api.call("PUT", "/api/v1/config", config);
  await desk.settle(A_WHILE_MS);

  // Somebody who has room, but not the skill, says that they are there: everything that waits is looked at.
  const freed = await Promise.all(staff.map((one) => one.member({ id: FIRST_AGENT, firstName: "Agent 1" })));
  const looks = groups.map(() => ({ ms: [] as number[], reads: [] as number[] }));
  for (let n = 0; n < LOOKS; n += 1) {
    for (const [index, member] of freed.entries()) {
      const [topic] = await staff[index].topics();
      await desk.door("zero");
      const begin = performance.now();
      await member.write(topic.id, "/online");
      await desk.settle(1);
      looks[index].ms.push(performance.now() - begin);
      looks[index].reads.push((await desk.counts()).objectReads);
    }
  }

  await stand.telegram.delivery("pull");
  const worker = new WebhookCaller(api.url);
  const measured = new Map(groups.map((group) => [group, { ms: [] as number[], counts: [] as Counts[] }]));
  for (let n = 0; n < WARM_UP + ARRIVALS; n += 1) {
    for (let turn = 0; turn < GROUPS.length; turn += 1) {
      const group = groups[(n + turn) % groups.length];
      const writer = newcomers.get(group)![n].id;
      const [update] = updatesOf(stand.world, () =>
        stand.world.core.act("write", { userId: writer, text: "Where is my order?" }),
      );
      await desk.door("zero");
      const begin = performance.now();
      await worker.post(update);
      const ms = performance.now() - begin;
      await desk.door("settled", { group });
      if (n < WARM_UP) continue;
      measured.get(group)!.ms.push(ms);
      measured.get(group)!.counts.push(await desk.counts());
    }
  }
  worker.close();

  const first = measured.get(groups[0])!;
  return GROUPS.map(({ id, waiting }, index) => {
    const { ms, counts } = measured.get(id)!;
    const middle = (of: (one: Counts) => number): number => median(counts.map(of));
    return {
      waiting,
      look: { ms: median(looks[index].ms), reads: median(looks[index].reads) },
      written: middle((one) => one.objectWrites + one.recordWrites),
      read: middle((one) => one.objectReads + one.recordReads),
      ms: median(ms),
      // Arrival by arrival against the one just before or after: a busy machine is busy for both.
      slowdown: median(ms.map((one, n) => one / first.ms[n])) - 1,
    };
  });
}
