/**
 * - `open`: without an assignee
 * - `in_progress`: an agent works on it, and it is the desk's turn
 * - `escalated`: beside `open` and `in_progress`; a senior must look
 * - `waiting`: the customer's turn
 * - `resolved`: answered for good, closes itself after a while
 * - `closed`: over; its topic is closed too
 */
export const TICKET_STATUSES = ["open", "in_progress", "escalated", "waiting", "resolved", "closed"] as const;
export type TicketStatus = (typeof TICKET_STATUSES)[number];

/** What a status asks of the desk: whose turn it is asks nobody to look who does not answer anyway. */
export type Standing = Exclude<TicketStatus, "waiting">;

export function standingOf(status: TicketStatus): Standing {
  return status === "waiting" ? "in_progress" : status;
}

/** A ticket that still takes work: everything but `closed`. */
export function isActive(ticket: { status: TicketStatus }): boolean {
  return ticket.status !== "closed";
}
