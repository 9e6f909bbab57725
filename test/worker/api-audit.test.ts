import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { networkOf } from "../../src/http/caller.ts";
import { csvLine } from "../../src/http/csv.ts";
import { recordAudit } from "../../src/record/audit-entries.ts";
import { project } from "../../src/record/projection.ts";
import type { ParkedDelivery } from "../../src/topic-group/deliveries/replay.ts";
import { exampleDesk } from "../support/desks.ts";
import { codeOf, emptyRecord, HttpDesk, turnClock } from "../support/http-desk.ts";
import { batchesOf, life } from "../support/tickets.ts";

interface Entry {
  id: string;
  at: string;
  action: string;
  by: { kind: string; id: string; name: string | null };
  target: { kind: string; id: string; ref: string | null };
  from: Record<string, unknown> | null;
  to: Record<string, unknown> | null;
  data: Record<string, unknown>;
  origin: { network: string | null; userAgent: string | null } | null;
}
interface Page {
  items: Entry[];
  nextCursor: string | null;
}

let desk: HttpDesk;
beforeEach(async () => {
  await emptyRecord();
  desk = new HttpDesk();
});

const named = (name: string) => ({ ...exampleDesk(), desk: { name } });
const audit = async (query = ""): Promise<Entry[]> =>
  (await (await desk.get(`/api/v1/audit${query}`)).json<Page>()).items;
const exported = async (query: string, headers: Record<string, string> = {}): Promise<string> =>
  (await desk.get(`/api/v1/audit/export${query}`, headers)).text();

/** Whole lives of tickets, many of their events in the same minute. */
async function busy(tickets: number): Promise<void> {
  for (let number = 1; number <= tickets; number += 1)
    for (const batch of batchesOf(life(number))) await project(env.DB, batch);
}

const PARKED: ParkedDelivery = {
  id: "main:m:7",
  state: "parked",
  group: "main",
  lane: "x",
  kind: "relay",
  ticket: null,
  ref: null,
  attempts: 1,
  code: "x",
  at: 0,
};

