import { beforeEach, describe, expect, test } from "vitest";
import { PROBLEMS } from "../../src/http/problem.ts";
import { exampleDesk } from "../support/desks.ts";
import { ADMIN, codeOf, emptyRecord, HttpDesk } from "../support/http-desk.ts";

let desk: HttpDesk;
beforeEach(async () => {
  await emptyRecord();
  desk = new HttpDesk();
});

const TOOLS = "https://tools.example.com";

test.each([
  ["GET", "/api/v1/tickets", 200],
  ["GET", "/api/v1/tickets/SUP-9", 404],
  ["GET", "/nowhere", 404],
  ["DELETE", "/api/v1/tickets", 405],
  ["POST", "/telegram/webhook", 401],
  ["GET", "/healthz", 200],
  ["GET", "/api/v1/openapi.json", 200],
])("%s %s (%i) tells browsers to show, guess and keep nothing", async (method, path, status) => {
  const answer = await desk.fetch(path, { method, headers: ADMIN });
  expect(answer.status).toBe(status);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=31536000",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cache-control": "no-store",
  });
});

test("Telegram, which is no browser, is told no more than what it needs", async () => {
  await desk.put(exampleDesk());
  const answer = await desk.update({ update_id: 1, unheard_of: {} });
  expect(answer.status).toBe(200);
  expect(Object.fromEntries(answer.headers)).toEqual({
    "content-type": "application/json",
    "cache-control": "no-store",
  });
});

test("a configuration keeps its own rule for caches", async () => {
  await desk.put(exampleDesk());
  expect((await desk.get("/api/v1/config")).headers.get("Cache-Control")).toBe("private, no-cache");
});

describe("a caller whose Accept is", () => {
  test.each([
    "application/json",
    "*/*",
    "application/*",
    "text/html, application/json;q=0.1",
    "Application/JSON",
    "",
    "text/html, */*;q=0.1",
    "application/json; charset=utf-8",
  ])("%j gets JSON", async (accept) => {
    expect((await desk.get("/api/v1/tickets", { Accept: accept })).status).toBe(200);
  });

  test.each(["text/html", "application/xml", "application/json;q=0, */*", "image/*", "nonsense"])(
    "%j is told that there is only JSON",
    async (accept) => {
      const answer = await desk.get("/api/v1/tickets", { Accept: accept });
      expect([answer.status, await codeOf(answer)]).toEqual([406, "request.not_acceptable"]);
    },
  );

  test("without JSON changes nothing", async () => {
    expect((await desk.put(exampleDesk(), { Accept: "text/html" })).status).toBe(406);
    expect((await desk.get("/api/v1/config")).status).toBe(404);
  });
});

