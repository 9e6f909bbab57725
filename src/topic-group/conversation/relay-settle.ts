import type { RefusalClass } from "../../domain/desk/failure.ts";
import { OUTBOX_AGE_MAX_MS, OUTBOX_ATTEMPTS_MAX, WRITTEN_EARLIER_MS } from "../../domain/limits.ts";
import { epochOf } from "../../domain/message-number.ts";
import { joinTexts } from "../../telegram/join-texts.ts";
import { NOT_DELIVERED } from "../../telegram/signs.ts";
import { notice } from "../../texts/notice.ts";
import type { Transaction } from "../commit/transaction.ts";
import { replyParameters, sendable } from "../commit/words.ts";
import type { RelayJob } from "../drain/job.ts";
import {
  FAILED,
  GIVEN_UP,
  messageIds,
  OK,
  sendAgainButton,
  strayed,
  troubleOf,
  type Final,
  type Refused,
  type Retry,
  type SettleContext,
  type Settled,
} from "../drain/settled.ts";
import { isOfCustomer, isRouteLane, routeOfLane, STAFF, STAFF_CHAT } from "../tables/lane.ts";
import type { MessageRow } from "../tables/messages.ts";
import { isHere } from "../tables/numbering.ts";
import { readerOf } from "../tables/reader.ts";
import { noteUnreachable, UNREACHABLE } from "./customers.ts";
import { tellSpoken } from "./speaking.ts";
import { loseTopic } from "./topic.ts";

/** Settles a copy that was to be made for a ticket that is here. */
export function settleRelayHere(
  tx: Transaction,
  job: RelayJob,
  carried: readonly MessageRow[],
  outcome: Final,
  { retry, mustNotRepeat }: SettleContext,
): Settled {
  switch (outcome.kind) {
    case "done":
      return relayed(tx, job, carried, outcome.result);
    case "uncertain":
      if (!mustNotRepeat) return againLater(tx, carried, outcome.code, retry);
      relayUncertain(tx, carried);
      return GIVEN_UP;
    case "retry":
      return againLater(tx, carried, outcome.code, retry);
    case "refused":
      return relayRefused(tx, job, carried, outcome);
    default:
      return outcome satisfies never;
  }
}

function relayed(tx: Transaction, job: RelayJob, carried: readonly MessageRow[], result: unknown): Settled {
  const ticket = tx.tickets.get(carried[0]!.ticket)?.ticket;
  const topicId = ticket?.topicId;
  const spoken: (MessageRow & { copyId: number })[] = [];
  if (carried[0]!.lane === STAFF && strayed(result, topicId ?? null))
    return { kind: "trouble", trouble: "group.not_a_forum" };
  const inOrder = [...carried].sort((a, b) => a.messageId - b.messageId);
  const ids = messageIds(result);
  for (const [index, row] of inOrder.entries()) {
    // Where Telegram skipped items of an album it does not say which, so no link is better than a wrong one.
    const isOne = job.joined || inOrder.length === 1;
    const copyId = isOne ? ids[0] : ids.length === inOrder.length ? ids[index] : undefined;
    tx.messages.done(row, copyId ?? null, tx.now);
    if (copyId !== undefined) spoken.push({ ...row, copyId });
  }
  if (ticket !== undefined) tellSpoken(tx, ticket, spoken);
  if (carried.length > 1 && !job.joined) sayWhenWritten(tx, inOrder[0]!, spoken[0]?.copyId ?? null);
  return OK;
}

/** Under an album, which takes no button, it stands when it was written, where that was long before. */
function sayWhenWritten(tx: Transaction, first: MessageRow, copyId: number | null): void {
  if (tx.now - first.sentAt <= WRITTEN_EARLIER_MS) return;
  const text = notice("writtenAt", first.sentAt, tx.rules.policy.zoneFor(null));
  const reply = copyId === null ? {} : { reply_parameters: replyParameters(copyId) };
  if (first.lane === STAFF) tx.notifyTopic(first.ticket, text, reply);
  else if (isRouteLane(first.lane)) tx.tellAt(routeOfLane(first.lane), first.ticket, text, reply);
}

