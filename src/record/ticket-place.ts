import { drizzle } from "drizzle-orm/d1";
import { named } from "./queries.ts";
import { reach } from "./reach.ts";
import { tickets } from "./schema.ts";

/** A ticket's id, its group and whether it is closed, as far as the record knows; null if the name is unknown. */
export async function ticketPlace(
  d1: D1Database,
  name: string,
): Promise<{ id: string; group: string; closed: boolean } | null> {
  const row = await reach(() =>
    drizzle(d1)
      .select({ id: tickets.id, group: tickets.groupId, closed: tickets.closed })
      .from(tickets)
      .where(named(name))
      .get(),
  );
  return row ?? null;
}
