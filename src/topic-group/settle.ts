import type { UnreachableReason } from "../domain/contact.ts";
import { OUTBOX_AGE_MAX_MS, OUTBOX_ATTEMPTS_MAX, SEND_TIMEOUT_MS } from "../domain/limits.ts";
import { isActive } from "../domain/status.ts";
import { pressData } from "../telegram/callback.ts";
import type { Outcome, RefusalClass } from "../telegram/outcome.ts";
import {
  customerSentUncopyable,
  customerUndelivered,
  outcomeUnknown,
  parkedNotice,
  SEND_AGAIN,
  sourceGone,
  undelivered,
} from "../telegram/text.ts";
import { FACTS } from "./facts.ts";
import { setUnreachable } from "./from-customer.ts";
import { adoptTopic } from "./from-staff.ts";
import { chatOfLane, isChatLane, STAFF, STAFF_CHAT } from "./lane.ts";
import type { MessageRow } from "./messages.ts";
import type { OutboxRow } from "./outbox.ts";
import type { Job } from "./plan.ts";
import { NEW_VIEW } from "./shapes.ts";
import { replyParameters, type Transaction } from "./transaction.ts";
import { iconsOf, nextViewStep, type TopicIcons, type ViewContext, type ViewStep } from "./topic-view.ts";

/** What keeps a whole lane from working until people mend it. */
export type Trouble = "bot.cannot_manage_topics" | "group.not_a_forum" | "group.gone" | "bot.token_refused";

/**
 * What an outcome means beyond the job itself.
 *
 * - `trouble`: the lane rests until it is mended; the job waits, uncounted
 * - `failed`: this job is tried again later
 */
export type Settled = { kind: "ok" } | { kind: "failed" } | { kind: "trouble"; trouble: Trouble };

const OK: Settled = { kind: "ok" };
const FAILED: Settled = { kind: "failed" };

/** How a failed job is tried again. */
export interface Retry {
  /** When, at the earliest. */
  at: number;
  /** Whether this failure counts towards the limit: it does not while nobody gets an answer from Telegram. */
  counts: boolean;
}

/** Settles what came of a job, in the transaction of its caller. `defer` is the lane's business, not the job's. */
export function settle(
  tx: Transaction,
  job: Job,
  carried: readonly MessageRow[],
  outcome: Exclude<Outcome, { kind: "defer" }>,
  context: SettleContext,
): Settled {
  switch (job.kind) {
    case "relay":
      return settleRelay(tx, job, carried, outcome, context);
    case "work":
      return settleWork(tx, job.row, outcome, context);
    case "view":
      return settleView(tx, job, outcome, context);
    default:
      return job satisfies never;
  }
}

export interface SettleContext {
  retry: Retry;
  mustNotRepeat: boolean;
  viewContextOf: (row: Extract<Job, { kind: "view" }>["row"]) => ViewContext | null;
}

type Final = Exclude<Outcome, { kind: "defer" }>;
type Refused = Extract<Outcome, { kind: "refused" }>;

// ── Relayed messages ────────────────────────────────────────────────────────────────────────────────────────

function settleRelay(
  tx: Transaction,
  job: Extract<Job, { kind: "relay" }>,
  carried: readonly MessageRow[],
  outcome: Final,
  { retry, mustNotRepeat }: SettleContext,
): Settled {
  switch (outcome.kind) {
    case "done":
      return relayed(tx, job, carried, outcome.result);
    case "uncertain":
      if (!mustNotRepeat) return againLater(tx, carried, outcome.code, retry);
      for (const row of carried) relayUncertain(tx, row);
      return FAILED;
    case "retry":
      return againLater(tx, carried, outcome.code, retry);
    case "refused":
      return relayRefused(tx, job, carried, outcome);
    default:
      return outcome satisfies never;
  }
}

