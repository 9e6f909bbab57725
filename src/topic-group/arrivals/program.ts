import type { Worker } from "../../domain/ticket/actor.ts";
import type { TicketCommand } from "../../domain/ticket/command.ts";
import { isEstablishedBy } from "../../domain/ticket/commands.ts";
import { unknownQueue } from "../../domain/ticket/commands/assignment.ts";
import type { Already, MadeSo } from "../../domain/ticket/decision.ts";
import { unknownAnswers } from "../../domain/ticket/intake.ts";
import { subjectOf } from "../../domain/ticket/subject.ts";
import type { Ticket } from "../../domain/ticket/ticket.ts";
import type { Executed, ProgramAct, TicketOrder } from "../../domain/ticket/work-order.ts";
import { notice } from "../../texts/notice.ts";
import type { Transaction } from "../commit/transaction.ts";
import { seenCustomer } from "../conversation/customers.ts";
import { act } from "./act.ts";

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
    if (named !== null && !queues.has(named))
      return { status: "refused", refused: unknownQueue(named, tx.rules.policy) };
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
      subject: subjectOf(subject ?? message, { kind: "request" } as const),
      payload: null,
      language: customer.contact.language,
      followUpOf: null,
      ...(customer.contact.route === undefined ? {} : { route: customer.contact.route }),
      fields,
      tier,
      quiet,
      queue,
      within,
    },
  });
  if ("refused" in decision) return { status: "refused", refused: decision.refused };
  if (message !== null) {
    tx.quoteInTopic(number, {
      says: notice("customerWroteElsewhere", customer.contact.name, by.name, message),
    });
  }
  tx.contacts.updateConversation(customer.id, { current: number, wantsNew: false });
  const isWithin = within === null || queues.get(ticket!.queue)?.group === within.group;
  const wanted = queue ?? (isWithin ? null : within.queue);
  if (wanted !== null && ticket!.queue !== wanted)
    tx.apply(number, { type: "agent_transferred", by, queue: wanted });
  return { number, already: null };
}

/** Does with a ticket what a program asks. */
export function actAsAsked(tx: Transaction, by: Worker, { number }: Ticket, what: ProgramAct): Outcome {
  const done = act(tx, by, number, what);
  if ("refused" in done) return { status: "refused", refused: done.refused };
  const { decision, command } = done;
  return { number, already: "already" in decision ? whose(tx, number, command, decision.already) : null };
}

/** The ticket itself knows who gave it its status; everything else is in its history. */
function whose(tx: Transaction, number: number, command: TicketCommand, already: Already): Done["already"] {
  if ("by" in already) return already;
  const event = tx.history.newest(number, (one) => isEstablishedBy(one, command));
  return event === undefined ? already : { ...already, by: event.by, at: event.at };
}
