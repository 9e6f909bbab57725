import type { ChatId, ContactId } from "../../domain/contact/contact-id.ts";
import type { Channel, Route } from "../../domain/contact/route.ts";

/** Where one customer, agent or lead is written to. */
export type RouteLane = `to:${Channel}:${string}`;

/** A destination with one order and one rate: the staff group, a route, an endpoint, or the bot itself. */
export type Lane =
  | "staff"
  | "bot"
  | "record"
  | RouteLane
  | `hook:${string}`
  | `crm:${string}`
  | `peer:${string}`;

/** The staff group: one peer for Telegram, however many topics it has. */
export const STAFF: Lane = "staff";
/** Calls that concern no chat: commands, icons, answers to button presses. */
export const BOT: Lane = "bot";

/** The record in D1. What it gets is derived from version numbers, so it has no rows. */
export const RECORD: Lane = "record";

/** The lane of a route. */
export function laneTo({ channel, address }: Route): RouteLane {
  return `to:${channel}:${address}`;
}

export function isRouteLane(lane: Lane): lane is RouteLane {
  return lane.startsWith("to:");
}

export function routeOfLane(lane: RouteLane): Route {
  const [, channel, ...address] = lane.split(":");
  return { channel: channel as Channel, address: address.join(":") };
}

const TELEGRAM = "to:telegram:";
const STORED_CHAT = "chat:";
/** Stored lanes from `from` up to `to`, which is not included. */
export interface Stretch {
  from: string;
  to: string;
}

/** The stored lanes that lead to people by other channels than Telegram. */
export const OTHER_ROUTES: Stretch = { from: "to:", to: "to;" };
export const PEER_LANES: Stretch = { from: "peer:", to: "peer;" };

/**
 * A lane as rows have it. Those of Telegram's private chats keep the spelling of earlier releases, so that what a chat was
 * to be sent before and what it is sent now are one lane, in one order, and an earlier release can still read every row.
 */
export function storedLane(lane: Lane): string {
  return lane.startsWith(TELEGRAM) ? STORED_CHAT + lane.slice(TELEGRAM.length) : lane;
}

export function laneOfRow(stored: string): Lane {
  return (stored.startsWith(STORED_CHAT) ? TELEGRAM + stored.slice(STORED_CHAT.length) : stored) as Lane;
}

/** A lane whose calls Telegram answers. */
export function isTelegramsLane(lane: Lane): boolean {
  return isRouteLane(lane) ? lane.startsWith(TELEGRAM) : !isOutsideLane(lane);
}

/** One endpoint of the configuration. */
export function webhookLane(webhook: string): Lane {
  return `hook:${webhook}`;
}

/** The endpoint of a `hook:` lane. */
export function webhookOfLane(lane: Lane): string {
  return lane.slice("hook:".length);
}

export function isWebhookLane(lane: Lane): lane is `hook:${string}` {
  return lane.startsWith("hook:");
}

/** Questions to the enrichment system that may be under way at once. */
const CRM_LANES_COUNT = 8;

/** The system that knows the customers: several lanes, so that a slow answer holds up few others. */
export function crmLane(customer: ContactId): Lane {
  return CRM_LANES[customer % CRM_LANES_COUNT]!;
}

export const CRM_LANES: readonly Lane[] = Array.from(
  { length: CRM_LANES_COUNT },
  (_, n) => `crm:${n}` as const,
);

export function isCrmLane(lane: Lane): boolean {
  return lane.startsWith("crm:");
}

/** The key of the question that is asked about a ticket's customer. */
export function questionKey(ticket: number): string {
  return `enrichment:${ticket}`;
}

/** The system that says what agents can do. */
export const SKILLS_LANE: Lane = "crm:skills";

/** Calls of other systems, which must not keep customers' messages from being taken. */
export function isForOthers(lane: Lane): boolean {
  return isWebhookLane(lane) || isCrmLane(lane);
}

/** A system that is not ours, whose answers say nothing about Telegram. */
export function isOutsideLane(lane: Lane): boolean {
  return isWebhookLane(lane) || isCrmLane(lane) || isPeerLane(lane);
}

/** Another group's object. */
export function peerLane(group: string): Lane {
  return `peer:${group}`;
}

const URGENT = "urgent:";

/** The key of what goes before everything else of its lane, by its number. */
export function urgentKey(seq: number): string {
  return URGENT + String(seq).padStart(16, "0");
}

/** The first key behind all of these. */
export const URGENT_KEYS = { from: URGENT, to: "urgent;" };

/** The key of what holds a ticket's lane to its own group back. */
export function holdKey(ticket: number): string {
  return `hold:${ticket}`;
}

export function isPeerLane(lane: Lane): boolean {
  return lane.startsWith("peer:");
}

/** The group of a `peer:` lane. */
export function groupOfLane(lane: Lane): string {
  return lane.slice("peer:".length);
}

/** How `messages.chat` names the staff group. */
export const STAFF_CHAT = 0;

/** Where a message was written: by a customer, in the staff group (`STAFF_CHAT`), or in another group's chat. */
export type Conversation = ContactId | ChatId;

export function isOfCustomer(chat: Conversation): chat is ContactId {
  return chat > 0;
}
