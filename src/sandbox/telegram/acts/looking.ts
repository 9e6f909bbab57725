import type { BotCommand, Chat, User } from "grammy/types";
import * as z from "zod";
import { renderChat } from "../accounts.ts";
import { commandsFor } from "../commands.ts";
import type { SeenMessage } from "../feed.ts";
import { renderSeen } from "../messages.ts";
import { ActRefused } from "../refusal.ts";
import type { LoggedCall, Member, QueuedUpdate, StoredMessage, Topic, WebhookState } from "../state.ts";
import { act } from "./act.ts";
import { chatNamed, groupNamed, messageNamed } from "./speaker.ts";

/** Oldest first. With a topic only its messages, with null only those of General. */
const messages = act(
  z.strictObject({
    chatId: z.number().int(),
    threadId: z.number().int().nullable().optional(),
    /** Adds what only this person gets to see. */
    asUserId: z.number().int().optional(),
  }),
  (world, { chatId, threadId, asUserId }): SeenMessage[] => {
    // A user who has never written has an empty private chat, not an unknown one.
    const chat = world.user(chatId) ? world.chat(chatId) : chatNamed(world, chatId);
    if (!chat) return [];
    const whispered = Object.values(chat.ephemeral).filter(
      (message) => message.ephemeral?.receiverId === asUserId || message.senderId === asUserId,
    );
    return [...Object.values(chat.messages), ...(asUserId === undefined ? [] : whispered)]
      .filter((message) => threadId === undefined || message.topicId === threadId)
      .sort((one, other) => one.date - other.date || orderOf(one) - orderOf(other))
      .map((message) => renderSeen(world, message));
  },
);

/** Ephemeral messages have no id to go by: among those of the same second they come last. */
function orderOf(shown: StoredMessage): number {
  return shown.ephemeral ? Number.MAX_SAFE_INTEGER - 1_000_000 + shown.ephemeral.id : shown.id;
}

const message = act(
  z.strictObject({ chatId: z.number().int(), messageId: z.number().int() }),
  (world, { chatId, messageId }): SeenMessage =>
    renderSeen(world, messageNamed(chatNamed(world, chatId), messageId)),
);

/** Deleted ones are left out unless asked for. */
const topics = act(
  z.strictObject({ chatId: z.number().int(), withDeleted: z.boolean().optional() }),
  (world, { chatId, withDeleted }): Topic[] =>
    Object.values(groupNamed(world, chatId).topics).filter((topic) => withDeleted || !topic.isDeleted),
);

export interface SeenChat {
  chat: Chat;
  isForum: boolean;
  pinned: number[];
  general: { name: string; isClosed: boolean; isHidden: boolean };
  upgradedTo: number | null;
}

const chats = act(z.strictObject({}), (world): SeenChat[] =>
  Object.values(world.state.chats).map((chat) => ({
    chat: renderChat(world, chat),
    isForum: chat.isForum,
    pinned: chat.pinned,
    general: chat.general,
    upgradedTo: chat.upgradedTo,
  })),
);

export interface SeenUser {
  profile: User;
  hasStarted: boolean;
  hasBlockedBot: boolean;
  isDeactivated: boolean;
}

const users = act(z.strictObject({}), (world): SeenUser[] =>
  Object.values(world.state.users).map(({ profile, hasStarted, hasBlockedBot, isDeactivated }) => ({
    profile,
    hasStarted,
    hasBlockedBot,
    isDeactivated,
  })),
);

const members = act(
  z.strictObject({ chatId: z.number().int() }),
  (world, { chatId }): { userId: number; member: Member }[] =>
    Object.entries(groupNamed(world, chatId).members).map(([userId, each]) => ({
      userId: Number(userId),
      member: each,
    })),
);

/** What the bot called, oldest first. */
const calls = act(
  z.strictObject({
    method: z.string().optional(),
    chatId: z.number().int().optional(),
    /** Only calls after this one. */
    afterId: z.number().int().optional(),
    limit: z.number().int().min(1).optional(),
  }),
  (world, { method, chatId, afterId = 0, limit }): LoggedCall[] => {
    const found = world.state.calls.filter(
      (call) =>
        call.id > afterId &&
        (method === undefined || call.method.toLowerCase() === method.toLowerCase()) &&
        (chatId === undefined || Number(call.params["chat_id"]) === chatId),
    );
    return limit === undefined ? found : found.slice(-limit);
  },
);

const commands = act(
  z.strictObject({ userId: z.number().int(), chatId: z.number().int().optional() }),
  (world, { userId, chatId }): BotCommand[] => {
    const chat = world.chat(chatId ?? userId);
    return chat ? commandsFor(world, chat, userId) : [];
  },
);

interface SeenQueue {
  queue: string;
  updates: QueuedUpdate[];
}

const updates = act(z.strictObject({}), (world): { webhook: WebhookState; queues: SeenQueue[] } => ({
  webhook: world.state.webhook,
  queues: Object.entries(world.state.updates.pending).map(([queue, waiting]) => ({
    queue,
    updates: waiting,
  })),
}));

interface SeenFile {
  /** In bytes. */
  size: number;
  /** null if no bytes were given, or they were too many to keep. */
  contentBase64: string | null;
}

/** A file as a user who opens it sees it. */
const file = act(z.strictObject({ fileId: z.string() }), (world, { fileId }): SeenFile => {
  const found = world.state.files[fileId];
  if (!found) throw new ActRefused(`there is no file ${fileId}`);
  return { size: found.size, contentBase64: found.contentBase64 };
});

export const lookingActs = {
  messages,
  message,
  topics,
  chats,
  users,
  members,
  calls,
  commands,
  updates,
  file,
};