describe("the audit trail", () => {
  test("tells who changed the configuration, from where, from which version to which, and where in it", async () => {
    await desk.put(named("Shop"), {
      "CF-Connecting-IP": "203.0.113.77",
      "User-Agent": "deploys/1.0 (a machine)",
    });
    const changed = named("Shop");
    changed.queues.push({ id: "extra", group: "main" });
    changed.agents![1].capacity = 9;
    await desk.put(changed);
    const [second, first] = await audit("?kind=config");
    expect(first).toMatchObject({
      action: "config.stored",
      by: { kind: "key", id: "admin", name: "admin" },
      target: { kind: "config", id: "1" },
      from: { version: 0 },
      to: { version: 1 },
      origin: { network: "203.0.113.0/24", userAgent: "deploys/1.0 (a machine)" },
    });
    expect(second.data).toEqual({
      places: [
        { section: "queues", id: "extra", change: "added" },
        { section: "agents", id: "9002", change: "changed" },
      ],
    });
    await desk.send("POST", "/api/v1/config/rollback", { version: 1 });
    const [rolledBack] = await audit();
    expect(rolledBack).toMatchObject({ action: "config.rolled_back", data: { restoredFrom: 1 } });
  });

  test("has no entry for calls that changed nothing, were refused, or lost to another call", async () => {
    await desk.put(named("Start"));
    await desk.put(named("Start"));
    await desk.put({ nonsense: true });
    await desk.send("PUT", "/api/v1/config?dryRun=1", named("Other"));
    await Promise.all(
      Array.from({ length: 6 }, (_, index) => desk.put(named(`Racer ${index}`), { "If-Match": '"1"' })),
    );
    const entries = await audit();
    expect(entries.map(({ to }) => to?.["version"])).toEqual([2, 1]);
  });

  test("tells what became of keys, once each, and no secret", async () => {
    const { id, key } = await desk.key("tickets:read");
    const again = { "Idempotency-Key": "r1" };
    for (let times = 0; times < 2; times += 1)
      await desk.send("POST", `/api/v1/keys/${id}/rotate`, { overlap: "1h" }, again);
    for (let times = 0; times < 2; times += 1) await desk.send("POST", `/api/v1/keys/${id}/revoke`);
    const entries = await audit(`?kind=key&target=${id}`);
    expect(entries.map(({ action }) => action)).toEqual(["key.revoked", "key.rotated", "key.created"]);
    expect([entries[2].from, entries[2].to]).toMatchObject([
      null,
      { name: "may tickets:read", scopes: ["tickets:read"] },
    ]);
    expect([entries[1].from, entries[1].to]).toEqual([
      { rotatedAt: null },
      { rotatedAt: Date.parse(entries[1].at) },
    ]);
    expect([entries[0].from, entries[0].to]).toEqual([
      { revokedAt: null },
      { revokedAt: Date.parse(entries[0].at) },
    ]);
    const { results } = await env.DB.prepare("SELECT * FROM audit").all();
    expect(JSON.stringify(results)).not.toContain(key.slice(-43));
  });

  test("tells who sent a delivery again, before it is sent, and nothing where there was none", async () => {
    await desk.put(exampleDesk());
    desk.groups.parkedIn.set("main", [PARKED]);
    await desk.send("POST", "/api/v1/outbox/main:m:8/replay");
    expect(await audit("?kind=delivery")).toEqual([]);
    await desk.send("POST", "/api/v1/outbox/main:m:7/replay");
    expect(await audit("?kind=delivery")).toMatchObject([
      { action: "delivery.replayed", target: { kind: "delivery", id: "main:m:7" } },
    ]);
  });

  test("keeps the entry of a run that died, even if the one that took over found nothing left to do", async () => {
    const entry = {
      at: 1,
      by: { kind: "key", id: "k", name: "k" },
      action: "delivery.replayed",
      target: { kind: "delivery", id: "main:m:7" },
      cause: "api:k:once",
    } as const;
    await recordAudit(env.DB, entry);
    const takeBack = await recordAudit(env.DB, entry);
    await takeBack();
    expect(await audit("?kind=delivery")).toHaveLength(1);
  });

  test("does nothing while an entry cannot be written", async () => {
    await desk.put(exampleDesk());
    desk.groups.parkedIn.set("main", [PARKED]);
    desk.d1.state = "failing";
    expect((await desk.send("POST", "/api/v1/outbox/main:m:7/replay")).status).toBe(503);
    expect(desk.groups.parkedIn.get("main")).toHaveLength(1);
  });

  test("holds what happened to tickets among the rest, without what people wrote", async () => {
    await desk.put(exampleDesk());
    await busy(1);
    const entries = await audit();
    expect(new Set(entries.map(({ target }) => target.kind))).toEqual(new Set(["config", "ticket"]));
    const closed = entries.find(({ action }) => action === "ticket_resolved");
    expect(closed).toMatchObject({
      by: { kind: "agent", id: "9001", name: "Lead" },
      target: { kind: "ticket", id: "main:1", ref: "SUP-1" },
      to: { status: "resolved" },
      data: { hasNote: true },
      origin: null,
    });
    for (const words of ["refunded", "called back", "parcel"])
      expect(JSON.stringify(entries)).not.toContain(words);
    const changed = entries.find(({ action }) => action === "priority_changed");
    expect([changed?.from, changed?.to]).toEqual([{ priority: "normal" }, { priority: "high" }]);
    expect(JSON.stringify(await audit("?target=sup-1"))).toBe(JSON.stringify(await audit("?kind=ticket")));
    expect(await audit("?actor=9001&kind=config")).toEqual([]);
    expect((await audit("?actor=Lead")).every(({ by }) => by.id === "9001")).toBe(true);
    expect((await audit("?action=config.stored")).map(({ action }) => action)).toEqual(["config.stored"]);
  });

  test("tells by a ticket's reference what was done about it beside its events, too", async () => {
    await desk.put(exampleDesk());
    await busy(1);
    await desk.send("PUT", "/api/v1/tickets/SUP-1/legal-hold", { reason: "Case 1" });
    const all = await audit("?target=sup-1&limit=200");
    expect(all.filter(({ action }) => action.includes("."))).toMatchObject([
      { action: "hold.set", target: { kind: "ticket", id: "main:1", ref: "SUP-1" } },
    ]);
    expect(all).toHaveLength((await audit("?kind=ticket&limit=200")).length + 1);
    expect(await audit("?target=sup-2")).toEqual([]);
    expect((await audit("?kind=hold&target=main:1")).map(({ action }) => action)).toEqual(["hold.set"]);
  });

  test("does not take a misspelt action for one without entries", async () => {
    for (const path of ["audit?action=key.revoke", "audit/export?action=key.revoke"])
      expect((await desk.get(`/api/v1/${path}`)).status).toBe(422);
  });

  test("pages through everything once and in order, whatever arrives meanwhile", async () => {
    await desk.put(named("One"));
    await busy(8);
    // What arrives from now on is newer than all that was recorded.
    turnClock(365 * 24 * 3_600_000);
    await desk.put(named("Two"));
    const whole = (await audit("?limit=200")).map(({ id }) => id);
    const seen: string[] = [];
    let cursor = "";
    do {
      const page: Page = await (await desk.get(`/api/v1/audit?limit=3${cursor}`)).json();
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor === null ? "" : `&cursor=${page.nextCursor}`;
      await desk.put(named(`During ${seen.length}`));
    } while (cursor !== "");
    expect(seen).toEqual(whole);
    const times = (await audit("?limit=200")).map(({ at }) => at);
    expect(times).toEqual(times.toSorted((a, b) => (a < b ? 1 : -1)));
    turnClock(0);
  });

  test("is cut by instants: the first included, the last not", async () => {
    await busy(3);
    const all = await audit("?limit=200");
    const middle = all[Math.floor(all.length / 2)].at;
    const before = await audit(`?limit=200&until=${middle}`);
    const after = await audit(`?limit=200&since=${middle}`);
    expect(before.length + after.length).toBe(all.length);
    expect(after.map(({ at }) => at)).toContain(middle);
  });

  test("needs a scope of its own", async () => {
    const { headers } = await desk.key("tickets:read", "config:write");
    expect((await desk.fetch("/api/v1/audit", { headers })).status).toBe(403);
    const auditor = await desk.key("audit:read");
    expect((await desk.fetch("/api/v1/audit", { headers: auditor.headers })).status).toBe(200);
  });
});