function relayed(
  tx: Transaction,
  job: Extract<Job, { kind: "relay" }>,
  carried: readonly MessageRow[],
  result: unknown,
): Settled {
  const topicId = tx.store.ticket(carried[0]!.ticket)?.ticket.topicId;
  if (carried[0]!.lane === STAFF && strayed(result, topicId ?? null))
    return { kind: "trouble", trouble: "group.not_a_forum" };
  const inOrder = [...carried].sort((a, b) => a.messageId - b.messageId);
  const ids = messageIds(result);
  for (const [index, row] of inOrder.entries()) {
    // Where Telegram skipped items of an album it does not say which, so no link is better than a wrong one.
    const copyId = job.joined ? ids[0] : ids.length === inOrder.length ? ids[index] : undefined;
    tx.messages.done(row, copyId ?? null);
  }
  return OK;
}

function messageIds(result: unknown): number[] {
  return [result].flat().flatMap((one) => {
    const id = (one as { message_id?: unknown } | null)?.message_id;
    return typeof id === "number" ? [id] : [];
  });
}

/** Whether a message meant for a topic landed in the main chat, which Telegram does silently without forum mode. */
function strayed(result: unknown, topicId: number | null): boolean {
  if (topicId === null || typeof result !== "object" || result === null || !("chat" in result)) return false;
  return (result as { message_thread_id?: number }).message_thread_id !== topicId;
}

/** Nobody knows whether the customer got it: an agent decides whether to send it again. */
export function relayUncertain(tx: Transaction, row: MessageRow): void {
  tx.messages.update(row, { state: "uncertain", attemptedAt: null, code: "outcome_unknown" });
  tx.apply(row.ticket, { type: "delivery_uncertain" });
  tx.tellTopic(row.ticket, outcomeUnknown(), {
    reply_parameters: replyParameters(row.messageId),
    ...sendAgainButton(tx, "m", row.seq),
  });
}

function sendAgainButton(tx: Transaction, letter: "m" | "o", seq: number) {
  const data = pressData({ act: "send_again", delivery: `${tx.rules.group.id}:${letter}:${seq}` });
  return { reply_markup: { inline_keyboard: [[{ text: SEND_AGAIN, callback_data: data }]] } };
}

function againLater(tx: Transaction, rows: readonly MessageRow[], code: string, retry: Retry): Settled {
  for (const row of rows) {
    const attempts = row.attempts + (retry.counts ? 1 : 0);
    if (attempts >= OUTBOX_ATTEMPTS_MAX || tx.now - row.acceptedAt > OUTBOX_AGE_MAX_MS) park(tx, row, code);
    else tx.messages.update(row, { attempts, attemptedAt: null, notBefore: retry.at });
  }
  tx.wake(retry.at);
  return FAILED;
}

/** Gives a delivery up for now: said once where it matters, kept for somebody to replay. */
function park(tx: Transaction, row: MessageRow, code: string): void {
  tx.messages.update(row, { state: "parked", attemptedAt: null, attempts: row.attempts + 1, code });
  tx.apply(row.ticket, { type: "delivery_failed", code });
  const reply = row.chat === STAFF_CHAT ? { reply_parameters: replyParameters(row.messageId) } : {};
  tx.tellTopic(row.ticket, parkedNotice(row.chat === STAFF_CHAT, code), {
    ...reply,
    ...sendAgainButton(tx, "m", row.seq),
  });
}

const UNREACHABLE: Partial<Record<RefusalClass, UnreachableReason>> = {
  client_blocked: "blocked",
  client_gone: "gone",
  chat_gone: "gone",
  client_unreachable: "never_started",
};

function relayRefused(
  tx: Transaction,
  job: Extract<Job, { kind: "relay" }>,
  carried: readonly MessageRow[],
  refused: Refused,
): Settled {
  const { code } = refused;
  const first = carried[0]!;
  if (code === "reply_gone") {
    for (const row of carried) {
      const { quote: _, ...content } = row.content ?? {};
      const kept = Object.keys(content).length === 0 ? null : content;
      tx.messages.update(row, { replyTo: null, content: kept, attemptedAt: null });
    }
    return OK;
  }
  // A copy names two chats, and the answer does not say which of them is unknown. If it is the group, the notice that
  // this one was put aside will meet the same answer and stop the lane; one customer's chat never does.
  const trouble = code === "chat_gone" ? null : troubleOf(refused, first.lane);
  if (trouble !== null) {
    for (const row of carried) if (row.attemptedAt !== null) tx.messages.update(row, { attemptedAt: null });
    return { kind: "trouble", trouble };
  }
  return first.lane === STAFF ? toStaffRefused(tx, job, carried, code) : toCustomerRefused(tx, carried, code);
}

