import { expect, test, vi } from "vitest";
import type { Language } from "../../src/texts/languages.ts";
import { plain } from "../../src/texts/rich-text.ts";

/** A language of this test alone: each of its texts is its own name between marks. */
vi.mock("../../src/texts/languages.ts", async (original) => {
  const { DESK_LANGUAGE } = await original<{ DESK_LANGUAGE: Language }>();
  const named = (name: string, one: unknown): unknown => {
    if (typeof one === "function") return () => plain(`⟦${name}⟧`);
    if (typeof one !== "object" || one === null) return `⟦${name}⟧`;
    return Object.fromEntries(
      Object.entries(one).map(([key, value]) => [key, named(`${name}.${key}`, value)]),
    );
  };
  const texts = Object.entries(DESK_LANGUAGE).map(([name, one]) => [name, named(name, one)] as const);
  const language = Object.fromEntries(texts) as unknown as Language;
  return { DESK_LANGUAGE: language, PROGRAM_LANGUAGE: language, languageOf: () => language };
});

const notices = await import("../../src/texts/en/notices.ts");
const { worded } = await import("../../src/topic-group/commit/words.ts");
const { customerNoticeWork } = await import("../../src/topic-group/conversation/to-customer.ts");
const { directWork, agentNoticeWork, toastWork } =
  await import("../../src/topic-group/conversation/to-person.ts");
const { staffHintWork, topicNoticeWork, noticeEditWork } =
  await import("../../src/topic-group/conversation/to-staff.ts");
const { languageOf } = await import("../../src/texts/languages.ts");
const { cardKeyboard } = await import("../../src/telegram/card.ts");
const { topicName } = await import("../../src/telegram/topic-name.ts");
const { joinTexts } = await import("../../src/telegram/join-texts.ts");

const NAMES = Object.entries(notices).flatMap(([name, one]) => (typeof one === "function" ? [name] : []));
const context = {
  now: 0,
  rules: { group: { chatId: -1 }, policy: { zoneFor: () => "UTC" } },
  contacts: { get: () => undefined },
  tickets: { get: () => undefined },
  messages: { threadOf: () => null },
};
const ROW = { seq: 1, lane: "to:telegram:5", ticket: 0, attempts: 0, acceptedAt: 0 };

test.each(NAMES)("%s is in the reader's language wherever it is said", (name) => {
  const says = { notice: name, facts: [] };
  const said = { says, line: true, button: { says: "send_again", data: "d" } };
  const text = `⟦${name}⟧`;
  expect(worded(said as never, languageOf("xx"))).toMatchObject({
    text: `ℹ️ ${text}`,
    reply_markup: { inline_keyboard: [[{ text: "⟦BUTTONS.send_again⟧" }]] },
  });
  const leaves = (work: { call: unknown }, payload: object): unknown =>
    (work.call as (row: object, of: object) => unknown)({ ...ROW, payload }, context);
  const words = { says };
  const sent = { params: { text } };
  expect(leaves(customerNoticeWork, { kind: "customer_notice", words })).toMatchObject(sent);
  expect(leaves(topicNoticeWork, { kind: "topic_notice", words })).toMatchObject(sent);
  expect(
    leaves(staffHintWork, { kind: "staff_hint", receiver: 1, topicId: 2, plain: false, words }),
  ).toMatchObject(sent);
  expect(leaves(noticeEditWork, { kind: "notice_edit", messageId: 3, words })).toMatchObject(sent);
  expect(leaves(directWork, { kind: "direct", chatId: 4, words })).toMatchObject(sent);
  expect(leaves(toastWork, { kind: "toast", queryId: "q", text: says })).toMatchObject(sent);
});

test("what is made of a ticket when it is shown is in that language, too", () => {
  const told = {
    kind: "agent_notice",
    agent: { id: 7, name: "Ada" },
    notice: { code: "assignment.ignored" },
  };
  expect(
    (agentNoticeWork.call as (row: object, of: object) => unknown)({ ...ROW, payload: told }, context),
  ).toMatchObject({
    params: { text: "⟦agentNotice⟧" },
  });
  const buttons = cardKeyboard({
    movedTo: null,
    status: "open",
    assignee: null,
    group: "a",
    number: 1,
  } as never);
  expect(buttons.flat().map(({ text }) => text)).toEqual([
    "⟦CARD_BUTTONS.claim⟧",
    "⟦CARD_BUTTONS.resolve⟧",
    "⟦CARD_BUTTONS.close⟧",
  ]);
  expect(topicName("SUP-1", "", "42")).toBe("SUP-1 · ⟦CUSTOMER⟧ · 42");
  expect(joinTexts("Ada", [{ text: "42", entities: [], sentAt: 0 }]).message.text).toBe(
    "⟦customerWrote⟧\n\n00:00 42",
  );
});
