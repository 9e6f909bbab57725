import { env } from "cloudflare:workers";
import { beforeEach, expect, test } from "vitest";
import { everyMinute } from "../../src/cron/scheduled.ts";
import { reconcile } from "../../src/groups/reconciling/reconcile.ts";
import { localFaults } from "../../src/sandbox/desk/local-faults.ts";
import { Stage, texts } from "../support/stage.ts";

/* Every finding is made by breaking that thing. */

const MINUTE = 60_000;

let stage: Stage;

interface Run {
  at: string;
  groups: string[];
  findings: { kind: string; mended: boolean; details: Record<string, unknown> }[];
}
const look = async (): Promise<Run["findings"]> => {
  const answer = await stage.api("POST", "/api/v1/reconciliation");
  expect(answer.status).toBe(200);
  const { findings } = await answer.json<Run>();
  await stage.settle(5_000);
  return findings;
};
const runs = async (): Promise<Run[]> => (await stage.get<{ items: Run[] }>("/api/v1/reconciliation")).items;
const toldLead = async (): Promise<string[]> =>
  texts(await stage.telegram.messages(9001)).filter((text) => text.includes("Check needed"));
const setWebhook = (url: string): Promise<unknown> =>
  fetch(`${stage.telegram.apiRoot}/bot${env.BOT_TOKEN}/setWebhook`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ url, secret_token: env.WEBHOOK_SECRET }),
  });

beforeEach(async () => {
  stage = await Stage.open();
  const lead = await stage.telegram.customer({ id: 9001, firstName: "Lena" });
  await lead.start();
  for (let n = 0; n < 3; n += 1) await (await stage.customer()).write("Help");
  await stage.settle();
});

test("finds nothing at a healthy desk, and says when it looked, at what", async () => {
  expect(await look()).toEqual([]);
  const [run] = await runs();
  expect(run).toMatchObject({ groups: ["main", "vip"], findings: [] });
  expect(await toldLead()).toEqual([]);
});

test("tickets that the record has lost, or has older, are told it again", async () => {
  await env.DB.prepare("DELETE FROM tickets WHERE ref = 'SUP-1'").run();
  await env.DB.prepare("UPDATE tickets SET version = version - 1 WHERE ref = 'SUP-2'").run();
  const [finding, ...others] = await look();
  expect(others).toEqual([]);
  expect(finding).toMatchObject({
    kind: "record.differs",
    mended: true,
    details: { group: "main", object: { tickets: 3 }, record: { tickets: 2 } },
  });
  await stage.settle();
  expect((await stage.get<{ items: unknown[] }>("/api/v1/tickets")).items).toHaveLength(3);
  expect(await look()).toEqual([]);
});

test("with a ticket that the record has lost it gets back the customer that it has lost", async () => {
  await env.DB.prepare("DELETE FROM tickets WHERE ref = 'SUP-1'").run();
  await env.DB.prepare("DELETE FROM contacts").run();
  expect(await look()).toMatchObject([{ kind: "record.differs", mended: true }]);
  await stage.settle();
  expect((await stage.get<{ items: unknown[] }>("/api/v1/contacts")).items).toHaveLength(1);
});

test("only those of a group's tickets that differ are told again, from whichever side they differ", async () => {
  await stage.olga.write((await stage.topic("SUP-3")).id, "/close");
  await stage.settle();
  const told = async (): Promise<[string, number][]> => {
    const { results } = await env.DB.prepare("SELECT ref, recorded_at AS at FROM tickets ORDER BY ref").all<{
      ref: string;
      at: number;
    }>();
    return results.map(({ ref, at }) => [ref, at]);
  };
  await stage.pass(MINUTE);
  const before = new Map(await told());
  // The record believes a closed ticket to be open, and has an older state of an open one.
  await env.DB.prepare(
    "UPDATE tickets SET closed = 0, status = 'open', version = version - 1 WHERE ref = 'SUP-3'",
  ).run();
  await env.DB.prepare("UPDATE tickets SET version = version - 1 WHERE ref = 'SUP-1'").run();
  expect(await look()).toMatchObject([{ kind: "record.differs", mended: true }]);
  await stage.settle();
  expect((await told()).filter(([ref, at]) => at > before.get(ref)!).map(([ref]) => ref)).toEqual([
    "SUP-1",
    "SUP-3",
  ]);
  expect(await look()).toEqual([]);
});

