import type { ContactId } from "../../domain/contact/contact-id.ts";
import type { Route } from "../../domain/contact/route.ts";

/** A ticket that is about to be removed, as tables need it to find what they have of it. */
export interface TicketToForget {
  /** The number that it has here. */
  number: number;
  id: string;
  customer: ContactId;
  /** Where its customer was written to, where the ticket keeps that. */
  route?: Route;
}

/** A table that has something of tickets or of people says itself how that is found. Both answer how many rows went. */
export interface Forgets {
  forgetTickets?(tickets: readonly TicketToForget[]): number;
  forgetPerson?(id: ContactId): number;
}

export function numbersOf(tickets: readonly TicketToForget[]): number[] {
  return tickets.map(({ number }) => number);
}
