import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { ConfigCache } from "../../src/record/config-cache.ts";
import { ConfigStore } from "../../src/record/config-store.ts";
import { project } from "../../src/record/projection.ts";
import { RecordUnreachable } from "../../src/record/reach.ts";
import { exampleDesk, MAIN_CHAT, VIP_CHAT } from "../support/desks.ts";
import { FlakyD1 } from "../support/flaky-d1.ts";
import { emptyRecord } from "../support/http-desk.ts";
import { batchesOf, NOON, opened } from "../support/tickets.ts";

beforeEach(emptyRecord);

const by = (ifVersion: number, more: { note?: string; restoredFrom?: number } = {}) => ({
  by: "admin",
  at: NOON,
  ifVersion,
  ...more,
});
const named = (name: string) => ({ ...exampleDesk(), desk: { name } });

describe("the history of the configuration", () => {
  test("begins with nothing", async () => {
    const store = new ConfigStore(env.DB);
    expect(await store.current()).toBeNull();
    expect(await store.version(1)).toBeNull();
    expect(await store.list({ before: null, limit: 10 })).toEqual([]);
  });

  test("keeps each document as it was put, with who, when and why", async () => {
    const store = new ConfigStore(env.DB);
    expect(await store.put(named("One"), by(0, { note: "first" }))).toEqual({
      outcome: "stored",
      version: 1,
    });
    expect(await store.put(named("Two"), by(1))).toEqual({ outcome: "stored", version: 2 });
    expect(await store.version(1)).toEqual({
      version: 1,
      document: named("One"),
      createdAt: NOON,
      createdBy: "admin",
      note: "first",
      restoredFrom: null,
    });
    expect((await store.current())?.document).toEqual(named("Two"));
  });

  test("is listed newest first, page by page", async () => {
    const store = new ConfigStore(env.DB);
    for (const version of [0, 1, 2]) await store.put(named(`V${version}`), by(version));
    const first = await store.list({ before: null, limit: 2 });
    expect(first.map(({ version }) => version)).toEqual([3, 2]);
    const second = await store.list({ before: 2, limit: 2 });
    expect(second.map(({ version }) => version)).toEqual([1]);
    expect(first[0]).not.toHaveProperty("document");
  });

  test("does not grow when the document in force is put again, in whatever order of keys", async () => {
    const store = new ConfigStore(env.DB);
    await store.put(named("One"), by(0));
    const turned = Object.fromEntries(Object.entries(named("One")).toReversed());
    expect(await store.put(turned, by(1))).toEqual({ outcome: "unchanged", version: 1 });
    expect(await store.list({ before: null, limit: 10 })).toHaveLength(1);
  });

  test("lets one of many changes through that were made from the same version", async () => {
    const store = new ConfigStore(env.DB);
    await store.put(named("Start"), by(0));
    const outcomes = await Promise.all(
      Array.from({ length: 12 }, (_, index) => new ConfigStore(env.DB).put(named(`Racer ${index}`), by(1))),
    );
    expect(outcomes.filter(({ outcome }) => outcome === "stored")).toHaveLength(1);
    expect(outcomes.filter(({ outcome }) => outcome === "conflict")).toHaveLength(11);
    expect((await store.current())?.version).toBe(2);
  });

  test("refuses a change that was made from a version that is no longer in force", async () => {
    const store = new ConfigStore(env.DB);
    await store.put(named("One"), by(0));
    expect(await store.put(named("Two"), by(0))).toEqual({ outcome: "conflict", version: 1 });
  });
});

describe("a prefix belongs to the group that opened tickets with it", () => {
  test("so another group cannot take it, not even after the first is gone", async () => {
    await project(env.DB, batchesOf([opened(1)])[0]);
    const desk = exampleDesk();
    desk.groups[0].id = "berlin";
    for (const queue of desk.queues) if (queue.group === "main") queue.group = "berlin";
    for (const agent of desk.agents!)
      agent.groups = agent.groups.map((id) => (id === "main" ? "berlin" : id));
    desk.routing.fallbackPool = "berlin";
    const { problems } = await new ConfigStore(env.DB).check(desk, exampleDesk(), NOON);
    expect(problems).toEqual([
      {
        pointer: "/groups/0/prefix",
        message: '"SUP" names tickets of group "main" already: choose a prefix that was never used',
      },
    ]);
  });

  test("leaves the group free to keep it and to take it back, and mistakes no other for it", async () => {
    await project(env.DB, batchesOf([opened(1)])[0]);
    const desk = exampleDesk();
    desk.groups[1].prefix = "SU";
    const changed = exampleDesk();
    changed.groups[0].prefix = "HLP";
    expect((await new ConfigStore(env.DB).check(desk, changed, NOON)).problems).toEqual([]);
  });
});

