import { Webhook } from "standardwebhooks";
import { beforeEach, describe, expect, test } from "vitest";
import { checkConfig } from "../../src/domain/config-check/check.ts";
import type { ConfigInput, HubSpotConfig } from "../../src/domain/config/config.ts";
import { signingSecret } from "../../src/domain/desk/signing-secret.ts";
import { isStale, NO_PROFILE } from "../../src/domain/routing/profile.ts";
import type {
  EnrichmentCall,
  EnrichmentContact,
  EnrichmentSender,
  EnrichmentTicket,
} from "../../src/integrations/enrichment-call.ts";
import { askEnrichment, enrichmentCallOf } from "../../src/integrations/enrichment.ts";
import { exampleDesk } from "../support/desks.ts";
import type { ScriptedAnswer } from "../support/endpoint-server.ts";
import { Endpoint } from "../support/endpoint.ts";
import { codeOf, emptyRecord, HttpDesk } from "../support/http-desk.ts";

const AT = Date.parse("2026-11-20T09:00:00Z");
const SUBJECT = "My card was charged twice";

const ticket: EnrichmentTicket = {
  ref: "SUP-7",
  group: "main",
  queue: "general",
  priority: "normal",
  category: "billing",
  urgency: null,
  payload: "shop",
  language: "de",
  openedAt: AT - 1_000,
  subject: SUBJECT,
};
const ada: EnrichmentContact = {
  id: 501,
  name: "Ada Ümlaut",
  username: "ada",
  language: "de",
  isPremium: true,
};
const sender: EnrichmentSender = { rootSecret: "root", hubspotToken: "pat-1", allowLoopback: true };

let endpoint: Endpoint;
beforeEach(() => {
  endpoint = new Endpoint();
});

type Settings = NonNullable<ConfigInput["routing"]["enrichment"]>;

/** The call that a desk configured so makes about Ada's ticket. */
function call(settings: Settings = {}, contact = ada): EnrichmentCall {
  const desk = exampleDesk();
  desk.routing.enrichment = { url: endpoint.url, ...settings };
  const { config, problems } = checkConfig(desk);
  expect(problems).toEqual([]);
  return enrichmentCallOf(config!.routing.enrichment!, {
    id: "enr_7",
    at: AT,
    source: 1,
    ticket,
    contact,
  });
}
const ask = (settings?: Settings, contact?: EnrichmentContact) =>
  askEnrichment(call(settings, contact), sender);

const said = (answer: unknown): ScriptedAnswer => ({ status: 200, body: JSON.stringify(answer) });

/** However long it took; that it did not take for ever is asserted where it matters. */
const latencyMs = expect.any(Number) as number;
const answer = (profile: object, ignored: string[] = []) => ({
  kind: "answer",
  profile: { ...NO_PROFILE, ...profile },
  ignored,
  latencyMs,
});