describe("an export of the trail", () => {
  test("has everything, one entry a line, over several pages", async () => {
    await desk.put(exampleDesk());
    await env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200)
       INSERT INTO audit (at, actor_kind, actor_id, action, target_kind, target_id, data)
       SELECT i, 'key', 'k', 'config.stored', 'config', i, '{}' FROM n`,
    ).run();
    const lines = (await exported("?format=ndjson")).trimEnd().split("\n");
    expect(lines).toHaveLength(1_201);
    const entries = lines.map((line) => JSON.parse(line) as Entry);
    expect(new Set(entries.map(({ id }) => id)).size).toBe(1_201);
    expect(entries.map(({ at }) => at)).toEqual(
      entries.map(({ at }) => at).toSorted((a, b) => (a < b ? 1 : -1)),
    );
  });

  test("quotes what CSV must, and runs nothing in a spreadsheet", async () => {
    await desk.send("POST", "/api/v1/keys", { name: '=HYPERLINK("x")', scopes: ["admin"] });
    const { key } = await (
      await desk.send("POST", "/api/v1/keys", { name: "=1+1,2", scopes: ["admin"] })
    ).json<{ key: string }>();
    await desk.fetch("/api/v1/config", {
      method: "PUT",
      headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json", "User-Agent": "@x" },
      body: JSON.stringify(exampleDesk()),
    });
    const text = await exported("?format=csv&kind=config", { Accept: "text/csv" });
    const [head, line, end] = text.split("\r\n");
    expect(head).toBe(
      "id,at,action,byKind,byId,byName,targetKind,targetId,targetRef,from,to,data,network,userAgent",
    );
    expect(line).toContain(`"'=1+1,2"`);
    expect(line).toContain(`,'@x`);
    expect(line).toContain(`"{""version"":0}"`);
    expect(end).toBe("");
  });

  test("is a problem document where it cannot begin", async () => {
    desk.d1.state = "failing";
    const answer = await desk.get("/api/v1/audit/export?format=csv");
    expect([answer.status, await codeOf(answer)]).toEqual([503, "record.unreachable"]);
    desk.d1.state = "well";
    expect((await desk.get("/api/v1/audit/export?format=xml")).status).toBe(422);
    expect((await desk.get("/api/v1/audit/export", { Accept: "image/png" })).status).toBe(406);
    expect((await desk.get("/api/v1/audit", { Accept: "text/csv" })).status).toBe(406);
  });

  test.each([
    [["=1", "+1", "-1", "@a", "\tb"], `'=1,'+1,'-1,'@a,'\tb\r\n`],
    [['a"b', "a,b", "a\nb", "", null], `"a""b","a,b","a\nb",,\r\n`],
    [[-5, 7, "5-3"], "-5,7,5-3\r\n"],
  ])("writes %j as %j", (cells, line) => expect(csvLine(cells)).toBe(line));
});

test.each([
  ["203.0.113.77", "203.0.113.0/24"],
  ["::ffff:203.0.113.77", "203.0.113.0/24"],
  ["2001:0db8:1:2:3:4:5:6", "2001:db8:1::/48"],
  ["2001:db8::1", "2001:db8:0::/48"],
  ["::1", "0:0:0::/48"],
  ["", null],
  ["not an address", null],
  ["1:2:3", null],
])("the trail keeps of the address %s only %s", (address, network) =>
  expect(networkOf(address)).toBe(network),
);
