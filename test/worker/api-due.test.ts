import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import type { ConfigInput } from "../../src/domain/config/config.ts";
import type { Customer, Member } from "../../src/sandbox/telegram/client.ts";
import { promisesNothing } from "../support/desks.ts";
import { Endpoint } from "../support/endpoint.ts";
import { MORNING, Stage } from "../support/stage.ts";

/*
 * What the API says is due is what the customer was promised. Friday 10:00 in Berlin, where the office is open till 15:00;
 * a first answer is promised within two hours, a later one within four, a resolution within 24, with a warning half an hour
 * before each.
 */

const MINUTE = 60_000;

let stage: Stage;
let endpoint: Endpoint;
let ada: Customer;
let lead: Member;

async function open(change: (config: ConfigInput) => void = () => undefined): Promise<void> {
  endpoint = new Endpoint();
  stage = await Stage.open({
    config: (config) => {
      config.routing = { rules: [], defaultQueue: "general" };
      for (const queue of config.queues) queue.assignment = "claim";
      config.slaPolicies![1].escalation = undefined;
      config.escalationPolicies = [];
      config.slaPolicies![0].escalation = undefined;
      config.webhooks = [{ id: "crm", url: endpoint.url, events: ["*", "message.received"] }];
      change(config);
    },
  });
  lead = await stage.group.member({ id: 9001, firstName: "Lena" });
  ada = await stage.customer({ firstName: "Ada" });
  await ada.write("My printer burns");
  await stage.settle(10_000);
}
beforeEach(() => open());

interface Due {
  metric: string;
  at: string | null;
  state: string;
}
interface Seen {
  ref: string;
  due: Due | null;
  promises: Due[];
  dueAt: string | null;
  nextChangeAt: string | null;
}
const ticket = (ref = "SUP-1") => stage.get<Seen>(`/api/v1/tickets/${ref}`);
const list = async (query: string): Promise<string[]> =>
  (await stage.get<{ items: Seen[] }>(`/api/v1/tickets?${query}`)).items.map(({ ref }) => ref);
const act = async (command: object, ref = "SUP-1"): Promise<void> => {
  const answer = await stage.api("POST", `/api/v1/tickets/${ref}/commands`, command);
  expect(answer.status, await answer.clone().text()).toBe(200);
  await stage.settle(5_000);
};
const answers = async (words = "We look at it"): Promise<void> => {
  await lead.write((await stage.topic("SUP-1")).id, words);
  await stage.settle(5_000);
};
/** Minutes since the ticket was opened, nearly. */
const minutes = (at: string | null): number | null =>
  at === null ? null : Math.round((Date.parse(at) - MORNING) / MINUTE);
const due = async (ref = "SUP-1") => {
  const { due: first, dueAt } = await ticket(ref);
  expect(dueAt).toBe(first?.at ?? null);
  return first === null ? null : [first.metric, minutes(first.at), first.state];
};

