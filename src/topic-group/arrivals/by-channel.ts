import type { Incoming } from "../../channels/channel.ts";
import { formatted } from "../../telegram/formatted.ts";
import type { Writing } from "../../telegram/message.ts";
import type { Transaction } from "../commit/transaction.ts";
import { customerMessage } from "./customer-message.ts";
import { turnAway, type Taken } from "./take.ts";

/** Applies a message that came by another channel than Telegram, once: one that is known changes nothing. */
export function takeIncoming(tx: Transaction, incoming: Incoming): Taken {
  const { contact, messageId, message } = incoming;
  const cause = `${contact.route.channel}:${contact.id}:${messageId}`;
  // A relayed message is its own evidence.
  const isKnown = tx.messages.byOriginal({ chat: contact.id, messageId }) !== undefined;
  if (isKnown || tx.inbox.known(cause) !== undefined) return "duplicate";
  tx.writtenIn = { customer: contact.id, route: contact.route, thread: null };
  const arrival = { kind: "customer_message", contact, writing: writingOf(incoming) } as const;
  if (tx.blocked.has(contact.id)) turnAway(tx, arrival);
  else customerMessage(tx, arrival, 0, message);
  if (!tx.relayed) tx.inbox.settle(cause, tx.now);
  return "accepted";
}

function writingOf({ messageId, name, sentAt, replyTo, message }: Incoming): Writing {
  const { text, entities } = formatted(message.text);
  const words = text === "" ? null : text;
  return {
    messageId,
    sentAt,
    kind: message.attachments?.[0]?.kind ?? "text",
    text: words,
    entities,
    said: words,
    album: null,
    replyTo,
    quote: null,
    media: null,
    live: null,
    ...(name === undefined ? {} : { mark: name }),
    copyable: true,
    ephemeral: false,
  };
}
