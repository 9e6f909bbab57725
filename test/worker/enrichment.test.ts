import { Webhook } from "standardwebhooks";
import { beforeEach, describe, expect, test } from "vitest";
import { signingSecret } from "../../src/domain/desk/signing-secret.ts";
import { isStale } from "../../src/domain/routing/profile.ts";
import { exampleDesk } from "../support/desks.ts";
import { Endpoint } from "../support/endpoint.ts";
import {
  AT,
  SUBJECT,
  type Settings,
  answer,
  ask,
  asked,
  call,
  endpoint,
  latencyMs,
  openEndpoint,
  said,
  sender,
} from "../support/enrichment-call.ts";
import { codeOf, emptyRecord, HttpDesk } from "../support/http-desk.ts";

beforeEach(openEndpoint);

describe("the desk asks who a customer is", () => {
  test("sends a signed POST of JSON, without a word of what was written", async () => {
    await ask();
    const [received, ...more] = await endpoint.received();
    expect(more).toEqual([]);
    expect(received.method).toBe("POST");
    expect(received.headers).toMatchObject({
      "content-type": "application/json",
      accept: "application/json",
      "webhook-id": "enr_7",
    });
    const secret = await signingSecret("root", "enrichment");
    expect(new Webhook(secret).verify(received.body, received.headers)).toEqual({
      type: "ticket.enrichment",
      timestamp: "2026-11-20T09:00:00.000Z",
      data: {
        ticket: {
          ref: "SUP-7",
          group: "main",
          queue: "general",
          priority: "normal",
          category: "billing",
          urgency: null,
          payload: "shop",
          language: "de",
          openedAt: "2026-11-20T08:59:59.000Z",
        },
        contact: { telegramId: 501, name: "Ada Ümlaut", username: "ada", language: "de", isPremium: true },
      },
    });
  });

  test("sends the subject only where the configuration shares it", async () => {
    await ask({ shareSubject: true });
    await ask({ shareSubject: false });
    await ask({ adapter: "hubspot", hubspot: { findBy: { telegramId: "telegram_id" } }, shareSubject: true });
    const bodies = (await endpoint.received()).map(({ body }) => body);
    expect(bodies.map((body) => body.includes(SUBJECT))).toEqual([true, false, false]);
    expect(JSON.parse(bodies[0])).toMatchObject({ data: { ticket: { subject: SUBJECT } } });
  });

  test("signs so that no other secret makes the signature and no change survives it", async () => {
    await ask();
    const [{ body, headers }] = await endpoint.received();
    const secret = await signingSecret("root", "enrichment");
    expect(() => new Webhook(secret).verify(body.replace("501", "502"), headers)).toThrow("No matching");
    for (const other of [
      await signingSecret("other", "enrichment"),
      await signingSecret("root", "queue-manager"),
    ]) {
      expect(() => new Webhook(other).verify(body, headers)).toThrow("No matching");
    }
  });

  test("asks nothing where it has nothing to sign with", async () => {
    expect(await asked(call(), { ...sender, rootSecret: "" })).toMatchObject({
      kind: "failed",
      code: "no_secret",
      passing: false,
    });
    expect(await endpoint.received()).toEqual([]);
  });

  test("never on this machine, except in development", async () => {
    expect(await asked(call(), { ...sender, allowLoopback: false })).toMatchObject({
      kind: "failed",
      code: "forbidden_address",
      passing: false,
    });
    expect(await endpoint.received()).toEqual([]);
  });
});

describe("an answer", () => {
  test("is what the other system knows", async () => {
    await endpoint.answers(
      said({
        tier: "premium",
        requireSkills: { billing: 2 },
        reason: "Renews",
        asOf: "2026-11-20T08:00:00Z",
      }),
    );
    expect(await ask()).toEqual(
      answer({ tier: "premium", requireSkills: { billing: 2 }, reason: "Renews", asOf: AT - 3_600_000 }),
    );
  });

  test("says nothing without content", async () => {
    await endpoint.answers({ status: 204 });
    expect(await ask()).toEqual(answer({}));
  });

  test("is read as far as the desk asks", async () => {
    await endpoint.answers(said({ tier: "platinum", preferredAgent: 9002, score: 5 }));
    expect(await ask()).toEqual(answer({ tier: "platinum", preferredAgent: 9002 }));
  });

  test("counts as of now where it says tomorrow", async () => {
    await endpoint.answers(said({ asOf: "2026-11-21T09:00:00Z" }));
    const result = await ask();
    const asOf = result.kind === "answer" ? result.profile.asOf! : Number.NaN;
    expect(asOf).toBeGreaterThanOrEqual(AT);
    expect(asOf).toBe(AT + result.latencyMs);
  });

  test("is stale where it is of last month", async () => {
    await endpoint.answers(said({ tier: "premium", asOf: "2026-10-20T09:00:00Z" }));
    const result = await ask();
    expect(result).toMatchObject(answer({ tier: "premium", asOf: Date.parse("2026-10-20T09:00:00Z") }));
    expect(result.kind === "answer" && isStale(result.profile, 7 * 86_400_000, AT)).toBe(true);
  });

  test("is read up to the greatest size that is allowed", async () => {
    await endpoint.answers({ status: 200, body: "{}".padEnd(65_536) });
    expect(await ask()).toEqual(answer({}));
  });
});

const failure = (code: string, why: unknown, passing: boolean) => ({
  kind: "failed",
  code,
  why,
  latencyMs,
  passing,
  retryAfterMs: null,
});