describe("a ticket's due", () => {
  test("is the deadline of the first answer, and nextChangeAt the time of its warning", async () => {
    const seen = await ticket();
    expect(await due()).toEqual(["firstResponse", 120, "healthy"]);
    expect(minutes(seen.nextChangeAt)).toBe(90);
    // The resolution's 24 hours of opening: five today, eight and a half a day from Monday on.
    expect(seen.promises.map(({ metric, state }) => [metric, state])).toEqual([
      ["firstResponse", "healthy"],
      ["resolution", "healthy"],
    ]);
  });

  test("says the same as its clocks, in every state", async () => {
    for (const at of [0, 91, 121]) {
      if (at > 0) await stage.moveTo(MORNING + at * MINUTE);
      await stage.settle(5_000);
      const { clocks } = await stage.get<{
        clocks: { metric: string; state: string; dueAt: string | null }[];
      }>("/api/v1/tickets/SUP-1/sla");
      const shown = (await ticket()).promises.map(({ metric, state, at: dueAt }) => ({
        metric,
        state,
        dueAt,
      }));
      expect(clocks.map(({ metric, state, dueAt }) => ({ metric, state, dueAt }))).toEqual(shown);
    }
  });

  test("is at risk after its warning, broken after its deadline, and stays the same instant", async () => {
    await stage.moveTo(MORNING + 91 * MINUTE);
    expect(await due()).toEqual(["firstResponse", 120, "at_risk"]);
    await stage.moveTo(MORNING + 121 * MINUTE);
    expect(await due()).toEqual(["firstResponse", 120, "breached"]);
    await stage.pass(30 * MINUTE);
    expect(await due()).toEqual(["firstResponse", 120, "breached"]);
  });

  test("is the next promise once the first is kept, in time or late", async () => {
    await stage.moveTo(MORNING + 121 * MINUTE);
    await answers();
    // A clock that waits for the customer is paused: its due instant is unknown.
    expect(await due()).toEqual(["resolution", null, "paused"]);
    await ada.write("It still burns");
    await stage.settle();
    expect((await due())?.[0]).toBe("nextResponse");
    const { promises } = await ticket();
    expect(promises.map(({ metric }) => metric)).toEqual(["nextResponse", "resolution"]);
    expect(promises[0].at! < promises[1].at!).toBe(true);
  });

  test("is null once the ticket is resolved or closed, although time will close it", async () => {
    await act({ type: "resolve" });
    expect(await due()).toBeNull();
    expect((await ticket()).nextChangeAt).not.toBeNull();
    await act({ type: "reopen" });
    expect((await due())?.[0]).toBe("firstResponse");
    await act({ type: "close" });
    const closed = await ticket();
    expect([closed.due, closed.promises, closed.dueAt, closed.nextChangeAt]).toEqual([null, [], null, null]);
  });

  test("is null where nothing is promised", async () => {
    await open(promisesNothing);
    expect(await due()).toBeNull();
    expect(await list("sort=due")).toEqual([]);
  });

  test("follows another priority, and another configuration", async () => {
    await act({ type: "priority", priority: "urgent" });
    expect((await due())?.slice(0, 2)).toEqual(["firstResponse", 30]);
    await stage.api("PUT", "/api/v1/config", {
      ...stage.config,
      slaPolicies: stage.config.slaPolicies!.map((policy) => ({
        ...policy,
        targets: { ...policy.targets, urgent: { firstResponse: "45m" } },
      })),
    });
    await stage.settle();
    expect(await due()).toEqual(["firstResponse", 45, "healthy"]);
    expect((await ticket()).promises).toHaveLength(1);
  });

  test("moves with the ticket to another group", async () => {
    await act({ type: "transfer", queue: "premium" });
    await stage.settle();
    expect(await stage.get("/api/v1/tickets/SUP-1")).toMatchObject({ group: "vip" });
    expect((await due())?.slice(0, 2)).toEqual(["firstResponse", 120]);
  });

  test("is gone with an erased customer, and stays with a merged one", async () => {
    const bob = await stage.customer({ firstName: "Bob" });
    await bob.write("Mine, too");
    await stage.settle();
    await stage.api("POST", `/api/v1/contacts/${ada.id}/merge`, { into: bob.id });
    expect(await list(`customer=${bob.id}&sort=due`)).toEqual(["SUP-1", "SUP-2"]);
    await stage.api("POST", `/api/v1/contacts/${ada.id}/unmerge`);
    await stage.api("POST", `/api/v1/contacts/${ada.id}/erase`);
    await stage.pass(10 * MINUTE);
    expect(await stage.get("/api/v1/tickets/SUP-1")).toMatchObject({ erased: true, due: null, dueAt: null });
    expect(await list("sort=due")).toEqual(["SUP-2"]);
  });
});

