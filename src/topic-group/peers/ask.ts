import type { RosterAgent } from "../../domain/roster.ts";
import type { Ticket } from "../../domain/ticket.ts";
import type { Transaction } from "../transaction.ts";
import { tellPeer } from "./moving.ts";

/** Asks an agent's home for a slot; the ticket waits for the answer, which may be no. */
export function askForSlot(tx: Transaction, agent: RosterAgent, ticket: Ticket): void {
  tx.agents.takeSlot(agent.id, ticket.id, tx.rules.group.id);
  tellPeer(tx, agent.home, 0, { type: "slot_wanted", ticketId: ticket.id, agent: agent.id });
}
