import { routeOf } from "../../domain/contact/route.ts";
import { agentsOf, isLeadOf } from "../../domain/team/agent.ts";
import type { TicketCommand, Worker } from "../../domain/ticket/command.ts";
import type { Decision, Refusal } from "../../domain/ticket/decision.ts";
import type { TicketAct } from "../../domain/ticket/work-order.ts";
import { notice } from "../../texts/notice.ts";
import { plain } from "../../texts/rich-text.ts";
import { words, type Transaction } from "../commit/transaction.ts";
import { speakIn } from "../conversation/speaking.ts";
import { laneTo } from "../tables/lane.ts";
import { announceMessage } from "../webhooks/webhooks.ts";
import { agentOf } from "./agents.ts";

export type Acted =
  | { refused: Refusal }
  | { decision: Exclude<Decision, { refused: unknown }>; command: TicketCommand };

/** Does with a ticket what an agent or a program asks. `command`: what that is to the ticket. */
export function act(tx: Transaction, by: Worker, number: number, what: TicketAct): Acted {
  const command = commandOf(tx, by, what);
  if ("refused" in command) return command;
  const { decision } = tx.apply(number, command);
  if ("refused" in decision) return decision;
  if (what.type === "reply") reply(tx, by, number, what.text);
  // What an agent notes stands in the topic already.
  if (what.type === "note" && by.kind === "key")
    tx.quoteInTopic(number, { says: notice("programNoted", by.name, what.text) });
  return { decision, command };
}

function commandOf(tx: Transaction, by: Worker, what: TicketAct): TicketCommand | { refused: Refusal } {
  const noted = "note" in what && what.note !== undefined ? { note: what.note } : {};
  switch (what.type) {
    case "claim":
    case "assign": {
      if (what.type === "claim" && by.kind === "agent" && by.id === what.agent)
        return { type: "agent_claimed", by };
      const agent = agentOf(tx, what.agent);
      if (agent === undefined) return { refused: unknownAgent(tx, what.agent) };
      const assignee = { id: agent.telegramId, name: agent.name };
      const unlessTaken = what.type === "claim" ? { unlessTaken: true as const } : {};
      return { type: "agent_assigned", by, assignee, ...unlessTaken };
    }
    case "unclaim":
      return { type: "agent_unclaimed", by, lead: mayActForOthers(tx, by) };
    case "decline":
      return { type: "agent_declined", by };
    case "reply":
      return { type: "agent_answered", by };
    case "note":
      return { type: "agent_noted", by, text: what.text };
    case "resolve":
      return { type: "agent_resolved", by, ...noted };
    case "close":
      return { type: "agent_closed", by, ...noted };
    case "reopen":
      return { type: "agent_reopened", by, ...noted };
    case "escalate":
      return { type: "agent_escalated", by, ...noted };
    case "transfer":
      // Agents are told the queues of their own group only.
      return by.kind === "agent" || tx.rules.policy.queues.has(what.queue)
        ? { type: "agent_transferred", by, queue: what.queue, ...noted }
        : { refused: unknownQueue(tx, what.queue) };
    case "priority":
      return { type: "agent_prioritised", by, priority: what.priority };
    case "tags":
      return { type: "agent_tagged", by, add: what.add, remove: what.remove };
    case "fields":
      return { type: "agent_set_fields", by, fields: what.fields };
    case "snooze": {
      const agent = agentOf(tx, what.agent);
      if (agent === undefined) return { refused: unknownAgent(tx, what.agent) };
      const reason = what.reason === undefined ? {} : { reason: what.reason };
      const of = { id: agent.telegramId, name: agent.name };
      return { type: "agent_snoozed", by, agent: of, remindAt: what.until, ...reason };
    }
    default:
      return what satisfies never;
  }
}

function mayActForOthers(tx: Transaction, by: Worker): boolean {
  if (by.kind === "key") return true;
  const agent = agentOf(tx, by.id);
  return agent !== undefined && isLeadOf(tx.rules.config, tx.rules.group.id, agent);
}

/** To the customer as the desk's own words, and into the topic, so that the staff reads who answered what. */
function reply(tx: Transaction, by: Worker, number: number, text: string): void {
  const { ticket } = tx.tickets.get(number)!;
  speakIn(tx, ticket);
  const lane = laneTo(routeOf(ticket));
  tx.work({ lane, ticket: number, work: { kind: "reply", words: words(plain(text)) } });
  tx.quoteInTopic(number, { says: notice("programReplied", by.name, text) });
  const facts = { messageId: null, kind: "text", album: null, sentAt: tx.now };
  announceMessage(tx, ticket, { ...facts, from: "program", writer: by.name, text });
}

function unknownAgent(tx: Transaction, agent: number): Refusal {
  const known = agentsOf(tx.rules.config, tx.rules.group.id).map(({ telegramId }) => telegramId);
  return { code: "agent.unknown", agent, known };
}

export function unknownQueue(tx: Transaction, queue: string): Refusal {
  return { code: "queue.unknown", queue, known: [...tx.rules.policy.queues.keys()] };
}
