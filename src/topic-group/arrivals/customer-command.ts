import type { ContactId } from "../../domain/contact/contact-id.ts";
import { cut } from "../../domain/cut.ts";
import type { CustomerTicket } from "../../domain/ticket/conversation.ts";
import { isActive } from "../../domain/ticket/status.ts";
import { pressData } from "../../telegram/callback.ts";
import type { Writing } from "../../telegram/message.ts";
import { languageOf } from "../../texts/languages.ts";
import { notice } from "../../texts/notice.ts";
import type { Transaction } from "../commit/transaction.ts";
import type { Of } from "../conversation/arrival-of.ts";
import { greetedCustomer, ticketOfMessage } from "../conversation/customers.ts";
import type { CustomerRow } from "../tables/contacts.ts";
import { onceKey, type OnceKey } from "../tables/once.ts";
import { customerMessage } from "./customer-message.ts";

/** Remembers a command, which leaves no message behind: it may become one by an edit. */
export function commandKey(customer: ContactId, messageId: number): OnceKey {
  return onceKey("command", customer, messageId);
}

export function customerCommand(tx: Transaction, arrival: Of<"customer_command">, updateId: number): void {
  const { contact, writing, command, argument } = arrival;
  const customer = greetedCustomer(tx, contact);
  const isCommand = command !== "start" && (command !== "new" || argument === "");
  if (isCommand) tx.once.firstTime(commandKey(contact.id, writing.messageId), tx.now);
  const { config } = tx.rules;
  switch (command) {
    case "start":
      if (argument !== "") tx.contacts.updateConversation(contact.id, { payload: argument.slice(0, 64) });
      tx.answerContact(contact.id, 0, notice("customerGreeting", config.intake.greeting));
      return;
    case "help":
      tx.answerContact(contact.id, 0, notice("customerHelp", config.desk.name));
      return;
    case "new":
      tx.contacts.updateConversation(contact.id, { wantsNew: true });
      // "/new my printer is on fire" is a question already.
      if (argument === "") tx.answerContact(contact.id, 0, notice("customerNewTicketPrompt"));
      else customerMessage(tx, { kind: "customer_message", contact, writing }, updateId);
      return;
    case "tickets":
      listTickets(tx, customer);
      return;
    case "close":
      closeOwn(tx, customer, writing);
      return;
    default:
      command satisfies never;
  }
}

function listTickets(tx: Transaction, customer: CustomerRow): void {
  const tickets = tx.customerTickets.newest(customer.id).slice(0, 15);
  const active = tickets.filter(isActive);
  const current = active.find((ticket) => ticket.number === customer.current) ?? active[0];
  const lines = tickets.map(({ ref, status, subject, number }) => ({
    ref,
    status,
    subject,
    current: number === current?.number,
  }));
  const buttons =
    active.length < 2 ? [] : active.map((ticket) => [button(tx, customer, ticket, "customer_switch")]);
  tx.answerContact(customer.id, 0, notice("customerTickets", lines), keyboard(buttons));
}

function closeOwn(tx: Transaction, customer: CustomerRow, writing: Writing): void {
  const active = tx.customerTickets.newest(customer.id).filter(isActive);
  const replied = writing.replyTo === null ? null : ticketOfMessage(tx, customer.id, writing.replyTo);
  const chosen =
    active.find((ticket) => ticket.number === replied) ?? (active.length === 1 ? active[0] : undefined);
  if (chosen !== undefined) {
    tx.apply(chosen.number, { type: "customer_closed", customer: customer.id });
  } else if (active.length === 0) {
    tx.answerContact(customer.id, 0, notice("customerNothingToClose"));
  } else {
    const buttons = active.map((ticket) => [button(tx, customer, ticket, "customer_close")]);
    tx.answerContact(customer.id, 0, notice("customerChooseToClose"), keyboard(buttons));
  }
}

function button(
  tx: Transaction,
  { contact }: CustomerRow,
  ticket: CustomerTicket,
  act: "customer_switch" | "customer_close",
) {
  const subject = languageOf(contact.language).subjectWords(ticket.subject);
  return {
    text: cut(`${ticket.ref} · ${subject}`, 60),
    callback_data: pressData({ act, ticket: `${tx.rules.policy.group}:${ticket.number}` }),
  };
}

function keyboard(rows: unknown[][]) {
  return rows.length === 0 ? {} : { reply_markup: { inline_keyboard: rows } };
}