describe("no answer", () => {
  test("comes from a system that is too slow, and the desk does not wait for it", async () => {
    await endpoint.answers({ ...said({ tier: "premium" }), held: true });
    const result = await ask({ timeout: "100ms" });
    expect(result).toEqual(failure("timeout", "no answer within 100 ms", true));
  });

  test("comes from a system that is silent", async () => {
    await endpoint.answers({ status: "is silent" });
    expect(await ask({ timeout: "100ms" })).toMatchObject({ code: "timeout", passing: true });
  });

  test("comes from a system that never comes to an end", async () => {
    await endpoint.answers({ status: 200, trickles: " " });
    const result = await ask({ timeout: "300ms" });
    expect(result).toMatchObject({ code: "timeout", passing: true });
  });

  test("comes from a system that is dead", async () => {
    await endpoint.answers({ status: "hangs up" });
    expect(await ask()).toEqual(failure("unreachable", "nobody answers there", true));
    expect(await ask({ url: "http://127.0.0.1:9/" })).toMatchObject({ code: "unreachable", passing: true });
  });

  test.each([301, 302, 303, 307, 308])(
    "is a %d: no other address is told of the customer",
    async (status) => {
      const elsewhere = new Endpoint();
      await elsewhere.answers(said({ tier: "premium" }));
      await endpoint.answers({ status, headers: { location: elsewhere.url } });
      expect(await ask()).toMatchObject({ code: "redirected", passing: true });
      expect(await elsewhere.received()).toEqual([]);
    },
  );

  test("an answer that is too large counts as none", async () => {
    await endpoint.answers({ status: 200, body: "{}".padEnd(65_537) });
    expect(await ask()).toEqual(failure("too_large", "the answer is longer than 65536 bytes", false));
    await endpoint.answers({ status: 200, trickles: "x".repeat(20_000) });
    expect(await ask()).toMatchObject({ code: "too_large" });
  });

  test("an answer with a wrong length counts as none", async () => {
    await endpoint.answers({
      status: 200,
      headers: { "content-length": "90000" },
      body: '{"tier":"premium"}',
    });
    expect(await ask({ timeout: "300ms" })).toMatchObject({ kind: "failed", passing: true });
  });

  test.each(["", "premium", "<html>Maintenance</html>", '{"tier":"premium"', "{'tier':'premium'}"])(
    "is what is no JSON: %j",
    async (body) => {
      await endpoint.answers({ status: 200, headers: { "content-type": "application/json" }, body });
      expect(await ask()).toEqual(failure("not_json", "the answer is no JSON", false));
    },
  );

  test("is one whose types are wrong, and says which without repeating the answer", async () => {
    await endpoint.answers(said({ tier: ["PRIVATE"], priorityScore: "PRIVATE", segment: "enterprise" }));
    expect(await ask()).toEqual(
      failure("invalid", "/tier must be a text; /priorityScore must be a number", false),
    );
    await endpoint.answers(said(["PRIVATE"]));
    expect(await ask()).toEqual(failure("invalid", "the answer must be an object", false));
  });

  test.each([500, 502, 503, 504, 599, 408, 425, 429])("is a %d, which passes", async (status) => {
    await endpoint.answers({ ...said({ tier: "premium" }), status });
    expect(await ask()).toEqual(failure(`http_${status}`, `answered ${status}`, true));
  });

  test.each([400, 401, 403, 404, 410, 422])("is a %d, which stays", async (status) => {
    await endpoint.answers({ ...said({ tier: "premium" }), status });
    expect(await ask()).toEqual(failure(`http_${status}`, `answered ${status}`, false));
  });

  test("an answer that asks for time says how much", async () => {
    await endpoint.answers({ status: 503, headers: { "retry-after": "20" } });
    expect(await ask()).toMatchObject({ code: "http_503", passing: true, retryAfterMs: 20_000 });
  });
});

describe("the secret of the systems that are asked", () => {
  const desk = new HttpDesk();
  beforeEach(emptyRecord);
  const secret = () => desk.get("/api/v1/webhooks/enrichment/secret");

  test("is shown like that of an endpoint", async () => {
    await desk.put(exampleDesk({ crm: "https://crm.example.com/enrich" }));
    const shown = await secret();
    expect(shown.status).toBe(200);
    expect(await shown.json()).toEqual({
      id: "enrichment",
      secret: await signingSecret(desk.env.WEBHOOK_SECRET, "enrichment"),
      previous: null,
    });
  });

  test("is one for each: a skills service has its own", async () => {
    const config = exampleDesk();
    config.routing.skills = { url: "https://hr.example.com/skills" };
    await desk.put(config);
    const shown = await desk.get("/api/v1/webhooks/skills/secret");
    expect(shown.status).toBe(200);
    expect(await shown.json()).toEqual({
      id: "skills",
      secret: await signingSecret(desk.env.WEBHOOK_SECRET, "skills"),
      previous: null,
    });
    await desk.put(exampleDesk());
    expect((await desk.get("/api/v1/webhooks/skills/secret")).status).toBe(404);
  });

  test.each<[string, Settings | undefined]>([
    ["asks nobody", undefined],
    ["asks HubSpot, which checks a token", { adapter: "hubspot", hubspot: { findBy: { telegramId: "a" } } }],
  ])("is none where the desk %s", async (_name, enrichment) => {
    const config = exampleDesk();
    if (enrichment !== undefined) config.routing.enrichment = enrichment;
    await desk.put(config);
    const shown = await secret();
    expect(shown.status).toBe(404);
    expect(await codeOf(shown)).toBe("webhook.not_found");
  });
});
