import { beforeEach, describe, expect, test, vi } from "vitest";
import { appWith } from "../../src/http/app.ts";
import { exampleDesk } from "../support/desks.ts";
import { everythingInRecord, withoutCalls } from "../support/everything.ts";
import fc from "../support/fast-check.ts";
import { ADMIN, codeOf, deskNow, emptyRecord, HttpDesk } from "../support/http-desk.ts";

let desk: HttpDesk;

beforeEach(async () => {
  await emptyRecord();
  desk = new HttpDesk();
});

/** Every route behind a key. */
const ROUTES = [
  ["GET", "/api/v1/config"],
  ["PUT", "/api/v1/config"],
  ["GET", "/api/v1/config/versions"],
  ["GET", "/api/v1/config/versions/1"],
  ["GET", "/api/v1/config/diff"],
  ["POST", "/api/v1/config/rollback"],
  ["GET", "/api/v1/config/queues"],
  ["GET", "/api/v1/config/queues/general"],
  ["PUT", "/api/v1/config/queues"],
  ["PUT", "/api/v1/config/queues/general"],
  ["DELETE", "/api/v1/config/queues/general"],
  ["GET", "/api/v1/contacts/5/details"],
  ["PATCH", "/api/v1/contacts/5/details"],
  ["POST", "/api/v1/contacts/5/block"],
  ["POST", "/api/v1/contacts/5/unblock"],
  ["POST", "/api/v1/contacts/5/merge"],
  ["POST", "/api/v1/contacts/5/unmerge"],
  ["GET", "/api/v1/contacts/5/export"],
  ["GET", "/api/v1/contacts/5/erasure"],
  ["POST", "/api/v1/contacts/5/erase"],
  ["GET", "/api/v1/erasures/x"],
  ["GET", "/api/v1/legal-holds"],
  ["PUT", "/api/v1/contacts/5/legal-hold"],
  ["DELETE", "/api/v1/contacts/5/legal-hold"],
  ["PUT", "/api/v1/tickets/SUP-1/legal-hold"],
  ["DELETE", "/api/v1/tickets/SUP-1/legal-hold"],
  ["GET", "/api/v1/retention"],
  ["GET", "/api/v1/audit"],
  ["GET", "/api/v1/audit/export"],
  ["GET", "/api/v1/tickets"],
  ["GET", "/api/v1/tickets/SUP-1"],
  ["GET", "/api/v1/tickets/SUP-1/events"],
  ["GET", "/api/v1/tickets/SUP-1/routing"],
  ["GET", "/api/v1/events"],
  ["GET", "/api/v1/contacts"],
  ["GET", "/api/v1/agents"],
  ["GET", "/api/v1/agents/1"],
  ["PUT", "/api/v1/agents/1/availability"],
  ["GET", "/api/v1/queues"],
  ["GET", "/api/v1/contacts/1"],
  ["POST", "/api/v1/routing/simulate"],
  ["POST", "/api/v1/routing/replay"],
  ["GET", "/api/v1/outbox"],
  ["POST", "/api/v1/outbox/main:m:1/replay"],
  ["POST", "/api/v1/groups/main/reproject"],
  ["GET", "/api/v1/keys"],
  ["POST", "/api/v1/keys"],
  ["GET", "/api/v1/keys/x"],
  ["POST", "/api/v1/keys/x/rotate"],
  ["POST", "/api/v1/keys/x/revoke"],
] as const;

