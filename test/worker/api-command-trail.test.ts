import { beforeEach, describe, expect, test } from "vitest";
import { type Command, type Order, ada, open, stage } from "../support/program-stage.ts";

beforeEach(open);

describe("the audit trail", () => {
  interface Entry {
    action: string;
    by: { kind: string; id: string; name: string | null };
    from: Record<string, unknown> | null;
    to: Record<string, unknown> | null;
    origin: { network: string | null; userAgent: string | null } | null;
  }
  interface Program {
    id: string;
    does: (body: Command) => Promise<Response>;
    opens: (order: Partial<Order>) => Promise<Response>;
  }
  const trail = async (query = ""): Promise<Entry[]> =>
    (await stage.get<{ items: Entry[] }>(`/api/v1/audit?kind=ticket&limit=200${query}`)).items;

  /** One more key of the name `shop`, whose program calls from an address of its own. */
  async function program(address: string): Promise<Program> {
    const made = await stage.api("POST", "/api/v1/keys", { name: "shop", scopes: ["tickets:write"] });
    const { id, key } = await made.json<{ id: string; key: string }>();
    const sends = (path: string, body: unknown): Promise<Response> =>
      stage.api("POST", path, body, {
        authorization: `Bearer ${key}`,
        "cf-connecting-ip": address,
        "user-agent": `shop at ${address}`,
      });
    const opens = (order: Partial<Order>): Promise<Response> =>
      sends("/api/v1/tickets", { contact: { telegramId: ada.id }, message: "Help", ...order });
    return { id, opens, does: (body) => sends("/api/v1/tickets/SUP-1/commands", body) };
  }
  const HERE = { network: "203.0.113.0/24", userAgent: "shop at 203.0.113.7" };
  const THERE = { network: "198.51.100.0/24", userAgent: "shop at 198.51.100.9" };

  test("tells two keys of one name apart, and from where each called; nothing else tells from where", async () => {
    await ada.start();
    const [here, there] = [await program("203.0.113.7"), await program("198.51.100.9")];
    await here.opens({ category: "billing" });
    await there.does({ type: "priority", priority: "high" });
    await here.does({ type: "escalate", note: "They wait" });
    await stage.settle();
    await stage.olga.write((await stage.topic("SUP-1")).id, "/tag refund");
    // Some of it is in the record, some is not yet.
    await stage.settle();
    const from = { "CF-Connecting-IP": "203.0.113.7", "User-Agent": "shop at 203.0.113.7" };
    const noted = await stage.api("PATCH", `/api/v1/contacts/${ada.id}/details`, { notes: "Calls" }, from);
    expect(noted.status).toBe(200);
    await there.does({ type: "resolve" });
    const told = await Promise.all(
      [
        "/api/v1/events",
        "/api/v1/tickets/SUP-1",
        "/api/v1/tickets/SUP-1/events",
        "/api/v1/tickets/SUP-1/routing",
        "/api/v1/tickets/SUP-1/sla",
        "/api/v1/escalations",
        `/api/v1/contacts/${ada.id}/export`,
      ].map(async (path) => (await stage.api("GET", path)).text()),
    );
    for (const text of told) {
      expect(text).toContain("SUP-1");
      expect(text).not.toMatch(/203\.0\.113|198\.51\.100|origin/);
    }
    await stage.settle();
    const entries = await trail();
    const by = (action: string) =>
      entries.filter((one) => one.action === action).map((one) => [one.by, one.origin]);
    const key = { kind: "key", name: "shop" };
    expect(by("ticket_opened")).toEqual([[{ ...key, id: here.id }, HERE]]);
    expect(by("priority_changed")).toEqual([[{ ...key, id: there.id }, THERE]]);
    expect(by("ticket_escalated")).toEqual([[{ ...key, id: here.id }, HERE]]);
    expect(by("ticket_resolved")).toEqual([[{ ...key, id: there.id }, THERE]]);
    expect(by("tags_changed")).toEqual([
      [{ kind: "agent", id: "9002", name: expect.any(String) as string }, null],
    ]);
    expect(new Set((await trail(`&actor=${there.id}`)).map((one) => one.origin?.network))).toEqual(
      new Set([THERE.network]),
    );
    expect(new Set((await trail("&actor=shop")).map((one) => one.by.id))).toEqual(
      new Set([here.id, there.id]),
    );
  });

  test("tells of every command who gave it, from where, and from what to what it took the ticket", async () => {
    const [here, there] = [await program("203.0.113.7"), await program("198.51.100.9")];
    await ada.write("Help");
    await stage.settle();
    const until = "2026-11-20T18:00:00.000Z";
    const given: [Command, string, Entry["from"], Entry["to"]][] = [
      [
        { type: "claim", agent: 9002 },
        "ticket_assigned",
        { status: "open", assignee: null },
        { status: "in_progress", assignee: 9002 },
      ],
      [{ type: "assign", agent: 9003 }, "ticket_assigned", { assignee: 9002 }, { assignee: 9003 }],
      [
        { type: "unclaim" },
        "ticket_unclaimed",
        { status: "in_progress", assignee: 9003 },
        { status: "open", assignee: null },
      ],
      [{ type: "note", text: "They called" }, "note_added", null, null],
      [
        { type: "priority", priority: "high" },
        "priority_changed",
        { priority: "normal" },
        { priority: "high" },
      ],
      [{ type: "tags", add: ["late"], remove: [] }, "tags_changed", { tags: [] }, { tags: ["late"] }],
      [
        { type: "tags", add: ["vip"], remove: ["late"] },
        "tags_changed",
        { tags: ["late"] },
        { tags: ["vip"] },
      ],
      [
        { type: "fields", fields: { category: "billing" } },
        "field_answered",
        { fields: { category: null } },
        { fields: { category: "billing" } },
      ],
      [
        { type: "fields", fields: { category: "technical" } },
        "field_answered",
        { fields: { category: "billing" } },
        { fields: { category: "technical" } },
      ],
      [
        { type: "snooze", agent: 9002, until },
        "reminder_set",
        { remindAt: null },
        { remindAt: Date.parse(until) },
      ],
      [
        { type: "snooze", agent: 9002, off: true },
        "reminder_cleared",
        { remindAt: Date.parse(until) },
        { remindAt: null },
      ],
      [{ type: "escalate" }, "ticket_escalated", { status: "in_progress" }, { status: "escalated" }],
      [{ type: "reply", text: "Hello" }, "ticket_answered", { status: "escalated" }, { status: "waiting" }],
      [{ type: "resolve" }, "ticket_resolved", { status: "waiting" }, { status: "resolved" }],
      [{ type: "reopen" }, "ticket_reopened", { status: "resolved" }, { status: "in_progress" }],
      [
        { type: "transfer", queue: "premium" },
        "ticket_transferred",
        { status: "in_progress", queue: "billing", group: "main", assignee: 9002 },
        { status: "open", queue: "premium", group: "vip", assignee: null },
      ],
      [{ type: "close" }, "ticket_closed", {}, { status: "closed" }],
    ];
    for (const [index, [command]] of given.entries()) {
      const done = await [here, there][index % 2].does(command);
      expect([command.type, done.status]).toEqual([command.type, 200]);
      await stage.settle(5_000);
    }
    const byKeys = (await trail()).filter(({ by }) => by.kind === "key").toReversed();
    expect(byKeys.map(({ action, by, origin, from, to }) => ({ action, by, origin, from, to }))).toEqual(
      given.map(([, action, from, to], index) => ({
        action,
        by: { kind: "key", id: [here, there][index % 2].id, name: "shop" },
        origin: [HERE, THERE][index % 2],
        from: from === null ? null : expect.objectContaining(from),
        to: to === null ? null : expect.objectContaining(to),
      })),
    );
  });
});
