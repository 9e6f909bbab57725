/** What an event changed of a ticket, as far as it is a fact and not what people wrote. */
export interface TicketChange {
  from: Record<string, unknown> | null;
  to: Record<string, unknown> | null;
}

interface Stored {
  type: string;
  fromStatus: string | null;
  toStatus: string | null;
  data: Readonly<Record<string, unknown>>;
}

/** Facts of events that stand in a ticket afterwards; `previous…` is what stood there before. */
const FACTS = ["priority", "queue", "group", "assignee", "remindAt"] as const;

/** From what to what an event took its ticket; null where it changed nothing that can be named. */
export function ticketChange({ type, fromStatus, toStatus, data }: Stored): TicketChange {
  const from: Record<string, unknown> = {};
  const to: Record<string, unknown> = {};
  if (toStatus !== null && fromStatus !== toStatus) {
    if (fromStatus !== null) from["status"] = fromStatus;
    to["status"] = toStatus;
  }
  for (const fact of FACTS) {
    if (data[fact] !== undefined) to[fact] = data[fact];
    const before = data[`previous${fact.charAt(0).toUpperCase()}${fact.slice(1)}`];
    if (before !== undefined) from[fact] = before;
  }
  if (type === "priority_changed" && data["previous"] !== undefined) from["priority"] = data["previous"];
  if (type === "tags_changed") {
    from["tags"] = data["removed"];
    to["tags"] = data["added"];
  }
  return { from: orNull(from), to: orNull(to) };
}

function orNull(facts: Record<string, unknown>): Record<string, unknown> | null {
  return Object.keys(facts).length === 0 ? null : facts;
}