describe("a body", () => {
  test.each<[string, Record<string, string>, string, number, string]>([
    ["that is packed", { "Content-Encoding": "gzip" }, "{}", 415, "request.encoded"],
    ["that is a form", { "Content-Type": "multipart/form-data; boundary=x" }, "x", 415, "request.not_json"],
    ["that is text", { "Content-Type": "text/plain" }, "{}", 415, "request.not_json"],
    ["that is half of one", {}, '{"calendar"', 400, "request.malformed"],
    ["that nests without end", {}, "[".repeat(500) + "]".repeat(500), 400, "request.malformed"],
    [
      "that nests within what is let through",
      {},
      `{"config":${'{"a":'.repeat(500)}1${"}".repeat(500)}}`,
      400,
      "request.malformed",
    ],
    ["beyond a megabyte", {}, `"${"x".repeat(1_048_577)}"`, 413, "request.too_large"],
  ])("%s is refused", async (_name, headers, body, status, code) => {
    for (const path of ["/api/v1/sla/explain", "/api/v1/routing/replay", "/api/v1/keys"]) {
      const answer = await desk.send("POST", path, body, headers);
      expect([answer.status, await codeOf(answer)]).toEqual([status, code]);
    }
  });

  test.each([
    "application/json",
    "APPLICATION/JSON",
    "application/json;",
    "application/json ; charset=utf-8",
    'application/json;charset="UTF-8"',
    "application/vnd.api2+json",
  ])("is JSON when it says %j, at every door", async (type) => {
    const headers = { "Content-Type": type };
    const question = {
      calendar: { timeZone: "Asia/Tokyo", weekly: { mon: ["09:00-18:00"] } },
      at: "2026-11-23T01:00:00Z",
    };
    const key = { name: "ci", scopes: ["tickets:read"] };
    expect((await desk.put(exampleDesk(), headers)).status).toBe(200);
    expect((await desk.send("POST", "/api/v1/keys", key, headers)).status).toBe(201);
    expect((await desk.send("POST", "/api/v1/sla/explain", question, headers)).status).toBe(200);
  });

  test("is refused rather than read wrongly in another encoding than UTF-8", async () => {
    const body = '{"name":"Größe","scopes":["tickets:read"]}';
    const latin1 = Uint8Array.from(body, (character) => character.charCodeAt(0));
    const answer = await desk.fetch("/api/v1/keys", {
      method: "POST",
      headers: { ...ADMIN, "Content-Type": "application/json; charset=iso-8859-1" },
      body: latin1,
    });
    expect([answer.status, await codeOf(answer)]).toEqual([400, "request.malformed"]);
    expect(await (await desk.get("/api/v1/keys")).json()).toMatchObject({ items: [] });
  });

  test("may have no half of a character, and says where, with what else is wrong", async () => {
    const cut = "Thank you 💛".slice(0, -1);
    const answer = await desk.send("POST", "/api/v1/keys", { name: cut, scopes: ["all"], [cut]: 1 });
    expect(answer.status).toBe(422);
    const { problems } = await answer.json<{ problems: { pointer: string }[] }>();
    expect(problems.map(({ pointer }) => pointer.toWellFormed()).toSorted()).toEqual([
      "/Thank you �",
      "/name",
      "/scopes/0",
    ]);
    const config = exampleDesk();
    config.intake = { ...config.intake, greeting: cut };
    const put = await desk.put(config);
    expect([put.status, await put.json()]).toMatchObject([
      422,
      { problems: [{ pointer: "/intake/greeting" }] },
    ]);
    expect((await desk.get("/api/v1/config")).status).toBe(404);
  });

  test("may not set __proto__, wherever it would", async () => {
    await desk.put(exampleDesk());
    const tier = '{"score":1}';
    const whole = JSON.stringify(exampleDesk()).replace('"tiers":{', `"tiers":{"__proto__":${tier},`);
    const order = '{"contact":{"telegramId":5550000001},"message":"hi","fields":{"__proto__":"billing"}}';
    for (const [method, path, body, pointer] of [
      ["PUT", "/api/v1/config", whole, "/tiers/__proto__"],
      ["PUT", "/api/v1/config/tiers/__proto__", tier, "/tiers/__proto__"],
      ["POST", "/api/v1/tickets", order, "/fields/__proto__"],
    ] as const) {
      const answer = await desk.send(method, path, body);
      expect([answer.status, await answer.json()]).toMatchObject([422, { problems: [{ pointer }] }]);
    }
    expect((await desk.get("/api/v1/config")).headers.get("ETag")).toBe('"1"');
  });

  test("is answered with the first thousand problems where it is wrong in every place", async () => {
    const unknown = Object.fromEntries(Array.from({ length: 50_000 }, (_none, index) => [`x${index}`, 0]));
    const answer = await desk.send("POST", "/api/v1/keys", unknown);
    expect(answer.status).toBe(422);
    expect((await answer.json<{ problems: unknown[] }>()).problems).toHaveLength(1_000);
  });

  test("is told together with what is wrong in the path, the query and the headers", async () => {
    const path = `/api/v1/tickets/${"x".repeat(200)}/commands`;
    const body = { type: "priority", priority: "huge", note: 7 };
    const answer = await desk.send("POST", path, body, { "Idempotency-Key": "é" });
    expect(answer.status).toBe(422);
    const { problems } = await answer.json<{ problems: { pointer: string }[] }>();
    expect(problems.map(({ pointer }) => pointer).toSorted()).toEqual([
      "/header/Idempotency-Key",
      "/note",
      "/path/ref",
      "/priority",
    ]);
    const list = await desk.send("GET", "/api/v1/tickets?limit=0&sort=color&cursor=!");
    const wrong = await list.json<{ problems: { pointer: string }[] }>();
    expect(wrong.problems.map(({ pointer }) => pointer).toSorted()).toEqual([
      "/query/cursor",
      "/query/limit",
      "/query/sort",
    ]);
  });

  test.each<[string, string, unknown, { pointer: string; message: string }[]]>([
    [
      "GET",
      "/api/v1/tickets?status=opened",
      undefined,
      [
        {
          pointer: "/query/status/0",
          message: 'must be one of "open", "in_progress", "escalated", "waiting", "resolved", "closed"',
        },
      ],
    ],
    [
      "POST",
      "/api/v1/tickets/SUP-1/commands",
      { type: "answer" },
      [
        {
          pointer: "/type",
          message: expect.stringMatching(/^must be one of "claim", "assign", .*"snooze"$/),
        },
      ],
    ],
    [
      "POST",
      "/api/v1/tickets/SUP-1/commands",
      {},
      [{ pointer: "/type", message: expect.stringMatching(/^is missing; it must be one of "claim", /) }],
    ],
    [
      "PATCH",
      "/api/v1/contacts/1/details",
      { email: "ada@home" },
      [{ pointer: "/email", message: "must be an e-mail address" }],
    ],
  ])("%s %s with %j is answered with what would be valid", async (method, path, body, problems) => {
    const answer = await desk.send(method, path, body);
    expect([answer.status, (await answer.json<{ problems: unknown[] }>()).problems]).toEqual([422, problems]);
  });

  test("is asked for where it is missing", async () => {
    for (const path of ["/api/v1/tickets", "/api/v1/config/rollback", "/api/v1/keys"]) {
      const answer = await desk.fetch(path, { method: "POST", headers: ADMIN });
      expect(await answer.json<{ problems: unknown[] }>()).toMatchObject({
        code: "request.invalid",
        problems: [{ pointer: "", message: "is missing; it must be an object" }],
      });
    }
  });

  test("is not looked at where the key may not do it", async () => {
    const { headers } = await desk.key("tickets:read");
    const answer = await desk.send("POST", "/api/v1/keys", "{", headers);
    expect(await codeOf(answer)).toBe("auth.scope_missing");
  });
});

