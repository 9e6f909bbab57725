import type { Transaction } from "../commit/transaction.ts";
import type { MessageRow } from "../tables/messages.ts";
import { ticketOf, type Job } from "./job.ts";
import { settleWork } from "./settle-work.ts";
import { OK, type Final, type SettleContext, type Settled } from "./settled.ts";
import type { Deliveries } from "./work-handler.ts";

/** Settles what came of a job, in the transaction of its caller. `carried` are the messages that its call carried. */
export function settle(
  tx: Transaction,
  job: Job,
  carried: readonly MessageRow[],
  outcome: Final,
  context: SettleContext,
  deliveries: Deliveries,
): Settled {
  if (isForgotten(tx, job)) {
    // Nothing is left to note.
    if (job.kind === "work") tx.outbox.remove(job.row.seq);
    if (job.kind === "view") deliveries.view.forgotten(tx, job, outcome);
    return OK;
  }
  switch (job.kind) {
    case "relay":
      return deliveries.relay.settle(tx, job, carried, outcome, context);
    case "work":
      return settleWork(tx, job.row, outcome, context, deliveries);
    case "view":
      return deliveries.view.settle(tx, job, outcome, context);
    default:
      return job satisfies never;
  }
}

/** Whether the ticket that a job is about was erased while the job was done. */
function isForgotten(tx: Transaction, job: Job): boolean {
  const number = ticketOf(job);
  return number !== 0 && tx.tickets.get(number) === undefined;
}