describe("the API lets in", () => {
  test.each<[string, Record<string, string>, string, string]>([
    ["nobody without a token", {}, "auth.missing", 'Bearer realm="topicdesk"'],
    ["nobody with a wrong token", { Authorization: "Bearer wrong" }, "auth.invalid", 'error="invalid_token"'],
    ["nobody with half the token", { Authorization: "Bearer test-admin" }, "auth.invalid", "invalid_token"],
    [
      "nobody with more than the token",
      { Authorization: "Bearer test-admin-token1" },
      "auth.invalid",
      "invalid_token",
    ],
    ["nobody with an empty token", { Authorization: "Bearer " }, "auth.invalid", "invalid_token"],
    [
      "nobody with two tokens",
      { Authorization: "Bearer test-admin-token test-admin-token" },
      "auth.invalid",
      "invalid_token",
    ],
    [
      "nobody with a password",
      { Authorization: "Basic dGVzdC1hZG1pbi10b2tlbg==" },
      "auth.invalid",
      "invalid_token",
    ],
    ["nobody with the bare token", { Authorization: "test-admin-token" }, "auth.invalid", "invalid_token"],
    [
      "nobody with Telegram's secret",
      { Authorization: "Bearer test-webhook-secret" },
      "auth.invalid",
      "invalid_token",
    ],
  ])("%s, on any route", async (_name, headers, code, challenge) => {
    for (const [method, path] of ROUTES) {
      const answer = await desk.fetch(path, { method, headers });
      expect(answer.status).toBe(401);
      expect(answer.headers.get("WWW-Authenticate")).toContain(challenge);
      expect(await codeOf(answer)).toBe(code);
    }
    expect(desk.d1.queries).toBe(0);
    expect(desk.groups.touched.size).toBe(0);
  });

  test("no caller while no token is set", async () => {
    desk.env = { ...desk.env, ADMIN_TOKEN: "" };
    for (const token of ["", "undefined", "null", "test-admin-token"]) {
      const answer = await desk.fetch("/api/v1/tickets", { headers: { Authorization: `Bearer ${token}` } });
      expect(answer.status).toBe(401);
    }
  });

  test("a caller with the token, however the scheme is written", async () => {
    for (const scheme of ["Bearer", "bearer", "BEARER"]) {
      const headers = { Authorization: `${scheme} test-admin-token` };
      expect((await desk.fetch("/api/v1/tickets", { headers })).status).toBe(200);
    }
  });
});

describe("the desk's address by itself", () => {
  test("leads people to the contract", async () => {
    const answer = await desk.fetch("/");
    expect([answer.status, answer.headers.get("Location")]).toEqual([302, "/api/docs"]);
  });
});

describe("a path", () => {
  test.each([
    "/api",
    "/api/v1",
    "/api/v1/",
    "/api/v1/tickets/",
    "/api/v2/tickets",
    "/telegram",
    "/favicon.ico",
    "/%00",
    "/api/v1/config/versions/1/x",
  ])("is a 404 in words where it leads nowhere (%s)", async (path) => {
    const answer = await desk.get(path);
    expect(answer.status).toBe(404);
    expect(answer.headers.get("Content-Type")).toBe("application/problem+json");
    expect(await codeOf(answer)).toBe("route.not_found");
  });

  test.each([
    ["DELETE", "/api/v1/config", "GET, HEAD, PUT, OPTIONS"],
    ["POST", "/api/v1/events", "GET, HEAD, OPTIONS"],
    ["PATCH", "/api/v1/tickets/SUP-1", "GET, HEAD, OPTIONS"],
    ["POST", "/api/v1/config/queues", "GET, HEAD, PUT, OPTIONS"],
    ["GET", "/api/v1/outbox/main:m:1/replay", "POST, OPTIONS"],
    ["GET", "/telegram/webhook", "POST, OPTIONS"],
    ["POST", "/healthz", "GET, HEAD, OPTIONS"],
    ["PUT", "/api/v1/openapi.json", "GET, HEAD, OPTIONS"],
  ])("says what it takes where it does not take %s (%s)", async (method, path, allow) => {
    const answer = await desk.fetch(path, { method, headers: ADMIN });
    expect(answer.status).toBe(405);
    expect(answer.headers.get("Allow")).toBe(allow);
    expect(await codeOf(answer)).toBe("method.not_allowed");
  });

  test("tells its methods to OPTIONS, without a token", async () => {
    const answer = await desk.fetch("/api/v1/config", { method: "OPTIONS" });
    expect(answer.status).toBe(204);
    expect(answer.headers.get("Allow")).toBe("GET, HEAD, PUT, OPTIONS");
    expect(answer.headers.get("Access-Control-Allow-Origin")).toBeNull();
  });

  test("answers HEAD like GET, without the body", async () => {
    await desk.put(exampleDesk());
    for (const path of ["/api/v1/config", "/api/v1/tickets", "/healthz", "/api/v1/openapi.json"]) {
      const answer = await desk.fetch(path, { method: "HEAD", headers: ADMIN });
      expect(answer.status).toBe(200);
      expect(await answer.text()).toBe("");
    }
    expect((await desk.fetch("/api/v1/tickets/SUP-9", { method: "HEAD", headers: ADMIN })).status).toBe(404);
    expect((await desk.fetch("/api/v1/config", { method: "HEAD" })).status).toBe(401);
  });
});

