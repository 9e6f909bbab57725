import type { ContactId } from "../../domain/contact/contact-id.ts";
import { contactAt } from "../../domain/contact/route.ts";
import { isRouteLane, routeOfLane, type Lane } from "./lane.ts";
import type { Tickets } from "./tickets.ts";

/** The customer who reads what leaves by a lane about a ticket; null: it is no customer, or no ticket says which. */
export function readerOf(lane: Lane, ticket: number, tickets: Pick<Tickets, "get">): ContactId | null {
  if (!isRouteLane(lane)) return null;
  return contactAt(routeOfLane(lane)) ?? tickets.get(ticket)?.ticket.customer ?? null;
}
