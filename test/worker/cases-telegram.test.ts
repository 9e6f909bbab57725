import { describe, expect, test } from "vitest";
import { unmetOf, type TelegramCase } from "../support/telegram-case.ts";

/** What people of other projects have met (test/cases/README.md), by file. */
const FILES = (
  import.meta as unknown as { glob<T>(pattern: string, options: object): Record<string, T> }
).glob<TelegramCase[]>("../cases/telegram/*.json", { eager: true, import: "default" });

/** Cases that do not hold yet. One that begins to hold fails until it is taken out. */
const PENDING: ReadonlySet<string> = new Set([
  // 01-rich-messages
  "rich-edit-same",
  // 01b-rich-variants
  "checklist-ticks",
  // 02-text-becomes-media
  "customer-text-to-photo",
  "agent-text-to-document",
  "customer-text-to-video",
  "rich-to-photo",
  // 03-premium-captions
  "reply-with-long-caption",
  "long-caption-edited",
  "agent-reply-with-long-caption",
  // 04-what-it-refers-to
  "forward-of-a-person",
  "reply-to-a-channel-post",
  "forward-hidden",
  "reply-to-a-story",
  // 05-private-topics
  "answer-in-the-topic-of-the-private-chat",
  "two-topics-of-one-private-chat",
  // 06-other-bots
  // 07-reactions
  "custom-emoji-after-thumb",
  "only-custom-emoji",
  // 08-names
  // 09-reply-to-a-note
  "reply-to-an-internal-note",
  "reply-to-an-outsider",
  // 10-corrected-by-an-edit
  "slip-corrected",
  "command-corrected",
  // 11-long-silence
  "group-silent-for-hours",
  // 12-late
  "written-five-hours-ago",
  // 13-channel-direct-messages
  // 14-polls
  "agents-poll",
  // 15-how-it-looks-after-an-edit
  "caption-above-stays-above",
  "preview-off-stays-off",
  // 17-quote-of-a-joined-message
  "quote-of-a-joined-message",
  // 18-answers-that-are-not-sent
]);

describe.each(Object.entries(FILES))("%s", (_, cases) => {
  for (const one of cases) {
    const isPending = PENDING.has(one.id);
    test(`${isPending ? "pending: " : ""}${one.id}: ${one.must}`, async () => {
      const unmet = await unmetOf(one);
      if (isPending) expect(unmet, "it holds now: take it out of PENDING").not.toEqual([]);
      else expect(unmet).toEqual([]);
    });
  }
});

test("what is pending is a case", () => {
  const ids = Object.values(FILES).flatMap((cases) => cases.map(({ id }) => id));
  expect([...PENDING].filter((id) => !ids.includes(id))).toEqual([]);
  expect(new Set(ids).size).toBe(ids.length);
});
