import { agentsOf } from "../../domain/team/agent.ts";
import type { TicketCommand, Worker } from "../../domain/ticket/command.ts";
import type { Already, MadeSo } from "../../domain/ticket/decision.ts";
import { unknownAnswers } from "../../domain/ticket/intake.ts";
import { madeSo } from "../../domain/ticket/made-so.ts";
import { subjectOf } from "../../domain/ticket/subject.ts";
import type { Ticket } from "../../domain/ticket/ticket.ts";
import type { Executed, TicketAct, TicketOrder } from "../../domain/ticket/work-order.ts";
import { customerWroteElsewhere, programNoted, programReplied } from "../../texts/en/topic.ts";
import { NEW_REQUEST } from "../../texts/en/words.ts";
import { plain } from "../../texts/rich-text.ts";
import { words, type Transaction } from "../commit/transaction.ts";
import { seenCustomer } from "../conversation/customers.ts";
import { speakIn } from "../conversation/speaking.ts";
import { announceMessage } from "../endpoints/hooks.ts";
import { chatLane } from "../tables/lane.ts";
import { agentOf } from "./agents.ts";

/** The ticket by its number here, and what held already. */
export interface Done {
  number: number;
  already: (Already & Partial<MadeSo>) | null;
}
type Outcome = Done | Extract<Executed<never>, { status: "refused" }>;

/** Opens the ticket that a program asks for. The caller's queue counts as chosen by hand. */
export function openTicket(tx: Transaction, by: Worker, order: TicketOrder): Outcome {
  const { customer: facts, message, subject, queue, within, fields, tier, quiet } = order;
  const { queues } = tx.rules.policy;
  for (const named of [queue, within?.queue ?? null]) {
    if (named !== null && !queues.has(named)) return unknownQueue(tx, named);
  }
  // Before anything is noted of the customer.
  const unknown = unknownAnswers(tx.rules.policy.intakeFields, fields);
  if (unknown.length > 0) return { status: "refused", refused: { code: "fields.unknown", unknown } };
  const customer = tx.contacts.get(facts.id) ?? seenCustomer(tx, facts);
  const number = tx.tickets.lastNumber() + 1;
  const { decision, ticket } = tx.apply(null, {
    type: "ticket_requested",
    by,
    opening: {
      number,
      customer: customer.id,
      subject: subjectOf(subject ?? message, NEW_REQUEST),
      payload: null,
      language: customer.contact.language,
      followUpOf: null,
      fields,
      tier,
      quiet,
      queue,
      within,
    },
  });
  if ("refused" in decision) return { status: "refused", refused: decision.refused };
  if (message !== null) {
    tx.quoteInTopic(number, words(customerWroteElsewhere(customer.contact.name, by.name, message)));
  }
  tx.contacts.updateConversation(customer.id, { current: number, wantsNew: false });
  const isWithin = within === null || queues.get(ticket!.queue)?.group === within.group;
  const wanted = queue ?? (isWithin ? null : within.queue);
  if (wanted !== null && ticket!.queue !== wanted)
    tx.apply(number, { type: "agent_transferred", by, queue: wanted });
  return { number, already: null };
}

/** Does with a ticket what a program asks. */
export function act(tx: Transaction, by: Worker, ticket: Ticket, what: TicketAct): Outcome {
  const { number } = ticket;
  const run = (command: TicketCommand): Outcome => {
    const { decision } = tx.apply(number, command);
    if ("refused" in decision) return { status: "refused", refused: decision.refused };
    return { number, already: "already" in decision ? whose(tx, number, command, decision.already) : null };
  };
  const noted = "note" in what && what.note !== undefined ? { note: what.note } : {};
  switch (what.type) {
    case "claim":
    case "assign": {
      const agent = agentOf(tx, what.agent);
      if (agent === undefined) return unknownAgent(tx, what.agent);
      const assignee = { id: agent.telegramId, name: agent.name };
      const unlessTaken = what.type === "claim" ? { unlessTaken: true as const } : {};
      return run({ type: "agent_assigned", by, assignee, ...unlessTaken });
    }
    case "unclaim":
      return run({ type: "agent_unclaimed", by, lead: true });
    case "reply":
      return reply(tx, by, ticket, what.text, run);
    case "note": {
      const done = run({ type: "agent_noted", by, text: what.text });
      if ("number" in done) tx.quoteInTopic(number, words(programNoted(by.name, what.text)));
      return done;
    }
    case "resolve":
      return run({ type: "agent_resolved", by, ...noted });
    case "close":
      return run({ type: "agent_closed", by, ...noted });
    case "reopen":
      return run({ type: "agent_reopened", by, ...noted });
    case "escalate":
      return run({ type: "agent_escalated", by, ...noted });
    case "transfer":
      return tx.rules.policy.queues.has(what.queue)
        ? run({ type: "agent_transferred", by, queue: what.queue, ...noted })
        : unknownQueue(tx, what.queue);
    case "priority":
      return run({ type: "agent_prioritised", by, priority: what.priority });
    case "tags":
      return run({ type: "agent_tagged", by, add: what.add, remove: what.remove });
    case "fields":
      return run({ type: "agent_set_fields", by, fields: what.fields });
    case "snooze": {
      const agent = agentOf(tx, what.agent);
      if (agent === undefined) return unknownAgent(tx, what.agent);
      const reason = what.reason === undefined ? {} : { reason: what.reason };
      const of = { id: agent.telegramId, name: agent.name };
      return run({ type: "agent_snoozed", by, agent: of, remindAt: what.until, ...reason });
    }
    default:
      return what satisfies never;
  }
}

/** To the customer as the desk's own words, and into the topic, so that the staff reads who answered what. */
function reply(
  tx: Transaction,
  by: Worker,
  ticket: Ticket,
  text: string,
  run: (command: TicketCommand) => Outcome,
): Outcome {
  const done = run({ type: "agent_answered", by });
  if (!("number" in done)) return done;
  speakIn(tx, ticket);
  const lane = chatLane(ticket.customer);
  tx.work({ lane, ticket: ticket.number, work: { kind: "reply", words: words(plain(text)) } });
  tx.quoteInTopic(ticket.number, words(programReplied(by.name, text)));
  const facts = { messageId: null, kind: "text", album: null, sentAt: tx.now };
  announceMessage(tx, tx.tickets.get(ticket.number)!.ticket, {
    ...facts,
    from: "program",
    writer: by.name,
    text,
  });
  return done;
}

/** The ticket itself knows who gave it its status; everything else is in its history. */
function whose(tx: Transaction, number: number, command: TicketCommand, already: Already): Done["already"] {
  if ("by" in already) return already;
  const event = tx.history.newest(number, (one) => madeSo(command, one));
  return event === undefined ? already : { ...already, by: event.by, at: event.at };
}

function unknownAgent(tx: Transaction, agent: number): Outcome {
  const known = agentsOf(tx.rules.config, tx.rules.group.id).map(({ telegramId }) => telegramId);
  return { status: "refused", refused: { code: "agent.unknown", agent, known } };
}

function unknownQueue(tx: Transaction, queue: string): Outcome {
  return {
    status: "refused",
    refused: { code: "queue.unknown", queue, known: [...tx.rules.policy.queues.keys()] },
  };
}
