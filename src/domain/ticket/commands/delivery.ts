import type { ContactId } from "../../contact/contact-id.ts";
import type { UnreachableReason } from "../../contact/contact.ts";
import { customer, system } from "../actor.ts";
import type { Decision } from "../decision.ts";
import type { Ticket } from "../ticket.ts";
import type { CommandRows } from "./row.ts";

/** What became of messages, topics and moves. */
export type DeliveryCommand =
  | { type: "customer_unreachable"; reason: UnreachableReason }
  | { type: "customer_reachable"; customer: ContactId }
  /** It came from another group; `number` is what it is here, `topicId` the topic that it had here before, if any. */
  | {
      type: "ticket_arrived";
      group: string;
      number: number;
      topicId: number | null;
      from: string;
      home?: string;
    }
  | { type: "topic_created"; topicId: number }
  | { type: "topic_lost"; topicId: number }
  | { type: "delivery_failed"; code: string }
  | { type: "delivery_uncertain" };
type Of<T extends DeliveryCommand["type"]> = Extract<DeliveryCommand, { type: T }>;

export const DELIVERY_COMMANDS = {
  customer_unreachable: {
    decide: (command, ticket, _, now) => unreachable(command, ticket, now),
    establishedBy: null,
  },
  customer_reachable: {
    decide: (command, ticket, _, now) => reachable(command, ticket, now),
    establishedBy: null,
  },
  ticket_arrived: {
    decide: (command, ticket, _, now) => arrived(command, ticket, now),
    establishedBy: null,
  },
  topic_created: {
    decide: (command, _, __, now) => topicCreated(command, now),
    establishedBy: null,
  },
  topic_lost: {
    decide: (command, ticket, _, now) => topicLost(command, ticket, now),
    establishedBy: null,
  },
  delivery_failed: {
    decide: (command, _, __, now) => failed(command, now),
    establishedBy: null,
  },
  delivery_uncertain: {
    decide: (_, __, ___, now) => uncertain(now),
    establishedBy: null,
  },
} satisfies CommandRows<DeliveryCommand>;

function unreachable({ reason }: Of<"customer_unreachable">, ticket: Ticket, now: number): Decision {
  if (ticket.unreachable === reason) return { events: [] };
  return { events: [{ type: "customer_unreachable", at: now, by: system("delivery"), reason }] };
}

function reachable(command: Of<"customer_reachable">, ticket: Ticket, now: number): Decision {
  if (ticket.unreachable === null) return { events: [] };
  return { events: [{ type: "customer_reachable", at: now, by: customer(command.customer) }] };
}

/** It came from another group. */
function arrived(
  { group, number, topicId, from, home }: Of<"ticket_arrived">,
  ticket: Ticket,
  now: number,
): Decision {
  const moved = home === undefined || home === ticket.home ? {} : { home };
  const place = { group, number, topicId, cameFrom: from, ...moved };
  return { events: [{ type: "ticket_arrived", ...place, at: now, by: system("routing") }] };
}

function topicCreated({ topicId }: Of<"topic_created">, now: number): Decision {
  return { events: [{ type: "topic_created", at: now, by: system("delivery"), topicId }] };
}

function topicLost({ topicId }: Of<"topic_lost">, ticket: Ticket, now: number): Decision {
  if (ticket.topicId !== topicId) return { events: [] };
  return { events: [{ type: "topic_lost", at: now, by: system("delivery"), topicId }] };
}

function failed({ code }: Of<"delivery_failed">, now: number): Decision {
  return { events: [{ type: "delivery_failed", at: now, by: system("delivery"), code }] };
}

function uncertain(now: number): Decision {
  return { events: [{ type: "delivery_uncertain", at: now, by: system("delivery") }] };
}