describe("the desk asks who a customer is", () => {
  test("with a signed POST of JSON, without a word of what was written", async () => {
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

  test("with the subject only where the configuration shares it", async () => {
    await ask({ shareSubject: true });
    await ask({ shareSubject: false });
    await ask({ adapter: "hubspot", hubspot: { findBy: { telegramId: "telegram_id" } }, shareSubject: true });
    const bodies = (await endpoint.received()).map(({ body }) => body);
    expect(bodies.map((body) => body.includes(SUBJECT))).toEqual([true, false, false]);
    expect(JSON.parse(bodies[0])).toMatchObject({ data: { ticket: { subject: SUBJECT } } });
  });

  test("with a signature that no other secret makes, and that nothing changed survives", async () => {
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

  test("not at all where it has nothing to sign with", async () => {
    expect(await askEnrichment(call(), { ...sender, rootSecret: "" })).toMatchObject({
      kind: "failed",
      code: "no_secret",
      passing: false,
    });
    expect(await endpoint.received()).toEqual([]);
  });

  test("never on this machine, except in development", async () => {
    expect(await askEnrichment(call(), { ...sender, allowLoopback: false })).toMatchObject({
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

  test("with no content says nothing", async () => {
    await endpoint.answers({ status: 204 });
    expect(await ask()).toEqual(answer({}));
  });

  test("that says more than the desk asks for is read as far as it asks", async () => {
    await endpoint.answers(said({ tier: "platinum", preferredAgent: 9002, score: 5 }));
    expect(await ask()).toEqual(answer({ tier: "platinum", preferredAgent: 9002 }));
  });

  test("of tomorrow is of this moment", async () => {
    await endpoint.answers(said({ asOf: "2026-11-21T09:00:00Z" }));
    const result = await ask();
    const asOf = result.kind === "answer" ? result.profile.asOf! : Number.NaN;
    expect(asOf).toBeGreaterThanOrEqual(AT);
    expect(asOf).toBe(AT + result.latencyMs);
  });

  test("of last month is stale", async () => {
    await endpoint.answers(said({ tier: "premium", asOf: "2026-10-20T09:00:00Z" }));
    const result = await ask();
    expect(result).toMatchObject(answer({ tier: "premium", asOf: Date.parse("2026-10-20T09:00:00Z") }));
    expect(result.kind === "answer" && isStale(result.profile, 7 * 86_400_000, AT)).toBe(true);
  });

  test("of the greatest size that is allowed is read", async () => {
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

  test.each([301, 302, 303, 307, 308])("is a %d: nobody else is told of the customer", async (status) => {
    const elsewhere = new Endpoint();
    await elsewhere.answers(said({ tier: "premium" }));
    await endpoint.answers({ status, headers: { location: elsewhere.url } });
    expect(await ask()).toMatchObject({ code: "redirected", passing: true });
    expect(await elsewhere.received()).toEqual([]);
  });

  test("is one that is huge", async () => {
    await endpoint.answers({ status: 200, body: "{}".padEnd(65_537) });
    expect(await ask()).toEqual(failure("too_large", "the answer is longer than 65536 bytes", false));
    await endpoint.answers({ status: 200, trickles: "x".repeat(20_000) });
    expect(await ask()).toMatchObject({ code: "too_large" });
  });

  test("is one that lies about its length", async () => {
    await endpoint.answers({
      status: 200,
      headers: { "content-length": "90000" },
      body: '{"tier":"premium"}',
    });
    expect(await ask({ timeout: "300ms" })).toMatchObject({ kind: "failed", passing: true });
  });

  test.each(["", "premium", "<html>Maintenance</html>", '{"tier":"premium"', "{'tier':'premium'}"])(
    "is one that is no JSON: %j",
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

  test("is one that asks for time, and how much", async () => {
    await endpoint.answers({ status: 503, headers: { "retry-after": "20" } });
    expect(await ask()).toMatchObject({ code: "http_503", passing: true, retryAfterMs: 20_000 });
  });
});

describe("HubSpot", () => {
  const hubspot = {
    findBy: { telegramId: "telegram_id", username: "telegram_username" },
    tier: { property: "plan", values: { Gold: "premium", Free: "basic" } },
    segment: { property: "industry" },
    preferredAgent: { property: "hubspot_owner_id", values: { "77": 9002 } },
    priorityScore: { property: "hubspotscore" },
    attributes: {
      seats: { property: "seats" },
      trial: { property: "is_trial", values: { true: true, false: false } },
    },
  } satisfies Partial<HubSpotConfig>;

  const settings = (more: object = {}): Settings => ({
    adapter: "hubspot",
    hubspot: { ...hubspot, ...more },
  });
  const found = (...contacts: { [property: string]: string | null }[]): ScriptedAnswer =>
    said({
      total: contacts.length,
      results: contacts.map((properties, index) => ({
        id: String(index),
        properties,
        createdAt: "2020-01-01T00:00:00.000Z",
        updatedAt: properties["lastmodifieddate"] ?? "2020-01-01T00:00:00.000Z",
        archived: false,
      })),
    });

  test("is asked for the contact, with the token where nobody logs it", async () => {
    await ask(settings());
    const [received, ...more] = await endpoint.received();
    expect(more).toEqual([]);
    expect(received).toMatchObject({
      method: "POST",
      headers: { authorization: "Bearer pat-1", "content-type": "application/json" },
    });
    expect(received.headers["webhook-signature"]).toBeUndefined();
    expect(JSON.parse(received.body)).toEqual({
      filterGroups: [
        { filters: [{ propertyName: "telegram_id", operator: "EQ", value: "501" }] },
        { filters: [{ propertyName: "telegram_username", operator: "EQ", value: "ada" }] },
        { filters: [{ propertyName: "telegram_username", operator: "EQ", value: "@ada" }] },
      ],
      sorts: [{ propertyName: "lastmodifieddate", direction: "DESCENDING" }],
      properties: [
        "telegram_id",
        "telegram_username",
        "plan",
        "industry",
        "hubspot_owner_id",
        "hubspotscore",
        "seats",
        "is_trial",
        "lastmodifieddate",
      ],
      limit: 10,
    });
  });

  test("is asked by e-mail and phone where a channel tells them, in no more than five groups", async () => {
    const findBy = { telegramId: "a", username: "b", email: "email", phone: "phone" };
    await ask(settings({ findBy }), { ...ada, email: "ada@example.com", phone: "+4915112345" });
    const [{ body }] = await endpoint.received();
    const { filterGroups } = JSON.parse(body) as { filterGroups: { filters: object[] }[] };
    expect(filterGroups).toHaveLength(5);
    expect(filterGroups.flatMap(({ filters }) => filters)).toEqual(
      expect.arrayContaining([
        { propertyName: "email", operator: "EQ", value: "ada@example.com" },
        { propertyName: "phone", operator: "EQ", value: "+4915112345" },
      ]),
    );
  });

  test("is asked at its own address unless the sandbox stands in for it", () => {
    const desk = exampleDesk();
    desk.routing.enrichment = { adapter: "hubspot", hubspot };
    const { config } = checkConfig(desk);
    const made = enrichmentCallOf(config!.routing.enrichment!, {
      id: "x",
      at: AT,
      source: 1,
      ticket,
      contact: ada,
    });
    expect(made.url).toBe("https://api.hubapi.com");
  });

  test("is not asked for nobody: who has no username is not looked for by it", async () => {
    const nameless = { ...ada, username: null };
    expect(await ask(settings({ findBy: { username: "telegram_username" } }), nameless)).toEqual(answer({}));
    expect(await endpoint.received()).toEqual([]);
  });

  test("is not asked without a token", async () => {
    for (const hubspotToken of [undefined, "", " "]) {
      expect(await askEnrichment(call(settings()), { ...sender, hubspotToken })).toMatchObject({
        code: "no_secret",
        why: "the desk has no HUBSPOT_TOKEN",
        passing: false,
      });
    }
    expect(await endpoint.received()).toEqual([]);
  });

  test("knows the customer, and the configuration translates", async () => {
    await endpoint.answers(
      found({
        telegram_id: "501",
        plan: "Gold",
        industry: "retail",
        hubspot_owner_id: "77",
        hubspotscore: "42.5",
        seats: "40",
        is_trial: "false",
        email: "ada@example.com",
      }),
    );
    const result = await ask(settings());
    expect(result).toEqual(
      answer({
        tier: "premium",
        segment: "retail",
        preferredAgent: 9002,
        priorityScore: 42.5,
        attributes: { seats: "40", trial: false },
        asOf: AT + result.latencyMs,
      }),
    );
  });

  test("says nothing where a property is empty, and what nobody can use is named", async () => {
    await endpoint.answers(
      found({
        plan: "Bronze",
        industry: null,
        hubspot_owner_id: "",
        hubspotscore: "high",
        seats: "x".repeat(300),
      }),
    );
    expect(await ask(settings())).toMatchObject(
      answer({ asOf: expect.any(Number) }, [
        'property plan says "Bronze": not among its values',
        'property hubspotscore says "high": of no use',
        `property seats says "${"x".repeat(64)}…": of no use`,
      ]),
    );
  });

  test("may name a tier and an agent as the desk does", async () => {
    const plain = { tier: { property: "plan" }, preferredAgent: { property: "agent" } };
    await endpoint.answers(
      found({ plan: "premium", agent: "9002" }),
      found({ plan: "constructor", agent: "42" }),
    );
    expect(await ask(settings(plain))).toMatchObject({ profile: { tier: "premium", preferredAgent: 9002 } });
    expect(await ask(settings(plain))).toMatchObject({
      profile: { tier: "constructor", preferredAgent: 42 },
      ignored: [],
    });
  });

  test("a value that every object has is in no table", async () => {
    await endpoint.answers(found({ plan: "constructor" }));
    expect(await ask(settings())).toMatchObject({
      profile: { tier: null },
      ignored: ['property plan says "constructor": not among its values'],
    });
  });

  test("knows nobody: an answer that says nothing", async () => {
    await endpoint.answers(found());
    expect(await ask(settings())).toEqual(answer({}));
  });

  test("knows several: the most recently modified is meant, in whatever order they come", async () => {
    const contacts = [
      { telegram_id: "501", industry: "old", lastmodifieddate: "2024-01-01T00:00:00Z" },
      { telegram_id: "501", industry: "new", lastmodifieddate: "2026-11-01T00:00:00Z" },
      { telegram_id: "501", industry: "undated", lastmodifieddate: null },
    ];
    await endpoint.answers(found(...contacts), found(...contacts.toReversed()));
    expect(await ask(settings())).toMatchObject({ profile: { segment: "new" } });
    expect(await ask(settings())).toMatchObject({ profile: { segment: "new" } });
  });

  test("knows a former owner of the username, too: the Telegram id decides", async () => {
    await endpoint.answers(
      found(
        {
          telegram_id: "99",
          telegram_username: "@Ada",
          industry: "former",
          lastmodifieddate: "2026-11-01T00:00:00Z",
        },
        {
          telegram_id: "501",
          telegram_username: "lovelace",
          industry: "own",
          lastmodifieddate: "2024-01-01T00:00:00Z",
        },
      ),
    );
    expect(await ask(settings())).toMatchObject({ profile: { segment: "own" } });
  });

  test.each([
    ["a wrong token", 401, false],
    ["a missing scope", 403, false],
    ["a property that is none", 400, false],
    ["too many questions", 429, true],
    ["trouble of its own", 502, true],
  ])("refuses: %s", async (_name, status, passing) => {
    await endpoint.answers({ ...said({ status: "error", category: "X", message: "PRIVATE" }), status });
    expect(await ask(settings())).toEqual(failure(`http_${status}`, `answered ${status}`, passing));
  });

  test.each<[string, unknown]>([
    ["no results", {}],
    ["a list", []],
    ["a contact without properties", { results: [{ id: "1" }] }],
    ["a property that is no text", { results: [{ id: "1", properties: { plan: 7 } }] }],
    ["more than it was asked for", { results: Array.from({ length: 11 }, () => ({ properties: {} })) }],
  ])("answers with what it never would: %s", async (_name, body) => {
    await endpoint.answers(said(body));
    expect(await ask(settings())).toEqual(
      failure("invalid", "the answer is no list of HubSpot contacts", false),
    );
  });

  test("sends its token nowhere else", async () => {
    const elsewhere = new Endpoint();
    await endpoint.answers({ status: 307, headers: { location: elsewhere.url } });
    expect(await ask(settings())).toMatchObject({ code: "redirected" });
    expect(await elsewhere.received()).toEqual([]);
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
