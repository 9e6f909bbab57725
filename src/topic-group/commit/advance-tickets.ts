import { STAFF } from "../tables/lane.ts";
import type { Inside } from "./inside.ts";

/** What a sweep did: tickets that time changed, and how many events that made. */
export interface Swept {
  tickets: number;
  steps: number;
}

/** Due tickets that are read at once. */
const DUE_TICKETS_MAX = 100;
/** When a ticket on which our own code failed is tried again. */
const ADVANCE_AGAIN_MS = 5 * 60_000;

/** Does what is due on each ticket, in a transaction of its own. */
export function advanceTickets(inside: Inside): Swept {
  const swept: Swept = { tickets: 0, steps: 0 };
  if (inside.rules() === null) return swept;
  const { clocks } = inside.tables;
  const looked = new Set<number>();
  for (;;) {
    const due = clocks.due(inside.now(), DUE_TICKETS_MAX).filter(({ ticket }) => !looked.has(ticket.number));
    if (due.length === 0) return swept;
    for (const { ticket } of due) {
      looked.add(ticket.number);
      const steps = advanced(inside, ticket.number);
      swept.steps += steps;
      if (steps > 0) swept.tickets += 1;
    }
  }
}

/** A ticket on which our own code fails waits for a mended release; all the others go on. */
function advanced(inside: Inside, number: number): number {
  try {
    return inside.commit((tx) => {
      tx.touched.add(STAFF);
      return tx.advance(number);
    });
  } catch (error) {
    inside.report(`clocks of ticket ${number}`, error);
    inside.tables.clocks.putOff(number, inside.now() + ADVANCE_AGAIN_MS);
    return 0;
  }
}
