import { beforeEach, describe, expect, test } from "vitest";
import type { ConfigInput } from "../../src/domain/config/config.ts";
import { localFaults } from "../../src/sandbox/desk/local-faults.ts";
import type { Customer, Group } from "../../src/sandbox/telegram/client.ts";
import { promisesNothing, VIP_CHAT } from "../support/desks.ts";
import { Stage, texts } from "../support/stage.ts";

/* What becomes of work in hand when its group, queue or agent is taken out of the configuration, or is not there. */

let stage: Stage;
let vip: Group;

async function open(change: (config: ConfigInput) => void = () => undefined): Promise<void> {
  stage = await Stage.open({
    config: (config) => {
      promisesNothing(config);
      config.routing = { rules: [], defaultQueue: "general" };
      config.queues = [
        { id: "general", group: "main", assignment: "claim" },
        { id: "auto", group: "main", assignment: "auto" },
        { id: "premium", group: "vip", assignment: "claim" },
      ];
      config.agents = [
        { telegramId: 9001, name: "Lena", role: "lead", groups: ["main", "vip"], capacity: 0 },
        { telegramId: 9002, name: "Olga", groups: ["main"], capacity: 2 },
        { telegramId: 9003, name: "Boris", groups: ["main"], capacity: 2 },
      ];
      change(config);
    },
  });
  vip = await stage.telegram.group({ id: VIP_CHAT, title: "VIP", forum: true });
}
beforeEach(() => open());

const withoutVip = (): ConfigInput => ({
  ...stage.config,
  groups: stage.config.groups.filter(({ id }) => id !== "vip"),
  queues: stage.config.queues.filter(({ group }) => group !== "vip"),
  agents: stage.config.agents!.map((agent) => ({ ...agent, groups: ["main"] })),
});

interface Seen {
  ref: string;
  group: string;
  queue: string;
  status: string;
  assignee: { id: number } | null;
}
const ticket = (ref: string) => stage.get<Seen>(`/api/v1/tickets/${ref}`);
const act = (ref: string, command: object) => stage.api("POST", `/api/v1/tickets/${ref}/commands`, command);

/** A customer whose ticket is in the group vip. */
async function vipCustomer(): Promise<Customer> {
  const ada = await stage.customer({ firstName: "Ada" });
  await ada.write("Help");
  await stage.settle(5_000);
  await act("SUP-1", { type: "transfer", queue: "premium" });
  await stage.settle();
  return ada;
}

describe("a group with open tickets", () => {
  test("is not removed before the change says where they go; a rehearsal counts them", async () => {
    await vipCustomer();
    const refused = await stage.api("PUT", "/api/v1/config", withoutVip());
    expect(refused.status).toBe(409);
    const said: { code: string; problems: { message: string }[] } = await refused.json();
    expect(said.code).toBe("config.in_use");
    expect(said.problems[0].message).toContain("the group vip has 1 open ticket");
    expect(said.problems[0].message).toContain("reassign=group:vip=main");
    const rehearsed = await stage.api(
      "PUT",
      "/api/v1/config?dryRun=true&reassign=group:vip=main",
      withoutVip(),
    );
    expect(await rehearsed.json()).toMatchObject({
      valid: true,
      inHand: [{ what: "group", id: "vip", tickets: 1, goesTo: "main" }],
    });
    const elsewhere = await stage.api("PUT", "/api/v1/config?reassign=group:vip=nowhere", withoutVip());
    expect(elsewhere.status).toBe(409);
  });

  test("a successor of what is not there is named, and a change that is repeated is not refused", async () => {
    await vipCustomer();
    for (const expected of [0, 1]) {
      const put = await stage.api("PUT", "/api/v1/config?reassign=group:vip=main", withoutVip());
      expect(put.status).toBe(200);
      const { warnings } = await put.json<{ warnings: { pointer: string; message: string }[] }>();
      const unknown = warnings.filter(({ pointer }) => pointer === "/query/reassign");
      expect(unknown, JSON.stringify(warnings)).toHaveLength(expected);
    }
    const typo = await stage.api(
      "PUT",
      "/api/v1/config?dryRun=true&reassign=queue:autoo=general",
      withoutVip(),
    );
    expect(await typo.json()).toMatchObject({
      valid: true,
      warnings: [{ message: "queue:autoo: there is no such queue, so that this moves nothing" }],
    });
  });

  test("hands them over: what their customers write arrives, and they can be closed", async () => {
    const ada = await vipCustomer();
    const put = await stage.api("PUT", "/api/v1/config?reassign=group:vip=main", withoutVip());
    expect(put.status, await put.clone().text()).toBe(200);
    await stage.settle();
    expect(await ticket("SUP-1")).toMatchObject({ group: "main", queue: "general" });
    await ada.write("Is anybody there?");
    await stage.settle();
    expect(texts(await stage.inTopic("SUP-1"))).toContain("Is anybody there?");
    expect((await act("SUP-1", { type: "close" })).status).toBe(200);
    await stage.settle();
    for (const group of ["main", "vip"])
      expect((await stage.groupStub(group).health()).waiting.map(({ lane }) => lane)).toEqual([]);
  });

  test("hands over its customers, too: their chat has another home, and one ticket", async () => {
    await stage.api("POST", "/api/v1/tickets", {
      contact: { telegramId: 601, name: "Bert" },
      message: "m",
      queue: "premium",
    });
    await stage.settle();
    expect(await ticket("VIP-1")).toMatchObject({ group: "vip" });
    const bert = await stage.telegram.customer({ id: 601, firstName: "Bert" });
    await bert.start();
    await stage.settle();
    await stage.api("PUT", "/api/v1/config?reassign=group:vip=main", withoutVip());
    await bert.write("Hello again");
    await stage.settle();
    expect(texts(await stage.inTopic("VIP-1"))).toContain("Hello again");
    const { items } = await stage.get<{ items: Seen[] }>("/api/v1/tickets?customer=601");
    expect(items.map(({ ref, group }) => [ref, group])).toEqual([["VIP-1", "main"]]);
  });

  test("gets back nothing that was on its way to it: the ticket goes on to the next group", async () => {
    const ada = await stage.customer({ firstName: "Ada" });
    await ada.write("Help");
    await stage.settle(5_000);
    localFaults.apart.add("vip");
    await act("SUP-1", { type: "transfer", queue: "premium" });
    await stage.settle(5_000);
    const put = await stage.api("PUT", "/api/v1/config?reassign=group:vip=main", withoutVip());
    expect(put.status).toBe(200);
    localFaults.apart.clear();
    await stage.pass(5 * 60_000);
    expect(await ticket("SUP-1")).toMatchObject({ group: "main", queue: "general" });
    await ada.write("Still me");
    await stage.settle();
    expect(texts(await stage.inTopic("SUP-1"))).toContain("Still me");
  });
});

