import { describe, expect, test } from "vitest";
import type { ConfigInput } from "../../src/domain/config/config.ts";
import { everythingKept, holding } from "../support/everything.ts";
import { ada, codeOf, json, minute, open, stage, vip } from "../support/privacy-stage.ts";
import { texts } from "../support/stage.ts";

/* Blocking, merging and describing contacts. */

describe("a blocked customer", () => {
  test("is told once; nothing of theirs is passed on until they are unblocked", async () => {
    await open();
    const customer = await ada();
    await customer.write("before");
    await stage.settle();
    await json("POST", `/api/v1/contacts/${customer.id}/block`);
    const before = (await customer.messages()).length;
    for (const text of ["spam one", "spam two", "/new spam three"]) await customer.write(text);
    await stage.settle();
    expect(texts(await stage.inTopic("SUP-1")).join("\n")).not.toContain("spam");
    expect(await stage.group.topics()).toHaveLength(1);
    const told = texts(await customer.messages()).slice(before);
    expect(told.filter((text) => text.includes("This chat is closed"))).toHaveLength(1);
    expect(await json("GET", `/api/v1/contacts/${customer.id}/details`)).toMatchObject({
      blocked: { by: "admin" },
    });
    await json("POST", `/api/v1/contacts/${customer.id}/unblock`);
    await customer.write("after");
    await stage.settle();
    expect(texts(await stage.inTopic("SUP-1")).join("\n")).toContain("after");
  });

  test("stays blocked where their home goes to a group that was not there yet", async () => {
    await open();
    const customer = await ada();
    await customer.write("before");
    await stage.settle();
    await json("POST", `/api/v1/contacts/${customer.id}/block`);
    const [{ topicIcons: _icons, ...group }] = stage.config.groups.filter(({ id }) => id === "vip") as [
      ConfigInput["groups"][number] & { topicIcons?: unknown },
    ];
    stage.config.groups = [{ ...group, id: "fresh", prefix: "FRE" }];
    stage.config.queues = [{ id: "general", group: "fresh" }];
    stage.config.agents = [{ telegramId: 9001, name: "Lena", role: "lead", groups: ["fresh"] }];
    stage.config.routing = { rules: [], defaultQueue: "general" };
    await stage.configure("group:main=fresh");
    await customer.write("spam");
    await stage.settle();
    const [topic, ...others] = await vip.topics();
    expect(others).toEqual([]);
    const said = async (): Promise<string[]> => texts(await vip.messages({ threadId: topic.id }));
    expect(await said()).not.toContain("spam");
    await json("POST", `/api/v1/contacts/${customer.id}/unblock`);
    await customer.write("after");
    await stage.settle();
    expect(await said()).toContain("after");
  });

  test("stays blocked however often it is asked, and the trail tells it once", async () => {
    await open();
    const customer = await ada();
    await customer.write("before");
    await stage.settle();
    for (let times = 0; times < 2; times += 1) await json("POST", `/api/v1/contacts/${customer.id}/block`);
    for (let times = 0; times < 2; times += 1) await json("POST", `/api/v1/contacts/${customer.id}/unblock`);
    const { items } = await json<{ items: { action: string }[] }>("GET", "/api/v1/audit?kind=contact");
    expect(items.map(({ action }) => action)).toEqual(["contact.unblocked", "contact.blocked"]);
  });
});

describe("two contacts of one person", () => {
  test("are listed and erased together, and can be told apart again", async () => {
    await open();
    const [one, two, third] = [await ada(), await ada(), await ada()];
    for (const each of [one, two, third]) await each.write("hello");
    await stage.settle();
    const merge = (id: number, into: number) => stage.api("POST", `/api/v1/contacts/${id}/merge`, { into });
    expect(await (await merge(two.id, one.id)).json()).toMatchObject({ merged: { into: one.id } });
    expect((await merge(two.id, third.id)).status).toBe(409);
    expect((await merge(one.id, third.id)).status).toBe(409);
    expect((await merge(third.id, two.id)).status).toBe(409);
    expect((await merge(one.id, one.id)).status).toBe(422);
    const listed = async (id: number): Promise<number> =>
      (await json<{ items: object[] }>("GET", `/api/v1/tickets?customer=${id}`)).items.length;
    expect([await listed(one.id), await listed(two.id), await listed(third.id)]).toEqual([2, 2, 1]);
    for (const { id } of [one, two]) {
      const { tickets } = await json<{ tickets: { total: number; active: number; newest: object[] } }>(
        "GET",
        `/api/v1/contacts/${id}`,
      );
      expect([tickets.total, tickets.active, tickets.newest.length]).toEqual([2, 2, 2]);
    }
    await json("POST", `/api/v1/contacts/${two.id}/unmerge`);
    expect([await listed(one.id), await listed(two.id)]).toEqual([1, 1]);
    await merge(two.id, one.id);
    const email = "ada@example.com";
    for (const { id } of [one, two]) await json("PATCH", `/api/v1/contacts/${id}/details`, { email });
    const opened = await json<{ ticket: { customer: { id: number } } }>("POST", "/api/v1/tickets", {
      contact: { email },
    });
    expect(opened.ticket.customer.id).toBe(one.id);
    await json("POST", `/api/v1/contacts/${one.id}/erase`);
    await minute();
    await minute();
    const kept = await everythingKept(stage);
    for (const { id } of [one, two]) expect(holding(kept, String(id))).toEqual([]);
    expect(holding(kept, String(third.id)).length).toBeGreaterThan(0);
  });
});

test("only one of several merges at once that would make a circle or a chain is done", async () => {
  await open();
  const [one, two, third] = [await ada(), await ada(), await ada()];
  for (const each of [one, two, third]) await each.write("hello");
  await stage.settle();
  const merge = async (id: number, into: number): Promise<number> =>
    (await stage.api("POST", `/api/v1/contacts/${id}/merge`, { into })).status;
  const circle = await Promise.all([merge(one.id, two.id), merge(two.id, third.id), merge(third.id, one.id)]);
  expect(circle.toSorted()).toEqual([200, 409, 409]);
  const { items } = await json<{ items: object[] }>("GET", "/api/v1/audit?action=contact.merged");
  expect(items).toHaveLength(1);
});

describe("the details of a contact", () => {
  test("is changed field by field, and taken back by null", async () => {
    await open();
    const customer = await ada();
    await customer.write("hello");
    await stage.settle();
    const path = `/api/v1/contacts/${customer.id}/details`;
    await json("PATCH", path, { displayName: "Ada", email: "ada@example.com", phone: "+4930123456" });
    expect(await json("PATCH", path, { email: null, notes: "mornings" })).toMatchObject({
      displayName: "Ada",
      email: null,
      phone: "+4930123456",
      notes: "mornings",
      version: 2,
    });
    const { items } = await json<{ items: { data: object }[] }>("GET", "/api/v1/audit?kind=contact");
    expect(items.map(({ data }) => data)).toEqual([
      { fields: ["email", "notes"] },
      { fields: ["displayName", "email", "phone"] },
    ]);
    for (const bad of [{ email: "no" }, { phone: "123" }, { displayName: "a\nb" }, { other: 1 }])
      expect((await stage.api("PATCH", path, bad)).status).toBe(422);
    expect(await codeOf("PATCH", "/api/v1/contacts/1/details", {})).toBe("contact.not_found");
  });
});
