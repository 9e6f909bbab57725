import { eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { reach } from "./reach.ts";
import { tickets } from "./schema.ts";

/** A ticket's id, the group that has it and whether it is closed, as far as the record knows; null if it knows none with this reference. */
export async function ticketPlace(
  d1: D1Database,
  ref: string,
): Promise<{ id: string; group: string; closed: boolean } | null> {
  const row = await reach(() =>
    drizzle(d1)
      .select({ id: tickets.id, group: tickets.groupId, closed: tickets.closed })
      .from(tickets)
      .where(eq(tickets.ref, ref.toUpperCase()))
      .get(),
  );
  return row ?? null;
}