/** It is unknown whether the customer got them: an agent decides whether to send them again. */
export function relayUncertain(tx: Transaction, sent: readonly MessageRow[]): void {
  const rows = sent.filter((row) => !isWithdrawn(tx, row));
  for (const row of firstOfEach(sent.filter((one) => !rows.includes(one))))
    tx.notifyTopic(row.ticket, notice("internalUncertain"), {
      reply_parameters: replyParameters(row.messageId),
    });
  for (const row of rows)
    tx.messages.update(row, { state: "uncertain", attemptedAt: null, code: "outcome_unknown" });
  for (const first of firstOfEach(rows)) {
    tx.apply(first.ticket, { type: "delivery_uncertain" });
    tx.tellUnsent(first.ticket, first.writer, notice("outcomeUnknown"), {
      reply_parameters: replyParameters(first.messageId),
      ...sendAgainButton(tx, "m", first.seq),
    });
  }
}

/** It became internal while it was on its way: it is not sent again. */
function isWithdrawn(tx: Transaction, row: MessageRow): boolean {
  return tx.messages.byOriginal(row)?.state === "dropped";
}

function againLater(tx: Transaction, rows: readonly MessageRow[], code: string, retry: Retry): Settled {
  const parked: MessageRow[] = [];
  for (const row of rows) {
    const attempts = row.attempts + (retry.counts ? 1 : 0);
    if (attempts >= OUTBOX_ATTEMPTS_MAX || tx.now - row.acceptedAt > OUTBOX_AGE_MAX_MS) parked.push(row);
    else tx.messages.update(row, { attempts, attemptedAt: null, notBefore: retry.at });
  }
  park(tx, parked, code);
  tx.wake(retry.at);
  return parked.length === rows.length ? GIVEN_UP : FAILED;
}

/** Parks deliveries: said once where it matters, kept so that they can be replayed. */
function park(tx: Transaction, tried: readonly MessageRow[], code: string): void {
  const rows = tried.filter((row) => !isWithdrawn(tx, row));
  for (const row of rows)
    tx.messages.update(row, { state: "parked", attemptedAt: null, attempts: row.attempts + 1, code });
  for (const first of firstOfEach(rows)) {
    const toCustomer = first.chat === STAFF_CHAT;
    tx.apply(first.ticket, { type: "delivery_failed", code });
    tx.tellUnsent(first.ticket, toCustomer ? first.writer : null, notice("parkedNotice", toCustomer, code), {
      ...(toCustomer ? { reply_parameters: replyParameters(first.messageId) } : {}),
      ...sendAgainButton(tx, "m", first.seq),
    });
  }
}

/** Of every message the row itself, of every album the first: an album is one thing to its writer. */
function firstOfEach(rows: readonly MessageRow[]): MessageRow[] {
  const together = Map.groupBy(rows, ({ seq, lane, ticket, album }) =>
    album === null ? String(seq) : `${lane} ${ticket} ${album}`,
  );
  return [...together.values()].map(([first]) => first!);
}

/** Refusals that may be of the forward alone. */
const NOT_FORWARDED: ReadonlySet<RefusalClass> = new Set(["uncopyable", "validation", "bug", "permanent"]);

function relayRefused(
  tx: Transaction,
  job: RelayJob,
  carried: readonly MessageRow[],
  refused: Refused,
): Settled {
  const { code } = refused;
  const first = carried[0]!;
  if (mayBeTheReply(refused, first)) {
    for (const row of carried) withoutReply(tx, row, code);
    return OK;
  }
  const customer = readerOf(first.lane, first.ticket, tx.tickets);
  if (code === "topic_gone" && customer !== null && tx.messages.forgetThreads(customer)) {
    for (const row of carried) tx.messages.update(row, { attemptedAt: null });
    return OK;
  }
  // A copy names two chats, and the answer does not say which of them is unknown. If it is the group, the notice that
  // this one was put aside will meet the same answer and stop the lane; one customer's chat never does.
  if (first.content?.forwarded !== undefined && NOT_FORWARDED.has(code)) {
    // It may still be copied; then a line says whose words they were.
    const { forwarded } = first.content;
    for (const row of carried) {
      const { forwarded: _, ...content } = row.content ?? {};
      const kept = Object.keys(content).length === 0 ? null : content;
      tx.messages.update(row, { content: kept, attemptedAt: null });
    }
    if (first.lane === STAFF) tx.notifyTopic(first.ticket, notice("forwardedFrom", forwarded));
    return OK;
  }
  const trouble = code === "chat_gone" ? null : troubleOf(refused, first.lane);
  if (trouble !== null) {
    for (const row of carried) if (row.attemptedAt !== null) tx.messages.update(row, { attemptedAt: null });
    return { kind: "trouble", trouble };
  }
  return first.lane === STAFF ? toStaffRefused(tx, job, carried, code) : toCustomerRefused(tx, carried, code);
}