describe("the same deadline stands", () => {
  test("is in the answer to the command that changed it", async () => {
    const answer = await stage.api("POST", "/api/v1/tickets/SUP-1/commands", {
      type: "priority",
      priority: "urgent",
    });
    const { ticket: told } = await answer.json<{ ticket: Seen }>();
    expect([told.due?.metric, minutes(told.dueAt)]).toEqual(["firstResponse", 30]);
  });

  test("is in the feed, as the ticket stands when it is read", async () => {
    const feed = () => stage.get<{ items: { ticket: { due: Due | null } }[] }>("/api/v1/events?limit=1");
    expect((await feed()).items[0].ticket.due).toEqual((await ticket()).due);
    await act({ type: "close" });
    expect((await feed()).items[0].ticket.due).toBeNull();
  });

  test("is in webhooks about tickets and messages", async () => {
    await act({ type: "priority", priority: "urgent" });
    await act({ type: "close" });
    await stage.settle();
    interface Told {
      type: string;
      data: { ticket?: { due: Due | null } };
    }
    const told = (await endpoint.received()).map(({ body }) => JSON.parse(body) as Told);
    const of = (type: string) => {
      const found = told.find((one) => one.type === type)?.data.ticket?.due;
      return found === null || found === undefined ? found : [found.metric, minutes(found.at), found.state];
    };
    expect(of("ticket.opened")).toEqual(["firstResponse", 120, "healthy"]);
    expect(of("message.received")).toEqual(["firstResponse", 120, "healthy"]);
    expect(of("ticket.priority_changed")).toEqual(["firstResponse", 30, expect.any(String)]);
    expect(of("ticket.closed")).toBeNull();
  });
});

describe("lists by deadline", () => {
  beforeEach(async () => {
    for (const [priority, ref] of [
      ["urgent", "SUP-2"],
      ["high", "SUP-3"],
    ]) {
      await (await stage.customer()).write("Another one");
      await stage.settle(5_000);
      await act({ type: "priority", priority }, ref);
    }
    await answers();
    await stage.settle();
  });
  const deadline = (after: number): string => new Date(MORNING + after * MINUTE).toISOString();

  test("have what is most overdue first, and leave out what is paused", async () => {
    const all = await list("sort=due");
    expect(all[0]).toBe("SUP-2");
    expect(all).not.toContain("SUP-1");
    expect(await list("sort=-due")).toEqual(all.toReversed());
    await stage.pass(60 * MINUTE);
    expect((await list("sort=due"))[0]).toBe("SUP-2");
  });

  test("take bounds of the deadline, whatever their order is", async () => {
    expect(await list(`dueBefore=${deadline(60)}`)).toEqual(["SUP-2"]);
    expect(await list(`dueAfter=${deadline(60)}`)).toEqual(["SUP-3"]);
    expect(await list(`dueAfter=${deadline(60)}&sort=-due`)).toEqual(["SUP-3"]);
    expect(await list(`dueBefore=${deadline(-60)}&sort=due`)).toEqual([]);
  });

  test("filter by the former meaning under its new name", async () => {
    const byChange = await list("sort=nextChangeAt");
    const changes = await Promise.all(byChange.map(async (ref) => (await ticket(ref)).nextChangeAt!));
    expect(changes).toEqual(changes.toSorted());
    expect(await list(`nextChangeBefore=${deadline(60)}`)).toEqual(["SUP-2"]);
    expect(await list(`nextChangeAfter=${deadline(60)}`)).not.toContain("SUP-2");
  });

  test("take the former name for one more release, say that it is deprecated, and go on by either", async () => {
    const answer = await stage.api("GET", "/api/v1/tickets?sort=dueAt&limit=1");
    const { items, nextCursor } = await answer.json<{ items: Seen[]; nextCursor: string }>();
    expect(items.map(({ ref }) => ref)).toEqual(["SUP-2"]);
    expect(answer.headers.get("Deprecation")).toMatch(/^@\d+$/);
    expect(answer.headers.get("Link")).toContain('rel="deprecation"');
    const rest = await stage.api("GET", `/api/v1/tickets?sort=due&cursor=${nextCursor}`);
    expect(rest.headers.get("Deprecation")).toBeNull();
    expect((await rest.json<{ items: Seen[] }>()).items.map(({ ref }) => ref)).toEqual(["SUP-3"]);
  });
});

test("a ticket recorded by an earlier release has no deadline until the next reconciliation, and then the right one", async () => {
  const before = await ticket();
  await env.DB.prepare("UPDATE tickets SET promises = NULL, promised_at = NULL").run();
  expect(await ticket()).toMatchObject({ due: null, promises: [], dueAt: null });
  const run = await stage.api("POST", "/api/v1/reconciliation");
  expect(await run.json()).toMatchObject({ findings: [] });
  await stage.settle(5_000);
  expect(await ticket()).toMatchObject({ due: before.due, promises: before.promises });
  expect(await list("sort=due")).toEqual(["SUP-1"]);
});
