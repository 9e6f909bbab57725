import { factsOfEvent } from "./events.ts";
import { CHANGING } from "./events/row.ts";

/** What an event changed of a ticket, as far as it is a fact and not what people wrote. */
export interface TicketChange {
  from: Record<string, unknown> | null;
  to: Record<string, unknown> | null;
}

interface Stored {
  type: string;
  actorId: string;
  fromStatus: string | null;
  toStatus: string | null;
  data: Readonly<Record<string, unknown>>;
}

/**
 * From what to what an event took its ticket; null where it changed nothing that can be named. Events of earlier
 * releases do not say all of what was before.
 */
export function ticketChange({ type, actorId, fromStatus, toStatus, data }: Stored): TicketChange {
  const from: Record<string, unknown> = {};
  const to: Record<string, unknown> = {};
  if (toStatus !== null && fromStatus !== toStatus) {
    if (fromStatus !== null) from["status"] = fromStatus;
    to["status"] = toStatus;
  }
  const changes = factsOfEvent(type)?.changes ?? {};
  for (const fact of CHANGING) {
    const { was, is } = changes[fact] ?? {};
    const before = typeof was === "function" ? was(data, actorId) : was && data[was];
    const after = typeof is === "function" ? is(data, actorId) : is && data[is];
    // The rules say where a ticket is, even where they only changed its priority.
    if (typeof is === "string" && before !== undefined && before === after) continue;
    if (before !== undefined) from[fact] = before;
    if (after !== undefined) to[fact] = after;
  }
  return { from: orNull(from), to: orNull(to) };
}

function orNull(facts: Record<string, unknown>): Record<string, unknown> | null {
  return Object.keys(facts).length === 0 ? null : facts;
}
