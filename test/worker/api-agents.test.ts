import { beforeEach, describe, expect, test } from "vitest";
import type { AgentHere } from "../../src/topic-group/assigning/agents-report.ts";
import { exampleDesk } from "../support/desks.ts";
import { codeOf, emptyRecord, HttpDesk } from "../support/http-desk.ts";

let desk: HttpDesk;
const here = (id: number, more: Partial<AgentHere> = {}): AgentHere => ({
  id,
  availability: "online",
  until: null,
  unavailableBecause: null,
  open: 0,
  lastAssignedAt: null,
  ...more,
});
const UNTIL = Date.UTC(2100, 0, 1);
const away = { availability: "away", until: "2100-01-01T00:00:00Z" };

beforeEach(async () => {
  await emptyRecord();
  desk = new HttpDesk();
  expect((await desk.put(exampleDesk())).status).toBe(200);
  desk.groups.agentsOf.set("main", [
    here(9001, { open: 2, lastAssignedAt: 1_000 }),
    here(9002, { availability: "away", until: UNTIL, unavailableBecause: "away", open: 1 }),
    here(9003, { unavailableBecause: "off_shift" }),
  ]);
  desk.groups.agentsOf.set("vip", [
    here(9001, { availability: "offline", open: 3, lastAssignedAt: 2_000 }),
    here(9002),
  ]);
});

describe("agents", () => {
  test("are listed by the configuration, with how their home has them and what every group has given them", async () => {
    const { items, nextCursor, unreachableGroups } = await (
      await desk.get("/api/v1/agents")
    ).json<{ items: unknown[]; nextCursor: null; unreachableGroups: string[] }>();
    expect({ nextCursor, unreachableGroups }).toEqual({ nextCursor: null, unreachableGroups: [] });
    expect(items).toHaveLength(3);
    expect(items.slice(0, 2)).toEqual([
      {
        id: 9001,
        name: "Lead",
        username: null,
        role: "lead",
        groups: ["main", "vip"],
        home: "main",
        shift: null,
        capacity: 3,
        presence: { availability: "online", until: null, available: true, because: null },
        open: { total: 5, byGroup: { main: 2, vip: 3 } },
        lastAssignedAt: new Date(2_000).toISOString(),
      },
      expect.objectContaining({
        id: 9002,
        presence: {
          availability: "away",
          until: "2100-01-01T00:00:00.000Z",
          available: false,
          because: "away",
        },
        open: { total: 1, byGroup: { main: 1, vip: 0 } },
      }),
    ]);
  });

  test("are listed by group and page by page", async () => {
    const first = await (
      await desk.get("/api/v1/agents?limit=2")
    ).json<{ items: { id: number }[]; nextCursor: string }>();
    const rest = await (
      await desk.get(`/api/v1/agents?limit=2&cursor=${first.nextCursor}`)
    ).json<{ items: { id: number }[]; nextCursor: string | null }>();
    expect([first, rest].map((page) => page.items.map(({ id }) => id))).toEqual([[9001, 9002], [9003]]);
    expect(rest.nextCursor).toBeNull();
    const vip = await (await desk.get("/api/v1/agents?group=vip")).json<{ items: { id: number }[] }>();
    expect(vip.items.map(({ id }) => id)).toEqual([9001, 9002]);
    expect((await desk.get("/api/v1/agents?available=true")).status).toBe(422);
  });

  test("are shown as far as their groups answer, and the answer names the others", async () => {
    desk.groups.down.add("main");
    const one = await (await desk.get("/api/v1/agents/9001")).json();
    expect(one).toMatchObject({
      presence: null,
      open: { total: 3, byGroup: { vip: 3 } },
      unreachableGroups: ["main"],
    });
  });

  test("are not found where the id is no agent's", async () => {
    for (const [method, path] of [
      ["GET", "/api/v1/agents/1"],
      ["PUT", "/api/v1/agents/1/availability"],
    ] as const) {
      const answer = await desk.send(method, path, method === "PUT" ? away : undefined);
      expect([answer.status, await codeOf(answer)]).toEqual([404, "agent.not_found"]);
    }
  });
});