function toStaffRefused(
  tx: Transaction,
  job: Extract<Job, { kind: "relay" }>,
  carried: readonly MessageRow[],
  code: RefusalClass,
): Settled {
  const first = carried[0]!;
  switch (code) {
    case "topic_gone":
      loseTopic(tx, first.ticket);
      // Sent again into the new topic; should that one be refused too, the limit ends it.
      return againLater(tx, carried, code, { at: tx.now, counts: true });
    case "uncopyable":
      for (const row of carried) tx.messages.update(row, { state: "refused", content: null, code });
      tx.tellCustomer(first.writer, first.ticket, customerUndelivered(), {
        reply_parameters: replyParameters(first.messageId),
      });
      tx.tellTopic(first.ticket, customerSentUncopyable("unknown"));
      return OK;
    case "source_gone":
      for (const row of carried) tx.messages.update(row, { state: "refused", content: null, code });
      tx.tellTopic(first.ticket, sourceGone());
      return OK;
    case "validation":
    case "bug":
      if (job.joined) {
        // Whatever is wrong with the joined message, the originals can still be copied one by one.
        for (const row of carried) tx.messages.update(row, { content: null });
        return OK;
      }
      break;
    default:
  }
  for (const row of carried) park(tx, row, code);
  return OK;
}

function toCustomerRefused(tx: Transaction, carried: readonly MessageRow[], code: RefusalClass): Settled {
  const first = carried[0]!;
  for (const row of carried)
    tx.messages.update(row, { state: "refused", content: null, attemptedAt: null, code });
  const unreachable = UNREACHABLE[code];
  if (unreachable === undefined) {
    tx.apply(first.ticket, { type: "delivery_failed", code });
    tx.tellTopic(first.ticket, undelivered(code), { reply_parameters: replyParameters(first.messageId) });
    return OK;
  }
  // The reason is said once on the ticket; every message that did not arrive carries a sign.
  noteUnreachable(tx, chatOfLane(first.lane), unreachable);
  tx.sign(first.ticket, first.messageId, "👎");
  return OK;
}

function noteUnreachable(tx: Transaction, customer: number, reason: UnreachableReason): void {
  if (tx.store.customer(customer)?.unreachable !== reason) setUnreachable(tx, customer, reason);
}

/** The topic is gone: the ticket gets a new one as soon as something has to be said in it. */
function loseTopic(tx: Transaction, number: number): void {
  const row = tx.store.ticket(number);
  if (row === undefined || row.ticket.topicId === null) return;
  tx.apply(number, { type: "topic_lost", topicId: row.ticket.topicId });
  tx.store.saveView(number, NEW_VIEW, isActive(row.ticket) ? tx.now : null);
}

/** A refusal that is about the lane as a whole, not about what was to be sent. */
function troubleOf({ code, description }: Refused, lane: string): Trouble | null {
  if (code === "fatal") return "bot.token_refused";
  if (lane !== STAFF) return null;
  if (code === "desk_gone" || code === "chat_gone" || code === "migrated") return "group.gone";
  if (code === "config" && /forum/i.test(description)) return "group.not_a_forum";
  return code === "config" || code === "topic_closed" ? "bot.cannot_manage_topics" : null;
}

// ── Other work ──────────────────────────────────────────────────────────────────────────────────────────────

function settleWork(tx: Transaction, row: OutboxRow, outcome: Final, context: SettleContext): Settled {
  switch (outcome.kind) {
    case "done":
      return workDone(tx, row, outcome.result);
    case "uncertain":
      if (context.mustNotRepeat) {
        noticeUncertain(tx, row);
        return FAILED;
      }
      return workAgainLater(tx, row, outcome.code, context.retry);
    case "retry":
      return workAgainLater(tx, row, outcome.code, context.retry);
    case "refused":
      return workRefused(tx, row, outcome, context);
    default:
      return outcome satisfies never;
  }
}

