import type { Actor } from "./actor.ts";
import type { TicketEvent } from "./event.ts";
import type { UnknownAnswer } from "./intake.ts";
import type { TicketStatus } from "./status.ts";

/** A transition that the ticket's present state does not allow; it names that state. */
export type Refusal =
  | { code: "ticket.not_found" }
  | { code: "ticket.closed" | "ticket.resolved"; ref: string; status: TicketStatus }
  | {
      code: "ticket.claimed_by_other";
      ref: string;
      status: TicketStatus;
      assignee: { id: number; name: string };
    }
  | {
      code: "ticket.not_yours";
      ref: string;
      status: TicketStatus;
      assignee: { id: number; name: string } | null;
    }
  | { code: "field.unknown"; field: string }
  | { code: "option.unknown"; field: string; option: string }
  | { code: "fields.unknown"; unknown: UnknownAnswer[] }
  | { code: "agent.unknown"; agent: number; known: number[] }
  | { code: "tags.too_many"; max: number }
  | { code: "queue.unknown"; queue: string; known: string[] }
  | { code: "ticket.moved"; ref: string; group: string }
  | { code: "reminder.past" }
  | { code: "reminder.too_far"; maxMs: number };

/** Who made something so, and when, in ms since 1970. */
export interface MadeSo {
  by: Actor;
  at: number;
}

/** What was asked for holds already: nothing is written, and programs are told who made it so and when (`madeSo`). */
export type Already =
  | { code: "ticket.already_claimed"; ref: string; assignee: { id: number; name: string } }
  | { code: "ticket.already_unclaimed"; ref: string }
  | { code: "ticket.already_assigned"; ref: string; assignee: { id: number; name: string } }
  | { code: "ticket.already_resolved"; ref: string; by: Actor; at: number }
  | { code: "ticket.already_closed"; ref: string; by: Actor; at: number }
  | { code: "ticket.already_escalated"; ref: string; by: Actor; at: number }
  | { code: "ticket.already_active"; ref: string; status: TicketStatus }
  | { code: "ticket.already_so"; ref: string };

/** What a command comes to: events (none, where nothing about the ticket changes), a state that holds, or a refusal. */
export type Decision = { events: TicketEvent[] } | { already: Already } | { refused: Refusal };

export function closedRefusal({ ref }: { ref: string }): Refusal {
  return { code: "ticket.closed", ref, status: "closed" };
}
