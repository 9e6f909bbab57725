import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { appWith } from "../../src/http/app.ts";
import { codeOf, deskNow, emptyRecord, HttpDesk, turnClock } from "../support/http-desk.ts";

let desk: HttpDesk;
beforeEach(async () => {
  await emptyRecord();
  desk = new HttpDesk();
});
afterEach(() => turnClock(0));

const MINUTE = 60_000;
async function keyOf(callsPerMinute?: number): Promise<Record<string, string>> {
  const body = { name: "x", scopes: ["tickets:read", "metrics:read"], callsPerMinute };
  const answer = await desk.send("POST", "/api/v1/keys", body);
  return { Authorization: `Bearer ${(await answer.json<{ key: string }>()).key}` };
}
const call = (headers: Record<string, string>, path = "/api/v1/tickets"): Promise<Response> =>
  desk.fetch(path, { headers });

describe("a key", () => {
  test("is told how many calls it has, and how many are left", async () => {
    const headers = await keyOf();
    const first = await call(headers);
    expect(first.headers.get("RateLimit-Policy")).toBe('"key";q=600;w=60');
    expect(first.headers.get("RateLimit")).toBe('"key";r=599;t=60');
    turnClock(20_000);
    expect((await call(headers)).headers.get("RateLimit")).toBe('"key";r=598;t=40');
  });

  test("is turned away for as long as it is told where it calls more often", async () => {
    const headers = await keyOf(3);
    const statuses: number[] = [];
    for (let times = 0; times < 5; times += 1) statuses.push((await call(headers)).status);
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
    const refused = await call(headers);
    expect(await codeOf(refused)).toBe("rate.exceeded");
    expect(refused.headers.get("RateLimit")).toMatch(/^"key";r=0;t=\d+$/);
    const wait = Number(refused.headers.get("Retry-After"));
    expect(wait).toBe(60);
    turnClock(wait * 1_000);
    expect((await call(headers)).status).toBe(200);
  });

  test("has exactly its calls, however many come at once", async () => {
    const headers = await keyOf(20);
    const answers = await Promise.all(Array.from({ length: 60 }, () => call(headers)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(20);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(40);
  });

  test("does not use up another one's calls", async () => {
    const [one, other] = [await keyOf(1), await keyOf(1)];
    for (const headers of [one, other]) expect((await call(headers)).status).toBe(200);
    for (const headers of [one, other]) expect((await call(headers)).status).toBe(429);
  });

  test("uses its calls up with refused ones as well, and at every door", async () => {
    const headers = await keyOf(3);
    expect((await call(headers, "/api/v1/keys")).status).toBe(403);
    expect((await call(headers, "/api/v1/nowhere")).status).toBe(404);
    expect((await call(headers, "/healthz")).status).toBe(200);
    for (const path of ["/healthz", "/api/v1/tickets"]) expect((await call(headers, path)).status).toBe(429);
  });

  test("is not locked out by a clock that was turned back", async () => {
    const headers = await keyOf(1);
    turnClock(60 * MINUTE);
    await call(headers);
    turnClock(0);
    expect((await call(headers)).status).toBe(200);
  });

  test("is served uncounted while the meter is away", async () => {
    const headers = await keyOf(1);
    const broken = { getByName: () => ({ admit: () => Promise.reject(new Error("away")) }) };
    desk.env = { ...desk.env, CALL_METER: broken as unknown as Env["CALL_METER"] };
    for (let times = 0; times < 3; times += 1) {
      const answer = await call(headers);
      expect([answer.status, answer.headers.get("RateLimit")]).toEqual([200, null]);
    }
  });

  test("is served uncounted while the count does not come", async () => {
    const headers = await keyOf(1);
    const silent = { getByName: () => ({ admit: () => new Promise(() => undefined) }) };
    const app = appWith(deskNow, { bootstraps: false, meterPatienceMs: 20 });
    const served = await app.request(
      "/api/v1/tickets",
      { headers },
      { ...desk.env, CALL_METER: silent as unknown as Env["CALL_METER"] },
    );
    expect([served.status, served.headers.get("RateLimit")]).toEqual([200, null]);
  });
});

test("the token that makes the first key is not counted", async () => {
  expect((await desk.get("/api/v1/tickets")).headers.get("RateLimit")).toBeNull();
});
