import type { InlineKeyboardButton, ReactionType } from "grammy/types";
import * as z from "zod";
import { profileOf } from "../accounts.ts";
import { tellReaction } from "../hearing.ts";
import { isAdministrator, nameOf } from "../members.ts";
import { renderInaccessible, renderMessage, renderSeen } from "../messages.ts";
import { pollOf, recount } from "../polls.ts";
import { checkReaction, isStandardReaction, setReaction } from "../reactions.ts";
import { ActRefused } from "../refusal.ts";
import type { CallbackAnswer, SandboxChat, StoredMessage } from "../state.ts";
import { queueUpdate } from "../update-queue.ts";
import type { World } from "../world.ts";
import { act } from "./act.ts";
import { chatFor, messageNamed } from "./speaker.ts";
import { writingActs } from "./writing.ts";

const REACTIONS_OF_PREMIUM_MAX = 3;

/** What pressing a button led to: a query that the bot may answer, a page that opened, or a text that was sent. */
interface Press {
  queryId: string | null;
  opens: string | null;
}

const press = act(
  z.strictObject({
    userId: z.number().int(),
    chatId: z.number().int().optional(),
    messageId: z.number().int().optional(),
    /** Instead of a message id: one that only this person sees. */
    ephemeralMessageId: z.number().int().optional(),
    text: z.string().optional(),
    data: z.string().optional(),
    /** The bot gets to know the message only as "inaccessible", as it does for old ones. */
    asOld: z.boolean().optional(),
  }),
  (world, input): Press => {
    const chat = chatFor(world, input.userId, input.chatId);
    const message = pressedMessage(chat, input);
    const wanted = input.data === undefined ? `reads “${input.text ?? ""}”` : `carries “${input.data}”`;
    const button = buttonsOf(message).find((each) =>
      input.data === undefined
        ? each.text === input.text
        : "callback_data" in each && each.callback_data === input.data,
    );
    if (!button) throw new ActRefused(`message ${message.id} has no button that ${wanted}`);
    if ("url" in button) return { queryId: null, opens: button.url };
    if ("web_app" in button) return { queryId: null, opens: button.web_app.url };
    if ("callback_data" in button) {
      return { queryId: query(world, chat, message, input.userId, button.callback_data, input), opens: null };
    }
    if (Object.keys(button).length === 1) {
      const { userId, chatId } = input;
      writingActs.write.run(world, { userId, chatId, threadId: message.topicId, text: button.text });
      return { queryId: null, opens: null };
    }
    throw new ActRefused(`nothing is known of what the button “${button.text}” does`);
  },
);

function pressedMessage(
  chat: SandboxChat,
  {
    userId,
    messageId,
    ephemeralMessageId,
  }: { userId: number; messageId?: number | undefined; ephemeralMessageId?: number | undefined },
): StoredMessage {
  if (ephemeralMessageId === undefined) return messageNamed(chat, messageId ?? 0);
  const message = chat.ephemeral[ephemeralMessageId];
  if (message?.ephemeral?.receiverId !== userId) {
    throw new ActRefused(`there is no ephemeral message ${ephemeralMessageId} for ${userId}`);
  }
  return message;
}

/** The buttons under a message, or of the reply keyboard that came with it. */
function buttonsOf(message: StoredMessage): InlineKeyboardButton[] {
  const inline = message.keyboard?.inline_keyboard.flat() ?? [];
  const shown = (message.otherMarkup as { keyboard?: unknown[][] } | null)?.keyboard?.flat() ?? [];
  const replies = shown.map((button) => (typeof button === "string" ? { text: button } : button));
  return [...inline, ...(replies as InlineKeyboardButton[])];
}

function query(
  world: World,
  chat: SandboxChat,
  message: StoredMessage,
  userId: number,
  data: string,
  { asOld }: { asOld?: boolean | undefined },
): string {
  const id = world.randomId();
  world.state.callbacks[id] = {
    id,
    userId,
    chatId: chat.id,
    messageId: message.id,
    ephemeralId: message.ephemeral?.id ?? null,
    at: world.nowMs,
    answer: null,
  };
  queueUpdate(world, {
    callback_query: {
      id,
      from: profileOf(world, userId),
      message: asOld ? renderInaccessible(world, chat, message.id) : renderMessage(world, message),
      chat_instance: chat.instance,
      data,
    },
  });
  return id;
}

