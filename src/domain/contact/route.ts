import { contactId, type ChatId, type ContactId } from "./contact-id.ts";

/** The systems by which a customer can write to the desk. */
export type Channel = "telegram";

/** Where a customer is reached: an address as its channel spells it. */
export interface Route {
  channel: Channel;
  address: string;
}

/** A private chat at Telegram. */
export function chatRoute(chat: ChatId): Route {
  return { channel: "telegram", address: String(chat) };
}

/** Who writes in a private chat at Telegram: they are numbered as their chat is. */
export function contactOfChat(chat: ChatId): ContactId {
  return contactId(chat);
}

/** Telegram's ids have at most 52 bits; contacts of other channels are numbered from here on. */
export const OTHER_CONTACTS_FROM = 2 ** 52;

/** Whose private chat a route leads to; null: another channel's address says nothing about its contact. */
export function contactAt({ channel, address }: Route): ContactId | null {
  return channel === "telegram" ? contactId(Number(address)) : null;
}

/** A contact's private chat at Telegram; undefined: they came by another channel. */
export function privateChatOf(contact: ContactId): ChatId | undefined {
  return contact < OTHER_CONTACTS_FROM ? Number(contact) : undefined;
}

/** The route to it; null: they came by another channel, and their tickets say where they are reached. */
export function chatOfContact(contact: ContactId): Route | null {
  const chat = privateChatOf(contact);
  return chat === undefined ? null : chatRoute(chat);
}

/** Route of messages about a ticket. Tickets opened by Telegram store none. */
export function routeOf({ customer, route }: { customer: ContactId; route?: Route }): Route {
  return route ?? chatRoute(Number(customer));
}

export function isSameRoute(a: Route | undefined, b: Route | undefined): boolean {
  return a?.channel === b?.channel && a?.address === b?.address;
}
