import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { appWith } from "../../src/http/app.ts";
import { ApiKeys } from "../../src/record/api-keys.ts";
import { RecordUnreachable } from "../../src/record/reach.ts";
import { costOf } from "../support/d1-cost.ts";
import { exampleDesk } from "../support/desks.ts";
import { ADMIN, codeOf, deskNow, emptyRecord, HttpDesk, turnClock } from "../support/http-desk.ts";

let desk: HttpDesk;
beforeEach(async () => {
  await emptyRecord();
  desk = new HttpDesk();
});
afterEach(() => turnClock(0));

const HOUR = 3_600_000;
interface Key {
  id: string;
  key: string;
  status: string;
  [fact: string]: unknown;
}

const post = async (path: string, body: unknown = {}): Promise<Key> => {
  const answer = await desk.send("POST", `/api/v1/keys${path}`, body);
  expect(answer.status).toBeLessThan(300);
  return answer.json<Key>();
};
const make = (facts: object = {}): Promise<Key> =>
  post("", { name: "reporting", scopes: ["tickets:read"], ...facts });
const read = async (id: string): Promise<Key> => (await desk.get(`/api/v1/keys/${id}`)).json<Key>();
const using = (key: string, path = "/api/v1/tickets", init: RequestInit = {}): Promise<Response> =>
  desk.fetch(path, {
    ...init,
    headers: { ...(init.headers as Record<string, string>), Authorization: `Bearer ${key}` },
  });
const refusalOf = async (answer: Response): Promise<[number, string, string]> => [
  answer.status,
  await codeOf(answer),
  answer.headers.get("WWW-Authenticate") ?? "",
];

