import { describe, expect, test } from "vitest";
import { durationMs } from "../../src/domain/duration.ts";
import { cut, subjectOf } from "../../src/domain/ticket/subject.ts";
import { parsePress, pressData, type Press } from "../../src/telegram/callback.ts";
import { joinTexts } from "../../src/telegram/join-texts.ts";
import { slashed } from "../../src/telegram/slashed.ts";
import { refOfTopicName, topicName } from "../../src/telegram/topic-name.ts";
import { durationWords } from "../../src/texts/en/when.ts";
import { bold, join, rich } from "../../src/texts/rich-text.ts";
import fc from "../support/fast-check.ts";

const FAMILY = "👨‍👩‍👧‍👦";

describe("subjects and names", () => {
  test("the subject is the first line that says something", () => {
    expect(subjectOf("\n  \n My   printer\tburns \nhelp", "Message")).toBe("My printer burns");
    expect(subjectOf(null, "Photo")).toBe("Photo");
    expect(subjectOf("\u202e\u200b", "Message")).toBe("Message");
  });

  test("a long subject is cut between words, never inside an emoji", () => {
    const subject = subjectOf("printer ".repeat(20), "");
    expect(subject).toMatch(/^(printer )+printer…$/);
    expect(cut(FAMILY.repeat(20), 10)).toBe(`${FAMILY}…`);
    expect(cut("exactly", 7)).toBe("exactly");
  });

  test("a topic's name keeps the reference and stays within Telegram's 128 characters, whatever people are called", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme", maxLength: 200 }),
        fc.string({ unit: "grapheme", maxLength: 200 }),
        (name, subject) => {
          const topic = topicName("SUP-1042", name, subject);
          expect(Array.from(topic).length).toBeLessThanOrEqual(128);
          expect(refOfTopicName(topic)).toBe("SUP-1042");
        },
      ),
    );
    expect(topicName("SUP-1", "Ada", "Printer")).toBe("SUP-1 · Ada · Printer");
  });
});

test("what buttons carry fits into 64 bytes and comes back as it was", () => {
  const id = fc.stringMatching(/^[a-z0-9](?:[a-z0-9-]{0,14}[a-z0-9])?$/);
  const ticket = fc
    .tuple(id, fc.integer({ min: 1, max: 999_999_999 }))
    .map(([group, number]) => `${group}:${number}`);
  const press: fc.Arbitrary<Press> = fc.oneof(
    fc.record({
      act: fc.constantFrom("claim" as const, "resolve" as const, "close" as const, "reopen" as const),
      ticket,
    }),
    fc.record({ act: fc.constant("answer" as const), ticket, field: id, option: id }),
    fc.record({ act: fc.constant("ask" as const), ticket, field: id }),
    fc.record({
      act: fc.constant("send_again" as const),
      delivery: ticket.map((one) => one.replace(":", ":m:")),
    }),
  );
  fc.assert(
    fc.property(press, (one) => {
      expect(new TextEncoder().encode(pressData(one)).length).toBeLessThanOrEqual(64);
      expect(parsePress(pressData(one))).toEqual(one);
    }),
  );
  for (const foreign of ["", "x", "hello", "c", "i:a:b:c", "zz:1:2"]) expect(parsePress(foreign)).toBeNull();
});

test.each([
  ["/claim", { kind: "command", name: "claim", bot: null, argument: "" }],
  [
    "/Resolve@Desk_bot new toner\nsent",
    { kind: "command", name: "resolve", bot: "Desk_bot", argument: "new toner\nsent" },
  ],
  ["  /close", { kind: "command", name: "close", bot: null, argument: "" }],
  ["\u200b/close", { kind: "command", name: "close", bot: null, argument: "" }],
  ["//call him", { kind: "note", text: "call him" }],
  ["//", { kind: "note", text: "" }],
  ["/ ok", { kind: "slip" }],
  ["/понятно", { kind: "slip" }],
  ["/claim!", { kind: "slip" }],
  ["／close", { kind: "slip" }],
  ["and/or", null],
  ["", null],
])("what an agent types as %j is read as %j", (text, expected) => {
  expect(slashed(text)).toEqual(expected);
});

test("rich text keeps its marks in place, counted in UTF-16", () => {
  const text = rich`${FAMILY} ${bold("SUP-1")} is ${join([bold("open"), "!"])}`;
  for (const { offset, length } of text.marks) {
    expect(["SUP-1", "open"]).toContain(text.text.slice(offset, offset + length));
  }
});

describe("joined texts", () => {
  const at = Date.parse("2026-03-02T12:04:00Z");

  test("say who wrote and when, in order, and keep their formatting", () => {
    const { message, count } = joinTexts("Ada", [
      { text: "it burns", entities: [{ type: "bold", offset: 3, length: 5 }], sentAt: at },
      { text: "help", entities: [], sentAt: at + 60_000 },
    ]);
    expect(count).toBe(2);
    expect(message.text).toBe("Ada wrote:\n\n12:04 it burns\n\n12:05 help");
    const burns = message.entities.find((entity) => entity.type === "bold" && entity.offset > 3)!;
    expect(message.text.slice(burns.offset, burns.offset + burns.length)).toBe("burns");
  });

  test("never pass 4096 characters, lose nothing and keep the order, whatever was written", () => {
    const text = fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 1500 })
      .filter((one) => one.length <= 4096);
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 12 }), (texts) => {
        let rest = texts.map((one) => ({ text: one, entities: [], sentAt: at }));
        let said = "";
        while (rest.length > 0) {
          const { message, count } = joinTexts("Ada", rest);
          expect(message.text.length).toBeLessThanOrEqual(4096);
          expect(count).toBeGreaterThan(0);
          said += message.text;
          rest = rest.slice(count);
        }
        let from = 0;
        for (const one of texts) {
          const found = said.indexOf(one, from);
          expect(found).toBeGreaterThanOrEqual(from);
          from = found + one.length;
        }
      }),
      { numRuns: 50 },
    );
  });

  test("never have more than 100 entities, because Telegram drops what is above", () => {
    const words = Array.from({ length: 30 }, (_, n) => `w${n}`).join(" ");
    const entities = words.split(" ").map((word) => ({
      type: "bold" as const,
      offset: words.indexOf(word),
      length: word.length,
    }));
    const texts = Array.from({ length: 5 }, () => ({ text: words, entities, sentAt: at }));
    const { message, count } = joinTexts("Ada", texts);
    expect([count, message.entities.length]).toEqual([3, 94]);
  });

  test("a single text of Telegram's full length goes as it is", () => {
    const full = "x".repeat(4096);
    expect(joinTexts("Ada", [{ text: full, entities: [], sentAt: at }]).message.text).toBe(full);
  });
});

test.each([
  ["90s", 90_000, "90 seconds"],
  ["15m", 900_000, "15 minutes"],
  ["1h", 3_600_000, "1 hour"],
  ["72h", 259_200_000, "3 days"],
  ["2500ms", 2_500, "2500 ms"],
])("%s is %d ms, in words %s", (text, ms, words) => {
  expect(durationMs(text)).toBe(ms);
  expect(durationWords(ms)).toBe(words);
});

test.each(["", "5", "m", "-5m", "1.5h", "5 m", "5w", "99999999999d", "4000d"])(
  "%j is no duration",
  (text) => {
    expect(durationMs(text)).toBeUndefined();
  },
);
