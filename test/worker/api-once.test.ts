import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { everyMinute } from "../../src/cron/scheduled.ts";
import { ApiCalls } from "../../src/record/api-calls.ts";
import { ApiKeys } from "../../src/record/api-keys.ts";
import { costOf } from "../support/d1-cost.ts";
import { exampleDesk } from "../support/desks.ts";
import { codeOf, deskNow, emptyRecord, HttpDesk, turnClock } from "../support/http-desk.ts";

let desk: HttpDesk;
beforeEach(async () => {
  await emptyRecord();
  desk = new HttpDesk();
});
afterEach(() => turnClock(0));

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const make = (key: string, name = "ci", headers: Record<string, string> = {}): Promise<Response> =>
  desk.send(
    "POST",
    "/api/v1/keys",
    { name, scopes: ["tickets:read"] },
    { "Idempotency-Key": key, ...headers },
  );
const count = async (table: string): Promise<number> =>
  (await env.DB.prepare(`SELECT count(*) AS n FROM ${table}`).first<{ n: number }>())!.n;
const outcomeOf = async (answer: Response): Promise<[number, string]> => [
  answer.status,
  await codeOf(answer),
];

describe("a changing call with an Idempotency-Key", () => {
  test("is done once; its repetition is answered as the first time, and marked", async () => {
    const first = await make("a");
    const again = await make("a");
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(first.headers.get("Idempotency-Replayed")).toBeNull();
    expect(again.headers.get("Idempotency-Replayed")).toBe("true");
    expect(again.headers.get("Content-Type")).toBe(first.headers.get("Content-Type"));
    expect(again.headers.get("Cache-Control")).toBe("no-store");
    expect(await again.text()).toBe(await first.text());
    expect(await count("api_keys")).toBe(1);
  });

  test("sent fifty times at once has one effect and one answer", async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => make("a")));
    const bodies = await Promise.all(answers.map(async (one) => [one.status, await one.text()] as const));
    expect(new Set(bodies.filter(([status]) => status === 201).map(([, body]) => body)).size).toBe(1);
    for (const [status, body] of bodies.filter((one) => one[0] !== 201)) {
      expect(status).toBe(409);
      expect(JSON.parse(body)).toMatchObject({ code: "idempotency.running" });
    }
    expect(await count("api_keys")).toBe(1);
    const [again, whole] = [await make("a"), bodies.find(([status]) => status === 201)?.[1]];
    expect(await again.text()).toBe(whole);
  });

  test("is refused with another body, path or condition under the same key", async () => {
    await desk.put(exampleDesk(), { "Idempotency-Key": "a" });
    const others = [
      desk.put({ ...exampleDesk(), retention: { events: "30d" } }, { "Idempotency-Key": "a" }),
      desk.put(exampleDesk(), { "Idempotency-Key": "a", "If-Match": '"7"' }),
      desk.send("PUT", "/api/v1/config?note=x", exampleDesk(), { "Idempotency-Key": "a" }),
      desk.send("POST", "/api/v1/config/rollback", exampleDesk(), { "Idempotency-Key": "a" }),
    ];
    for (const answer of await Promise.all(others)) {
      expect(await outcomeOf(answer)).toEqual([422, "idempotency.key_reused"]);
    }
    expect(await count("config_versions")).toBe(1);
  });

  test("is refused for an invalid key, also with a whole configuration", async () => {
    const twice = await desk.put(exampleDesk(), { "Idempotency-Key": "a, b" });
    expect(await twice.json()).toMatchObject({
      code: "request.invalid",
      problems: [{ pointer: "/header/Idempotency-Key", message: expect.stringContaining("once") }],
    });
    const answer = await desk.put(exampleDesk(), { "Idempotency-Key": "" });
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({
      code: "request.invalid",
      problems: [{ pointer: "/header/Idempotency-Key" }],
    });
    expect(await count("config_versions")).toBe(0);
  });

  test("answers a whole configuration's version and ETag again, whatever came after", async () => {
    const first = await desk.put(exampleDesk(), { "Idempotency-Key": "a" });
    await desk.put({ ...exampleDesk(), retention: { events: "30d" } });
    const again = await desk.put(exampleDesk(), { "Idempotency-Key": "a" });
    expect(again.headers.get("ETag")).toBe('"1"');
    expect(await again.json()).toEqual(await first.json());
    expect(await count("config_versions")).toBe(2);
  });

  test("belongs to its caller: another caller may use the same key", async () => {
    const { headers } = await desk.key("admin");
    const [mine, theirs] = [await make("a"), await make("a", "other", headers)];
    expect([mine.status, theirs.status]).toEqual([201, 201]);
    expect(theirs.headers.get("Idempotency-Replayed")).toBeNull();
  });

  test("may be made again where it was refused", async () => {
    const refused = await desk.send("POST", "/api/v1/outbox/main:m:1/replay", undefined, {
      "Idempotency-Key": "a",
    });
    expect(refused.status).toBe(503);
    await desk.put(exampleDesk());
    const parked = { id: "main:m:1", group: "main", state: "parked", lane: "x", kind: "relay" } as const;
    desk.groups.parkedIn.set("main", [{ ...parked, ticket: null, ref: null, attempts: 8, code: "x", at: 0 }]);
    const replay = (): Promise<Response> =>
      desk.send("POST", "/api/v1/outbox/main:m:1/replay", undefined, { "Idempotency-Key": "a" });
    expect((await replay()).status).toBe(200);
    const again = await replay();
    expect([again.status, again.headers.get("Idempotency-Replayed")]).toEqual([200, "true"]);
  });

  test("is taken over when its run died and its lease is over, by the same call only", async () => {
    await make("a");
    await env.DB.prepare("UPDATE api_calls SET status = NULL, answer = NULL").run();
    const early = await make("a");
    expect(await outcomeOf(early)).toEqual([409, "idempotency.running"]);
    expect(Number(early.headers.get("Retry-After"))).toBeGreaterThan(0);
    turnClock(MINUTE);
    expect(await outcomeOf(await make("a", "other"))).toEqual([422, "idempotency.key_reused"]);
    const taken = await make("a");
    expect(taken.status).toBe(201);
    expect(taken.headers.get("Idempotency-Replayed")).toBeNull();
    // The same key as the dead run made, with a secret that its caller was shown.
    expect(await count("api_keys")).toBe(1);
    const { key } = await taken.json<{ key: string }>();
    const headers = { Authorization: `Bearer ${key}` };
    expect((await desk.fetch("/api/v1/tickets", { headers })).status).toBe(200);
  });

  describe("whose run died while it changed the configuration", () => {
    const again = async (call: () => Promise<Response>): Promise<[Response, Response]> => {
      const first = await call();
      await env.DB.prepare("UPDATE api_calls SET status = NULL, answer = NULL").run();
      turnClock(MINUTE);
      return [first, await call()];
    };
    const KEY = { "Idempotency-Key": "a" };

    test.each<[string, () => Promise<Response>]>([
      [
        "on a condition",
        () =>
          desk.put({ ...exampleDesk(), retention: { closedTickets: "30d" } }, { ...KEY, "If-Match": '"1"' }),
      ],
      ["by taking something out", () => desk.send("DELETE", "/api/v1/config/webhooks/spare", undefined, KEY)],
    ])("%s is answered as it would have been, and done once", async (_name, call) => {
      const config = exampleDesk();
      config.webhooks?.push({ id: "spare", url: "https://hooks.example.com/spare", events: ["*"] });
      await desk.put(config);
      const [first, second] = await again(call);
      expect([first.status, second.status]).toEqual([200, 200]);
      expect(second.headers.get("ETag")).toBe('"2"');
      expect(await second.json()).toEqual(await first.json());
      expect(await count("config_versions")).toBe(2);
    });

    test("leaves an endpoint's secret alone once it has a new one", async () => {
      await desk.put(exampleDesk());
      const secretOf = "/api/v1/webhooks/queue-manager/secret";
      const { secret } = await (await desk.get(secretOf)).json<{ secret: string }>();
      const rotate = "/api/v1/webhooks/queue-manager/rotate";
      const [first, second] = await again(() => desk.send("POST", rotate, { overlap: "1h" }, KEY));
      expect(await second.json()).toEqual(await first.json());
      expect(await (await desk.get(secretOf)).json()).toMatchObject({ previous: { secret } });
      expect(await count("config_versions")).toBe(2);
    });
  });

  test("is told that its answer is lost where the desk's secret is another one now", async () => {
    await make("a");
    desk.env = { ...desk.env, WEBHOOK_SECRET: "another" };
    expect(await outcomeOf(await make("a"))).toEqual([409, "idempotency.answer_lost"]);
    expect(await count("api_keys")).toBe(1);
  });

  test("stores its answer sealed in the record", async () => {
    const { key } = await (await make("a")).json<{ key: string }>();
    const row = await env.DB.prepare("SELECT * FROM api_calls").first();
    expect(row).toMatchObject({ caller: "admin", key: "a", status: 201 });
    expect(JSON.stringify(row)).not.toContain(key.slice(-43));
    expect(JSON.stringify(row)).not.toContain("tickets:read");
  });

  test("is known for a day, and a new one after it", async () => {
    await make("a");
    turnClock(DAY - MINUTE);
    expect((await make("a")).headers.get("Idempotency-Replayed")).toBe("true");
    turnClock(DAY + MINUTE);
    const later = await make("a", "other");
    expect([later.status, later.headers.get("Idempotency-Replayed")]).toEqual([201, null]);
    expect(await count("api_keys")).toBe(2);
  });

  test.each(["", "x".repeat(256), "schlüssel"])("takes no key like %j", async (key) => {
    const answer = await make(key);
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({ problems: [{ pointer: "/header/Idempotency-Key" }] });
    expect(await count("api_keys")).toBe(0);
  });

  test("tells the caller what was done even if the record is lost while it is done", async () => {
    await desk.put(exampleDesk());
    desk.groups.onReproject = () => (desk.d1.state = "failing");
    const answer = await desk.send("POST", "/api/v1/groups/main/reproject", undefined, {
      "Idempotency-Key": "a",
    });
    expect(answer.status).toBe(202);
  });
});

