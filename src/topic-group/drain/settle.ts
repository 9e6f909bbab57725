import type { Transaction } from "../commit/transaction.ts";
import { STAFF } from "../tables/lane.ts";
import type { MessageRow } from "../tables/messages.ts";
import type { Job } from "./plan.ts";
import { settleRelay } from "./settle-relay.ts";
import { settleView } from "./settle-view.ts";
import { settleWork } from "./settle-work.ts";
import { OK, type Final, type SettleContext, type Settled } from "./settled.ts";

/** Settles what came of a job, in the transaction of its caller. `carried` are the messages that its call carried. */
export function settle(
  tx: Transaction,
  job: Job,
  carried: readonly MessageRow[],
  outcome: Final,
  context: SettleContext,
): Settled {
  if (isForgotten(tx, job)) return settleForgotten(tx, job, outcome);
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

/** Whether the ticket that a job is about was erased while the job was done. */
function isForgotten(tx: Transaction, job: Job): boolean {
  const number = ticketOf(job);
  return number !== 0 && tx.tickets.get(number) === undefined;
}

/** Nothing is left to note; a topic that was made meanwhile is one too many. */
function settleForgotten(tx: Transaction, job: Job, outcome: Final): Settled {
  if (job.kind === "work") tx.outbox.remove(job.row.seq);
  const made = job.kind === "view" && job.step.what === "create" && outcome.kind === "done";
  const topicId = made ? (outcome.result as { message_thread_id?: unknown } | null)?.message_thread_id : null;
  if (typeof topicId === "number") {
    tx.work({ lane: STAFF, ticket: 0, work: { kind: "orphan_topic", topicId }, key: `orphan:${topicId}` });
  }
  return OK;
}

/** The ticket that a job is about, 0 for none. */
export function ticketOf(job: Job): number {
  if (job.kind === "relay") return job.rows[0]!.ticket;
  return job.kind === "work" ? job.row.ticket : job.row.ticket.number;
}
