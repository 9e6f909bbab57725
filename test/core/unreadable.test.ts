import type { Update } from "grammy/types";
import { describe, expect, test } from "vitest";
import { clipped, formatted } from "../../src/telegram/formatted.ts";
import { inbound } from "../../src/telegram/inbound.ts";
import { markKeyOf } from "../../src/telegram/mark.ts";
import { customerWroteElsewhere } from "../../src/texts/en/topic.ts";
import { rich, bold } from "../../src/texts/rich-text.ts";
import { words } from "../../src/topic-group/commit/words.ts";
import { brokenUpdates } from "../support/broken-updates.ts";
import fixture from "../support/telegram/updates.json";

const GROUP = -1002222222222;
const DESK = { botId: 7, groupChatId: GROUP, markKey: markKeyOf("7:token") };
const UPDATES = fixture.updates.map(({ update }) => update as unknown as Update);

describe("an update", () => {
  test("can be read, whichever of the collection it is", () => {
    const kinds = UPDATES.map((update) => inbound(update, DESK)).filter(({ kind }) => kind === "unreadable");
    expect(kinds).toEqual([]);
  });

  test("is read or is unreadable where a part is missing or has another form: reading never throws", () => {
    let unreadable = 0;
    let tried = 0;
    for (const update of UPDATES) {
      for (const broken of brokenUpdates(update)) {
        tried += 1;
        const arrival = inbound(broken as Update, DESK);
        if (arrival.kind === "unreadable") unreadable += 1;
        // What is read has the ids and dates that everything after it relies on.
        if (!("writing" in arrival)) continue;
        const { messageId, sentAt, text, entities } = arrival.writing;
        expect(Number.isSafeInteger(messageId) && Number.isSafeInteger(sentAt) && messageId >= 0).toBe(true);
        expect(text === null || typeof text === "string").toBe(true);
        expect(entities.every(({ offset, length }) => offset >= 0 && length >= 0)).toBe(true);
      }
    }
    expect(tried).toBeGreaterThan(10_000);
    expect(unreadable).toBeGreaterThan(1_000);
  });

  test("is told by the place that cannot be read, never by what it says", () => {
    const update = { update_id: 1, message: { message_id: 1, chat: { id: 5, type: "private" }, text: 7 } };
    expect(inbound(update as unknown as Update, DESK)).toEqual({ kind: "unreadable", where: "message.date" });
  });
});

test("a text that is too long is cut with its entities, and ends in an ellipsis", () => {
  const long = formatted(rich`${bold("x".repeat(10))}${bold("y".repeat(10))} tail`);
  expect(clipped(long, 100)).toEqual(long);
  expect(clipped(long, 15)).toEqual({
    text: `${"x".repeat(10)}yyyy…`,
    entities: [
      { type: "bold", offset: 0, length: 10 },
      { type: "bold", offset: 10, length: 4 },
    ],
  });
  expect(clipped(long, 11).entities).toEqual([{ type: "bold", offset: 0, length: 10 }]);
});

test("whatever the desk says is cut where Telegram would refuse it", () => {
  const said = words(customerWroteElsewhere("N".repeat(128), "k".repeat(64), "x".repeat(3_900)));
  expect([said.text.length, said.text.at(-1)]).toEqual([4_096, "…"]);
  expect(said.entities).toEqual([{ type: "bold", offset: said.text.indexOf("N"), length: 128 }]);
});
