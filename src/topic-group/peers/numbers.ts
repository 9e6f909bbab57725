import { epochOf, numbered, plainNumber } from "../../domain/message-number.ts";
import type { Epochs } from "../tables/numbering.ts";
import type { PassedMessage, PeerCall, PeerMessage } from "../tables/peer-message.ts";

/*
 * Each object counts the bots that it has had by itself, so what it tells another one names the bot, and messages in
 * private chats as Telegram numbers them.
 */

/** The epoch of a bot that this object has never had: its numbers lead nowhere. */
const UNKNOWN_EPOCH = 2 ** 20;

/** A message to another object, and the bot by which the private messages in it are numbered. */
export function toPeer(message: PeerMessage, { bots, bot }: Epochs): Pick<PeerCall, "message" | "bot"> {
  const [number] = numbersIn(message);
  const of = number === undefined ? bot : (bots[epochOf(number)] ?? null);
  return { message: withNumbers(message, plainNumber), bot: of };
}

/** The message with its numbers as this object keeps them. */
export function ofPeer(message: PeerMessage, bot: number | null, { bots }: Epochs): PeerMessage {
  const known = bot === null ? -1 : bots.indexOf(bot);
  const epoch = known === -1 ? UNKNOWN_EPOCH : known;
  return withNumbers(message, (number) => numbered(number, epoch));
}

function numbersIn(message: PeerMessage): number[] {
  const numbers: number[] = [];
  withNumbers(message, (number) => (numbers.push(number), number));
  return numbers;
}

/** The message with every number of a message in a private chat put through `of`. */
function withNumbers(message: PeerMessage, of: (number: number) => number): PeerMessage {
  const orNull = (number: number | null): number | null => (number === null ? null : of(number));
  const passed = (one: PassedMessage): PassedMessage => ({
    ...one,
    messageId: of(one.messageId),
    replyTo: orNull(one.replyTo),
    ...(one.thread == null ? {} : { thread: of(one.thread) }),
  });
  switch (message.type) {
    case "ticket_moved":
    case "receipt_sent":
      return { ...message, receiptId: orNull(message.receiptId) } as PeerMessage;
    case "customer_message":
      return { ...message, message: passed(message.message) };
    case "open_turn":
      return { ...message, messages: message.messages.map(passed) };
    case "customer_edit": {
      const { messageId, replyTo, thread } = message.writing;
      const writing = {
        ...message.writing,
        messageId: of(messageId),
        replyTo: orNull(replyTo),
        ...(thread == null ? {} : { thread: of(thread) }),
      };
      return { ...message, writing };
    }
    case "customer_reaction":
    case "customer_press":
      return { ...message, messageId: of(message.messageId) };
    case "spoke":
      return { ...message, messages: message.messages.map((one) => ({ ...one, copyId: of(one.copyId) })) };
    default:
      return message;
  }
}
