import { describe, expect, test } from "vitest";
import { contactId } from "../../src/domain/contact/contact-id.ts";
import type { NoAnswer } from "../../src/domain/routing/no-answer.ts";
import { NO_PROFILE, type Unfit } from "../../src/domain/routing/profile.ts";
import type { RoutingReason } from "../../src/domain/routing/reason.ts";
import type { TicketEvent } from "../../src/domain/ticket/event.ts";
import type { InternalNote, Note } from "../../src/domain/ticket/note.ts";
import type { Subject } from "../../src/domain/ticket/subject.ts";
import { eventForPrograms } from "../../src/texts/for-programs.ts";
import { inWords, notice, type Notice } from "../../src/texts/notice.ts";
import { replyParameters, worded } from "../../src/topic-group/commit/words.ts";
import { opened } from "../support/tickets.ts";

const ADA = { kind: "agent", id: 7, name: "Ada" } as const;

test.each<Notice>([
  notice("slipHint"),
  notice("undelivered", "client_blocked"),
  notice("customerNotice", { code: "ticket.resolved", ref: "SUP-1", autoCloseAfterMs: 259_200_000 }),
  notice("topicNotice", { code: "ticket.resolved", by: ADA, note: "done" }),
  notice("reminderSet", 1_700_000_000_000, 7_200_000, "Europe/Berlin"),
  notice("queueList", { open: 3, unclaimed: 1 }, [], 3, "UTC"),
  notice("laneStalled", { group: "support" }, { why: "flood", since: 0, until: null }),
  notice("customerToast", "unknown"),
])("a notice of a row says what it said when it was stored: $notice", (said) => {
  expect(inWords(JSON.parse(JSON.stringify(said)) as Notice)).toEqual(inWords(said));
});

test("a notice is put into words when it leaves, as a line of the desk's own where it is one", () => {
  const said = {
    says: notice("undelivered", "too_late"),
    line: true,
    button: { says: "send_again", data: "s:support:m:1" },
    reply_parameters: replyParameters(4),
  } as const;
  expect(worded(said)).toEqual({
    text: "⚠️ Not delivered. Telegram only deletes messages within 48 hours.",
    entities: [{ type: "italic", offset: 0, length: 65 }],
    link_preview_options: { is_disabled: true },
    reply_markup: { inline_keyboard: [[{ text: "Send again", callback_data: "s:support:m:1" }]] },
    reply_parameters: { message_id: 4, allow_sending_without_reply: true },
  });
});

test("the words of a row of an earlier release leave as they were stored", () => {
  const stored = {
    text: "ℹ️ Words of before.",
    entities: [{ type: "italic" as const, offset: 0, length: 19 }],
    link_preview_options: { is_disabled: true as const },
    reply_markup: { inline_keyboard: [[{ text: "Once more", callback_data: "s:support:m:1" }]] },
    reply_parameters: replyParameters(4),
  };
  expect(worded(stored)).toEqual(stored);
});

describe("why the desk did something to a ticket", () => {
  const reopened = (note: Note): TicketEvent => ({
    type: "ticket_reopened",
    at: 0,
    by: { kind: "customer", id: contactId(1) },
    from: "closed",
    to: "open",
    note,
  });

  test.each<[Note, string]>([
    [{ reason: "customer_wrote" }, "customer wrote"],
    [{ reason: "resolved_and_quiet" }, "resolved and quiet"],
    [{ reason: "taken_over", from: "Olga" }, "taken over from Olga"],
    [{ reason: "nobody_could_take_it" }, "nobody could take it"],
    [{ reason: "queue_of_another_group", queue: "vip" }, "the queue vip belongs to another group now"],
    [{ reason: "queue_gone", queue: "vip" }, "the queue vip is not there any more"],
    [{ reason: "group_gone", group: "main" }, "the group main is not there any more"],
    [
      "what an earlier release, or an agent, has written",
      "what an earlier release, or an agent, has written",
    ],
  ])("%j is told to people and programs in words", (note, words) => {
    expect(eventForPrograms(reopened(note))).toEqual(reopened(words));
    const told = notice("topicNotice", { code: "ticket.closed", by: ADA, note });
    expect(inWords(told).text).toBe(`🏁 Closed by Ada: ${words}`);
  });
});

