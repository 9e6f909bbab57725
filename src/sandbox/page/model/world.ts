import { batch, signal } from "@preact/signals";
import type { SeenChat, SeenUser } from "../../telegram/acts/looking.ts";
import type { Change, SeenMessage, Topic } from "../../telegram/client.ts";
import type { CallbackAnswer, LoggedCall, Member } from "../../telegram/state.ts";
import { telegram } from "./telegram.ts";

/** A topic's id; null for General, and for chats without topics. */
export type Thread = number | null;

/** One chat as far as the page knows it. Messages by a key of their own, because ephemeral ones have no id. */
export interface ChatMirror {
  seen: SeenChat;
  messages: Map<string, SeenMessage>;
  topics: Map<number, Topic>;
  members: Map<number, Member>;
}

const chats = new Map<number, ChatMirror>();
const users = signal<ReadonlyMap<number, SeenUser>>(new Map());
/** Counts changes: a component that draws from `chats` reads it, and is drawn anew. */
const changes = signal(0);

export const isLoaded = signal(false);
/** The latest Bot API calls, oldest first. */
export const calls = signal<readonly LoggedCall[]>([]);
/** What the bot answered to a button, for the person who pressed it. */
export const answers = signal<ReadonlyMap<string, CallbackAnswer>>(new Map());

const CALLS_SHOWN = 150;

export function chatMirror(chatId: number): ChatMirror | undefined {
  void changes.value;
  return chats.get(chatId);
}

export function people(): ReadonlyMap<number, SeenUser> {
  return users.value;
}

export function nameOf(userId: number): string {
  const profile = users.value.get(userId)?.profile;
  return profile === undefined
    ? String(userId)
    : [profile.first_name, profile.last_name].filter(Boolean).join(" ");
}

export function keyOf(message: SeenMessage): string {
  const { ephemeral_message_id: ephemeral } = message as { ephemeral_message_id?: number };
  return ephemeral === undefined ? `m${message.message_id}` : `e${ephemeral}`;
}

/** Where a message stands: in a topic, or in General. */
export function threadOf(message: SeenMessage): Thread {
  return message.is_topic_message === true ? (message.message_thread_id ?? null) : null;
}

/** Of one topic (or null: General), oldest first, as this person sees it. */
export function messagesOf(chatId: number, thread: Thread | undefined, viewer: number): SeenMessage[] {
  const mirror = chatMirror(chatId);
  if (mirror === undefined) return [];
  return [...mirror.messages.values()]
    .filter((message) => thread === undefined || threadOf(message) === thread)
    .filter((message) => isSeenBy(message, viewer))
    .sort((one, other) => one.date - other.date || orderOf(one) - orderOf(other));
}

function isSeenBy(message: SeenMessage, viewer: number): boolean {
  const receiver = message.only_for_user_id;
  return receiver === undefined || receiver === viewer || message.from?.id === viewer;
}

function orderOf(message: SeenMessage): number {
  return message.message_id === 0 ? Number.MAX_SAFE_INTEGER : message.message_id;
}

export async function loadWorld(): Promise<void> {
  const [seenChats, seenUsers, log] = await Promise.all([
    telegram.chats(),
    telegram.users(),
    telegram.calls({ limit: CALLS_SHOWN }),
  ]);
  const mirrors = await Promise.all(seenChats.map((seen) => loadChat(seen, seenUsers)));
  batch(() => {
    chats.clear();
    for (const mirror of mirrors) chats.set(mirror.seen.chat.id, mirror);
    users.value = new Map(seenUsers.map((user) => [user.profile.id, user]));
    calls.value = log;
    changes.value += 1;
    isLoaded.value = true;
  });
}

async function loadChat(seen: SeenChat, seenUsers: readonly SeenUser[]): Promise<ChatMirror> {
  const { id, type } = seen.chat;
  if (type === "private") {
    const messages = await telegram.messages(id);
    return { seen, messages: keyed(messages), topics: new Map(), members: new Map() };
  }
  const group = await telegram.group(id);
  const present = group.members.filter(({ userId }) => seenUsers.some((user) => user.profile.id === userId));
  // What only one member sees is told to that member alone.
  const whispers = await Promise.all(
    present.map(async ({ userId }) => {
      const all = await telegram.messages(id, { asUserId: userId });
      return all.filter((message) => message.only_for_user_id !== undefined);
    }),
  );
  return {
    seen,
    messages: keyed([...(await telegram.messages(id)), ...whispers.flat()]),
    topics: new Map(group.topics.map((topic) => [topic.id, topic])),
    members: new Map(group.members.map(({ userId, member }) => [userId, member])),
  };
}

function keyed(messages: readonly SeenMessage[]): Map<string, SeenMessage> {
  return new Map(messages.map((message) => [keyOf(message), message]));
}

/** Takes a change into the mirror. False: it cannot, and everything must be loaded anew. */
export function apply(change: Change): boolean {
  const done = applied(change);
  if (done) changes.value += 1;
  return done;
}

function applied(change: Change): boolean {
  switch (change.type) {
    case "message":
    case "message_edited":
    case "reactions": {
      const mirror = mirrorFor(change.message);
      mirror.messages.set(keyOf(change.message), change.message);
      if (change.message.pinned_message !== undefined) {
        const { message_id: pinned } = change.message.pinned_message;
        mirror.seen = { ...mirror.seen, pinned: [...mirror.seen.pinned, pinned] };
      }
      return true;
    }
    case "messages_deleted": {
      const mirror = chats.get(change.chatId);
      for (const id of change.messageIds) mirror?.messages.delete(`m${id}`);
      return true;
    }
    case "topic": {
      const topics = chats.get(change.chatId)?.topics;
      if (change.topic.isDeleted) topics?.delete(change.topic.id);
      else topics?.set(change.topic.id, change.topic);
      return true;
    }
    case "chat": {
      const mirror = chats.get(change.chatId);
      if (mirror === undefined) return false;
      const chat = { ...mirror.seen.chat, title: change.title } as SeenChat["chat"];
      mirror.seen = { ...mirror.seen, isForum: change.isForum, chat };
      return true;
    }
    case "member":
      chats.get(change.chatId)?.members.set(change.userId, change.member);
      return true;
    case "user":
      return applyUser(change);
    case "callback_answered":
      answers.value = new Map(answers.value).set(change.queryId, change.answer);
      return true;
    case "call":
      calls.value = [...calls.value, change.call].slice(-CALLS_SHOWN);
      return true;
    case "reset":
      return false;
    default:
      return true;
  }
}

function applyUser(change: Extract<Change, { type: "user" }>): boolean {
  const { userId, profile, hasBlockedBot, isDeactivated } = change;
  const hasStarted = users.value.get(userId)?.hasStarted ?? false;
  users.value = new Map(users.value).set(userId, { profile, hasStarted, hasBlockedBot, isDeactivated });
  return true;
}

/** A private chat begins with its first message. */
function mirrorFor(message: SeenMessage): ChatMirror {
  const { chat } = message;
  const known = chats.get(chat.id);
  if (known !== undefined) return known;
  const general = { name: "General", isClosed: false, isHidden: false };
  const mirror: ChatMirror = {
    seen: { chat, isForum: false, pinned: [], general, upgradedTo: null },
    messages: new Map(),
    topics: new Map(),
    members: new Map(),
  };
  chats.set(chat.id, mirror);
  return mirror;
}
