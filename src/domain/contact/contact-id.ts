declare const names: unique symbol;

/**
 * A customer of any channel. It is no chat, no address and no name: messages go to their route (`route.ts`). Made from
 * a number by `contactId` alone.
 */
export type ContactId = number & { readonly [names]: "contact" };

/** A chat at Telegram: any number but a contact's. */
export type ChatId = number & { readonly [names]?: "chat" };

/** Who stands where a customer was erased. */
export const NOBODY = 0 as ContactId;

/** To be called only where a number is known to name a contact: at the doors, and where stored text is read. */
export function contactId(number: number): ContactId {
  return number as ContactId;
}
