import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, expectTypeOf, test } from "vitest";
// oxlint-disable-next-line import/default -- a file as text, by Vite
import committed from "../../src/client/contract.ts?raw";
import { Topicdesk, TopicdeskProblem, type Answer } from "../../src/client/topicdesk.ts";
import { typesOf, type ContractDocument } from "../../src/client/types-of.ts";
import type { ConfigInput } from "../../src/domain/config/config.ts";
import { realNow } from "../../src/real-clock.ts";
import { exampleDesk } from "../support/desks.ts";
import { emptyRecord, HttpDesk, turnClock } from "../support/http-desk.ts";

let desk: HttpDesk;
let sent: Request[];
beforeEach(async () => {
  await emptyRecord();
  desk = new HttpDesk();
  sent = [];
});
afterEach(() => turnClock(0));

/** A client whose network can lose what the desk answers. */
function client(
  token: string | (() => Promise<string>) = "test-admin-token",
  lose: (nth: number) => "request" | "answer" | "nothing" = () => "nothing",
): Topicdesk {
  return new Topicdesk({
    url: "http://desk",
    token,
    fetch: async (request) => {
      sent.push(request.clone());
      const fate = lose(sent.length);
      if (fate === "request") throw new TypeError("no network");
      const { pathname, search } = new URL(request.url);
      const answer = await desk.fetch(`${pathname}${search}`, request);
      if (fate === "answer") throw new TypeError("no network");
      return answer;
    },
  });
}
const problemOf = (call: Promise<unknown>): Promise<TopicdeskProblem> =>
  call.then(
    () => Promise.reject(new Error("it went well")),
    (error: unknown) => error as TopicdeskProblem,
  );

test("the client's types are what the contract says", async () => {
  const contract = await (await desk.fetch("/api/v1/openapi.json")).json<ContractDocument>();
  expect(committed, "run `npm run client`").toBe(typesOf(contract));
});