describe("a page of another origin", () => {
  const preflight = (origin: string, path = "/api/v1/config"): Promise<Response> =>
    desk.fetch(path, {
      method: "OPTIONS",
      headers: { Origin: origin, "Access-Control-Request-Method": "PUT" },
    });

  test("may not call, unless it is allowed by name", async () => {
    for (const answer of [await preflight(TOOLS), await desk.get("/api/v1/tickets", { Origin: TOOLS })]) {
      expect([...answer.headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
    }
  });

  test("may call if its origin is named, and is told all that it needs", async () => {
    desk.env = { ...desk.env, CORS_ORIGINS: `https://other.example.com, ${TOOLS}` };
    const asked = await preflight(TOOLS);
    expect(asked.status).toBe(204);
    expect(asked.headers.get("Access-Control-Allow-Origin")).toBe(TOOLS);
    expect(asked.headers.get("Access-Control-Allow-Methods")).toBe("GET, HEAD, PUT, OPTIONS");
    expect(asked.headers.get("Access-Control-Allow-Headers")).toContain("Idempotency-Key");
    expect(asked.headers.get("Access-Control-Allow-Credentials")).toBeNull();
    for (const headers of [{ Origin: TOOLS }, { Origin: TOOLS, Authorization: "Bearer wrong" }]) {
      const answer = await desk.get("/api/v1/tickets", headers);
      expect(answer.headers.get("Access-Control-Allow-Origin")).toBe(TOOLS);
      expect(answer.headers.get("Access-Control-Expose-Headers")).toContain("RateLimit");
      expect(answer.headers.get("Access-Control-Expose-Headers")).toContain("Location");
      expect(answer.headers.get("Vary")).toContain("Origin");
    }
  });

  test.each([
    "https://tools.example.com.evil.com",
    "http://tools.example.com",
    "https://tools.example.com:8443",
    "https://TOOLS.example.com",
    "null",
    "*",
  ])("is another one if it is of %s", async (origin) => {
    desk.env = { ...desk.env, CORS_ORIGINS: `${TOOLS}, *, null, https://x.example.com/path` };
    for (const answer of [await preflight(origin), await desk.get("/api/v1/tickets", { Origin: origin })]) {
      expect(answer.headers.get("Access-Control-Allow-Origin")).toBeNull();
      expect(answer.headers.get("Vary")).toContain("Origin");
    }
  });

  test("may not call what is not the API", async () => {
    desk.env = { ...desk.env, CORS_ORIGINS: TOOLS };
    for (const path of ["/healthz", "/telegram/webhook"]) {
      expect((await preflight(TOOLS, path)).headers.get("Access-Control-Allow-Origin")).toBeNull();
    }
  });
});

test("the contract says every code of a problem, with its status and what it means", async () => {
  const { components } = await (
    await desk.fetch("/api/v1/openapi.json")
  ).json<{ components: { schemas: Record<string, { enum: string[]; description: string }> } }>();
  const { ProblemCode } = components.schemas;
  expect(ProblemCode.enum).toEqual(Object.keys(PROBLEMS));
  for (const [code, { status, title }] of Object.entries(PROBLEMS)) {
    expect(ProblemCode.description).toContain(`\`${code}\` (${status}): ${title}`);
  }
});