test("a group that took over and is taken out later hands on what it got", async () => {
  const ada = await vipCustomer();
  const core = await stage.telegram.group({ id: -1_009_999, title: "Core", forum: true });
  const first = withoutVip();
  first.groups.push({ ...first.groups[0], id: "core", chatId: -1_009_999, prefix: "CORE" });
  first.queues.push({ id: "all", group: "core", assignment: "claim" });
  expect((await stage.api("PUT", "/api/v1/config?reassign=group:vip=main", first)).status).toBe(200);
  const then = {
    ...first,
    routing: { rules: [], defaultQueue: "all" },
    groups: first.groups.filter(({ id }) => id === "core"),
    queues: first.queues.filter(({ group }) => group === "core"),
    agents: first.agents!.map((agent) => ({ ...agent, groups: ["core"] })),
  };
  stage.groupIds.add("core");
  expect((await stage.api("PUT", "/api/v1/config?reassign=group:main=core", then)).status).toBe(200);
  await stage.pass(120_000);
  await ada.write("Anybody there?");
  await stage.settle();
  expect(await ticket("SUP-1")).toMatchObject({ group: "core", queue: "all", status: "open" });
  expect(texts(await core.messages())).toContain("Anybody there?");
});

describe("an agent who was removed or is away", () => {
  async function resolved(queue: string): Promise<Customer> {
    const ada = await stage.customer({ firstName: "Ada" });
    await ada.write("Help");
    await stage.settle(5_000);
    if (queue !== "general") await act("SUP-1", { type: "transfer", queue });
    await act("SUP-1", { type: "assign", agent: 9003 });
    await act("SUP-1", { type: "resolve" });
    await stage.settle(5_000);
    return ada;
  }
  const is = (availability: string) => stage.api("PUT", "/api/v1/agents/9003/availability", { availability });

  test.each([
    ["away", "general", null],
    ["offline", "general", null],
    ["away", "auto", 9002],
    ["online", "general", 9003],
  ])("keeps no ticket that a customer takes up again (%s, %s)", async (availability, queue, whose) => {
    const ada = await resolved(queue);
    await is(availability);
    await ada.write("It is broken again");
    await stage.settle();
    expect((await ticket("SUP-1")).assignee?.id ?? null).toBe(whose);
  });

  test("keeps no ticket that a program reopens", async () => {
    await resolved("general");
    await is("away");
    await act("SUP-1", { type: "reopen" });
    expect(await ticket("SUP-1")).toMatchObject({ assignee: null, status: "open" });
  });
});

test("what waits for its customer takes no room from the agent", async () => {
  await open((config) => (config.routing.defaultQueue = "auto"));
  await stage.api("PUT", "/api/v1/agents/9003/availability", { availability: "away" });
  for (let n = 0; n < 3; n += 1) await (await stage.customer({ firstName: `C${n}` })).write("Help");
  await stage.settle(5_000);
  expect((await ticket("SUP-3")).assignee).toBeNull();
  await act("SUP-1", { type: "reply", text: "Which one?" });
  await stage.settle(5_000);
  expect((await ticket("SUP-3")).assignee?.id).toBe(9002);
});

test("a claim beside a transfer to another group says that the ticket is moving", async () => {
  const ada = await stage.customer({ firstName: "Ada" });
  await ada.write("Help");
  await stage.settle(5_000);
  localFaults.apart.add("vip");
  await act("SUP-1", { type: "transfer", queue: "premium" });
  const claim = await act("SUP-1", { type: "claim", agent: 9001 });
  expect([claim.status, (await claim.json<{ code: string }>()).code]).toEqual([409, "ticket.moved"]);
  localFaults.apart.clear();
  await stage.settle();
  expect((await act("SUP-1", { type: "claim", agent: 9001 })).status).toBe(200);
  expect(await vip.topics()).toHaveLength(1);
});
