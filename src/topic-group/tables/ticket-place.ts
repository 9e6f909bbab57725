import type { Ticket } from "../../domain/ticket/ticket.ts";

/** Whether a ticket waits for an assignee: open or escalated, not held back, and still in this group. */
export function isUnassigned({ assignee, heldUntil, status, movedTo }: Ticket): boolean {
  return (
    movedTo === null &&
    assignee === null &&
    heldUntil === null &&
    (status === "open" || status === "escalated")
  );
}

/** The assignee; null without one, or if there is no work left. */
function busyWith({ assignee, status }: Ticket): number | null {
  return status === "resolved" || status === "closed" ? null : (assignee?.id ?? null);
}

/** Whose slot a ticket fills: while the customer is to answer it need not fill any. */
export function slotFilledBy(ticket: Ticket, countsWaiting: boolean): number | null {
  return ticket.status === "waiting" && !countsWaiting ? null : busyWith(ticket);
}

/** Where a ticket stands in the lists: what its indexes hold. */
export function placeOf(ticket: Ticket) {
  const { status, queue } = ticket;
  return {
    active: status !== "closed" && ticket.movedTo === null,
    queue,
    busy: busyWith(ticket),
    unassigned: isUnassigned(ticket),
  };
}
