import { epochOf, numbered, plainNumber } from "../../domain/message-number.ts";
import type { Arrival } from "../../telegram/inbound.ts";
import type { Writing } from "../../telegram/message.ts";
import { topicUrl } from "../../telegram/topic-url.ts";

/** Which chats the staff group has had, and which bots the desk; an epoch is a place in these lists. */
export interface Numbering {
  /** Null: the same chat is numbered anew, and no number of this epoch leads anywhere. */
  chats: (number | null)[];
  bots: (number | null)[];
  /** The bot of the last time, by which a change of the token is noticed. */
  bot: number;
}

/** The numbering, and the epochs that are in force. */
export interface Epochs extends Numbering {
  chat: number;
  staffEpoch: number;
  botEpoch: number;
}

/** Continues a numbering with the chat and the bot in force; one of either that was here before has its epoch again. */
export function epochsOf(stored: Numbering | undefined, chat: number, given: number): Epochs {
  // A token that is missing for a while makes no other bot.
  const bot = isBotId(given) ? given : (stored?.bot ?? 0);
  const chats = withOne(stored?.chats ?? [], chat);
  const bots = withOne(stored?.bots ?? [], bot);
  return { chats, bots, bot, chat, staffEpoch: chats.indexOf(chat), botEpoch: bots.indexOf(bot) };
}

export function isBotId(id: number): boolean {
  return Number.isSafeInteger(id) && id > 0;
}

/** The staff group's chat, or every private chat of the bot, was found to number its messages anew. */
export function begunAnew(epochs: Epochs, where: "staff" | "private"): Numbering {
  const { chats, bots, bot } = epochs;
  return where === "staff"
    ? { chats: anew(chats, epochs.staffEpoch, epochs.chat), bots, bot }
    : { chats, bots: anew(bots, epochs.botEpoch, bot), bot };
}

function anew(all: readonly (number | null)[], epoch: number, one: number): (number | null)[] {
  return [...all.map((before, index) => (index === epoch ? null : before)), one];
}

function withOne(all: readonly (number | null)[], one: number): (number | null)[] {
  return all.includes(one) ? [...all] : [...all, one];
}

/** Whether a message or topic of the staff group is in the chat that the group has now. */
export function isHere(number: number, { staffEpoch }: Pick<Epochs, "staffEpoch">): boolean {
  return epochOf(number) === staffEpoch;
}

/** A link to a topic, in its own chat, at its card; null: it has none. */
export function urlOfTopic(
  topicId: number | null,
  { chats }: Pick<Epochs, "chats">,
  cardId: number | null,
): string | null {
  const chat = topicId === null ? null : (chats[epochOf(topicId)] ?? null);
  return topicId === null || chat === null
    ? null
    : topicUrl(chat, plainNumber(topicId), cardId === null ? null : plainNumber(cardId));
}

/** The arrival with its numbers as the object keeps them. */
export function numberedArrival(arrival: Arrival, { staffEpoch, botEpoch }: Epochs): Arrival {
  const epoch = arrival.kind.startsWith("customer_") ? botEpoch : staffEpoch;
  if (epoch === 0) return arrival;
  const of = (number: number | null): number | null => (number === null ? null : numbered(number, epoch));
  return {
    ...arrival,
    ...("messageId" in arrival ? { messageId: numbered(arrival.messageId, epoch) } : {}),
    ...("topicId" in arrival ? { topicId: of(arrival.topicId) } : {}),
    ...("writing" in arrival ? { writing: numberedWriting(arrival.writing, epoch) } : {}),
  } as Arrival;
}

function numberedWriting(writing: Writing, epoch: number): Writing {
  const { messageId, replyTo, thread } = writing;
  return {
    ...writing,
    messageId: numbered(messageId, epoch),
    replyTo: replyTo === null ? null : numbered(replyTo, epoch),
    ...(thread == null ? {} : { thread: numbered(thread, epoch) }),
  };
}
