import { beforeEach, describe, expect, test } from "vitest";
import { encodeCursor } from "../../src/record/cursor.ts";
import type { ParkedDelivery } from "../../src/topic-group/deliveries/replay.ts";
import { exampleDesk } from "../support/desks.ts";
import { codeOf, emptyRecord, HttpDesk } from "../support/http-desk.ts";

let desk: HttpDesk;
beforeEach(async () => {
  await emptyRecord();
  desk = new HttpDesk();
  await desk.put(exampleDesk());
  desk.groups.parkedIn.set("main", deliveries("main", 5));
  desk.groups.parkedIn.set("vip", deliveries("vip", 2));
});

function deliveries(group: string, count: number): ParkedDelivery[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `${group}:${index % 2 === 0 ? "m" : "o"}:${index + 1}`,
    group,
    state: index % 2 === 0 ? "parked" : "uncertain",
    lane: "telegram:5550000001",
    kind: "relay",
    ticket: "main:1",
    ref: "SUP-1",
    attempts: 8,
    code: index % 2 === 0 ? "message_too_long" : "outcome_unknown",
    at: 1_000 * index,
  }));
}

interface Page {
  items: { id: string }[];
  nextCursor: string | null;
  unreachableGroups: string[];
}
const list = async (query: string): Promise<Page> => (await desk.get(`/api/v1/outbox?${query}`)).json();
const ids = ({ items }: Page): string[] => items.map(({ id }) => id);
const MAIN = ["main:m:1", "main:o:2", "main:m:3", "main:o:4", "main:m:5"];
const VIP = ["vip:m:1", "vip:o:2"];

describe("deliveries that need someone", () => {
  test("are listed group by group, with what, where, why and since when", async () => {
    const page = await list("");
    expect(ids(page)).toEqual([...MAIN, ...VIP]);
    expect(page.nextCursor).toBeNull();
    expect(page.items[1]).toEqual({
      id: "main:o:2",
      group: "main",
      state: "uncertain",
      lane: "telegram:5550000001",
      kind: "relay",
      ticket: "main:1",
      ref: "SUP-1",
      attempts: 8,
      code: "outcome_unknown",
      at: "1970-01-01T00:00:01.000Z",
    });
  });

  test.each([1, 2, 3, 5, 6, 7])("are all seen once in pages of %d", async (limit) => {
    const seen: string[] = [];
    let query = `limit=${limit}`;
    for (let pages = 0; pages < 20; pages += 1) {
      const page = await list(query);
      seen.push(...ids(page));
      expect(page.items.length).toBeLessThanOrEqual(limit);
      if (page.nextCursor === null) break;
      query = `limit=${limit}&cursor=${page.nextCursor}`;
    }
    expect(seen).toEqual([...MAIN, ...VIP]);
  });

  test("can be asked for by state and by group", async () => {
    expect(ids(await list("state=parked"))).toEqual(["main:m:1", "main:m:3", "main:m:5", "vip:m:1"]);
    expect(ids(await list("state=uncertain&limit=2"))).toEqual(["main:o:2", "main:o:4"]);
    expect(ids(await list("group=vip"))).toEqual(VIP);
  });

  test("are missing for a group that does not answer, and the list says so", async () => {
    desk.groups.down.add("main");
    const page = await list("");
    expect(ids(page)).toEqual(VIP);
    expect(page.unreachableGroups).toEqual(["main"]);
  });

  test.each([
    ["state=lost", 422],
    ["state=", 422],
    ["limit=0", 422],
    ["cursor=x", 422],
    [`cursor=${encodeCursor([1, 2])}`, 422],
    ["group=nowhere", 404],
    [`group=${"x".repeat(65)}`, 422],
    ["x=1", 422],
  ])("are not listed for %s", async (query, status) => {
    expect((await desk.get(`/api/v1/outbox?${query}`)).status).toBe(status);
  });

  test("go on from the start when the group of a cursor is gone", async () => {
    expect(ids(await list(`cursor=${encodeCursor(["gone", "gone:m:1"])}`))).toEqual([...MAIN, ...VIP]);
  });

  test("cannot be listed before there is a configuration", async () => {
    await emptyRecord();
    const answer = await new HttpDesk().get("/api/v1/outbox");
    expect(answer.status).toBe(503);
    expect(await codeOf(answer)).toBe("config.missing");
  });
});

const replay = (id: string, headers: Record<string, string> = {}) =>
  desk.send("POST", `/api/v1/outbox/${encodeURIComponent(id)}/replay`, undefined, headers);

describe("sending a delivery again", () => {
  test("queues it once", async () => {
    const answer = await replay("main:m:3", { "Idempotency-Key": "k" });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ id: "main:m:3", status: "replayed" });
    const again = await replay("main:m:3");
    expect(again.status).toBe(404);
    expect(await codeOf(again)).toBe("delivery.not_found");
  });

  test.each([
    "main:m:99",
    "nowhere:m:1",
    "main",
    "main:m",
    "main:m:x",
    ":m:1",
    "main:m:1:1",
    "../main:m:1",
    "🎫:m:1",
    "main:m:1\u0000",
  ])("finds nothing under %j, and wakes no object that was not there", async (id) => {
    desk.groups.touched.clear();
    const answer = await replay(id);
    expect(answer.status).toBe(404);
    expect(await codeOf(answer)).toBe("delivery.not_found");
    expect([...desk.groups.touched].filter((group) => group !== "main")).toEqual([]);
  });

  test("fails where the group does not answer", async () => {
    desk.groups.down.add("main");
    const answer = await replay("main:m:1");
    expect(answer.status).toBe(503);
    expect(await codeOf(answer)).toBe("group.unreachable");
  });
});

const reproject = (group: string) => desk.send("POST", `/api/v1/groups/${group}/reproject`);

describe("rebuilding the record of a group", () => {
  test("is asked of that group's object", async () => {
    const answer = await reproject("vip");
    expect(answer.status).toBe(202);
    expect(await answer.json()).toEqual({ group: "vip", tickets: 3 });
    expect(desk.groups.reprojected).toEqual(["vip"]);
  });

  test.each(["nowhere", "VIP", "vip%20", "%F0%9F%8E%AB", "__proto__"])(
    "does not create the object of %s",
    async (group) => {
      const answer = await reproject(group);
      expect(answer.status).toBe(404);
      expect(await codeOf(answer)).toBe("group.not_found");
      expect([...desk.groups.touched].sort()).toEqual(["main", "vip"]);
    },
  );

  test("fails where the group does not answer", async () => {
    desk.groups.down.add("vip");
    expect((await reproject("vip")).status).toBe(503);
  });
});
