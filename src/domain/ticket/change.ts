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

/** Keys of events that are fields of a ticket, too; `previous…` is their former value. */
const FACTS = ["priority", "queue", "group", "tier", "fields", "assignee", "remindAt"] as const;

/**
 * From what to what an event took its ticket; null where it changed nothing that can be named. Events of earlier
 * releases do not say all of what was before.
 */
export function ticketChange(event: Stored): TicketChange {
  const { fromStatus, toStatus, data } = event;
  const from: Record<string, unknown> = {};
  const to: Record<string, unknown> = {};
  if (toStatus !== null && fromStatus !== toStatus) {
    if (fromStatus !== null) from["status"] = fromStatus;
    to["status"] = toStatus;
  }
  for (const fact of FACTS) {
    const before = data[`previous${fact.charAt(0).toUpperCase()}${fact.slice(1)}`];
    // The rules say where a ticket is, even where they only changed its priority.
    if (before !== undefined && before === data[fact]) continue;
    if (data[fact] !== undefined) to[fact] = data[fact];
    if (before !== undefined) from[fact] = before;
  }
  const more = alsoChanged(event);
  return { from: orNull({ ...from, ...more.from }), to: orNull({ ...to, ...more.to }) };
}

/** What events of some types say in words of their own, or by being what they are. */
function alsoChanged({ type, actorId, data }: Stored): Partial<TicketChange> {
  switch (type) {
    case "priority_changed":
      return data["previous"] === undefined ? {} : { from: { priority: data["previous"] } };
    case "tags_changed":
      return { from: { tags: data["removed"] }, to: { tags: data["added"] } };
    case "field_answered": {
      // Of an erased customer neither the field nor the option is known.
      if (typeof data["field"] !== "string") return {};
      const { field, option, previousOption } = data;
      const to = { fields: { [field]: option } };
      return previousOption === undefined ? { to } : { from: { fields: { [field]: previousOption } }, to };
    }
    case "ticket_claimed":
      return { from: { assignee: null }, to: { assignee: Number(actorId) } };
    case "ticket_unclaimed":
      return { to: { assignee: null } };
    case "assignment_declined":
    case "assignment_ignored":
      return { from: { assignee: data["agent"] }, to: { assignee: null } };
    case "ticket_transferred":
      return data["group"] === undefined ? {} : { to: { assignee: null } };
    case "ticket_arrived":
      return { from: { group: data["cameFrom"] } };
    case "reminder_cleared":
      return { to: { remindAt: null } };
    default:
      return {};
  }
}

function orNull(facts: Record<string, unknown>): Record<string, unknown> | null {
  return Object.keys(facts).length === 0 ? null : facts;
}
