import { TICKET_PHASES_MAX } from "../limits.ts";
import type { Phase } from "../sla/clocks.ts";
import type { Actor } from "./actor.ts";
import type { TicketEvent } from "./event.ts";
import { rowOf } from "./events.ts";
import { opened } from "./events/opening.ts";
import type { Note } from "./note.ts";
import type { TicketStatus } from "./status.ts";
import type { Ticket } from "./ticket.ts";

/** The ticket after one more event; `null` is the ticket before `ticket_opened`. */
export function evolve(ticket: Ticket | null, event: TicketEvent): Ticket {
  if (event.type === "ticket_opened") return opened(event);
  if (ticket === null) throw new TypeError(`${event.type} without a ticket`);
  const draft: Ticket = { ...ticket, version: ticket.version + 1, changedAt: event.at };
  if ("from" in event) {
    draft.status = event.to;
    if (event.from !== event.to) draft.statusBy = statusBy(event);
    draft.phases = withPhase(ticket.phases, event.to, event.at);
  }
  rowOf(event).evolve?.(draft, event, ticket);
  return draft;
}

/** Of very long histories the oldest waits are forgotten, and count as the desk's time. */
function withPhase(phases: Phase[], status: TicketStatus, at: number): Phase[] {
  const is = phaseOf(status);
  if (phases.at(-1)?.is === is) return phases;
  const kept = phases.length < TICKET_PHASES_MAX ? phases : [phases[0]!, ...phases.slice(3)];
  return [...kept, { at, is }];
}

function phaseOf(status: TicketStatus): Phase["is"] {
  if (status === "resolved" || status === "closed") return "over";
  return status === "waiting" ? "waiting" : "active";
}

function statusBy(event: { by: Actor; at: number; note?: Note }): Ticket["statusBy"] {
  return { by: event.by, at: event.at, ...(event.note === undefined ? {} : { note: event.note }) };
}
