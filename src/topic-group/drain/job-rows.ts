import type { Transaction } from "../commit/transaction.ts";
import { STAFF } from "../tables/lane.ts";
import type { MessageRow } from "../tables/messages.ts";
import type { Job } from "./job.ts";
import { handlerOf, type Deliveries } from "./work-handler.ts";

/* What the rows of a job are told besides what came of its call (settle.ts). */

/** What a crash during the call must not forget; null: nothing. `careful`: the call must not be repeated. */
export function attemptOf(
  job: Job,
  carried: readonly MessageRow[],
  careful: boolean,
  { works }: Deliveries,
): ((tx: Transaction) => void) | null {
  if (job.kind === "view") {
    const { ticket, view, viewDueAt } = job.row;
    if (job.step.what !== "create") return null;
    return (tx) => tx.views.save(ticket.number, { ...view, creatingSince: tx.now }, viewDueAt);
  }
  if (job.kind === "work") {
    const handler = handlerOf(works, job.row);
    if (handler.attempted !== undefined) return (tx) => handler.attempted?.(tx);
  }
  return careful ? (tx) => saveAttempt(tx, job, carried, tx.now) : null;
}

/** Telegram said "later": it did not happen, and that is certain. */
export function takeAttemptBack(
  tx: Transaction,
  job: Job,
  carried: readonly MessageRow[],
  careful: boolean,
): void {
  if (job.kind === "view" && job.step.what === "create") {
    const row = tx.tickets.get(job.row.ticket.number)!;
    tx.views.save(row.ticket.number, { ...row.view, creatingSince: null }, row.viewDueAt);
  }
  if (careful) saveAttempt(tx, job, carried, null);
}

function saveAttempt(
  tx: Transaction,
  job: Job,
  carried: readonly MessageRow[],
  attemptedAt: number | null,
): void {
  for (const row of carried) tx.messages.update(row, { attemptedAt });
  if (job.kind === "work") tx.outbox.update(job.row.seq, { attemptedAt });
}

/** Takes a job out of its lane without a call: what it was about is gone, our own code fails on it, or it needs none. */
export function abandon(tx: Transaction, job: Job, { works }: Deliveries): void {
  switch (job.kind) {
    case "relay":
      for (const row of job.rows)
        tx.messages.update(row, { state: "parked", attemptedAt: null, code: "desk_failed" });
      return;
    case "work": {
      const handler = handlerOf(works, job.row);
      if (handler.uncalled === undefined) tx.outbox.remove(job.row.seq);
      else handler.uncalled(tx, job.row);
      return;
    }
    case "view":
      tx.views.save(job.row.ticket.number, { ...job.row.view, creatingSince: null }, null);
      return;
    default:
      job satisfies never;
  }
}

/** Lets a job that waits for its next try go at once. */
export function hasten(tx: Transaction, job: Job, now: number): void {
  switch (job.kind) {
    case "relay":
      for (const key of job.rows) {
        const row = tx.messages.byOriginal(key);
        if (row?.state !== "waiting" || (row.notBefore ?? 0) <= now) continue;
        tx.messages.update(key, { notBefore: now });
        tx.touched.add(row.lane);
      }
      return;
    case "work": {
      const row = tx.outbox.get(job.row.seq);
      if (row?.state !== "waiting" || (row.notBefore ?? 0) <= now) return;
      tx.outbox.update(row.seq, { notBefore: now });
      tx.touched.add(row.lane);
      return;
    }
    case "view": {
      const row = tx.tickets.get(job.row.ticket.number);
      if ((row?.viewDueAt ?? 0) <= now) return;
      tx.views.save(row!.ticket.number, row!.view, now);
      tx.touched.add(STAFF);
      return;
    }
    default:
      job satisfies never;
  }
}
