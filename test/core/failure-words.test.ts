import { describe, expect, test } from "vitest";
import { REFUSAL_CLASSES } from "../../src/domain/desk/failure.ts";
import { parkedNotice, replyUndelivered, undelivered } from "../../src/texts/en/delivery.ts";
import { laneStalled, troubleNotice } from "../../src/texts/en/trouble.ts";

const CODES = [
  ...REFUSAL_CLASSES,
  "too_late",
  "former_chat",
  "no_answer",
  "unreadable_answer",
  "temporarily_unavailable",
  "desk_failed",
  "outcome_unknown",
  "http_500",
  "http_502",
  "of_a_former_release",
];
/** What only programs should read. */
const CODE = /\(\w+\)|\b[a-z]+[_.][a-z_]+\b/;

describe("why something did not arrive is said in words", () => {
  test.each(CODES)("%s", (code) => {
    const texts = [
      undelivered(code),
      replyUndelivered(code),
      parkedNotice(true, code),
      parkedNotice(false, code),
    ];
    for (const { text } of texts) {
      expect(text).not.toMatch(CODE);
      expect(text.length).toBeGreaterThan(30);
    }
  });
});

test("what keeps the group from working, and what makes it wait, is said in words", () => {
  for (const trouble of [
    "bot.cannot_manage_topics",
    "group.not_a_forum",
    "group.gone",
    "bot.token_refused",
  ] as const)
    expect(troubleNotice(trouble, "main").text).not.toMatch(CODE);
  for (const why of ["flood_wait", "topic_flood_wait", "no_answer"])
    expect(laneStalled(null, { why, since: 0, until: 1 }).text).not.toMatch(CODE);
});
