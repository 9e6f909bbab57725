import { beforeEach, describe, expect, test } from "vitest";
import { checkConfig } from "../../src/domain/config-check/check.ts";
import type { HubSpotConfig } from "../../src/domain/config/config.ts";
import { enrichmentCallOf } from "../../src/integrations/enrichment.ts";
import { exampleDesk } from "../support/desks.ts";
import type { ScriptedAnswer } from "../support/endpoint-server.ts";
import { Endpoint } from "../support/endpoint.ts";
import {
  AT,
  type Settings,
  ada,
  answer,
  ask,
  asked,
  call,
  endpoint,
  latencyMs,
  openEndpoint,
  said,
  sender,
  ticket,
} from "../support/enrichment-call.ts";

/* The contact search of HubSpot as the system that is asked. */

beforeEach(openEndpoint);

const failure = (code: string, why: unknown, passing: boolean) => ({
  kind: "failed",
  code,
  why,
  latencyMs,
  passing,
  retryAfterMs: null,
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

  test("is asked for the contact, with the token where it is not logged", async () => {
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

  test("is not asked by username for a customer without one", async () => {
    const nameless = { ...ada, username: null };
    expect(await ask(settings({ findBy: { username: "telegram_username" } }), nameless)).toEqual(answer({}));
    expect(await endpoint.received()).toEqual([]);
  });

  test("is not asked without a token", async () => {
    for (const hubspotToken of [undefined, "", " "]) {
      expect(await asked(call(settings()), { ...sender, hubspotToken })).toMatchObject({
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

  test("says nothing where a property is empty, and names unusable values", async () => {
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

  test("says a tier and an agent by the desk's names", async () => {
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

  test("knows no such contact: an empty answer", async () => {
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