test("an error of our own is a 500 that tells only where to look", async () => {
  const logged = vi.spyOn(console, "error").mockImplementation(() => undefined);
  const broken = { ...desk.env } as Record<string, unknown>;
  Object.defineProperty(broken, "DB", {
    get: () => {
      throw new TypeError("the customer's words");
    },
  });
  const answer = await appWith(deskNow).fetch(
    new Request("http://desk/api/v1/tickets", { headers: ADMIN }),
    broken,
  );
  expect(answer.status).toBe(500);
  const text = await answer.text();
  expect(text).not.toMatch(/customer|TypeError|at /);
  const id = /[0-9a-f-]{36}/.exec(text)?.[0];
  const line = JSON.parse(String(logged.mock.calls[0][0])) as Record<string, unknown>;
  expect(line).toMatchObject({ level: "error", event: "internal.error", id, error: "TypeError" });
  expect(JSON.stringify(line)).not.toMatch(/customer's/);
  logged.mockRestore();
});

test("no token and no secret is ever logged, whatever goes wrong", async () => {
  const lines: unknown[] = [];
  const spies = (["log", "info", "warn", "error"] as const).map((level) =>
    vi.spyOn(console, level).mockImplementation((...args: unknown[]) => void lines.push(...args)),
  );
  await desk.put(exampleDesk());
  await desk.update({ update_id: 1, message: { chat: { id: 5, type: "private" }, text: "secret words" } });
  await desk.update("{}", { "X-Telegram-Bot-Api-Secret-Token": "guessed-secret" });
  await desk.fetch("/api/v1/config", { headers: { Authorization: "Bearer guessed-token" } });
  desk.d1.state = "failing";
  await desk.get("/api/v1/tickets?group=secret%20words");
  await desk.update({ update_id: 2, message: { chat: { id: 6, type: "private" }, text: "secret words" } });
  for (const spy of spies) spy.mockRestore();
  expect(lines.length).toBeGreaterThan(3);
  expect(lines.join("\n")).not.toMatch(/test-admin-token|test-webhook-secret|guessed|secret words|sandbox/);
  for (const line of lines) expect(() => JSON.parse(String(line)) as unknown).not.toThrow();
});

test("whatever is sent to whatever route, the answer is never our fault and nothing changes", async () => {
  await desk.put(exampleDesk());
  const nasty = fc.oneof(
    fc.string({ unit: "binary", maxLength: 200 }),
    fc.constantFrom(
      "../..",
      "%",
      "\u0000",
      "'; DROP TABLE tickets; --",
      "{}",
      "[[]]",
      "NaN",
      "-0",
      "1e999",
      "💥".repeat(50),
    ),
  );
  const key = fc.oneof(
    nasty,
    fc.constantFrom("limit", "cursor", "status", "group", "assignee", "dryRun", "state", "note"),
  );
  const body = fc.oneof(
    nasty,
    fc.json(),
    fc.jsonValue().map((value) => JSON.stringify({ version: value, note: value })),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...ROUTES),
      fc.array(fc.tuple(key, nasty), { maxLength: 4 }),
      body,
      fc.option(nasty),
      fc.constantFrom("application/json", "text/plain", "application/json; charset=utf-8", ""),
      async ([method, path], query, text, segment, type) => {
        const parts = path.split("/");
        if (segment !== null)
          parts[parts.length - 1] = encodeURIComponent(segment.replaceAll(/\p{Surrogate}/gu, "x"));
        const parameters = new URLSearchParams(query).toString();
        const before = withoutCalls(await everythingInRecord());
        const answer = await desk.fetch(`${parts.join("/")}?${parameters}`, {
          method,
          headers: { ...ADMIN, "Content-Type": type },
          ...(method === "GET" ? {} : { body: text }),
        });
        await answer.arrayBuffer();
        const what = `${answer.status} ${method} ${parts.join("/")}?${parameters} ${text}`;
        expect(answer.status, what).toBeLessThan(500);
        // Some need no body, and do their work.
        if (!answer.ok || method === "GET")
          expect(withoutCalls(await everythingInRecord()), what).toBe(before);
      },
    ),
    { numRuns: 400 },
  );
  expect([...desk.groups.touched].sort()).toEqual(["main", "vip"]);
});
