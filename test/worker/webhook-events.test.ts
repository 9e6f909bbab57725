import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  HOUR,
  ada,
  contractHolds,
  endpoint,
  open,
  openWith,
  passes,
  secrets,
  stage,
  ticket,
  told,
  type Told,
  types,
} from "../support/webhook-stage.ts";

/* Which events and messages a webhook gets, and with which words. */

beforeEach(() => open());

afterEach(contractHolds);

describe("a subscription", () => {
  test("tells what happens to a ticket, in order, with facts and no words", async () => {
    const topic = await ticket();
    for (const line of ["/claim", "// they sounded angry", "/tag refund", "/priority urgent"]) {
      await stage.olga.write(topic, line);
      await stage.settle(2_000);
    }
    await stage.olga.write(topic, "We look into it");
    await ada.write("Thanks for that");
    await stage.olga.write(topic, "/resolve paid back");
    await stage.settle();
    expect(await types()).toEqual([
      "ticket.opened",
      "ticket.assigned",
      "ticket.noted",
      "ticket.tags_changed",
      "ticket.priority_changed",
      "ticket.answered",
      "ticket.customer_replied",
      "ticket.resolved",
    ]);
    const all = (await endpoint.received()).map(({ body }) => body).join("\n");
    for (const words of ["4000-1234", "angry", "look into", "Thanks", "paid back"])
      expect(all).not.toContain(words);
    const [opened, , , tagged] = await told();
    expect(opened.data).toMatchObject({
      ticket: { ref: "SUP-1", status: "open" },
      by: { kind: "customer" },
    });
    expect(tagged.data.change).toEqual({ added: ["refund"], removed: [] });
    const { secret } = await secrets();
    expect((await endpoint.received()).every((one) => passes(one, secret))).toBe(true);
    expect(new Set((await endpoint.received()).map(({ headers }) => headers["webhook-id"])).size).toBe(8);
  });

  test("carries subjects and notes only where the endpoint asks for them and the desk allows it", async () => {
    for (const [given, shown] of [
      [{ includeText: true, textInWebhooks: true }, true],
      [{ includeText: true, textInWebhooks: false }, false],
      [{ includeText: false, textInWebhooks: true }, false],
    ] as const) {
      await open(given);
      await stage.olga.write(await ticket(), "// they sounded angry");
      await stage.settle();
      const all = JSON.stringify(await told());
      expect(all.includes("4000-1234")).toBe(shown);
      expect(all.includes("angry")).toBe(shown);
    }
  });

  test("is told of messages only by name, and what they say only where endpoint and desk want it", async () => {
    for (const [given, shown] of [
      [{ includeText: true, textInWebhooks: true }, true],
      [{ includeText: true, textInWebhooks: false }, false],
      [{ includeText: false, textInWebhooks: true }, false],
    ] as const) {
      await open({ ...given, events: ["message.received", "message.sent"] });
      const topic = await ticket();
      await stage.olga.write(topic, "// they sounded angry");
      await stage.olga.write(topic, "We look into it");
      await stage.settle(2_000);
      await ada.sendAlbum([
        { photo: {}, caption: "the bill" },
        { photo: {}, caption: "the card" },
      ]);
      await stage.settle();
      const answered = await stage.api("POST", "/api/v1/tickets/SUP-1/commands", {
        type: "reply",
        text: "It is paid back",
      });
      expect(answered.status).toBe(200);
      await stage.settle();
      const messages = (await endpoint.received()).map(
        ({ body }) => JSON.parse(body) as { type: string; data: { message: Record<string, unknown> } },
      );
      const words = [
        "My card 4000-1234 was charged twice",
        "We look into it",
        "the bill",
        "the card",
        "It is paid back",
      ];
      expect(messages.map(({ type, data }) => [type, data.message["from"], data.message["kind"]])).toEqual([
        ["message.received", "customer", "text"],
        ["message.sent", "agent", "text"],
        ["message.received", "customer", "photo"],
        ["message.received", "customer", "photo"],
        ["message.sent", "program", "text"],
      ]);
      expect(messages.map(({ data }) => data.message["text"])).toEqual(
        words.map((text) => (shown ? text : undefined)),
      );
      expect(messages[2].data.message["album"]).toBe(messages[3].data.message["album"]);
      expect(JSON.stringify(messages)).not.toContain("angry");
    }
  });

  test("gets only what it names; an unknown event is refused", async () => {
    await open({ events: ["ticket.resolved"] });
    const topic = await ticket();
    await stage.olga.write(topic, "/resolve");
    await stage.settle();
    expect(await types()).toEqual(["ticket.resolved"]);
    stage.config.webhooks![0].events.push("ticket.exploded");
    const checked = await stage.api("PUT", "/api/v1/config?dryRun=1", stage.config);
    expect(await checked.json()).toMatchObject({ problems: [{ pointer: "/webhooks/0/events/1" }] });
  });
});

test("what a program does is told under its key, as the contract says", async () => {
  await ticket();
  const made = await stage.api("POST", "/api/v1/keys", { name: "shop", scopes: ["tickets:write"] });
  const { key, id } = await made.json<{ key: string; id: string }>();
  const command = { type: "priority", priority: "high" };
  const headers = { authorization: `Bearer ${key}` };
  expect((await stage.api("POST", "/api/v1/tickets/SUP-1/commands", command, headers)).status).toBe(200);
  await stage.settle();
  const last = (await told()).at(-1);
  expect(last).toMatchObject({ type: "ticket.priority_changed", data: { by: { kind: "key", id } } });
});

test("an escalation and a queue that grows too deep are told as the contract says", async () => {
  await openWith((desk) => {
    desk.queues[0].depthAlert = { unassigned: 1, cooldown: "30m" };
    desk.slaPolicies![1].targets = { normal: { firstResponse: "2h" } };
    desk.webhooks = [{ id: "queue-manager", url: endpoint.url, events: ["*"] }];
  });
  for (const name of ["Ada", "Bea"]) {
    const customer = await stage.customer({ firstName: name });
    await customer.write("Help");
    await stage.settle(5_000);
  }
  await stage.pass(3 * HOUR);
  const bodies = (await endpoint.received()).map(({ body }) => JSON.parse(body) as Told);
  const escalations = bodies.filter(({ data }) => "escalation" in data);
  expect(new Set(escalations.map(({ type }) => type))).toEqual(new Set(["ticket.escalated"]));
  expect(bodies.map(({ type }) => type)).toEqual(
    expect.arrayContaining(["queue.depth_exceeded", "sla.breached", "ticket.opened"]),
  );
});