test("a record brought back to an older day takes the configuration in force back, and changes hold again", async () => {
  const fired = structuredClone(stage.config);
  stage.config.agents = stage.config.agents!.filter(({ telegramId }) => telegramId !== 9003);
  await stage.configure();
  await stage.configure();
  const versions = async () =>
    (await stage.get<{ items: { version: number }[] }>("/api/v1/config/versions")).items;
  await env.DB.prepare("DELETE FROM config_versions WHERE version > 1").run();
  expect((await versions()).map(({ version }) => version)).toEqual([1]);
  expect(await look()).toContainEqual(
    expect.objectContaining({
      kind: "config.ahead",
      mended: true,
      details: expect.objectContaining({ object: 2, record: 1 }),
    }),
  );
  expect((await versions()).map(({ version }) => version)).toEqual([3, 1]);
  const current = await stage.get<{ config: { agents: { telegramId: number }[] } }>("/api/v1/config");
  expect(JSON.stringify(current)).not.toContain("9003");
  expect(await look()).toEqual([]);

  // Before the first look, a change is numbered above what the objects have, so that it holds.
  await env.DB.prepare("DELETE FROM config_versions WHERE version > 1").run();
  const answer = await stage.api("PUT", "/api/v1/config", fired);
  expect(await answer.json()).toMatchObject({ version: 4, unreachableGroups: [] });
  const again = structuredClone(fired);
  again.agents = again.agents!.filter(({ telegramId }) => telegramId !== 9003);
  expect(await (await stage.api("PUT", "/api/v1/config", again)).json()).toMatchObject({ version: 5 });
  const topic = await stage.topic("SUP-1");
  await stage.boris.write(topic.id, "this must not reach anybody");
  await stage.settle();
  const { customer } = await stage.get<{ customer: { id: number } }>("/api/v1/tickets/SUP-1");
  expect(texts(await stage.telegram.messages(customer.id))).not.toContain("this must not reach anybody");
  expect(await look()).toEqual([]);
});

test("a record that only lags is not blamed", async () => {
  localFaults.recordDown = true;
  await stage.olga.write((await stage.topic("SUP-1")).id, "/claim");
  await stage.deliver();
  localFaults.recordDown = false;
  expect(await look()).toEqual([]);
});

test("a ticket that is on its way to another group is missing nowhere", async () => {
  localFaults.apart.add("vip");
  await stage.olga.write((await stage.topic("SUP-1")).id, "/transfer premium");
  await stage.settle(5_000);
  expect((await stage.get<{ group: string }>("/api/v1/tickets/SUP-1")).group).toBe("vip");
  expect(await look()).toEqual([]);
  localFaults.apart.clear();
  await stage.settle();
  // What is lost there is found afterwards as before.
  await env.DB.prepare("UPDATE tickets SET version = version - 1 WHERE ref = 'SUP-1'").run();
  expect(await look()).toMatchObject([{ kind: "record.differs", details: { group: "vip" } }]);
});

test("a closed ticket that the record has lost is found in its turn, and told it again with its events", async () => {
  await stage.olga.write((await stage.topic("SUP-2")).id, "/close");
  await stage.settle();
  await env.DB.prepare("DELETE FROM ticket_events WHERE ticket_id = 'main:2'").run();
  await env.DB.prepare("DELETE FROM tickets WHERE id = 'main:2'").run();
  expect(await look()).toEqual([
    { kind: "record.tickets_differ", mended: true, details: { group: "main", tickets: ["main:2"] } },
  ]);
  await stage.settle();
  const ticket = await stage.get<{ status: string; events: { items: { n: number }[] } }>(
    "/api/v1/tickets/SUP-2",
  );
  expect(ticket.status).toBe("closed");
  expect(ticket.events.items.map(({ n }) => n)).toEqual(
    ticket.events.items.map((_event, index) => index + 1),
  );
  expect(await look()).toEqual([]);
});

