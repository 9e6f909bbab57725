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

/** The contacts of whom the staff has noted this address, in whatever case; two at most, because one is wanted. */
export async function contactsByEmail(d1: D1Database, email: string): Promise<number[]> {
  const rows = await reach(() =>
    drizzle(d1)
      .select({ id: contactDetails.contactId })
      .from(contactDetails)
      .where(eq(sql`lower(${contactDetails.email})`, email.toLowerCase()))
      .limit(2),
  );
  return rows.map(({ id }) => id);
}