/**
 * What Telegram may refuse only because the copy is to be a reply: it copies long captions of Premium accounts, and some
 * kinds of messages, just as they are or not at all.
 */
function mayBeTheReply({ code }: Refused, { replyTo }: MessageRow): boolean {
  return code === "reply_gone" || (replyTo !== null && REPLY_REFUSED.has(code));
}

/** A quote that does not stand there costs the quote; anything else costs the reply, never the message. */
function withoutReply(tx: Transaction, row: MessageRow, code: RefusalClass): void {
  const hadQuote = row.content?.quote !== undefined;
  const { quote: _, ...content } = row.content ?? {};
  const kept = Object.keys(content).length === 0 ? null : content;
  const replyTo = code === "reply_gone" && hadQuote ? row.replyTo : null;
  tx.messages.update(row, { replyTo, content: kept, attemptedAt: null });
}

const REPLY_REFUSED: ReadonlySet<RefusalClass> = new Set(["validation", "uncopyable", "bug", "permanent"]);

function toStaffRefused(
  tx: Transaction,
  job: RelayJob,
  carried: readonly MessageRow[],
  code: RefusalClass,
): Settled {
  const first = carried[0]!;
  switch (code) {
    case "topic_gone":
      loseTopic(tx, first.ticket);
      // Sent again into the new topic; should that one be refused too, the limit ends it.
      return againLater(tx, carried, code, { at: tx.now, afterMs: 0, counts: true });
    case "uncopyable":
      for (const row of carried) tx.messages.update(row, { state: "refused", content: null, code });
      if (isOfCustomer(first.chat))
        tx.answerContact(first.chat, first.ticket, notice("customerUndelivered"), {
          reply_parameters: replyParameters(first.messageId),
        });
      tx.notifyTopic(first.ticket, notice("customerSentUncopyable", "unknown"));
      return OK;
    case "source_gone":
      for (const row of carried) tx.messages.update(row, { state: "refused", content: null, code });
      if (isOfCustomer(first.chat) && epochOf(first.messageId) !== tx.rules.epochs.botEpoch)
        saidToFormerBot(tx, carried);
      else tx.notifyTopic(first.ticket, notice("sourceGone"));
      return OK;
    case "validation":
    case "bug":
      if (job.joined) {
        // The joined message is refused, but the originals can still be copied one by one.
        for (const row of carried) tx.messages.update(row, { content: null });
        return OK;
      }
      break;
    default:
  }
  park(tx, carried, code);
  return OK;
}

/** They cannot be copied any more: kept texts are shown, and the others are said to be missing. */
function saidToFormerBot(tx: Transaction, rows: readonly MessageRow[]): void {
  const { ticket, chat } = rows[0]!;
  const name = isOfCustomer(chat) ? (tx.contacts.get(chat)?.contact.name ?? "") : "";
  const texts = rows.flatMap(({ content, sentAt }) =>
    content?.text === undefined ? [] : [{ ...content.text, sentAt }],
  );
  for (const text of texts) tx.quoteInTopic(ticket, sendable(joinTexts(name, [text]).message));
  if (texts.length < rows.length) tx.notifyTopic(ticket, notice("writtenToFormerBot"));
}

/** Refusals that may be about the chat in which an answer was written. */
const OF_THE_SOURCE: ReadonlySet<RefusalClass> = new Set(["source_gone", "chat_gone", "desk_gone"]);

function toCustomerRefused(tx: Transaction, carried: readonly MessageRow[], refusal: RefusalClass): Settled {
  const first = carried[0]!;
  const isFormer = first.chat === STAFF_CHAT && !isHere(first.messageId, tx.rules.epochs);
  const code = isFormer && OF_THE_SOURCE.has(refusal) ? "former_chat" : refusal;
  for (const row of carried)
    tx.messages.update(row, { state: "refused", content: null, attemptedAt: null, code });
  const unreachable = code === "former_chat" ? undefined : UNREACHABLE[code];
  if (unreachable === undefined) {
    tx.apply(first.ticket, { type: "delivery_failed", code });
    tx.tellUnsent(first.ticket, first.writer, notice("undelivered", code), {
      reply_parameters: replyParameters(first.messageId),
    });
    return OK;
  }
  // The reason is said once on the ticket; every message that did not arrive carries a sign.
  const customer = readerOf(first.lane, first.ticket, tx.tickets);
  if (customer !== null) noteUnreachable(tx, customer, unreachable);
  tx.sign(first.ticket, first.messageId, NOT_DELIVERED, true);
  return OK;
}
