import type { Refusal } from "../../domain/ticket/decision.ts";
import { isActive } from "../../domain/ticket/status.ts";
import type { Ticket } from "../../domain/ticket/ticket.ts";
import { groupOf, parsePress, ticketNumberOf } from "../../telegram/callback.ts";
import { notice, type Notice } from "../../texts/notice.ts";
import type { Transaction } from "../commit/transaction.ts";
import type { Of } from "../conversation/arrival-of.ts";
import { peerLane, STAFF, type Lane } from "../tables/lane.ts";

export function customerPress(
  tx: Transaction,
  { contact, messageId, queryId, data }: Of<"customer_press">,
): void {
  const press = parsePress(data);
  const toast = (text: Notice | ""): void => tx.toast(queryId, text, contact.language);
  if (
    press !== null &&
    "ticket" in press &&
    passesOn(tx, press.ticket, { contact, messageId, queryId, data })
  )
    return;
  const number = press !== null && "ticket" in press ? ticketNumberOf(press.ticket) : null;
  const ticket = number === null ? undefined : tx.tickets.get(number)?.ticket;
  if (press === null || ticket === undefined || ticket.customer !== contact.id) {
    toast(notice("customerToast", "unknown"));
    return;
  }
  switch (press.act) {
    case "answer": {
      const { decision } = tx.apply(ticket.number, {
        type: "customer_answered_intake",
        customer: contact.id,
        field: press.field,
        option: press.option,
      });
      toast(
        "refused" in decision
          ? refusedToast(ticket.ref, decision.refused)
          : notice("customerToast", "answered"),
      );
      // A held ticket is released by its last required answer: its messages may go now.
      tx.touched.add(STAFF);
      return;
    }
    case "ask":
      if (isActive(ticket)) tx.receipt(ticket, press.field);
      toast(isActive(ticket) ? "" : notice("customerToast", "closed", ticket.ref));
      return;
    case "customer_close": {
      tx.apply(ticket.number, { type: "customer_closed", customer: contact.id });
      toast(notice("customerToast", "closed", ticket.ref));
      return;
    }
    case "customer_switch":
      tx.contacts.updateConversation(contact.id, { current: ticket.number, wantsNew: false });
      toast(
        isActive(ticket)
          ? notice("customerToast", "switched", ticket.ref)
          : notice("customerToast", "closed", ticket.ref),
      );
      return;
    default:
      toast(notice("customerToast", "unknown"));
  }
}

/** A button of a ticket that another group has is for that group to answer. */
function passesOn(
  tx: Transaction,
  id: string,
  pressed: Pick<Of<"customer_press">, "contact" | "messageId" | "queryId" | "data">,
): boolean {
  const own = groupOf(id) === tx.rules.group.id;
  const number = own ? ticketNumberOf(id) : null;
  const ticket = number === null ? undefined : tx.tickets.get(number)?.ticket;
  const lane = own ? laneOf(tx, ticket) : laneOfGroup(tx, groupOf(id));
  // Which ticket they write to is for their home to remember.
  const press = parsePress(pressed.data);
  if (lane === null || press?.act === "customer_switch") return false;
  const message = { type: "customer_press", ticketId: ticket?.id ?? null, ...pressed } as const;
  tx.work({ lane, ticket: number ?? 0, work: { kind: "peer", message } });
  return true;
}

function laneOf(tx: Transaction, ticket: Ticket | undefined): Lane | null {
  return ticket === undefined ? null : tx.away(ticket);
}

function laneOfGroup(tx: Transaction, group: string | null): Lane | null {
  return tx.rules.config.groups.some(({ id }) => id === group) ? peerLane(group!) : null;
}

function refusedToast(ref: string, refusal: Refusal): Notice {
  return refusal.code === "ticket.closed"
    ? notice("customerToast", "closed", ref)
    : notice("refusalWords", refusal);
}