test("what retention has removed does not come back", async () => {
  await stage.olga.write((await stage.topic("SUP-2")).id, "/close");
  await stage.settle();
  stage.config.retention = { closedTickets: "30d" };
  await stage.configure();
  await stage.pass(31 * 24 * 60 * MINUTE);
  await env.DB.prepare("DELETE FROM tickets WHERE id = 'main:2'").run();
  expect((await look()).filter(({ kind }) => kind.startsWith("record"))).toEqual([]);
});

test("a group whose object does not answer is told the leads, once; the others are looked at", async () => {
  const silent = {
    getByName: (name: string) =>
      name === "vip"
        ? new Proxy(
            {},
            {
              get: () => () => {
                throw new Error("it is away");
              },
            },
          )
        : env.TOPIC_GROUP.getByName(name),
  } as unknown as Env["TOPIC_GROUP"];
  for (let n = 0; n < 2; n += 1) {
    const run = await reconcile({ ...env, TOPIC_GROUP: silent }, stage.now);
    if (run === null || run === "running") throw new Error(String(run));
    expect(run.findings).toEqual([{ kind: "group.unreachable", group: "vip", mended: false }]);
  }
  await stage.settle();
  expect(await toldLead()).toEqual([expect.stringContaining("can't reach the group “vip”")]);
});

test("an unknown state of the webhook, and failed deliveries to it, are found", async () => {
  await stage.telegram.faults([
    { effect: "server_error", deed: false, methods: ["getWebhookInfo"], times: 1 },
  ]);
  expect(await look()).toEqual([{ kind: "webhook.unknown", mended: false, details: {} }]);
  expect(await toldLead()).toEqual([
    expect.stringContaining("Telegram didn't answer when asked about the webhook"),
  ]);
  await (await stage.customer()).write("Help");
  await stage.telegram.deliverDue(async () => new Response(null, { status: 502 }));
  const [finding, ...others] = await look();
  expect(others).toEqual([]);
  expect(finding).toMatchObject({
    kind: "webhook.errors",
    mended: false,
    details: { message: expect.stringContaining("502") },
  });
  await stage.settle();
  expect(await toldLead()).toHaveLength(2);
});

test("a webhook that leads elsewhere is led back", async () => {
  await stage.api("PUT", "/api/v1/desk/address", { url: "https://desk.example" });
  await setWebhook("https://elsewhere.example/telegram/webhook");
  expect(await look()).toEqual([
    {
      kind: "webhook.drifted",
      mended: true,
      details: {
        expected: "https://desk.example/telegram/webhook",
        seen: "https://elsewhere.example/telegram/webhook",
      },
    },
  ]);
  expect(await look()).toEqual([]);
  expect(await toldLead()).toEqual([expect.stringContaining("It is set back")]);
  await (await stage.customer()).write("Still there?");
  await stage.settle();
  expect((await stage.topic("SUP-4")).name).toContain("SUP-4");
});

test("a backlog at Telegram is told the leads, once", async () => {
  const customer = await stage.customer();
  await stage.telegram.delivery("pull");
  for (let n = 0; n < 110; n += 1) await customer.write(`word ${n}`);
  expect((await look()).map(({ kind, mended }) => [kind, mended])).toEqual([["webhook.backlog", false]]);
  expect(await toldLead()).toHaveLength(1);
  await look();
  expect(await toldLead()).toHaveLength(1);
});

test("every ten minutes Cron looks, and keeps the last fifty runs", async () => {
  const before = (await runs()).length;
  await everyMinute(env, stage.now);
  expect(await runs()).toHaveLength(before + 1);
  await everyMinute(env, stage.now);
  expect(await runs()).toHaveLength(before + 1);
  await stage.pass(11 * MINUTE);
  await everyMinute(env, stage.now);
  expect(await runs()).toHaveLength(before + 2);
});
