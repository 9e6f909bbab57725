import { eq, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { ContactFacts } from "../domain/contact.ts";
import { reach } from "./reach.ts";
import { contactDetails, contacts } from "./schema.ts";

/** What the record knows of a customer by their Telegram id; null if they never wrote. */
export async function knownContact(d1: D1Database, id: number): Promise<ContactFacts | null> {
  const row = await reach(() => drizzle(d1).select().from(contacts).where(eq(contacts.telegramId, id)).get());
  if (row === undefined) return null;
  const { name, username, language, isPremium } = row;
  return { id, name, username, language, isPremium };
}

/**
 * A contact for each person of whom the staff has noted this address, in whatever case; two at most, because one is
 * wanted. Of several contacts that are one person it is the one that is shown, if that has the address.
 */
export async function contactsByEmail(d1: D1Database, email: string): Promise<number[]> {
  const { contactId, mergedInto } = contactDetails;
  const shown = sql`max(${contactId}) FILTER (WHERE ${mergedInto} IS NULL)`;
  const rows = await reach(() =>
    drizzle(d1)
      .select({ id: sql<number>`coalesce(${shown}, min(${contactId}))` })
      .from(contactDetails)
      .where(eq(sql`lower(${contactDetails.email})`, email.toLowerCase()))
      .groupBy(sql`coalesce(${mergedInto}, ${contactId})`)
      .limit(2),
  );
  return rows.map(({ id }) => id);
}
