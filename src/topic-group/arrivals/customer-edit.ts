import { isSameContent } from "../../telegram/mark.ts";
import { slashed } from "../../telegram/slashed.ts";
import { isCustomerCommand } from "../../texts/commands.ts";
import type { Transaction } from "../commit/transaction.ts";
import type { Of } from "../conversation/arrival-of.ts";
import { seenCustomer } from "../conversation/customers.ts";
import { customersEdit, editLeftBehind } from "../conversation/mirror.ts";
import { isPeerLane } from "../tables/lane.ts";
import type { MessageRow } from "../tables/messages.ts";
import { commandKey, customerCommand } from "./customer-command.ts";
import { customerMessage } from "./customer-message.ts";

export function customerEdit(
  tx: Transaction,
  { contact, writing }: Of<"customer_edit">,
  updateId: number,
): void {
  const row = tx.messages.byOriginal({ chat: contact.id, messageId: writing.messageId });
  const slash = writing.kind === "text" ? slashed(writing.text ?? "") : null;
  const command = slash?.kind === "command" && isCustomerCommand(slash.name) ? slash : null;
  if (row === undefined) {
    // A command that becomes a message. Of anything else it is not known whether it was passed on.
    const key = commandKey(contact.id, writing.messageId);
    if (command !== null || !tx.once.has(key)) return;
    tx.once.forget(key);
    customerMessage(tx, { kind: "customer_message", contact, writing }, updateId);
    return;
  }
  seenCustomer(tx, contact);
  const isCorrected = command !== null && !isSameContent(row.file, writing.mark);
  mirrorCustomerEdit(tx, row, { contact, writing });
  // A misspelt command was passed on as a message; with words behind it "/new" would be one, too.
  if (isCorrected && command.name !== "start" && command.argument === "") {
    const name = command.name as Of<"customer_command">["command"];
    customerCommand(
      tx,
      { kind: "customer_command", contact, writing, command: name, argument: "" },
      updateId,
    );
  }
}

function mirrorCustomerEdit(
  tx: Transaction,
  row: MessageRow,
  { contact, writing }: Pick<Of<"customer_edit">, "contact" | "writing">,
): void {
  const ticket = tx.tickets.get(row.ticket)?.ticket;
  // Copied here or passed on: where its ticket is it may stand as well.
  const elsewhere = isPeerLane(row.lane) || ticket?.movedTo != null ? ticket : undefined;
  const away = elsewhere === undefined ? null : tx.away(elsewhere);
  if (elsewhere === undefined || away === null) {
    customersEdit(tx, row, writing);
    return;
  }
  if (isSameContent(row.file, writing.mark) && (writing.ticked ?? 0) === 0) return;
  editLeftBehind(tx, contact.id, writing);
  tx.messages.update(row, { file: writing.mark ?? row.file });
  const message = { type: "customer_edit", ticketId: elsewhere.id, contact, writing } as const;
  tx.work({ lane: away, ticket: row.ticket, work: { kind: "peer", message } });
}
