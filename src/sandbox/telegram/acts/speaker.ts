import * as z from "zod";
import { CHANNEL_BOT, GROUP_ANONYMOUS_BOT, privateChat } from "../accounts.ts";
import { TelegramFailure } from "../errors.ts";
import { isAdministrator, isPresent, memberOf, nameOf } from "../members.ts";
import { findMessage } from "../messages.ts";
import { ActRefused } from "../refusal.ts";
import { externalReply, quoteFrom } from "../replies.ts";
import type { ReplyTarget, SandboxChat, SandboxUser, StoredMessage, Topic } from "../state.ts";
import { liveTopic, mayManage } from "../topics.ts";
import type { World } from "../world.ts";

/** Who acts, and where: without a chat, in the private chat with the bot. */
export const placeFields = {
  userId: z.number().int(),
  chatId: z.number().int().optional(),
  /** A topic; without one, General, or the whole chat. */
  threadId: z.number().int().nullable().optional(),
  /** As an anonymous administrator. */
  anonymous: z.boolean().optional(),
  /** The custom title shown beside an anonymous administrator's messages. */
  signature: z.string().optional(),
  /** In the name of a channel. */
  asChannelId: z.number().int().optional(),
};

export const replyFields = {
  replyTo: z.number().int().optional(),
  quote: z.string().optional(),
  /** A reply to a message of another chat. */
  replyElsewhere: z.strictObject({ chatId: z.number().int(), messageId: z.number().int() }).optional(),
  replyToStory: z.strictObject({ chatId: z.number().int(), id: z.number().int() }).optional(),
};

const placeSchema = z.object(placeFields);
type PlaceInput = z.output<typeof placeSchema>;
const replySchema = z.object(replyFields);
type ReplyInput = z.output<typeof replySchema>;

export interface Speaker {
  user: SandboxUser;
  chat: SandboxChat;
  topicId: number | null;
  senderId: number;
  senderChatId: number | null;
  signature: string | null;
}

export function personOf(world: World, userId: number): SandboxUser {
  const user = world.user(userId);
  if (!user) throw new ActRefused(`nobody has the id ${userId}`);
  if (user.isDeactivated) throw new ActRefused(`${nameOf(world, userId)}'s account is deleted`);
  return user;
}

export function chatNamed(world: World, chatId: number): SandboxChat {
  const chat = world.chat(chatId);
  if (!chat) throw new ActRefused(`there is no chat ${chatId}`);
  return chat;
}

export function groupNamed(world: World, chatId: number): SandboxChat {
  const chat = chatNamed(world, chatId);
  if (chat.type === "private") throw new ActRefused(`chat ${chatId} is a private chat`);
  return chat;
}

export function topicNamed(chat: SandboxChat, topicId: number): Topic {
  const topic = liveTopic(chat, topicId);
  if (topic) return topic;
  const why = chat.topics[topicId]
    ? `topic ${topicId} has been deleted from`
    : `there is no topic ${topicId} in`;
  throw new ActRefused(`${why} “${chat.title}”`);
}

export function messageNamed(chat: SandboxChat, messageId: number): StoredMessage {
  const message = findMessage(chat, messageId);
  if (!message) throw new ActRefused(`there is no message ${messageId} in chat ${chat.id}`);
  return message;
}

/** The chat in which a user acts; their private chat opens with their first act. */
export function chatFor(world: World, userId: number, chatId: number | undefined): SandboxChat {
  const user = personOf(world, userId);
  if (chatId !== undefined && chatId !== userId) {
    const chat = chatNamed(world, chatId);
    if (chat.upgradedTo !== null) throw new ActRefused(`chat ${chatId} has become ${chat.upgradedTo}`);
    if (chat.isDeleted) throw new ActRefused(`chat ${chatId} has been deleted`);
    if (!isPresent(memberOf(chat, userId))) {
      throw new ActRefused(`${nameOf(world, userId)} is not a member of “${chat.title}”`);
    }
    return chat;
  }
  if (user.hasBlockedBot) throw new ActRefused(`${nameOf(world, userId)} has blocked the bot`);
  user.hasStarted = true;
  return privateChat(world, userId);
}

