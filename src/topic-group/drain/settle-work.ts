import type { ContactId } from "../../domain/contact/contact-id.ts";
import { OUTBOX_AGE_MAX_MS, OUTBOX_ATTEMPTS_MAX } from "../../domain/limits.ts";
import { notice } from "../../texts/notice.ts";
import type { Transaction } from "../commit/transaction.ts";
import type { OutboxRow } from "../tables/outbox.ts";
import { readerOf } from "../tables/reader.ts";
import {
  FAILED,
  GIVEN_UP,
  OK,
  sendAgainButton,
  troubleOf,
  type Final,
  type Refused,
  type Retry,
  type SettleContext,
  type Settled,
} from "./settled.ts";
import { handlerOf, isReplaced, type Deliveries } from "./work-handler.ts";

export function settleWork(
  tx: Transaction,
  row: OutboxRow,
  outcome: Final,
  context: SettleContext,
  deliveries: Deliveries,
): Settled {
  switch (outcome.kind) {
    case "done":
      return handlerOf(deliveries.works, row).done(tx, row, outcome.result);
    case "uncertain":
      if (context.mustNotRepeat) {
        noticeUncertain(tx, row);
        return GIVEN_UP;
      }
      return againLater(tx, row, outcome.code, context.retry, deliveries);
    case "retry":
      return againLater(tx, row, outcome.code, context.retry, deliveries);
    case "refused":
      return workRefused(tx, row, outcome, context, deliveries);
    default:
      return outcome satisfies never;
  }
}

export function noticeUncertain(tx: Transaction, row: OutboxRow): void {
  tx.outbox.update(row.seq, { state: "uncertain", attemptedAt: null, key: null, code: "outcome_unknown" });
  if (row.ticket !== 0)
    tx.tellUnsent(row.ticket, null, notice("outcomeUnknown"), sendAgainButton(tx, "o", row.seq));
}

/** When work of most kinds is tried again. */
function againAfter(
  row: OutboxRow,
  now: number,
  { at, counts }: Retry,
): { attempts: number; at: number | null } {
  const attempts = row.attempts + (counts ? 1 : 0);
  const exhausted = attempts >= OUTBOX_ATTEMPTS_MAX || now - row.acceptedAt > OUTBOX_AGE_MAX_MS;
  return { attempts, at: exhausted ? null : at };
}

function againLater(
  tx: Transaction,
  row: OutboxRow,
  code: string,
  retry: Retry,
  { works }: Deliveries,
): Settled {
  const handler = handlerOf(works, row);
  const { attempts, at } = handler.schedule?.(row, tx.now, retry) ?? againAfter(row, tx.now, retry);
  if (at !== null) {
    tx.outbox.update(row.seq, { attempts, attemptedAt: null, notBefore: at, code });
    tx.wake(at);
    return FAILED;
  }
  if (handler.onExhausted !== "drop") {
    tx.outbox.update(row.seq, { state: "parked", attempts, attemptedAt: null, key: null, code });
    return GIVEN_UP;
  }
  handler.dropped?.(tx, row, code);
  tx.outbox.remove(row.seq);
  return GIVEN_UP;
}

function workRefused(
  tx: Transaction,
  row: OutboxRow,
  refused: Refused,
  { retry, url }: SettleContext,
  deliveries: Deliveries,
): Settled {
  const handler = handlerOf(deliveries.works, row);
  const { code } = refused;
  if (isReplaced(tx, row)) return OK;
  const trouble = handler.stopsLane ? troubleOf(refused, row.lane) : null;
  if (trouble !== null) {
    if (row.attemptedAt !== null) tx.outbox.update(row.seq, { attemptedAt: null });
    return { kind: "trouble", trouble };
  }
  const named = row.payload.kind === "customer_notice" ? (row.payload.contact ?? null) : null;
  const contact = named ?? readerOf(row.lane, row.ticket, tx.tickets);
  if (code === "topic_gone" && contact !== null && withoutThread(tx, row, contact)) return OK;
  const after = handler.refused(tx, row, refused, url);
  if (after === "kept") return OK;
  if (after === "again") return againLater(tx, row, code, { ...retry, at: tx.now, counts: true }, deliveries);
  const isForCustomer = handler.audience === "customer" || handler.audience === "counterpart";
  if (isForCustomer && contact !== null) deliveries.refusedByCustomer(tx, contact, code);
  tx.outbox.remove(row.seq);
  return OK;
}

/** The topic of the customer's private chat is gone: the same goes to the chat itself. Answers whether there was one. */
function withoutThread(tx: Transaction, row: OutboxRow, contact: ContactId): boolean {
  const forgot = tx.messages.forgetThreads(contact);
  const work = row.payload;
  const named = "words" in work && work.words.message_thread_id !== undefined;
  if (named) {
    const { message_thread_id: _, ...said } = work.words;
    tx.outbox.update(row.seq, { payload: { ...work, words: said } });
  }
  if ((forgot || named) && row.attemptedAt !== null) tx.outbox.update(row.seq, { attemptedAt: null });
  return forgot || named;
}