describe("an API key", () => {
  test("is shown once, and opens what its scopes say", async () => {
    const { key, ...made } = await make();
    expect(key).toMatch(/^topicdesk_[0-9a-z]{12}_[0-9A-Za-z]{43}$/);
    expect(made).toMatchObject({ name: "reporting", scopes: ["tickets:read"], status: "active" });
    expect(made).toMatchObject({ createdBy: "admin", expiresAt: null, lastUsedAt: null });
    expect((await using(key)).status).toBe(200);
    const listed = await (await desk.get("/api/v1/keys")).text();
    expect(listed).toContain(made.id);
    expect(listed).not.toContain(key.slice(-43));
    expect(await (await desk.get(`/api/v1/keys/${made.id}`)).text()).not.toContain(key.slice(-43));
  });

  test("leaves no more of its secret in the record than a hash", async () => {
    const { key } = await make();
    const tables = await env.DB.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all<{
      name: string;
    }>();
    for (const { name } of tables.results.filter((table) => !table.name.startsWith("_cf"))) {
      const { results } = await env.DB.prepare(`SELECT * FROM "${name}"`).all();
      expect(JSON.stringify(results)).not.toContain(key.slice(-43));
    }
  });

  test("is named in the history of what it changes", async () => {
    const { key } = await make({ name: "deploys", scopes: ["config:write"] });
    const body = JSON.stringify(exampleDesk());
    const headers = { "Content-Type": "application/json" };
    expect((await using(key, "/api/v1/config", { method: "PUT", body, headers })).status).toBe(200);
    const versions = await (await desk.get("/api/v1/config/versions")).json<{ items: object[] }>();
    expect(versions.items).toMatchObject([{ createdBy: "deploys" }]);
  });

  test("may read what it may write, and no more", async () => {
    const { headers } = await desk.key("tickets:write");
    expect((await desk.fetch("/api/v1/tickets", { headers })).status).toBe(200);
    expect((await desk.fetch("/api/v1/config", { headers })).status).toBe(403);
    expect((await desk.fetch("/api/v1/keys", { headers })).status).toBe(403);
  });

  test("tells, when it is turned away, which scope it lacks", async () => {
    const { headers } = await desk.key("tickets:read");
    const [status, code, challenge] = await refusalOf(await desk.fetch("/api/v1/config", { headers }));
    expect([status, code]).toEqual([403, "auth.scope_missing"]);
    expect(challenge).toContain('error="insufficient_scope"');
    expect(challenge).toContain('scope="config:read"');
  });

  test("says when it expired", async () => {
    const expiresAt = new Date(deskNow() + HOUR).toISOString();
    const { id, key } = await make({ expiresAt });
    expect((await using(key)).status).toBe(200);
    turnClock(HOUR);
    const [status, code, challenge] = await refusalOf(await using(key));
    expect([status, code]).toEqual([401, "auth.expired"]);
    expect(challenge).toContain('error="invalid_token"');
    expect(challenge).toContain(expiresAt);
    expect((await read(id)).status).toBe("expired");
  });

  test("is turned away at once when it is revoked; revoking it again says who did and when", async () => {
    const { id, key } = await make();
    const revoked = await post(`/${id}/revoke`);
    expect(revoked).toMatchObject({ status: "revoked", revokedBy: "admin" });
    const [status, code, challenge] = await refusalOf(await using(key));
    expect([status, code]).toEqual([401, "auth.revoked"]);
    expect(challenge).toContain(String(revoked["revokedAt"]));
    turnClock(HOUR);
    expect(await post(`/${id}/revoke`)).toEqual(revoked);
  });

  test("is looked up in the record again within ten seconds where its meter did not hear that it was revoked", async () => {
    const { id, key } = await make();
    expect((await using(key)).status).toBe(200);
    const meters = desk.env.CALL_METER;
    const deaf = { getByName: () => ({ forgetKey: () => Promise.reject(new Error("away")) }) };
    desk.env = { ...desk.env, CALL_METER: deaf as unknown as Env["CALL_METER"] };
    await post(`/${id}/revoke`);
    desk.env = { ...desk.env, CALL_METER: meters };
    expect((await using(key)).status).toBe(200);
    turnClock(10_000);
    expect((await refusalOf(await using(key))).slice(0, 2)).toEqual([401, "auth.revoked"]);
  });

  test("is asked of the record by its meter, so that calls within ten seconds ask it once", async () => {
    const { key } = await make();
    const found = vi.spyOn(ApiKeys.prototype, "find");
    for (let times = 0; times < 3; times += 1) expect((await using(key)).status).toBe(200);
    expect(found).toHaveBeenCalledTimes(1);
    turnClock(10_000);
    await using(key);
    expect(found).toHaveBeenCalledTimes(2);
    found.mockRestore();
  });

  test("that was wrong before it was made is let in once it is there", async () => {
    const { id, key } = await make();
    await env.DB.prepare("UPDATE api_keys SET id = 'elsewhere' WHERE id = ?").bind(id).run();
    expect((await refusalOf(await using(key))).slice(0, 2)).toEqual([401, "auth.invalid"]);
    await env.DB.prepare("UPDATE api_keys SET id = ? WHERE id = 'elsewhere'").bind(id).run();
    expect((await using(key)).status).toBe(200);
  });

  test("has, once rotated, two secrets for a while and then the new one alone", async () => {
    const { id, key } = await make();
    const rotated = await post(`/${id}/rotate`, { overlap: "1h" });
    expect(rotated.id).toBe(id);
    expect(rotated.key).not.toBe(key);
    expect(rotated["previousSecretUntil"]).not.toBeNull();
    for (const each of [key, rotated.key]) expect((await using(each)).status).toBe(200);
    turnClock(HOUR + 1_000);
    expect((await refusalOf(await using(key))).slice(0, 2)).toEqual([401, "auth.expired"]);
    expect((await using(rotated.key)).status).toBe(200);
    expect((await read(id))["previousSecretUntil"]).toBeNull();
  });

  test("rotated without overlap, or twice, ends the old secret", async () => {
    const { id, key } = await make();
    const second = await post(`/${id}/rotate`, { overlap: "1h" });
    const third = await post(`/${id}/rotate`, { overlap: "0s" });
    expect((await refusalOf(await using(key))).slice(0, 2)).toEqual([401, "auth.invalid"]);
    expect((await using(second.key)).status).toBe(401);
    expect((await using(third.key)).status).toBe(200);
  });

  test("gets no new secret once it is revoked", async () => {
    const { id } = await make();
    await post(`/${id}/revoke`);
    const answer = await desk.send("POST", `/api/v1/keys/${id}/rotate`, {});
    expect([answer.status, await codeOf(answer)]).toEqual([409, "key.revoked"]);
  });

  test("tells when it was last used, to the hour, for one row written an hour", async () => {
    const { id, key } = await make();
    await using(key);
    await vi.waitFor(async () => expect((await read(id))["lastUsedAt"]).not.toBeNull());
    const { lastUsedAt } = await read(id);
    turnClock(HOUR / 2);
    for (let times = 0; times < 5; times += 1) await using(key);
    const before = desk.d1.queries;
    await using(key);
    expect(desk.d1.queries - before).toBe(1);
    expect((await read(id))["lastUsedAt"]).toBe(lastUsedAt);
    turnClock(HOUR + 5_000);
    await using(key);
    await vi.waitFor(async () => expect((await read(id))["lastUsedAt"]).not.toBe(lastUsedAt));
  });

  test("is found by reading one row and its place by name, however many there are", async () => {
    const { id } = await make();
    await env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900)
       INSERT INTO api_keys (id, name, hash, scopes, created_at, created_by) SELECT i, 'x', 'x', '[]', i, 'x' FROM n`,
    ).run();
    const { plan, rowsRead } = await costOf((d1) => new ApiKeys(d1).find(id));
    expect(plan[0]).toMatch(/^SEARCH api_keys USING INDEX/);
    expect(rowsRead).toBeLessThanOrEqual(2);
  });

  test("is let in by nothing but the whole of it", async () => {
    const { id, key } = await make();
    const other = await make();
    const wrong = [
      key.slice(0, -1),
      `${key}x`,
      key.toUpperCase(),
      key.replace(/.$/, (last) => (last === "a" ? "b" : "a")),
      `topicdesk_${id}_${other.key.slice(-43)}`,
      `topicdesk_${id}_`,
      id,
    ];
    for (const one of wrong)
      expect((await refusalOf(await using(one))).slice(0, 2)).toEqual([401, "auth.invalid"]);
  });

  test("waits for the record, which ADMIN_TOKEN does not need", async () => {
    const { key } = await make();
    const away = vi.spyOn(ApiKeys.prototype, "find").mockRejectedValue(new RecordUnreachable("timeout"));
    const answer = await using(key, "/api/v1/nowhere");
    expect([answer.status, await codeOf(answer)]).toEqual([503, "record.unreachable"]);
    expect((await desk.get("/api/v1/nowhere")).status).toBe(404);
    away.mockRestore();
  });

  test("makes ADMIN_TOKEN dispensable", async () => {
    await desk.put(exampleDesk());
    const { headers } = await desk.key("admin");
    desk.env = { ...desk.env, ADMIN_TOKEN: "" };
    expect(await (await desk.fetch("/healthz")).json()).toMatchObject({ status: "ok" });
    expect((await desk.fetch("/api/v1/keys", { headers })).status).toBe(200);
  });

  test("shows the desk's health in detail only with metrics:read", async () => {
    await desk.put(exampleDesk());
    const [metrics, tickets] = [await desk.key("metrics:read"), await desk.key("tickets:read")];
    const health = async (headers: Record<string, string>): Promise<object> =>
      (await desk.fetch("/healthz", { headers })).json();
    expect(await health(metrics.headers)).toHaveProperty("groups");
    expect(await health(tickets.headers)).not.toHaveProperty("groups");
  });
});

describe("a new key", () => {
  test.each<[string, object, ...string[]]>([
    ["a name", { name: "" }, "/name"],
    ["a short name", { name: "x".repeat(65) }, "/name"],
    ["a name in one line", { name: "a\nb" }, "/name"],
    ["a name that is nobody else's", { name: "Admin" }, "/name"],
    ["a name that no issuer's program has", { name: "oauth:ci" }, "/name"],
    ["a scope", { scopes: [] }, "/scopes"],
    ["scopes that exist", { scopes: ["tickets:delete"] }, "/scopes/0"],
    ["each scope once", { scopes: ["admin", "admin"] }, "/scopes"],
    ["an end in the future", { expiresAt: "2020-01-01T00:00:00Z" }, "/expiresAt"],
    ["an end that is an instant", { expiresAt: "tomorrow" }, "/expiresAt"],
    ["nothing that it does not know", { hash: "x" }, "/hash"],
    ["all of that at once", { scopes: [], expiresAt: "2020-01-01T00:00:00Z" }, "/scopes", "/expiresAt"],
  ])("needs %s", async (_name, facts, ...pointers) => {
    const body = { name: "x", scopes: ["tickets:read"], ...facts };
    const answer = await desk.send("POST", "/api/v1/keys", body);
    expect(answer.status).toBe(422);
    const { problems } = await answer.json<{ problems: { pointer: string }[] }>();
    expect(problems.map((one) => one.pointer)).toEqual(pointers);
  });

  test("needs room below the desk's limit of keys", async () => {
    await env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
       INSERT INTO api_keys (id, name, hash, scopes, created_at, created_by) SELECT i, 'x', 'x', '[]', i, 'x' FROM n`,
    ).run();
    const answer = await desk.send("POST", "/api/v1/keys", { name: "x", scopes: ["admin"] });
    expect([answer.status, await codeOf(answer)]).toEqual([409, "key.too_many"]);
  });

  test("is found by paging through all keys once", async () => {
    const made = [await make(), await make(), await make()].map(({ id }) => id);
    const seen: string[] = [];
    let cursor = "";
    do {
      const answer = await desk.get(`/api/v1/keys?limit=2${cursor}`);
      const page = await answer.json<{ items: Key[]; nextCursor: string | null }>();
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor === null ? "" : `&cursor=${page.nextCursor}`;
    } while (cursor !== "");
    expect(seen.sort()).toEqual(made.sort());
  });
});