function workDone(tx: Transaction, row: OutboxRow, result: unknown): Settled {
  const work = row.payload;
  tx.outbox.remove(row.seq);
  switch (work.kind) {
    case "receipt": {
      const id = messageIds(result)[0];
      if (id !== undefined && tx.store.ticket(row.ticket)?.receiptId === null)
        tx.store.saveReceipt(row.ticket, id);
      return OK;
    }
    case "mirror_delete":
      tx.messages.update(work.of, { state: "dropped", copyId: null });
      return OK;
    case "setup":
      if (work.fact !== null) tx.store.setFact(work.fact, factOf(work.fact, result));
      return OK;
    case "topic_notice": {
      const topicId = tx.store.ticket(row.ticket)?.ticket.topicId ?? null;
      return strayed(result, topicId) ? { kind: "trouble", trouble: "group.not_a_forum" } : OK;
    }
    default:
      return OK;
  }
}

function factOf(fact: string, result: unknown): unknown {
  if (fact === FACTS.icons) return iconsOf(result);
  if (fact === FACTS.botUsername) return (result as { username?: string } | null)?.username ?? null;
  return result;
}

export function noticeUncertain(tx: Transaction, row: OutboxRow): void {
  tx.outbox.update(row.seq, { state: "uncertain", attemptedAt: null, key: null, code: "outcome_unknown" });
  if (row.ticket !== 0) tx.tellTopic(row.ticket, outcomeUnknown(), sendAgainButton(tx, "o", row.seq));
}

/** Small things that are not worth keeping once they cannot be done at once. */
const FLEETING: ReadonlySet<OutboxRow["kind"]> = new Set([
  "toast",
  "staff_reaction",
  "mirror_reaction",
  "staff_hint",
]);

function workAgainLater(tx: Transaction, row: OutboxRow, code: string, retry: Retry): Settled {
  const attempts = row.attempts + (retry.counts ? 1 : 0);
  const exhausted = attempts >= OUTBOX_ATTEMPTS_MAX || tx.now - row.acceptedAt > OUTBOX_AGE_MAX_MS;
  if (row.kind === "toast" || (exhausted && FLEETING.has(row.kind))) {
    tx.outbox.remove(row.seq);
  } else if (exhausted) {
    tx.outbox.update(row.seq, { state: "parked", attempts, attemptedAt: null, key: null, code });
  } else {
    tx.outbox.update(row.seq, { attempts, attemptedAt: null, notBefore: retry.at });
    tx.wake(retry.at);
  }
  return FAILED;
}

function workRefused(tx: Transaction, row: OutboxRow, refused: Refused, { retry }: SettleContext): Settled {
  const work = row.payload;
  const { code } = refused;
  const trouble = troubleOf(refused, row.lane);
  if (
    trouble !== null &&
    work.kind !== "orphan_topic" &&
    work.kind !== "staff_reaction" &&
    work.kind !== "staff_hint"
  ) {
    if (row.attemptedAt !== null) tx.outbox.update(row.seq, { attemptedAt: null });
    return { kind: "trouble", trouble };
  }
  switch (work.kind) {
    case "topic_notice":
      if (code === "topic_gone") {
        loseTopic(tx, row.ticket);
        const ticket = tx.store.ticket(row.ticket)?.ticket;
        if (ticket !== undefined && isActive(ticket))
          return workAgainLater(tx, row, code, { ...retry, at: tx.now, counts: true });
      } else if (code === "reply_gone") {
        const { reply_parameters: _, ...wordsOnly } = work.words;
        tx.outbox.update(row.seq, { payload: { ...work, words: wordsOnly } });
        return OK;
      }
      break;
    case "staff_hint":
      if (!work.plain && code !== "topic_gone") {
        // Ephemeral messages are young and not for every chat: then everybody may see it.
        tx.outbox.update(row.seq, { payload: { ...work, plain: true } });
        return OK;
      }
      break;
    case "receipt": {
      const receiptId = tx.store.ticket(row.ticket)?.receiptId;
      if (code === "target_gone" && receiptId != null) {
        // The customer deleted it: they get a new one.
        tx.store.saveReceipt(row.ticket, null);
        return OK;
      }
      break;
    }
    case "mirror_edit":
      if (isChatLane(row.lane) && UNREACHABLE[code] === undefined)
        tx.tellTopic(row.ticket, undelivered(code), repliesTo(work.of));
      break;
    case "mirror_delete":
      tx.tellTopic(row.ticket, undelivered(code === "permanent" ? "too_late" : code), repliesTo(work.of));
      break;
    case "setup":
      if (work.fact !== null) tx.store.setFact(work.fact, null);
      break;
    default:
  }
  const unreachable = UNREACHABLE[code];
  if (unreachable !== undefined && isChatLane(row.lane) && work.kind !== "direct") {
    noteUnreachable(tx, chatOfLane(row.lane), unreachable);
  }
  tx.outbox.remove(row.seq);
  return OK;
}

