import { runInDurableObject } from "cloudflare:test";
import { beforeEach, expect, test, vi } from "vitest";
import { contactId } from "../../src/domain/contact/contact-id.ts";
import { takenOver, type LeftBehind } from "../support/earlier-release.ts";
import { texts, type Stage } from "../support/stage.ts";

/*
 * A desk of the release `d3fab0e` was stopped while Telegram asked it to be left alone for an hour: what its objects and D1
 * held then (test/cases/states) is what today's code begins with.
 */

vi.setConfig({ testTimeout: 90_000 });

const states = import.meta.glob<LeftBehind>("../cases/states/*.json", { eager: true, import: "default" });
const [ADA, BEA, CLEO, DAN] = [5_550_000_001, 5_550_000_002, 5_550_000_003, 5_550_000_004];

let stage: Stage;
beforeEach(async () => {
  stage = await takenOver(states["../cases/states/d3fab0e.json"]);
});

/** Telegram may be asked again, and everything is said. */
async function anHourLater(): Promise<void> {
  await stage.moveTo(stage.now + 66 * 60_000);
  await stage.settle();
}

/** What the desk has asked of Telegram for a chat, in its order. */
async function callsTo(chat: number): Promise<string[]> {
  const calls = await stage.telegram.calls({});
  return calls
    .filter(({ method, params }) => params["chat_id"] === chat && method !== "sendChatAction")
    .map(
      ({ method, params }) =>
        `${method} ${typeof params["text"] === "string" && params["message_id"] === undefined ? params["text"].slice(0, 17) : JSON.stringify(params["message_id"])}`,
    );
}

async function waitingLanes(): Promise<string[]> {
  return runInDurableObject(stage.groupStub(), (_object, { storage }) =>
    storage.sql
      .exec<{ lane: string }>(
        `SELECT lane FROM messages WHERE state = 'waiting' AND lane <> 'staff'
         UNION SELECT lane FROM outbox WHERE state = 'waiting' AND lane <> 'staff' ORDER BY lane`,
      )
      .toArray()
      .map(({ lane }) => lane),
  );
}

test("what waited for a customer goes out in its order, once, and what is said now comes after it", async () => {
  await stage.settleNow();
  expect(await callsTo(ADA)).toEqual([]);
  // Said by today's code, to a chat for which rows of the release before wait.
  await stage.olga.write((await stage.topic("SUP-1")).id, "Said by today's release");
  await stage.settleNow();
  expect(await waitingLanes()).toEqual([`chat:${ADA}`, `chat:${DAN}`]);
  await anHourLater();

  const inTopic = await stage.inTopic("SUP-1");
  const said = ["Waiting one", "Waiting two", "Waiting three", "Said by today's release"];
  const [first, second, third, fourth] = said.map(
    (words) => inTopic.find(({ text }) => text === words)!.message_id,
  );
  expect(await callsTo(ADA)).toEqual([
    `copyMessage ${first}`,
    `copyMessage ${second}`,
    "editMessageText 5",
    "setMessageReaction 2",
    `copyMessage ${third}`,
    "sendMessage SUP-1 is resolved",
    "sendMessage ▸ SUP-1 · resolve",
    `copyMessage ${fourth}`,
  ]);
  expect((await stage.groupStub().health()).waiting).toEqual([]);
});

test("nothing of what waited is lost: messages in their topics, receipts, and what has moved to another group", async () => {
  await anHourLater();
  expect(texts(await stage.inTopic("SUP-1"))).toEqual(expect.arrayContaining(["Any news?"]));
  expect(texts(await stage.inTopic("SUP-4"))).toEqual(["My key is lost"]);
  expect(await callsTo(DAN)).toEqual(["sendMessage Thank you! Your r"]);
  const vip = stage.config.groups.find(({ id }) => id === "vip")!;
  const toVip = (await stage.telegram.calls({})).filter(({ params }) => params["chat_id"] === vip.chatId);
  expect(
    toVip.filter(({ method, params }) => method === "copyMessage" && params["from_chat_id"] === BEA),
  ).toHaveLength(1);
  for (const group of ["main", "vip"]) expect((await stage.groupStub(group).health()).waiting).toEqual([]);
});

test("a blocked customer stays blocked, and an erasure finds waiting rows in the former spelling", async () => {
  const before = await stage
    .groupStub()
    .privacy()
    .erasable([contactId(ADA)], 10);
  // Two of hers, and four to her, of which three wait; five other deliveries wait for her and her ticket's topic.
  expect(before).toMatchObject({ messages: 6, tickets: 1, refs: ["SUP-1"] });
  expect(before!.deliveries).toBeGreaterThanOrEqual(4);
  await anHourLater();
  const cleo = await stage.telegram.customer({ id: CLEO, firstName: "Cleo" });
  const calls = (await callsTo(CLEO)).length;
  await cleo.write("Still blocked?");
  await stage.settle();
  expect((await callsTo(CLEO)).length).toBe(calls);
  expect(texts(await stage.inTopic("SUP-3"))).not.toContain("Still blocked?");
});