describe("a chat that moved", () => {
  test("gets its new id in a new version, by Telegram", async () => {
    const store = new ConfigStore(env.DB);
    await store.put(exampleDesk(), by(0));
    const moved = await store.moveChat(MAIN_CHAT, -1_009, NOON);
    expect(moved?.version).toBe(2);
    expect(moved?.config.groups[0]?.chatId).toBe(-1_009);
    expect(await store.version(2)).toMatchObject({
      createdBy: "telegram",
      note: { reason: "chat_moved", from: MAIN_CHAT, to: -1_009 },
    });
  });

  test("has the note that an earlier release stored in words, and no author's note is taken for a reason", async () => {
    const stored = "INSERT INTO config_versions VALUES (?, '{}', 0, ?, ?, null)";
    const code = JSON.stringify({ reason: "chat_moved", from: -1, to: -2 });
    await env.DB.prepare(stored).bind(1, "telegram", "chat -1 became -2").run();
    await env.DB.prepare(stored).bind(2, "ops", code).run();
    const notes = (await new ConfigStore(env.DB).list({ before: null, limit: 9 })).map(({ note }) => note);
    expect(notes).toEqual([code, "chat -1 became -2"]);
  });

  test("moves once, however often it is told", async () => {
    const store = new ConfigStore(env.DB);
    await store.put(exampleDesk(), by(0));
    await Promise.all([1, 2, 3].map(() => new ConfigStore(env.DB).moveChat(MAIN_CHAT, -1_009, NOON)));
    expect((await store.moveChat(MAIN_CHAT, -1_009, NOON))?.version).toBe(2);
  });

  test("is not moved in a document that this release cannot read", async () => {
    await env.DB.prepare("INSERT INTO config_versions VALUES (1, '{}', 0, 'x', null, null)").run();
    expect(await new ConfigStore(env.DB).moveChat(MAIN_CHAT, -1_009, NOON)).toBeNull();
  });

  test("is not moved onto another group's chat", async () => {
    const store = new ConfigStore(env.DB);
    await store.put(exampleDesk(), by(0));
    expect(await store.moveChat(MAIN_CHAT, VIP_CHAT, NOON)).toBeNull();
    expect((await store.current())?.version).toBe(1);
  });
});

describe("what an isolate remembers of the configuration", () => {
  let clock = 0;
  let d1: FlakyD1;
  let cache: ConfigCache;
  let beside: Promise<unknown>[];
  const later = (ms: number) => (clock += ms);
  const get = async () => (await cache.get((work) => beside.push(work)))?.version ?? null;

  beforeEach(async () => {
    await new ConfigStore(env.DB).put(named("One"), by(0));
    clock = NOON;
    d1 = new FlakyD1(env.DB);
    cache = new ConfigCache(new ConfigStore(d1.database()), () => clock);
    beside = [];
  });

  test("is asked of D1 once in half a minute", async () => {
    for (let times = 0; times < 20; times += 1) expect(await get()).toBe(1);
    later(29_000);
    expect(await get()).toBe(1);
    expect(d1.queries).toBe(1);
  });

  test("serves the old one at once and learns the new one beside the request", async () => {
    await get();
    await new ConfigStore(env.DB).put(named("Two"), by(1));
    later(31_000);
    expect(await get()).toBe(1);
    expect(beside).toHaveLength(1);
    await Promise.all(beside);
    expect(await get()).toBe(2);
    expect(d1.queries).toBe(2);
  });

  test("does not answer from memory after minutes of silence while D1 can tell", async () => {
    await get();
    await new ConfigStore(env.DB).put(named("Two"), by(1));
    later(6 * 60_000);
    expect(await get()).toBe(2);
  });

  test("lasts as long as an outage of D1, and asks again only now and then", async () => {
    await get();
    d1.state = "failing";
    for (let minute = 0; minute < 60; minute += 1) {
      later(60_000);
      expect(await get()).toBe(1);
      expect(await get()).toBe(1);
    }
    await Promise.all(beside);
    expect(d1.queries).toBe(61);
    d1.state = "well";
    await new ConfigStore(env.DB).put(named("Two"), by(1));
    later(60_000);
    expect(await get()).toBe(2);
  });

  test("is nothing to go by while D1 has never answered", async () => {
    d1.state = "failing";
    await expect(get()).rejects.toThrow(RecordUnreachable);
    d1.state = "well";
    expect(await get()).toBe(1);
  });

  test("is looked up for a chat that it does not know, but for the same one only every few seconds", async () => {
    await get();
    await new ConfigStore(env.DB).put(named("Two"), by(1));
    expect((await cache.freshFor(-7))?.version).toBe(2);
    await new ConfigStore(env.DB).put(named("Three"), by(2));
    expect((await cache.freshFor(-7))?.version).toBe(2);
    expect(d1.queries).toBe(2);
    later(6_000);
    expect((await cache.freshFor(-7))?.version).toBe(3);
    expect((await cache.freshFor(-8))?.version).toBe(3);
    expect((await cache.certain())?.version).toBe(3);
    expect(d1.queries).toBe(5);
  });

  test("knows at once what was stored here", async () => {
    await get();
    const moved = await new ConfigStore(env.DB).moveChat(MAIN_CHAT, -1_009, NOON);
    cache.learn(moved!);
    expect(await get()).toBe(2);
  });

  test("is not undone by an answer from before it was stored", async () => {
    await get();
    await new ConfigStore(env.DB).put(named("Two"), by(1));
    const answer = Promise.withResolvers<void>();
    d1.held = answer.promise;
    const looking = cache.certain();
    const moved = await new ConfigStore(env.DB).moveChat(MAIN_CHAT, -1_009, NOON);
    cache.learn(moved!);
    answer.resolve();
    await looking;
    expect(await get()).toBe(3);
  });

  test("stays with the last readable one when a newer release cannot read an old document", async () => {
    await get();
    await env.DB.prepare(
      `INSERT INTO config_versions (version, document, created_at, created_by) VALUES (2, '{"old":1}', 0, 'x')`,
    ).run();
    later(6 * 60_000);
    expect(await get()).toBe(1);
  });
});