/** What the person who pressed a button got to see; null while the bot has not answered. */
const callbackAnswer = act(
  z.strictObject({ queryId: z.string() }),
  (world, { queryId }): CallbackAnswer | null => {
    const found = world.state.callbacks[queryId];
    if (!found) throw new ActRefused(`there is no callback query ${queryId}`);
    return found.answer;
  },
);

const react = act(
  z.strictObject({
    userId: z.number().int(),
    chatId: z.number().int().optional(),
    messageId: z.number().int(),
    /** Emoji, or the ids of custom ones; an empty list takes the reaction back. */
    emoji: z.array(z.string()),
    anonymous: z.boolean().optional(),
  }),
  (world, input): true => {
    const chat = chatFor(world, input.userId, input.chatId);
    const message = messageNamed(chat, input.messageId);
    const isPremium = world.user(input.userId)?.profile.is_premium === true;
    const after = input.emoji.map((emoji) => reactionOf(emoji, isPremium));
    if (after.length > (isPremium ? REACTIONS_OF_PREMIUM_MAX : 1)) {
      throw new ActRefused(
        `${nameOf(world, input.userId)} cannot set ${after.length} reactions on a message`,
      );
    }
    if (input.anonymous && !isAdministrator(chat, input.userId)) {
      throw new ActRefused(`${nameOf(world, input.userId)} is no administrator of “${chat.title}”`);
    }
    const actorId = input.anonymous ? chat.id : input.userId;
    checkReaction(chat, message, after);
    const before = setReaction(world, message, actorId, after);
    tellReaction(world, message, actorId, before, after);
    return true;
  },
);

function reactionOf(emoji: string, isPremium: boolean): ReactionType {
  if (/^\d+$/.test(emoji)) {
    if (!isPremium) throw new ActRefused("custom emoji reactions need Telegram Premium");
    return { type: "custom_emoji", custom_emoji_id: emoji };
  }
  const plain = emoji.replaceAll("\uFE0F", "");
  if (!isStandardReaction(plain)) throw new ActRefused(`${emoji} is not one of Telegram's reactions`);
  return { type: "emoji", emoji: plain };
}

/** Votes in a poll, or takes the vote back with an empty list. */
const vote = act(
  z.strictObject({
    userId: z.number().int(),
    chatId: z.number().int().optional(),
    messageId: z.number().int(),
    options: z.array(z.number().int()),
  }),
  (world, input): true => {
    const chat = chatFor(world, input.userId, input.chatId);
    const message = messageNamed(chat, input.messageId);
    const poll = pollOf(message);
    if (!poll) throw new ActRefused(`message ${message.id} is no poll`);
    if (poll.is_closed) throw new ActRefused(`the poll in message ${message.id} is closed`);
    if (input.options.some((option) => !poll.options[option])) {
      throw new ActRefused(`the poll has the options 0 to ${poll.options.length - 1}`);
    }
    if (input.options.length > 0) message.votes[input.userId] = input.options;
    else delete message.votes[input.userId];
    recount(message);
    world.emit(() => ({ type: "message_edited", chatId: chat.id, message: renderSeen(world, message) }));
    if (message.senderId === world.botId) tellVote(world, message, input.userId, input.options);
    return true;
  },
);

function tellVote(world: World, message: StoredMessage, userId: number, options: number[]): void {
  const poll = pollOf(message);
  if (!poll) return;
  queueUpdate(world, { poll });
  if (poll.is_anonymous) return;
  queueUpdate(world, {
    poll_answer: {
      poll_id: poll.id,
      user: profileOf(world, userId),
      option_ids: options,
      option_persistent_ids: options.map(String),
    },
  });
}

export const respondingActs = { press, callbackAnswer, react, vote };
