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

/** Who is reached by a route. */
export function contactAt({ address }: Route): ContactId {
  return contactId(Number(address));
}

/** A contact's own route, apart from their tickets'. */
export function routeOfContact(contact: ContactId): Route {
  return { channel: "telegram", address: String(contact) };
}

/** Route of messages about a ticket. Tickets opened by Telegram store none. */
export function routeOf({ customer, route }: { customer: ContactId; route?: Route }): Route {
  return route ?? routeOfContact(customer);
}
