import type { ContactId } from "../../domain/contact/contact-id.ts";
import type { Tables } from "../tables/tables.ts";

/** How much of people is here. */
export interface Erasable {
  tickets: number;
  /** Of the first tickets. */
  refs: string[];
  activeTickets: number;
  topics: number;
  messages: number;
  /** What waits, what was given up, and what the log of deliveries to endpoints has. */
  deliveries: number;
}

/**
 * How much an erasure of people would remove here: it reads rows and lists none, but for the first references. Null:
 * nothing is here.
 */
export function erasable(
  {
    tickets,
    topics,
    personMessages,
    outbox,
    webhookLog,
    contacts,
    blocked,
  }: Pick<Tables, "tickets" | "topics" | "personMessages" | "outbox" | "webhookLog" | "contacts" | "blocked">,
  people: readonly ContactId[],
  refsMax: number,
): Erasable | null {
  const found = {
    ...tickets.countOf(people, refsMax),
    topics: topics.countOf(people),
    messages: people.reduce((sum, id) => sum + personMessages.count(id, tickets.routesOf(id)), 0),
    deliveries: outbox.countOf(people) + webhookLog.countOf(people),
  };
  const known = contacts.countOf(people) + blocked.countOf(people);
  return known + found.tickets + found.topics + found.messages + found.deliveries > 0 ? found : null;
}