export function speakerOf(world: World, input: PlaceInput): Speaker {
  const user = personOf(world, input.userId);
  const chat = chatFor(world, input.userId, input.chatId);
  const identity = { senderId: input.userId, senderChatId: null, signature: null };
  if (chat.type === "private") return { user, chat, topicId: openTopic(world, chat, input), ...identity };
  const member = memberOf(chat, input.userId);
  const isSilenced =
    (member.status === "restricted" && !member.permissions.can_send_messages) ||
    (member.status !== "restricted" &&
      !isAdministrator(chat, input.userId) &&
      !chat.permissions.can_send_messages);
  if (isSilenced) throw new ActRefused(`${nameOf(world, input.userId)} may not write in “${chat.title}”`);
  const topicId = openTopic(world, chat, input);
  if (input.asChannelId !== undefined) {
    chatNamed(world, input.asChannelId);
    return {
      user,
      chat,
      topicId,
      senderId: CHANNEL_BOT,
      senderChatId: input.asChannelId,
      signature: null,
    };
  }
  if (!input.anonymous) return { user, chat, topicId, ...identity };
  if (!isAdministrator(chat, input.userId)) {
    throw new ActRefused(`${nameOf(world, input.userId)} is no administrator of “${chat.title}”`);
  }
  return {
    user,
    chat,
    topicId,
    senderId: GROUP_ANONYMOUS_BOT,
    senderChatId: chat.id,
    signature: input.signature ?? null,
  };
}

function openTopic(world: World, chat: SandboxChat, { userId, threadId }: PlaceInput): number | null {
  if (threadId === undefined || threadId === null) {
    const isBarred = chat.isForum && chat.general.isClosed && !isAdministrator(chat, userId);
    if (isBarred) throw new ActRefused(`the General topic of “${chat.title}” is closed`);
    return null;
  }
  if (!chat.isForum) throw new ActRefused(`“${chat.title}” has no topics`);
  const topic = topicNamed(chat, threadId);
  if (topic.isClosed && !mayManage(chat, topic, userId)) {
    throw new ActRefused(
      `topic ${threadId} is closed, and ${nameOf(world, userId)} may not write in closed topics`,
    );
  }
  return threadId;
}

export function replyOf(world: World, chat: SandboxChat, input: ReplyInput): ReplyTarget | null {
  if (input.replyToStory) {
    const story = { chat: chatNamed(world, input.replyToStory.chatId), id: input.replyToStory.id };
    return {
      type: "story",
      story: { chat: { id: story.chat.id, type: "channel", title: story.chat.title }, id: story.id },
    };
  }
  if (input.replyElsewhere) {
    const source = chatNamed(world, input.replyElsewhere.chatId);
    const replied = messageNamed(source, input.replyElsewhere.messageId);
    return {
      type: "external",
      info: externalReply(world, source, replied),
      quote: quoteOf(replied, input.quote),
    };
  }
  if (input.replyTo === undefined) {
    if (input.quote !== undefined) throw new ActRefused("a quote needs a message that is replied to");
    return null;
  }
  const replied = messageNamed(chat, input.replyTo);
  return { type: "message", messageId: replied.id, quote: quoteOf(replied, input.quote) };
}

function quoteOf(replied: StoredMessage, quote: string | undefined) {
  if (quote === undefined) return null;
  try {
    return quoteFrom(replied.content.text ?? replied.content.caption ?? "", quote, [], null);
  } catch (error) {
    if (error instanceof TelegramFailure) {
      throw new ActRefused(`“${quote}” does not stand in message ${replied.id}`);
    }
    throw error;
  }
}