describe("a program in TypeScript", () => {
  test("puts a configuration, reads it and lists tickets, all of it typed", async () => {
    const api = client();
    const put = await api.reply("PUT /api/v1/config", { body: exampleDesk(), query: { note: "first" } });
    expect(put.headers.get("ETag")).toBe('"1"');
    const changed = put.body;
    if (!("changed" in changed)) throw new Error("a dry run");
    expect(changed.changed).toBe(true);
    const config = await api.call("GET /api/v1/config");
    expectTypeOf(config.groups[0].chatId).toEqualTypeOf<number>();
    expect(config).toEqual(exampleDesk());
    const { items, nextCursor } = await api.call("GET /api/v1/tickets", {
      query: { status: ["open", "waiting"], limit: 5 },
    });
    expectTypeOf<(typeof items)[number]["status"]>().toEqualTypeOf<
      "open" | "in_progress" | "escalated" | "waiting" | "resolved" | "closed"
    >();
    expect([items, nextCursor]).toEqual([[], null]);
    expect(sent.at(-1)?.url).toBe("http://desk/api/v1/tickets?status=open&status=waiting&limit=5");
    const version = await api.call("GET /api/v1/config/versions/{version}", { path: { version: 1 } });
    expect(version).toMatchObject({ note: "first", createdBy: "admin" });
  });

  test("does not compile with what the contract does not take", () => {
    type Input = Parameters<typeof takes>[0];
    const takes = (_input: ConfigInput): void => undefined;
    // What the contract takes is what the schema takes.
    expectTypeOf<Answer<"GET /api/v1/config">>().toExtend<Input>();
    const api = client();
    const wrong = [
      // @ts-expect-error: there is no such operation
      (): unknown => api.call("GET /api/v1/nothing"),
      // @ts-expect-error: the path has to be filled in
      (): unknown => api.call("GET /api/v1/tickets/{ref}"),
      // @ts-expect-error: there is no such status
      (): unknown => api.call("GET /api/v1/tickets", { query: { status: ["done"] } }),
      // @ts-expect-error: a key needs scopes
      (): unknown => api.call("POST /api/v1/keys", { body: { name: "x" } }),
    ];
    expect(wrong).toHaveLength(4);
  });

  test("gets what is wrong as a value to look at", async () => {
    const problem = await problemOf(
      client().call("POST /api/v1/keys", { body: { name: "", scopes: [] }, headers: {} }),
    );
    expect(problem).toBeInstanceOf(TopicdeskProblem);
    expect([problem.status, problem.code]).toEqual([422, "request.invalid"]);
    expect(problem.problems.map(({ pointer }) => pointer)).toEqual(["/name", "/scopes"]);
    expect(sent).toHaveLength(1);
  });

  test("makes one key although the answer was lost on its way", async () => {
    const api = client("test-admin-token", (nth) => (nth === 1 ? "answer" : "nothing"));
    const made = await api.call("POST /api/v1/keys", { body: { name: "ci", scopes: ["tickets:read"] } });
    expect(sent).toHaveLength(2);
    expect(new Set(sent.map((request) => request.headers.get("Idempotency-Key"))).size).toBe(1);
    const { items } = await api.call("GET /api/v1/keys");
    expect(items.map(({ id }) => id)).toEqual([made.id]);
  });

  test("asks for its token before each try, and tries no more often than it was told", async () => {
    let asked = 0;
    const api = client(
      () => Promise.resolve(`token-${(asked += 1)}`),
      () => "request",
    );
    const error = await problemOf(api.call("GET /api/v1/tickets"));
    expect(error.message).toBe("no network");
    expect([asked, sent.length]).toEqual([3, 3]);
    expect(sent[2].headers.get("Authorization")).toBe("Bearer token-3");
  });

  test("waits for its own call where that still runs when it is repeated", async () => {
    const answers: (Response | null)[] = [
      null,
      Response.json(
        { code: "idempotency.running", status: 409 },
        { status: 409, headers: { "Retry-After": "0" } },
      ),
      Response.json({ id: "first" }, { headers: { "Idempotency-Replayed": "true" } }),
    ];
    const api = new Topicdesk({
      url: "http://desk",
      token: "t",
      fetch: async () => answers.shift() ?? Promise.reject(new TypeError("no network")),
    });
    const made = await api.reply("POST /api/v1/keys", { body: { name: "ci", scopes: ["tickets:read"] } });
    expect([made.body.id, made.headers.get("Idempotency-Replayed")]).toEqual(["first", "true"]);
  });

  test("stops waiting when it is told to", { timeout: 240_000 }, async () => {
    const api = new Topicdesk({
      url: "http://desk",
      token: "t",
      fetch: async () => new Response(null, { status: 503, headers: { "Retry-After": "50" } }),
    });
    const error = await problemOf(api.call("GET /api/v1/tickets", { signal: AbortSignal.timeout(50) }));
    expect(error.name).toBe("TimeoutError");
  });

  test("waits as long as a key that has called too often has to", async () => {
    const body = { name: "slow", scopes: ["tickets:read" as const], callsPerMinute: 1 };
    const { key } = await client().call("POST /api/v1/keys", { body });
    await client(key).call("GET /api/v1/tickets");
    // From here on the desk's clock goes with the client's, which really waits.
    const began = realNow();
    const later = client(key, () => {
      turnClock(59_000 + realNow() - began);
      return "nothing";
    });
    await later.call("GET /api/v1/tickets");
    const statuses = sent.length;
    expect(statuses).toBeGreaterThanOrEqual(4);
  });

  test.each<[string, string, string]>([
    ["null", "null", "the desk answered 403"],
    ["a list", "[1]", "the desk answered 403"],
    [
      "nothing of its own",
      '{"code":7,"title":5,"detail":{"a":1},"problems":"none"}',
      "the desk answered 403",
    ],
    ["half of it", '{"title":"Blocked","problems":[null,{"pointer":"/a","message":"b"}]}', "Blocked"],
    ["a page", "<h1>Blocked</h1>", "the desk answered 403"],
  ])("makes a problem of a refusal with %s", async (_name, body, message) => {
    const fetch = async () => new Response(body, { status: 403 });
    const api = new Topicdesk({ url: "http://desk", token: "t", fetch });
    const error = await problemOf(api.call("GET /api/v1/tickets"));
    expect(error).toMatchObject({ name: "TopicdeskProblem", status: 403, code: "unknown", message });
  });

  test("waits for the end of a try whose answer it lost", async () => {
    const statuses: number[] = [];
    const runs = (status: number | null): Promise<unknown> =>
      env.DB.prepare("UPDATE api_calls SET status = ?").bind(status).run();
    const api = new Topicdesk({
      url: "http://desk",
      token: "test-admin-token",
      fetch: async (request) => {
        if (statuses.length === 2) await runs(201);
        const answer = await desk.fetch(new URL(request.url).pathname, request);
        statuses.push(answer.status);
        if (statuses.length > 1) return answer;
        // It still runs, as far as the record knows.
        await runs(null);
        throw new TypeError("no network");
      },
    });
    const body = { name: "ci", scopes: ["tickets:read" as const] };
    expect(await api.call("POST /api/v1/keys", { body })).toMatchObject({ name: "ci" });
    expect(statuses).toEqual([201, 409, 201]);
  }, 15_000);

  test("stops at once when it is aborted while it waits", { timeout: 240_000 }, async () => {
    const api = new Topicdesk({
      url: "http://desk",
      token: "x",
      fetch: () => Promise.resolve(new Response("{}", { status: 503, headers: { "Retry-After": "50" } })),
    });
    const call = api.call("GET /api/v1/tickets", { signal: AbortSignal.timeout(50) });
    // Not once the pause is over: that is longer than a test may take.
    await expect(call).rejects.toMatchObject({ name: "TimeoutError" });
  });

  test("gets as text what is not one JSON value", async () => {
    const api = client();
    await api.call("PUT /api/v1/config", { body: exampleDesk() });
    const lines = await api.call("GET /api/v1/audit/export");
    expectTypeOf(lines).toEqualTypeOf<string>();
    expect(JSON.parse(lines.split("\n")[0])).toMatchObject({ action: "config.stored" });
    const table = await api.reply("GET /api/v1/audit/export", { query: { format: "csv" } });
    expect(table.headers.get("Content-Type")).toContain("text/csv");
    expect(table.body.split("\r\n")[0]).toMatch(/^id,at,action/);
    // Nothing at all is an empty text.
    const none = await api.call("GET /api/v1/audit/export", { query: { action: "key.revoked" } });
    expect(none).toBe("");
  });

  test("puts into a path what stands for something else there", async () => {
    const problem = await problemOf(
      client().call("GET /api/v1/tickets/{ref}", { path: { ref: "../config?x=1#y" } }),
    );
    expect(problem.code).toBe("ticket.not_found");
    expect(new URL(sent[0].url).pathname).toBe("/api/v1/tickets/..%2Fconfig%3Fx%3D1%23y");
  });
});
