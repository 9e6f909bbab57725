import { describe, expect, test } from "vitest";
import { checkConfig } from "../../src/domain/config-check/check.ts";
import { configWarnings } from "../../src/domain/config-check/warnings.ts";
import { exampleDesk } from "../support/desks.ts";

// oxlint-disable-next-line typescript/no-explicit-any -- mistakes do not keep to types
type Loose = any;

const NOW = Date.parse("2026-11-20T09:00:00Z");
const URL = "https://crm.example.com/enrich";
const findBy = { telegramId: "telegram_id" };
const tier = { property: "plan" };
const hubspot = (more: object = {}) => ({ adapter: "hubspot", hubspot: { findBy, tier, ...more } });

function desk(enrichment: Loose): Loose {
  const config = exampleDesk() as Loose;
  config.routing.enrichment = enrichment;
  return config;
}
const problemsOf = (enrichment: Loose) => checkConfig(desk(enrichment)).problems;
const at = (pointer: string, message: string) => ({ pointer: `/routing/enrichment${pointer}`, message });

describe("a desk may ask", () => {
  test("the system that its configuration names, and tells it no message text", () => {
    const { config, problems } = checkConfig(desk({ url: URL }));
    expect(problems).toEqual([]);
    expect(config?.routing.enrichment).toEqual({
      adapter: "generic",
      url: URL,
      timeout: "2500ms",
      cacheFor: "10m",
      staleAfter: "7d",
      shareSubject: false,
    });
  });

  test.each<[string, Loose]>([
    ["nobody", undefined],
    ["a system on this machine, in development", { url: "http://127.0.0.1:8080/crm" }],
    ["by an address with parameters", { url: `${URL}?desk=main&author=1` }],
    ["as quickly as it may", { url: URL, timeout: "100ms" }],
    ["as slowly as it may", { url: URL, timeout: "30s" }],
    ["HubSpot", hubspot()],
    ["HubSpot's stand-in on this machine", { ...hubspot(), url: "http://127.0.0.1:8080" }],
    [
      "HubSpot for everything",
      hubspot({
        findBy: { telegramId: "a", phone: "phone", username: "b" },
        tier: { property: "plan", values: { Gold: "premium" } },
        segment: { property: "industry" },
        preferredAgent: { property: "hubspot_owner_id", values: { "77": 9002 } },
        priorityScore: { property: "score", values: { high: 90 } },
        attributes: { trial: { property: "is_trial", values: { true: true } } },
      }),
    ],
  ])("%s", (_name, enrichment) => {
    expect(problemsOf(enrichment)).toEqual([]);
    expect(configWarnings(desk(enrichment), NOW)).toEqual([]);
  });
});

describe("a mistake is named where it stands, in words that mend it", () => {
  test.each<[string, Loose, string, string]>([
    ["nowhere to ask", {}, "/url", "is missing; the generic adapter asks there"],
    ["an unknown adapter", { adapter: "crm", url: URL }, "/adapter", 'must be one of "generic", "hubspot"'],
    [
      "no encryption",
      { url: "http://crm.example.com/" },
      "/url",
      "must be an https address of a public host",
    ],
    ["a private address", { url: "https://10.0.0.1/" }, "/url", "must be an https address of a public host"],
    [
      "the metadata service",
      { url: "https://169.254.169.254/" },
      "/url",
      "must be an https address of a public host",
    ],
    [
      "a name of the office's",
      { url: "https://crm.local/" },
      "/url",
      "must be an https address of a public host",
    ],
    [
      "credentials",
      { url: "https://desk:pw@crm.example.com/" },
      "/url",
      "must carry no credentials: every call is signed",
    ],
    ...["token", "api_key", "apikey", "access_token", "client-secret", "key", "password", "sig"].map(
      (name): [string, Loose, string, string] => [
        `a secret called ${name}`,
        { url: `${URL}?desk=1&${name}=x` },
        "/url",
        `must carry no secret such as "${name}": every call is signed`,
      ],
    ),
    ["too little time", { url: URL, timeout: "99ms" }, "/timeout", "must be from 100ms to 30s"],
    ["too much time", { url: URL, timeout: "31s" }, "/timeout", "must be from 100ms to 30s"],
    ["no HubSpot", { adapter: "hubspot" }, "/hubspot", "is missing; the HubSpot adapter needs it"],
    ...[
      "https://api.hubapi.com",
      "https://evil.example.com",
      "http://api.hubapi.com",
      "https://10.0.0.1",
    ].map((url): [string, Loose, string, string] => [
      `HubSpot at ${url}`,
      { ...hubspot(), url },
      "/url",
      "must be left out: the HubSpot adapter asks HubSpot itself",
    ]),
    [
      "nothing to find by",
      hubspot({ findBy: {} }),
      "/hubspot/findBy",
      "must name at least one property, or nobody is ever found",
    ],
    [
      "a property by its label",
      hubspot({ findBy: { telegramId: "Telegram ID" } }),
      "/hubspot/findBy/telegramId",
      "must be a property's internal name: a-z, 0-9 and _, a letter first",
    ],
    [
      "an unknown tier",
      hubspot({ tier: { property: "plan", values: { Gold: "gold" } } }),
      "/hubspot/tier/values/Gold",
      'there is no tier "gold"; known: premium, standard, basic',
    ],
    [
      "an unknown agent",
      hubspot({ preferredAgent: { property: "owner", values: { "77": 42 } } }),
      "/hubspot/preferredAgent/values/77",
      "there is no agent 42; known: 9001, 9002, 9003",
    ],
    [
      "too many attributes",
      hubspot({ attributes: Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`a${n}`, tier])) }),
      "/hubspot/attributes",
      "must have at most 50 keys",
    ],
  ])("%s", (_name, enrichment, pointer, message) => {
    expect(problemsOf(enrichment)).toEqual([at(pointer, message)]);
  });

  test("an endpoint with the name of the enrichment's secret", () => {
    const config = desk({ url: URL });
    config.webhooks.push({ ...config.webhooks[0], id: "enrichment" });
    expect(checkConfig(config).problems).toEqual([
      {
        pointer: "/webhooks/1/id",
        message: '"enrichment" is the name of the enrichment\'s own secret: choose another',
      },
    ]);
  });
});

