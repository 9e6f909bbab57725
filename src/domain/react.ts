import type { Effect, TopicNotice } from "./effect.ts";
import type { TicketEvent } from "./event.ts";
import type { Policy } from "./policy.ts";
import type { Ticket } from "./ticket.ts";

/** What must be told to whom because of an event; `ticket` is the ticket after it. */
export function react(event: TicketEvent, ticket: Ticket, policy: Policy): Effect[] {
  switch (event.type) {
    case "ticket_opened":
    case "field_answered":
      return [{ kind: "receipt" }];
    case "ticket_claimed":
      // Whoever claims by answering is seen to have done so.
      if (event.implicit === true) return [];
      return [topic({ code: "ticket.claimed", by: event.by })];
    case "ticket_unclaimed":
      return [topic({ code: "ticket.unclaimed", by: event.by })];
    case "ticket_assigned":
      return [
        topic({
          code: "ticket.assigned",
          by: event.by,
          assignee: { id: event.assignee, name: event.assigneeName },
        }),
      ];
    case "ticket_resolved":
      return [
        topic({ code: "ticket.resolved", by: event.by, ...noteOf(event) }),
        {
          kind: "customer_notice",
          notice: {
            code: "ticket.resolved",
            ref: ticket.ref,
            autoCloseAfterMs: policy.autoCloseResolvedAfterMs,
          },
        },
      ];
    case "ticket_closed":
      return [
        topic({ code: "ticket.closed", by: event.by, ...noteOf(event) }),
        {
          kind: "customer_notice",
          notice: {
            code: "ticket.closed",
            ref: ticket.ref,
            own: event.by.kind === "customer",
            reopenWithinMs: policy.reopenWithinMs,
          },
        },
      ];
    case "ticket_reopened": {
      const told = topic({ code: "ticket.reopened", by: event.by, ...noteOf(event) });
      const byCustomer = event.by.kind === "customer" && event.from === "closed";
      return byCustomer
        ? [told, { kind: "customer_notice", notice: { code: "ticket.reopened", ref: ticket.ref } }]
        : [told];
    }
    case "intake_released":
      return event.why === "waited" ? [topic({ code: "intake.waited" })] : [];
    case "customer_unreachable":
      return [topic({ code: "customer.unreachable", reason: event.reason })];
    case "customer_reachable":
      return [topic({ code: "customer.reachable" })];
    case "ticket_answered":
    case "customer_replied":
    case "priority_changed":
    case "tags_changed":
    case "note_added":
    case "topic_created":
    case "topic_lost":
    case "delivery_failed":
    case "delivery_uncertain":
      return [];
    default:
      return event satisfies never;
  }
}

function topic(notice: TopicNotice): Effect {
  return { kind: "topic_notice", notice };
}

function noteOf(event: { note?: string }): { note?: string } {
  return event.note === undefined ? {} : { note: event.note };
}