test("a call with a key costs three rows more: itself, its place by age, and its answer", async () => {
  const call = { caller: "x", key: "a", request: "r", at: deskNow() };
  const written: number[] = [];
  const counting = {
    prepare: (sql: string) => ({
      bind: (...values: unknown[]) => {
        const statement = env.DB.prepare(sql).bind(...values);
        const counted = async <T extends { meta: { rows_written: number } }>(ask: Promise<T>): Promise<T> => {
          const result = await ask;
          written.push(result.meta.rows_written);
          return result;
        };
        return {
          all: () => counted(statement.all()),
          run: () => counted(statement.run()),
          raw: async () => (await counted(statement.all())).results.map((row) => Object.values(row)),
        };
      },
    }),
  } as unknown as D1Database;
  const calls = new ApiCalls(counting);
  const begun = await calls.begin(call);
  if (begun.kind !== "run") throw new Error(begun.kind);
  await calls.finish(begun.lease, 200, "sealed");
  expect(written.reduce((sum, rows) => sum + rows, 0)).toBe(3);
});

describe("a key whose rotation was cut off and made again", () => {
  test("still lets in the secret that people have", async () => {
    const keys = new ApiKeys(env.DB);
    const { id, key } = await desk.key("tickets:read");
    const origin = { network: null, userAgent: null };
    const caller = { id: "admin", name: "admin", origin, cause: "api:x:1" };
    const rotation = { id, overlapUntil: deskNow() + DAY, at: deskNow(), caller };
    await keys.rotate({ ...rotation, hash: "never seen" });
    await keys.rotate({ ...rotation, hash: "seen" });
    const headers = { Authorization: `Bearer ${key}` };
    expect((await desk.fetch("/api/v1/tickets", { headers })).status).toBe(200);
  });
});

