import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { contactId } from "../../src/domain/contact/contact-id.ts";
import { CustomerRoutes } from "../../src/record/customer-routes.ts";
import { D1_PATIENCE_MS } from "../../src/record/limits.ts";
import { RecordUnreachable } from "../../src/record/reach.ts";
import { FlakyD1 } from "../support/flaky-d1.ts";
import { emptyRecord } from "../support/http-desk.ts";
import { ADA, NOON } from "../support/tickets.ts";

beforeEach(emptyRecord);

describe("a customer's home", () => {
  test("is unknown before the first message", async () => {
    expect(await new CustomerRoutes(env.DB).lookup(ADA)).toBeNull();
  });

  test("is given once, with when and by what", async () => {
    const routes = new CustomerRoutes(env.DB);
    expect(await routes.assign(ADA, "vip", "payload", NOON)).toBe("vip");
    expect(await routes.assign(ADA, "main", "default", NOON + 1)).toBe("vip");
    expect(await routes.lookup(ADA)).toBe("vip");
    expect(await env.DB.prepare("SELECT * FROM customer_routes").all()).toMatchObject({
      results: [{ customer_id: ADA, group_id: "vip", created_at: NOON, via: "payload" }],
    });
  });

  test("is the same for everyone who gives one at once", async () => {
    const homes = await Promise.all(
      ["main", "vip", "main", "vip", "vip", "main"].map((group) =>
        new CustomerRoutes(env.DB).assign(ADA, group, "default", NOON),
      ),
    );
    expect(new Set(homes).size).toBe(1);
  });

  test("moves once from a group that is gone, wherever others have moved it already", async () => {
    const routes = new CustomerRoutes(env.DB);
    await routes.assign(ADA, "gone", "payload", NOON);
    expect(await routes.reroute(ADA, "gone", "main")).toBe("main");
    expect(await routes.reroute(ADA, "gone", "vip")).toBe("main");
  });

  test("cannot be told while D1 is out of reach, and the error says nothing of who asked", async () => {
    const d1 = new FlakyD1(env.DB);
    d1.state = "failing";
    const failure = await new CustomerRoutes(d1.database()).lookup(ADA).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(RecordUnreachable);
    expect(String(failure)).not.toMatch(/5550000001|secret words/);
  });

  test("is not waited for without end when D1 says nothing", async () => {
    const d1 = new FlakyD1(env.DB);
    d1.state = "silent";
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const answer = new CustomerRoutes(d1.database()).lookup(ADA).catch((error: unknown) => error);
      await vi.advanceTimersByTimeAsync(D1_PATIENCE_MS);
      expect(await answer).toMatchObject({ code: "timeout" });
    } finally {
      vi.useRealTimers();
    }
  });
});

test("an isolate remembers ten thousand homes and forgets those that were not asked for", () => {
  const routes = new CustomerRoutes(env.DB);
  routes.remember(contactId(1), "main");
  routes.remember(contactId(2), "vip");
  for (let customer = 3; customer <= 10_000; customer += 1) routes.remember(contactId(customer), "main");
  expect(routes.remembered(contactId(1))).toBe("main");
  routes.remember(contactId(10_001), "main");
  expect(routes.remembered(contactId(2))).toBeUndefined();
  expect(routes.remembered(contactId(1))).toBe("main");
});