test("no key is ever logged, whatever becomes of it", async () => {
  const lines: unknown[] = [];
  const spies = (["log", "info", "warn", "error"] as const).map((level) =>
    vi.spyOn(console, level).mockImplementation((...args: unknown[]) => void lines.push(...args)),
  );
  const { id, key } = await make();
  const rotated = await post(`/${id}/rotate`);
  await using(key);
  await post(`/${id}/revoke`);
  await using(key);
  desk.d1.state = "failing";
  const away = { getByName: () => ({ admit: () => Promise.reject(new Error("away")) }) };
  desk.env = { ...desk.env, CALL_METER: away as unknown as Env["CALL_METER"] };
  await using(rotated.key);
  for (const spy of spies) spy.mockRestore();
  expect(lines.length).toBeGreaterThan(3);
  for (const one of [key, rotated.key]) expect(lines.join("\n")).not.toContain(one.slice(-43));
});

describe("ADMIN_TOKEN, as it is deployed", () => {
  const app = appWith(deskNow);
  const admin = (method: string, path: string, body?: unknown): Promise<Response> =>
    Promise.resolve(
      app.fetch(
        new Request(`https://desk.example${path}`, {
          method,
          headers: { ...ADMIN, "content-type": "application/json" },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        }),
        desk.env,
        createExecutionContext(),
      ),
    );

  test("does everything until there is a key that may, and after that only looks after keys", async () => {
    expect((await admin("PUT", "/api/v1/config", exampleDesk())).status).toBeLessThan(300);
    await admin("POST", "/api/v1/keys", { name: "reports", scopes: ["tickets:read"] });
    expect((await admin("GET", "/api/v1/tickets")).status).toBe(200);
    const made = await admin("POST", "/api/v1/keys", { name: "ci", scopes: ["admin"] });
    const { id, key } = await made.json<Key>();
    for (const path of ["/api/v1/tickets", "/api/v1/config", "/api/v1/audit", "/metrics"]) {
      const answer = await admin("GET", path);
      expect(await refusalOf(answer)).toEqual([
        403,
        "auth.bootstrap_only",
        expect.stringContaining("only makes keys"),
      ]);
      expect((await using(key, path)).status).toBe(200);
    }
    // An operator who has lost that key is not locked out.
    expect((await admin("POST", `/api/v1/keys/${id}/revoke`, {})).status).toBeLessThan(300);
    expect((await admin("GET", "/api/v1/tickets")).status).toBe(200);
  });

  test("finds out why D1 does not answer, whatever keys there are", async () => {
    await admin("POST", "/api/v1/keys", { name: "ci", scopes: ["admin"] });
    desk.d1.state = "failing";
    const answer = await admin("GET", "/api/v1/tickets");
    expect([answer.status, await codeOf(answer)]).toEqual([503, "record.unreachable"]);
  });
});