function repliesTo(of: { chat: number; messageId: number }) {
  return of.chat === STAFF_CHAT ? { reply_parameters: replyParameters(of.messageId) } : {};
}

// ── Views ───────────────────────────────────────────────────────────────────────────────────────────────────

function settleView(
  tx: Transaction,
  { row: seen, step }: Extract<Job, { kind: "view" }>,
  outcome: Final,
  { retry, viewContextOf }: SettleContext,
): Settled {
  const { number } = seen.ticket;
  const row = tx.store.ticket(number)!;
  switch (outcome.kind) {
    case "done": {
      if (step.what === "create") {
        const topicId = (outcome.result as { message_thread_id?: number } | null)?.message_thread_id;
        // The echo of its own service message may have told before the answer did.
        if (topicId !== undefined && row.ticket.topicId === null) adoptTopic(tx, number, topicId);
      }
      const now = tx.store.ticket(number)!;
      if (step.what === "post_card" && strayed(outcome.result, now.ticket.topicId)) {
        return { kind: "trouble", trouble: "group.not_a_forum" };
      }
      const cardId = step.what === "post_card" ? (messageIds(outcome.result)[0] ?? null) : now.view.cardId;
      const view = { ...now.view, ...step.shows, cardId, creatingSince: null };
      const context = viewContextOf(now);
      const next = context === null ? null : nextViewStep({ ...now, view }, context);
      tx.store.saveView(number, view, next === null ? null : Math.max(tx.now, now.viewDueAt ?? 0));
      return OK;
    }
    case "uncertain":
      // A created topic shows itself by its echo; until then there is no second try.
      if (step.what !== "create") tx.store.saveView(number, row.view, retry.at);
      tx.wake(retry.at);
      return FAILED;
    case "retry":
      tx.store.saveView(number, { ...row.view, creatingSince: null }, retry.at);
      tx.wake(retry.at);
      return FAILED;
    case "refused":
      return viewRefused(tx, number, step.what, outcome, retry);
    default:
      return outcome satisfies never;
  }
}

function viewRefused(
  tx: Transaction,
  number: number,
  what: ViewStep["what"],
  refused: Refused,
  retry: Retry,
): Settled {
  const { code } = refused;
  const { view } = tx.store.ticket(number)!;
  const settled = { ...view, creatingSince: null };
  if (code === "topic_gone") {
    loseTopic(tx, number);
    return OK;
  }
  if (code === "target_gone" && what === "edit_card") {
    tx.store.saveView(number, { ...settled, cardId: null, card: null }, tx.now);
    return OK;
  }
  if (code === "validation" && (what === "create" || what === "rename")) {
    // Most likely an icon that Telegram has withdrawn: go on without icons until they are asked for again.
    tx.store.setFact(FACTS.icons, {} satisfies TopicIcons);
    tx.store.saveView(number, { ...settled, icon: null }, tx.now);
    return OK;
  }
  const trouble = troubleOf(refused, STAFF);
  if (trouble !== null) {
    tx.store.saveView(number, settled, retry.at);
    tx.wake(retry.at);
    return { kind: "trouble", trouble };
  }
  tx.store.saveView(number, settled, null);
  return FAILED;
}

/** The pause before a further try: at least the call's own timeout, growing, with jitter. */
export function retryPauseMs(failures: number, random: number): number {
  const pause = SEND_TIMEOUT_MS * 2 ** Math.min(failures, 5);
  return Math.round(pause * (1 + random / 4));
}
