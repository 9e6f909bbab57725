import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { localFaults } from "../../src/sandbox/desk/local-faults.ts";
import type { Member } from "../../src/sandbox/telegram/client.ts";
import { texts } from "../support/stage.ts";
import {
  HOUR,
  type Told,
  ada,
  contractHolds,
  endpoint,
  health,
  open,
  openSeveral,
  post,
  stage,
  ticket,
  vera,
  vip,
} from "../support/webhook-stage.ts";

/* Webhooks of a desk with several groups. */

beforeEach(() => open());

afterEach(contractHolds);

describe("with several groups", () => {
  const inVip = async (): Promise<number> =>
    (await vip.topics()).find(({ name, isClosed }) => name.startsWith("SUP-1 ") && !isClosed)!.id;
  const transfer = async (by: Member, topic: number, queue: string): Promise<void> => {
    await by.write(topic, `/transfer ${queue}`);
    await stage.settle(20_000);
  };
  /** What the endpoint took, in the order in which it took it. */
  const taken = async (failed: number): Promise<string[]> => {
    const messages = (await endpoint.received()).slice(failed);
    return messages.map(({ body }) => (JSON.parse(body) as Told).type);
  };

  test("a ticket that moves while an endpoint is away is told of in order once it is back", async () => {
    await openSeveral(["*", "message.received"]);
    // The old group tries again after five seconds, then after five minutes; the new one could at once.
    await endpoint.answers({ status: 503 }, { status: 503 });
    const topic = await ticket();
    await transfer(stage.olga, topic, "premium");
    await ada.write("It burns more");
    await stage.settle(3_000);
    await vera.write(await inVip(), "/claim");
    await stage.settle(3_000);
    expect(await endpoint.received()).toHaveLength(2);
    await stage.pass(HOUR);
    expect(await taken(2)).toEqual([
      "ticket.opened",
      "message.received",
      "ticket.transferred",
      "message.received",
      "ticket.assigned",
    ]);
    expect(await health()).toMatchObject({ waiting: 0, dead: 0 });
  });

  test("a dead letter about a moved ticket names the ticket by its reference", async () => {
    await openSeveral(["ticket.noted"]);
    await endpoint.answers({ status: 410 });
    await transfer(stage.olga, await ticket(), "premium");
    await vera.write(await inVip(), "// they called");
    await stage.settle();
    const { items } = await stage.get<{ items: unknown[] }>("/api/v1/outbox");
    expect(items).toMatchObject([{ group: "vip", kind: "webhook", ticket: "main:1", ref: "SUP-1" }]);
  });

  test("a ticket that comes back and moves again is told of in order", async () => {
    await openSeveral(["*"]);
    await endpoint.answers({ status: 503 }, { status: 503 });
    const topic = await ticket();
    await transfer(stage.olga, topic, "premium");
    await vera.write(await inVip(), "/tag there");
    await transfer(vera, await inVip(), "general");
    await stage.olga.write((await stage.topic("SUP-1")).id, "/tag back");
    await transfer(stage.olga, (await stage.topic("SUP-1")).id, "premium");
    await vera.write(await inVip(), "/claim");
    await stage.settle(3_000);
    expect(await endpoint.received()).toHaveLength(2);
    await stage.pass(2 * HOUR);
    expect(await taken(2)).toEqual([
      "ticket.opened",
      "ticket.transferred",
      "ticket.tags_changed",
      "ticket.transferred",
      "ticket.tags_changed",
      "ticket.transferred",
      "ticket.assigned",
    ]);
  });

  test("an endpoint that was not in the configuration while the ticket moved is told in order", async () => {
    await openSeveral(["*"]);
    await endpoint.answers({ status: 503 }, { status: 503 });
    const topic = await ticket();
    expect(await endpoint.received()).toHaveLength(2);
    const { webhooks } = stage.config;
    stage.config.webhooks = [];
    await stage.configure();
    await transfer(stage.olga, topic, "premium");
    stage.config.webhooks = webhooks;
    await stage.configure();
    await vera.write(await inVip(), "/claim");
    await stage.pass(HOUR);
    expect(await taken(2)).toEqual(["ticket.opened", "ticket.assigned"]);
  });

  test("a delivery that the old group gives up keeps nothing waiting in the new one", async () => {
    await openSeveral(["ticket.opened", "ticket.assigned"]);
    await endpoint.answers(...Array.from({ length: 10 }, () => ({ status: 500 })));
    const topic = await ticket();
    await transfer(stage.olga, topic, "premium");
    await vera.write(await inVip(), "/claim");
    await stage.pass(4 * 24 * HOUR);
    expect(await taken(10)).toEqual(["ticket.assigned"]);
    expect(await health()).toMatchObject({ waiting: 0, dead: 1 });
  });

  test("an endpoint that answered 410 is called by no other group, until it is enabled for all of them", async () => {
    await openSeveral(["ticket.opened"], { leads: "both" });
    await endpoint.answers({ status: 410 });
    for (const id of [9001, 9004]) await (await stage.telegram.customer({ id })).start();
    await ticket();
    const bea = await stage.customer({ firstName: "Bea" });
    await bea.start("vip_gold");
    await bea.write("Mine, too");
    await stage.settle(5_000);
    expect(await endpoint.received()).toHaveLength(1);
    expect(await health()).toMatchObject({ status: "disabled", waiting: 0, dead: 1 });
    for (const id of [9001, 9004]) {
      const said = texts(await stage.telegram.messages(id)).filter((text) =>
        text.includes("turned itself off"),
      );
      expect(said).toHaveLength(1);
    }
    expect(await post("enable")).toMatchObject({ changed: true });
    expect(await stage.groupStub("vip").webhooks().health("crm")).toMatchObject({ disabledAt: null });
    await bea.write("/new And this");
    await stage.settle(5_000);
    expect(await endpoint.received()).toHaveLength(2);
  });

  test("a late word about an endpoint does not undo what was decided since", async () => {
    await openSeveral(["ticket.opened"]);
    localFaults.apart.add("vip");
    await endpoint.answers({ status: 410 });
    await ticket();
    expect(await health()).toMatchObject({ status: "disabled" });
    await stage.pass(1_000);
    expect(await post("enable")).toMatchObject({ changed: true });
    localFaults.apart.clear();
    await stage.pass(5 * 60_000);
    expect(await health()).toMatchObject({ status: "active" });
    // A group that could not be asked is told by another one.
    await endpoint.answers({ status: 410 });
    await post("ping");
    await stage.settle(3_000);
    expect(await stage.groupStub("vip").webhooks().health("crm")).toMatchObject({
      disabledAt: expect.any(Number),
    });
    await stage.pass(1_000);
    await stage.groupStub("main").webhooks().enable("crm", ["vip"]);
    await stage.settle(3_000);
    expect(await health()).toMatchObject({ status: "active" });
  });
});
