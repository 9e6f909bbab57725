import { sql, type SQL } from "drizzle-orm";
import type { ContactId } from "../../domain/contact/contact-id.ts";
import { isAmong } from "./among.ts";
import { tickets } from "./schema.ts";

/** The numbers of people's tickets, as a subquery. */
export function ticketsOf(people: readonly ContactId[]): SQL {
  return sql`(SELECT ${tickets.number} FROM ${tickets} WHERE ${isAmong(tickets.customer, people)})`;
}
