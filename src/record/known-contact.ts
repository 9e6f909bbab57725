import { and, eq, isNotNull, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { ContactId } from "../domain/contact/contact-id.ts";
import type { ContactFacts, UnreachableReason } from "../domain/contact/contact.ts";
import { reach } from "./reach.ts";
import { contactDetails, contacts } from "./schema.ts";

/** What the record knows of a customer by their Telegram id; null if they never wrote. */
export async function knownContact(d1: D1Database, id: ContactId): Promise<ContactFacts | null> {
  const row = await reach(() => drizzle(d1).select().from(contacts).where(eq(contacts.telegramId, id)).get());
  if (row === undefined) return null;
  const { name, username, language, isPremium } = row;
  return { id, name, username, language, isPremium };
}

/** Why a contact cannot be written to, as far as the record knows; null: it can, or no message was tried. */
export async function unreachableBecause(d1: D1Database, id: ContactId): Promise<UnreachableReason | null> {
  const row = await reach(() =>
    drizzle(d1).select({ why: contacts.unreachable }).from(contacts).where(eq(contacts.telegramId, id)).get(),
  );
  return row?.why ?? null;
}

/**
 * The contacts with this e-mail address, in upper or lower case; two at most, because one is wanted. Of merged contacts
 * only the one that is shown.
 */
export async function contactsByEmail(d1: D1Database, email: string): Promise<ContactId[]> {
  const rows = await reach(() =>
    drizzle(d1)
      .select({
        id: sql<ContactId>`CASE count(*) WHEN 1 THEN min(${contactDetails.contactId}) ELSE ${shown} END`,
      })
      .from(contactDetails)
      .where(
        and(isNotNull(contactDetails.email), eq(sql`lower(${contactDetails.email})`, email.toLowerCase())),
      )
      .groupBy(shown)
      .limit(2),
  );
  return rows.map(({ id }) => id);
}

const shown = sql`coalesce(${contactDetails.mergedInto}, ${contactDetails.contactId})`;