describe("where nobody wrote words", () => {
  test.each<[Subject, string]>([
    [{ kind: "photo" }, "Photo"],
    [{ kind: "voice" }, "Voice message"],
    [{ kind: "unknown" }, "Message"],
    [{ kind: "request" }, "A request"],
    ["Photo", "Photo"],
  ])("the subject %j is told to people and programs in words", (subject, words) => {
    const about = opened(1);
    expect(eventForPrograms({ ...about, subject })).toEqual({ ...about, subject: words });
    expect(inWords(notice("customerSwitched", "SUP-1", subject)).text).toBe(`About SUP-1 · ${words}`);
  });

  test.each<[InternalNote, string]>([
    [{ kind: "photo" }, "(Photo)"],
    ["(Photo)", "(Photo)"],
    ["They called", "They called"],
  ])("the internal note %j is, too", (text, words) => {
    const noted = { type: "note_added", at: 0, by: ADA } as const;
    expect(eventForPrograms({ ...noted, text })).toEqual({ ...noted, text: words });
    expect(inWords(notice("notedBy", "Ada", text)).text).toBe(`✍ Ada:\n${words}`);
  });
});

describe("what became of a question to another system is told to programs in words", () => {
  const by = { kind: "system", rule: "enrichment" } as const;
  const answered = (ignored: (Unfit | string)[]): TicketEvent => ({
    type: "enrichment_answered",
    at: 0,
    by,
    profile: NO_PROFILE,
    ignored,
    latencyMs: 5,
  });
  const failed = (why: NoAnswer | string): TicketEvent => ({
    type: "enrichment_failed",
    at: 0,
    by,
    code: "timeout",
    why,
    latencyMs: 5,
  });

  test("puts codes with facts into words", () => {
    expect(eventForPrograms(answered([{ unfit: "tier", tier: "gold" }]))).toEqual(
      answered(['tier "gold" is not one of the desk\'s']),
    );
    expect(eventForPrograms(failed({ why: "timeout", timeoutMs: 100 }))).toEqual(
      failed("no answer within 100 ms"),
    );
  });

  test("tells words that the release before stored as they are", () => {
    expect(eventForPrograms(answered(['skill "latin" is nobody\'s']))).toEqual(
      answered(['skill "latin" is nobody\'s']),
    );
    expect(eventForPrograms(failed("answered 500"))).toEqual(failed("answered 500"));
  });
});

describe("what the release before stored in words leaves as it is", () => {
  const routing: RoutingReason = {
    queue: "general",
    stage: { kind: "strict" },
    why: ["served this customer before", { why: "slots", open: 0, capacity: 2 }],
    score: 1,
    others: [{ agent: { id: 8, name: "Bo" }, eligible: false, score: null, why: ["declined it"] }],
  };
  const assigned: TicketEvent = {
    type: "ticket_assigned",
    at: 0,
    by: { kind: "system", rule: "routing" },
    from: "open",
    to: "in_progress",
    assignee: 7,
    assigneeName: "Ada",
    routing,
  };

  test("keeps why an agent got a ticket", () => {
    const said = notice("topicNotice", { code: "ticket.assigned", by: ADA, assignee: ADA, routing });
    expect(inWords(said).text).toContain(
      "Why: queue general, served this customer before, 0 of 2 slots used.",
    );
    expect(eventForPrograms(assigned)).toEqual({
      ...assigned,
      routing: { ...routing, why: ["served this customer before", "0 of 2 slots used"] },
    });
  });

  test("keeps which skills no agent has", () => {
    const said = notice("skillsUnmet", { queue: "tax", why: ["nobody has latin 2"], overrideAfterMs: null });
    expect(inWords(said).text).toContain("has the skills for this ticket: nobody has latin 2.");
  });

  test("keeps the findings of a reconciliation", () => {
    const said = notice("agentNoticeInTopic", ADA, { code: "reconciliation", lines: ["One.", "Two."] });
    expect(inWords(said).text).toBe("🔔 Ada: 🔎 Check needed:\nOne.\nTwo.");
    const found = { findings: [{ kind: "webhook.unknown", mended: false } as const], timeZone: "UTC" };
    expect(inWords(notice("agentNoticeInTopic", ADA, { code: "reconciliation", ...found })).text).toBe(
      "🔔 Ada: 🔎 Check needed:\nTelegram didn't answer when asked about the webhook.",
    );
  });

  test("keeps why an agent gets no tickets", () => {
    const line = { name: "Ada", lead: false, until: null, open: 0, capacity: 2 };
    const words = (because: string): string =>
      inWords(notice("teamList", [{ ...line, because }], 0, 1, "UTC")).text;
    expect(words("not on shift")).toBe(words("off_shift"));
  });
});