describe("every minute Cron", () => {
  const fill = (calls: number, at: number): Promise<unknown> =>
    env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${calls})
       INSERT INTO api_calls SELECT 'admin', ${at} || ':' || i, 'x', ${at}, 0, 200, NULL FROM n`,
    ).run();

  test("forgets calls that are older than a day, a bounded number at a time", async () => {
    const now = deskNow();
    await fill(6_000, now - DAY - 1);
    await fill(10, now - DAY + MINUTE);
    await everyMinute(desk.env, now);
    expect(await count("api_calls")).toBe(1_010);
    await everyMinute(desk.env, now);
    expect(await count("api_calls")).toBe(10);
  });

  test("finds them by their age, and reads none of the others", async () => {
    await fill(5_000, deskNow());
    const { plan, rowsRead } = await costOf((d1) => new ApiCalls(d1).purge(deskNow()));
    expect(plan.join("\n")).toContain("api_calls_started");
    expect(rowsRead).toBeLessThan(5);
  });

  test("forgets keys that have been of no use for a season, each full hour", async () => {
    const [old, fresh] = [await desk.key("admin"), await desk.key("admin")];
    for (const { id } of [old, fresh]) await desk.send("POST", `/api/v1/keys/${id}/revoke`);
    const hour = Math.ceil(deskNow() / (60 * MINUTE)) * 60 * MINUTE;
    await env.DB.prepare("UPDATE api_keys SET revoked_at = ? WHERE id = ?")
      .bind(hour - 91 * DAY, old.id)
      .run();
    await everyMinute(desk.env, hour + 5 * MINUTE);
    expect(await count("api_keys")).toBe(2);
    await everyMinute(desk.env, hour);
    expect(await count("api_keys")).toBe(1);
    expect((await desk.get(`/api/v1/keys/${fresh.id}`)).status).toBe(200);
  });
});