describe("a skills service is looked at as closely", () => {
  const skilled = (skills: Loose): Loose => {
    const config = desk(undefined);
    config.routing.skills = skills;
    return config;
  };
  test.each<[string, Loose]>([
    ["on this machine, in development", { url: "http://127.0.0.1:8080/skills" }],
    ["by an address with parameters", { url: "https://hr.example.com/skills?desk=main" }],
    ["as slowly as it may", { url: "https://hr.example.com/skills", timeout: "30s" }],
  ])("%s it may be asked", (_name, skills) => {
    expect(checkConfig(skilled(skills)).problems).toEqual([]);
    expect(configWarnings(skilled(skills), NOW)).toEqual([]);
  });

  test.each<[string, Loose, string, string]>([
    ["no address", {}, "/url", "is missing; it must be a text"],
    ["no encryption", { url: "http://hr.example.com/" }, "/url", "must be an https address of a public host"],
    ["a private address", { url: "https://10.0.0.1/" }, "/url", "must be an https address of a public host"],
    ["a name of the office's", { url: "https://hr/" }, "/url", "must be an https address of a public host"],
    [
      "credentials",
      { url: "https://desk:pw@hr.example.com/" },
      "/url",
      "must carry no credentials: every call is signed",
    ],
    [
      "a secret",
      { url: "https://hr.example.com/?token=x" },
      "/url",
      'must carry no secret such as "token": every call is signed',
    ],
    ["too little time", { url: URL, timeout: "99ms" }, "/timeout", "must be from 100ms to 30s"],
    ["too much time", { url: URL, timeout: "31s" }, "/timeout", "must be from 100ms to 30s"],
  ])("%s is named", (_name, skills, pointer, message) => {
    expect(checkConfig(skilled(skills)).problems).toEqual([
      { pointer: `/routing/skills${pointer}`, message },
    ]);
  });

  test("an endpoint may not have the name of its secret", () => {
    const config = desk({ url: URL });
    config.webhooks.push({ ...config.webhooks[0], id: "skills" });
    expect(checkConfig(config).problems).toEqual([
      {
        pointer: "/webhooks/1/id",
        message: '"skills" is the name of the skills service\'s own secret: choose another',
      },
    ]);
  });
});

describe("what is valid but probably unintended is a warning", () => {
  test.each<[string, Loose, string, string]>([
    [
      "data that is stale before it is asked for again",
      { url: URL, cacheFor: "2h", staleAfter: "1h" },
      "/staleAfter",
      "is shorter than cacheFor: what is kept turns stale before anybody is asked again",
    ],
    [
      "HubSpot beside another adapter",
      { ...hubspot(), adapter: "generic", url: URL },
      "/hubspot",
      'has no effect without `"adapter": "hubspot"`',
    ],
    [
      "a subject that nobody gets",
      { ...hubspot(), shareSubject: true },
      "/shareSubject",
      "has no effect: HubSpot is asked for a contact only",
    ],
    [
      "finding by what Telegram does not tell",
      hubspot({ findBy: { email: "email" } }),
      "/hubspot/findBy",
      "finds nobody: Telegram tells no e-mail address: name telegramId, too",
    ],
    [
      "finding by what hardly anybody tells",
      hubspot({ findBy: { email: "email", phone: "phone" } }),
      "/hubspot/findBy",
      "finds only customers who have shared their own phone number with the bot: name telegramId, too",
    ],
    [
      "an e-mail address beside what finds them",
      hubspot({ findBy: { telegramId: "telegram_id", email: "email" } }),
      "/hubspot/findBy/email",
      "has no effect: Telegram tells no e-mail address, and intake asks for none",
    ],
    [
      "HubSpot for nothing",
      { adapter: "hubspot", hubspot: { findBy } },
      "/hubspot",
      "maps no property to anything: what HubSpot knows has no effect",
    ],
  ])("%s", (_name, enrichment, pointer, message) => {
    expect(problemsOf(enrichment)).toEqual([]);
    expect(configWarnings(desk(enrichment), NOW)).toEqual([at(pointer, message)]);
  });
});