describe("the availability of an agent", () => {
  const put = (body: unknown, headers: Record<string, string> = {}, id = 9003) =>
    desk.send("PUT", `/api/v1/agents/${id}/availability`, body, headers);

  test("is told to their home, and shown as it is then", async () => {
    const answer = await put(away, {}, 9001);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      id: 9001,
      presence: { availability: "away", until: "2100-01-01T00:00:00.000Z" },
    });
    expect(desk.groups.presences).toMatchObject([
      { group: "main", id: 9001, presence: { availability: "away", until: UNTIL } },
    ]);
    const { items } = await (await desk.get("/api/v1/audit?kind=agent")).json<{ items: unknown[] }>();
    expect(items).toMatchObject([
      {
        action: "agent.availability_set",
        target: { kind: "agent", id: "9001" },
        from: { availability: "online", until: null },
        to: { availability: "away", until: "2100-01-01T00:00:00.000Z" },
      },
    ]);
  });

  test("may say for how long they are away, as /away does", async () => {
    expect((await put({ availability: "away", for: "2h" }, {}, 9001)).status).toBe(200);
    const [{ presence }] = desk.groups.presences;
    expect(new Date(presence.until!).toISOString().slice(0, 16)).toBe("2026-11-20T11:00");
  });

  test("is told once, however often it is asked with one key", async () => {
    const key = { "Idempotency-Key": "once" };
    const first = await put(away, key);
    const again = await put(away, key);
    expect(again.headers.get("Idempotency-Replayed")).toBe("true");
    expect(await again.json()).toEqual(await first.json());
    expect(desk.groups.presences).toHaveLength(1);
    expect((await put({ availability: "offline" }, key)).status).toBe(422);
  });

  test.each<[unknown, ...string[]]>([
    [{ availability: "busy" }, "/availability"],
    [{ availability: "busy", until: "2020-01-01T00:00:00Z" }, "/availability", "/until"],
    [{}, "/availability"],
    [{ availability: "online", until: "2100-01-01T00:00:00Z" }, "/until"],
    [{ availability: "away", until: "2020-01-01T00:00:00Z" }, "/until"],
    [{ availability: "away", until: "tomorrow" }, "/until"],
    [{ availability: "away", note: "x" }, "/note"],
    [{ availability: "online", for: "1h" }, "/for"],
    [{ availability: "away", for: "1h", until: "2100-01-01T00:00:00Z" }, "/for"],
    [{ availability: "away", for: "0s" }, "/for"],
    [{ availability: "away", for: "a while" }, "/for"],
  ])("cannot be %j", async (body, ...pointers) => {
    const answer = await put(body);
    expect(answer.status).toBe(422);
    const { problems } = await answer.json<{ problems: { pointer: string }[] }>();
    expect(problems.map((one) => one.pointer)).toEqual(pointers);
    expect(desk.groups.presences).toEqual([]);
  });

  test("cannot be told while their home does not answer", async () => {
    desk.groups.down.add("main");
    const answer = await put(away);
    expect([answer.status, await codeOf(answer)]).toEqual([503, "group.unreachable"]);
  });

  test("is changed by keys that may act on tickets, and read by those that may read them", async () => {
    const { headers } = await desk.key("tickets:read");
    expect((await put(away, headers)).status).toBe(403);
    expect((await desk.fetch("/api/v1/agents", { headers })).status).toBe(200);
    const other = await desk.key("contacts:read");
    expect((await desk.fetch("/api/v1/agents/9001", { headers: other.headers })).status).toBe(403);
  });
});

test("there are no agents and no queues without a configuration", async () => {
  await emptyRecord();
  const other = new HttpDesk();
  for (const path of ["/api/v1/agents", "/api/v1/agents/9001", "/api/v1/queues"]) {
    const answer = await other.get(path);
    expect([answer.status, await codeOf(answer)]).toEqual([503, "config.missing"]);
  }
});
