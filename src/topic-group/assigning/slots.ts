import type { Config } from "../../domain/config/config.ts";
import { homeOf } from "../../domain/team/agent.ts";
import type { RosterAgent } from "../../domain/team/roster.ts";
import type { Ticket } from "../../domain/ticket/ticket.ts";
import { agentNow } from "../commit/agent-now.ts";
import { noRoom } from "../commit/ask-peer.ts";
import { sendToPeer } from "../commit/send-to-peer.ts";
import type { Transaction } from "../commit/transaction.ts";
import type { PeerMessage } from "../tables/peer-message.ts";
import { slotFilledBy } from "../tables/ticket-place.ts";
import { offer } from "./hand-out.ts";

/*
 * An agent who serves several groups has their slots at one place, the object of their first group: other groups ask it
 * before they hand out a ticket, and wait for its answer. So their capacity holds over all groups at any load.
 */

type SlotMessage = Extract<
  PeerMessage,
  {
    type:
      | "slot_wanted"
      | "slot_answer"
      | "slot_taken"
      | "slot_released"
      | "slots_are"
      | "agent_is"
      | "agent_says";
  }
>;

const TYPES: ReadonlySet<string> = new Set([
  "slot_wanted",
  "slot_answer",
  "slot_taken",
  "slot_released",
  "slots_are",
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
      // Whose slots are another group's by now, that group is asked.
      const isOurs = agent !== undefined && agent.home === tx.rules.group.id;
      const now = isOurs ? agentNow(tx, agent, tx.now) : null;
      const granted = now !== null && now.available && now.open < now.agent.capacity;
      if (granted) tx.agents.takeSlot({ agent: id, ticketId, group: from });
      sendToPeer(tx, from, 0, { type: "slot_answer", ticketId, agent: id, granted });
      tx.changedAgents.add(id);
      return;
    }
    case "slot_taken":
      if (agent === undefined || agent.home === tx.rules.group.id) {
        tx.agents.takeSlot({ agent: message.agent, ticketId: message.ticketId, group: from });
      }
      tx.changedAgents.add(message.agent);
      return;
    case "slot_released":
      tx.agents.freeSlot(message.agent, message.ticketId, from);
      tx.changedAgents.add(message.agent);
      tx.capacityFreed = true;
      return;
    case "slots_are":
      tx.agents.slotsAre(message.agent, from, message.ticketIds);
      tx.changedAgents.add(message.agent);
      tx.capacityFreed = true;
      return;
    case "slot_answer":
      answered(tx, from, message, agent);
      return;
    case "agent_is": {
      const { availability, until, open } = message;
      tx.agents.save({ ...tx.agents.get(message.agent), availability, until, openElsewhere: open });
      tx.capacityFreed = true;
      return;
    }
    case "agent_says": {
      const { availability, until } = message;
      tx.agents.save({ ...tx.agents.get(message.agent), availability, until });
      tx.changedAgents.add(message.agent);
      tx.capacityFreed = true;
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
  // It came too late, and has been given back already.
  if (!tx.agents.freeSlot(id, ticketId, tx.rules.group.id)) return;
  const number = tx.tickets.numberOf(ticketId, tx.rules.group.id);
  const ticket = number === null ? undefined : tx.tickets.get(number)?.ticket;
  if (!granted) {
    if (agent !== undefined) noRoom(tx, agent);
    tx.capacityFreed = true;
    return;
  }
  const wanted = ticket !== undefined && agent !== undefined && offer(tx, ticket, agent);
  if (!wanted) sendToPeer(tx, home, 0, { type: "slot_released", ticketId, agent: id });
}

/** Tells the home of a ticket's present and former agent, if that is another group. */
export function tellSlots(tx: Transaction, before: Ticket | null, ticket: Ticket): void {
  const { countsWaiting } = tx.rules.policy;
  const had = before === null || before.movedTo !== null ? null : slotFilledBy(before, countsWaiting);
  const has = ticket.movedTo === null ? slotFilledBy(ticket, countsWaiting) : null;
  if (had === has) return;
  for (const [id, type] of [
    [had, "slot_released"],
    [has, "slot_taken"],
  ] as const) {
    // Who has left this group may still have tickets in it.
    const home = id === null ? null : homeOf(tx.rules.config, id);
    if (id === null || home === null) continue;
    if (home === tx.rules.group.id) tx.changedAgents.add(id);
    else sendToPeer(tx, home, 0, { type, ticketId: ticket.id, agent: id });
  }
}

/**
 * Agents serve other groups than before: groups with tickets of theirs report to the new home of their slots, and the
 * former home reports how they are.
 */
export function rehome(tx: Transaction, before: Config): void {
  const own = tx.rules.group.id;
  const still = new Set(tx.rules.config.agents.map(({ telegramId }) => telegramId));
  for (const { telegramId: id } of before.agents) if (!still.has(id)) tx.agents.forgetSlots(id);
  for (const { telegramId: id, groups } of tx.rules.config.agents) {
    const were = before.agents.find(({ telegramId }) => telegramId === id)?.groups ?? [];
    if (JSON.stringify(were) === JSON.stringify(groups)) continue;
    const home = groups[0]!;
    if (home === own) tx.changedAgents.add(id);
    if (were[0] === home) continue;
    for (const { ticketId } of tx.agents.asked(id, own)) {
      tx.agents.freeSlot(id, ticketId, own);
      if (were[0] !== undefined) sendToPeer(tx, were[0], 0, { type: "slot_released", ticketId, agent: id });
    }
    if (home !== own) slotsAre(tx, id, home);
    if (were[0] === own) {
      tx.agents.forgetSlots(id);
      const { availability, until } = tx.agents.get(id);
      sendToPeer(tx, home, 0, { type: "agent_says", agent: id, availability, until });
    }
  }
}

/** Which tickets fill slots has changed: the homes of this group's agents hear it of each. */
export function recountSlots(tx: Transaction): void {
  const own = tx.rules.group.id;
  for (const { id, home } of tx.rules.policy.roster.agents) {
    if (home === own) tx.changedAgents.add(id);
    else slotsAre(tx, id, home);
  }
  tx.capacityFreed = true;
}

function slotsAre(tx: Transaction, agent: number, home: string): void {
  const ticketIds = tx.filledSlots.ofAgent(agent, tx.rules.policy.countsWaiting);
  sendToPeer(tx, home, 0, { type: "slots_are", agent, ticketIds });
}

/** Tells the other groups that an agent serves how they are. */
export function notifyAgents(tx: Transaction): void {
  for (const id of tx.changedAgents) {
    const agent = tx.rules.policy.roster.agents.find((one) => one.id === id);
    if (agent === undefined || agent.home !== tx.rules.group.id) continue;
    const { availability, until } = tx.agents.get(id);
    const { open } = agentNow(tx, agent, tx.now);
    for (const group of agent.elsewhere) {
      sendToPeer(tx, group, 0, { type: "agent_is", agent: id, availability, until, open });
    }
  }
}
