import { WEBHOOK_TURN_MAX_MS } from "../../domain/limits.ts";
import type { Ticket } from "../../domain/ticket/ticket.ts";
import { sendToPeer } from "../commit/send-to-peer.ts";
import type { Transaction } from "../commit/transaction.ts";
import { NO_CALL, type WorkHandler } from "../drain/work-handler.ts";
import { webhookOfLane, webhookLane } from "../tables/lane.ts";

/*
 * An endpoint is told of a ticket in order, also when it moves: the old group's deliveries end with a row that gives
 * the new group its turn, and there a row stands before everything that comes later.
 */

/** A ticket leaves: its turns follow what waits. Answers the endpoints for which something does. */
export function passTurns(tx: Transaction, { id: ticketId, number, version, movedTo }: Ticket): string[] {
  // Also those that are not in the configuration at the moment: they may come back before it is looked at.
  const webhooks = tx.outbox.webhookLanesOf(number).map(webhookOfLane);
  for (const webhook of webhooks) {
    const message = { type: "hook_turn", ticketId, webhook, id: version } as const;
    tx.work({
      lane: webhookLane(webhook),
      ticket: number,
      work: { kind: "hook_turn", to: movedTo!, message },
    });
  }
  return webhooks;
}

/** A ticket arrives: deliveries about it from here wait until the other group has sent its own. */
export function awaitTurns(
  tx: Transaction,
  number: number,
  { version }: Ticket,
  webhooks: readonly string[],
): void {
  for (const webhook of webhooks) {
    tx.work({
      lane: webhookLane(webhook),
      ticket: number,
      work: { kind: "hook_wait" },
      key: waitKey(number, webhook, version),
      notBefore: tx.now + WEBHOOK_TURN_MAX_MS,
    });
  }
}

/** What follows in its lane waits until it is taken away, or for as long as it may. */
export const webhookWaitWork: WorkHandler<"hook_wait"> = {
  ...NO_CALL,
  audience: "outside",
  onExhausted: "park",
};

/** Everything older has left or was given up: it passes the turn. */
export const webhookTurnWork: WorkHandler<"hook_turn"> = {
  ...NO_CALL,
  audience: "outside",
  onExhausted: "park",
  uncalled(tx, { seq, ticket, payload: { to, message } }) {
    tx.outbox.remove(seq);
    sendToPeer(tx, to, ticket, message);
  },
};

/** It is this group's turn, also where the ticket has gone further: then its own turn follows. */
export function takeTurn(
  tx: Transaction,
  number: number,
  { webhook, id }: { webhook: string; id: number },
): void {
  const seq = tx.outbox.seqOf(waitKey(number, webhook, id));
  if (seq === null) return;
  tx.outbox.remove(seq);
  tx.touched.add(webhookLane(webhook));
}

/** The version tells one arrival of the ticket from another. */
function waitKey(number: number, webhook: string, version: number): string {
  return `turn:${number}:${webhook}:${version}`;
}
