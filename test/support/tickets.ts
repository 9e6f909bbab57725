import { contactId } from "../../src/domain/contact/contact-id.ts";
import type { TicketEvent } from "../../src/domain/ticket/event.ts";
import { evolve } from "../../src/domain/ticket/evolve.ts";
import type { TicketStatus } from "../../src/domain/ticket/status.ts";
import type { Ticket, TicketForPrograms } from "../../src/domain/ticket/ticket.ts";
import type { ProjectionBatch } from "../../src/record/projection.ts";
import { ticketForPrograms } from "../../src/texts/for-programs.ts";

/** 2026-11-20T12:00:00Z */
export const NOON = Date.UTC(2026, 10, 20, 12);
export const ADA = contactId(5_550_000_001);

const agent = { kind: "agent", id: 9001, name: "Lead" } as const;

export function opened(number: number, more: Partial<Extract<TicketEvent, { type: "ticket_opened" }>> = {}) {
  const group = more.group ?? "main";
  return {
    type: "ticket_opened",
    at: NOON + number,
    by: { kind: "customer", id: ADA },
    to: "open",
    id: `${group}:${number}`,
    number,
    ref: `${group === "vip" ? "VIP" : "SUP"}-${number}`,
    group,
    customer: ADA,
    subject: "My parcel is late",
    queue: "general",
    priority: "normal",
    ...more,
  } satisfies TicketEvent;
}

/** A ticket's life from opening to closing: eight events. */
export function life(number: number, more: Parameters<typeof opened>[1] = {}): TicketEvent[] {
  const at = (minutes: number): number => NOON + number + minutes * 60_000;
  const step = (from: TicketStatus, to: TicketStatus) => ({ by: agent, from, to });
  return [
    opened(number, more),
    { type: "topic_created", at: at(1), by: { kind: "system", rule: "delivery" }, topicId: 500 + number },
    { type: "ticket_claimed", at: at(2), ...step("open", "in_progress") },
    { type: "ticket_answered", at: at(3), ...step("in_progress", "waiting"), first: true },
    { type: "priority_changed", at: at(4), by: agent, priority: "high", previous: "normal" },
    { type: "note_added", at: at(5), by: { kind: "key", name: "crm" }, text: "called back" },
    { type: "ticket_resolved", at: at(6), ...step("waiting", "resolved"), note: "refunded" },
    { type: "ticket_closed", at: at(7), ...step("resolved", "closed") },
  ];
}

/** The ticket after each of its events, as the record is told. */
export function states(events: readonly TicketEvent[]): TicketForPrograms[] {
  let ticket: Ticket | null = null;
  return events.map((event) => ticketForPrograms((ticket = evolve(ticket, event))));
}

/** What an object sends after every event: the ticket as it is then, and what is new. */
export function batchesOf(events: readonly TicketEvent[]): ProjectionBatch[] {
  return states(events).map((ticket, index) => ({
    group: ticket.group,
    at: events[index].at + 500,
    tickets: [{ ticket, dueAt: ticket.status === "resolved" ? NOON * 2 : null }],
    events: [{ ticketId: ticket.id, n: index + 1, event: events[index], notedAt: null }],
    contacts: [],
  }));
}

export function emptyBatch(more: Partial<ProjectionBatch> = {}): ProjectionBatch {
  return { group: "main", at: NOON, tickets: [], events: [], contacts: [], ...more };
}
