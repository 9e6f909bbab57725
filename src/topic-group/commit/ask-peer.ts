import type { RosterAgent } from "../../domain/team/roster.ts";
import type { Ticket } from "../../domain/ticket/ticket.ts";
import { sendToPeer } from "./send-to-peer.ts";
import type { Transaction } from "./transaction.ts";

/** How long a home may take to answer; after that its agent counts as having no room until it does. */
export const SLOT_ANSWER_MS = 30_000;

/** Asks an agent's home for a slot; the ticket waits for the answer, which may be no. */
export function askForSlot(tx: Transaction, agent: RosterAgent, ticket: Ticket): void {
  tx.agents.takeSlot({ agent: agent.id, ticketId: ticket.id, group: tx.rules.group.id, askedAt: tx.now });
  sendToPeer(tx, agent.home, 0, { type: "slot_wanted", ticketId: ticket.id, agent: agent.id });
}

/** The home does not answer: the ticket waits for it no longer, and neither does a slot that it may grant yet. */
export function giveUpAsking(tx: Transaction, agent: RosterAgent, ticketId: string): void {
  tx.agents.freeSlot(agent.id, ticketId, tx.rules.group.id);
  sendToPeer(tx, agent.home, 0, { type: "slot_released", ticketId, agent: agent.id });
  noRoom(tx, agent);
}

/** What they have by their home's word was out of date; the right number comes from there. */
export function noRoom(tx: Transaction, agent: RosterAgent): void {
  const row = tx.agents.get(agent.id);
  tx.agents.save({ ...row, openElsewhere: Math.max(row.openElsewhere, agent.capacity) });
}
