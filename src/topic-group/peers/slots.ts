import type { RosterAgent } from "../../domain/roster.ts";
import type { Ticket } from "../../domain/ticket.ts";
import { agentNow, offer } from "../assigning.ts";
import { busyWith } from "../tables/store.ts";
import type { Transaction } from "../transaction.ts";
import type { PeerMessage } from "./message.ts";
import { tellPeer } from "./moving.ts";

/*
 * An agent who serves several groups has their slots at one place, the object of their first group: whoever else wants
 * to hand them a ticket asks it, and waits for its word. So their capacity holds over all groups, whatever arrives.
 */

type SlotMessage = Extract<
  PeerMessage,
  { type: "slot_wanted" | "slot_answer" | "slot_taken" | "slot_released" | "agent_is" | "agent_says" }
>;

const TYPES: ReadonlySet<string> = new Set([
  "slot_wanted",
  "slot_answer",
  "slot_taken",
  "slot_released",
  "agent_is",
  "agent_says",
]);

export function isAboutSlots(message: PeerMessage): message is SlotMessage {
  return TYPES.has(message.type);
}

export function aboutSlots(tx: Transaction, from: string, message: SlotMessage): void {
  const agent = tx.rules.policy.roster.agents.find(({ id }) => id === message.agent);
  switch (message.type) {
    case "slot_wanted": {
      const { ticketId, agent: id } = message;
      const now = agent === undefined ? null : agentNow(tx, agent);
      const granted = now !== null && now.available && now.open < now.agent.capacity;
      if (granted) tx.agents.takeSlot(id, ticketId, from);
      tellPeer(tx, from, 0, { type: "slot_answer", ticketId, agent: id, granted });
      tx.changedAgents.add(id);
      return;
    }
    case "slot_taken":
      tx.agents.takeSlot(message.agent, message.ticketId, from);
      tx.changedAgents.add(message.agent);
      return;
    case "slot_released":
      tx.agents.freeSlot(message.agent, message.ticketId);
      tx.changedAgents.add(message.agent);
      tx.freed = true;
      return;
    case "slot_answer":
      answered(tx, from, message, agent);
      return;
    case "agent_is": {
      const { availability, until, open } = message;
      tx.agents.save({ ...tx.agents.get(message.agent), availability, until, openElsewhere: open });
      tx.freed = true;
      return;
    }
    case "agent_says": {
      const { availability, until } = message;
      tx.agents.save({ ...tx.agents.get(message.agent), availability, until });
      tx.changedAgents.add(message.agent);
      tx.freed = true;
      return;
    }
    default:
      message satisfies never;
  }
}

function answered(
  tx: Transaction,
  home: string,
  { ticketId, agent: id, granted }: Extract<SlotMessage, { type: "slot_answer" }>,
  agent: RosterAgent | undefined,
): void {
  tx.agents.freeSlot(id, ticketId);
  const number = tx.store.numberOf(ticketId, tx.rules.group.id);
  const ticket = number === null ? undefined : tx.store.ticket(number)?.ticket;
  if (!granted) {
    // What they have by their home's word was out of date; the right number is on its way.
    const row = tx.agents.get(id);
    if (agent !== undefined)
      tx.agents.save({ ...row, openElsewhere: Math.max(row.openElsewhere, agent.capacity) });
    tx.freed = true;
    return;
  }
  const wanted = ticket !== undefined && agent !== undefined && offer(tx, ticket, agent);
  if (!wanted) tellPeer(tx, home, 0, { type: "slot_released", ticketId, agent: id });
}

/** Tells the home of whoever has a ticket now, or had it, where that is another group. */
export function tellSlots(tx: Transaction, before: Ticket | null, ticket: Ticket): void {
  const had = before === null || before.movedTo !== null ? null : busyWith(before);
  const has = ticket.movedTo === null ? busyWith(ticket) : null;
  if (had === has) return;
  for (const [id, type] of [
    [had, "slot_released"],
    [has, "slot_taken"],
  ] as const) {
    const agent = id === null ? undefined : tx.rules.policy.roster.agents.find((one) => one.id === id);
    if (agent === undefined) continue;
    if (agent.home === tx.rules.group.id) tx.changedAgents.add(agent.id);
    else tellPeer(tx, agent.home, 0, { type, ticketId: ticket.id, agent: agent.id });
  }
}

/** Tells the other groups that an agent serves how they are. */
export function tellAgents(tx: Transaction): void {
  for (const id of tx.changedAgents) {
    const agent = tx.rules.policy.roster.agents.find((one) => one.id === id);
    if (agent === undefined || agent.home !== tx.rules.group.id) continue;
    const { availability, until } = tx.agents.get(id);
    const { open } = agentNow(tx, agent);
    for (const group of agent.elsewhere) {
      tellPeer(tx, group, 0, { type: "agent_is", agent: id, availability, until, open });
    }
  }
}
