import type { firstDue } from "../sla/promised.ts";
import type { TicketEvent } from "./event.ts";
import { EVENTS, factsOfEvent, TICKET_EVENTS } from "./events.ts";
import type { TicketForPrograms } from "./ticket.ts";

/** Every message that is passed on: one call each, so they must be asked for by name. */
export const MESSAGE_EVENTS = ["message.received", "message.sent"] as const;

/** What a webhook may subscribe to, besides `*` for all of it but messages. */
export const WEBHOOK_EVENTS: readonly string[] = [
  ...TICKET_EVENTS,
  "queue.depth_exceeded",
  "queue.depth_recovered",
  ...MESSAGE_EVENTS,
];

/** Whether an endpoint asks for events of a type. */
export function wants({ events }: { events: readonly string[] }, type: string): boolean {
  const isMessage = MESSAGE_EVENTS.some((one) => one === type);
  return events.includes(type) || (events.includes("*") && !isMessage);
}

/** A message that is passed on, or that a program sends. */
export interface ToldMessage {
  from: "customer" | "agent" | "program";
  /** Who wrote it: a Telegram id, or a key's name. */
  writer: number | string;
  /** Its number in the chat in which it was written; null for a program's. */
  messageId: number | null;
  kind: string;
  /** What the items of one album have in common. */
  album: string | null;
  /** In ms since 1970. */
  sentAt: number;
  /** The text, or the caption. */
  text: string | null;
}

/** What an endpoint is told of a message; `withText`: also what it says. */
export function messageData(
  { text, sentAt, ...facts }: ToldMessage,
  ticket: TicketForPrograms,
  due: FirstDue,
  withText: boolean,
): Record<string, unknown> {
  const message = { ...facts, sentAt: new Date(sentAt).toISOString() };
  return { ticket: ticketFacts(ticket, due, withText), message: withText ? { ...message, text } : message };
}

/** An event's name for webhooks; null: webhooks are not told of it. */
export function webhookTypeOf(event: TicketEvent): string | null {
  // What a ladder does is told by its own webhook steps.
  if (event.type === "ticket_escalated" && event.by.kind === "system") return null;
  if (event.type === "ticket_routed" && event.queue === event.previousQueue) return null;
  return EVENTS[event.type].webhook;
}

/**
 * What an endpoint is told of an event: who did it, what it changed, how the ticket stands. `withText`: also what people
 * have written of it.
 */
export function webhookData(
  event: TicketEvent,
  ticket: TicketForPrograms,
  due: FirstDue,
  withText: boolean,
): Record<string, unknown> {
  const change: Record<string, unknown> = {};
  let note: unknown;
  for (const [key, value] of Object.entries(event) as [string, unknown][]) {
    const kind = factsOfEvent(event.type)?.facts[key];
    if (kind === "told") change[key] = value;
    if (kind === "told_instant") change[key] = new Date(value as number).toISOString();
    if (kind === "words") note = value;
  }
  return {
    ticket: ticketFacts(ticket, due, withText),
    by: event.by,
    change,
    ...(withText && note !== undefined ? { note } : {}),
  };
}

/** What an endpoint was to be told, without what people have written: that may have been forbidden since. */
export function withoutText(data: Record<string, unknown>): Record<string, unknown> {
  const { ticket, message } = data;
  return {
    ...data,
    note: undefined,
    ...(ticket === undefined ? {} : { ticket: { ...ticket, subject: undefined } }),
    ...(message === undefined ? {} : { message: { ...message, text: undefined } }),
  };
}

type FirstDue = ReturnType<typeof firstDue>;

/** How a ticket stands, for an endpoint. */
export function ticketFacts(
  ticket: TicketForPrograms,
  first: FirstDue,
  withText: boolean,
): Record<string, unknown> {
  const { id, ref, group, status, priority, queue, tier, assignee, customer, subject } = ticket;
  const due =
    first === null ? null : { ...first, at: first.at === null ? null : new Date(first.at).toISOString() };
  const facts = { id, ref, group, status, priority, queue, tier, assignee, customer: { id: customer }, due };
  return withText ? { ...facts, subject } : facts;
}
