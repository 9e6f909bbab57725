import type { Transaction } from "../commit/transaction.ts";
import { settleRelayHere } from "../conversation/relay-settle.ts";
import type { RelayJob } from "../drain/job.ts";
import { GIVEN_UP, OK, troubleOf, type Final, type SettleContext, type Settled } from "../drain/settled.ts";
import { STAFF } from "../tables/lane.ts";
import type { MessageRow } from "../tables/messages.ts";
import type { Tickets } from "../tables/tickets.ts";
import { goAfterTicket, settledBehind } from "./moving.ts";

/* Copies that are to be made where a ticket was follow it to the group that has it now. */

/** What is for the topic of a ticket that has moved meanwhile goes to the group which has it now; null: it has not. */
export function followsTicket({ rows }: RelayJob, tickets: Tickets): ((tx: Transaction) => void) | null {
  const { lane, ticket: number } = rows[0]!;
  const ticket = lane === STAFF ? tickets.get(number)?.ticket : undefined;
  if (ticket === undefined || ticket.movedTo === null) return null;
  return (tx) => goAfterTicket(tx, ticket, rows);
}

export function settleRelay(
  tx: Transaction,
  job: RelayJob,
  carried: readonly MessageRow[],
  outcome: Final,
  context: SettleContext,
): Settled {
  const { lane, ticket: number } = carried[0]!;
  const ticket = tx.tickets.get(number)?.ticket;
  if (lane !== STAFF || ticket === undefined || ticket.movedTo === null) {
    return settleRelayHere(tx, job, carried, outcome, context);
  }
  // The ticket has moved while this was under way.
  if (!isOver(outcome)) {
    goAfterTicket(tx, ticket, carried);
    const trouble = outcome.kind === "refused" ? troubleOf(outcome, STAFF) : null;
    if (trouble !== null) return { kind: "trouble", trouble };
    return outcome.kind === "refused" ? OK : GIVEN_UP;
  }
  const settled = settleRelayHere(tx, job, carried, outcome, context);
  settledBehind(tx, ticket, carried, outcome.kind === "done");
  return settled;
}

/** Whether nothing more will be tried: it is there, or cannot be copied anywhere. */
function isOver(outcome: Final): boolean {
  return (
    outcome.kind === "done" ||
    (outcome.kind === "refused" && (outcome.code === "uncopyable" || outcome.code === "source_gone"))
  );
}
