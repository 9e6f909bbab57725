import type { Message } from "grammy/types";
import { profileOf, renderChat } from "./accounts.ts";
import type { SeenMessage } from "./feed.ts";
import type { Content, ContentKind, ReplyTarget, SandboxChat, StoredMessage, WorldState } from "./state.ts";
import type { World } from "./world.ts";

export interface Draft {
  chat: SandboxChat;
  senderId: number;
  kind: ContentKind;
  content: Content;
  senderChatId?: number | null;
  signature?: string | null;
  topicId?: number | null;
  replyTo?: ReplyTarget | null;
  origin?: StoredMessage["origin"];
  isAutomaticForward?: boolean;
  albumId?: string | null;
  pinnedId?: number | null;
  keyboard?: StoredMessage["keyboard"];
  otherMarkup?: unknown;
  isProtected?: boolean;
  isCopyable?: boolean;
  /** Unix time, for what Telegram brings late. */
  date?: number;
  /** Creating a topic is the message that the topic is named after. */
  opensTopic?: boolean;
}

/** Service messages and messages that cost or give money cannot be copied. */
const UNCOPYABLE: ReadonlySet<ContentKind> = new Set(["service", "paid_media", "giveaway", "invoice"]);

/** Private chats and basic groups share the numbers of the bot's account. */
function isNumberedByAccount(chat: SandboxChat): boolean {
  return chat.type === "private" || chat.type === "group";
}

export function nextMessageId(world: World, chat: SandboxChat): number {
  return 1 + (isNumberedByAccount(chat) ? world.state.counters.accountMessage : chat.lastMessageId);
}

function takeMessageId(world: World, chat: SandboxChat): number {
  if (isNumberedByAccount(chat)) return world.count("accountMessage");
  chat.lastMessageId += 1;
  return chat.lastMessageId;
}

/** Gives the message its id and its place; whether the bot gets it is decided elsewhere. */
export function storeMessage(world: World, draft: Draft): StoredMessage {
  const { chat } = draft;
  const message = composeMessage(world, draft, takeMessageId(world, chat));
  if (draft.opensTopic) message.topicId = message.id;
  chat.messages[message.id] = message;
  world.emit(() => ({ type: "message", chatId: chat.id, message: renderSeen(world, message) }));
  return message;
}

export function composeMessage(world: World, draft: Draft, id: number): StoredMessage {
  const { chat } = draft;
  const topicId = chat.isForum ? (draft.topicId ?? null) : null;
  return {
    id,
    chatId: chat.id,
    date: draft.date ?? world.nowSeconds,
    editDate: null,
    senderId: draft.senderId,
    senderChatId: draft.senderChatId ?? null,
    signature: draft.signature ?? null,
    topicId,
    threadRootId: topicId === null ? threadRootOf(chat, draft.replyTo ?? null) : null,
    replyTo: draft.replyTo ?? null,
    origin: draft.origin ?? null,
    isAutomaticForward: draft.isAutomaticForward ?? false,
    albumId: draft.albumId ?? null,
    kind: draft.kind,
    content: draft.content,
    pinnedId: draft.pinnedId ?? null,
    keyboard: draft.keyboard ?? null,
    otherMarkup: draft.otherMarkup ?? null,
    isProtected: (draft.isProtected ?? false) || chat.isProtected,
    isCopyable: draft.isCopyable ?? !UNCOPYABLE.has(draft.kind),
    reactions: {},
    votes: {},
    ephemeral: null,
  };
}

function threadRootOf(chat: SandboxChat, replyTo: ReplyTarget | null): number | null {
  if (chat.type !== "supergroup" || replyTo?.type !== "message") return null;
  return chat.messages[replyTo.messageId]?.threadRootId ?? replyTo.messageId;
}

export function findMessage(chat: SandboxChat, id: number): StoredMessage | undefined {
  return chat.messages[id];
}

export function deleteMessages(world: World, chat: SandboxChat, ids: readonly number[]): void {
  const gone = ids.filter((id) => chat.messages[id] !== undefined);
  for (const id of gone) delete chat.messages[id];
  chat.pinned = chat.pinned.filter((id) => chat.messages[id] !== undefined);
  if (gone.length > 0) {
    world.emit(() => ({ type: "messages_deleted", chatId: chat.id, messageIds: gone }));
  }
}

export function isService(message: StoredMessage): boolean {
  return message.kind === "service";
}

export function chatOf(state: WorldState, message: StoredMessage): SandboxChat {
  const chat = state.chats[message.chatId];
  if (!chat) throw new Error(`message ${message.id} lies in the unknown chat ${message.chatId}`);
  return chat;
}

export function renderMessage(world: World, message: StoredMessage): Message {
  const rendered = envelope(world, message);
  const reply = renderReply(world, message);
  return { ...rendered, ...reply, ...message.content, ...renderPinned(world, message) } as Message;
}

export function renderSeen(world: World, message: StoredMessage): SeenMessage {
  const reactions = Object.entries(message.reactions).map(([userId, reaction]) => ({
    userId: Number(userId),
    reaction,
  }));
  return {
    ...renderMessage(world, message),
    ...(reactions.length > 0 ? { reactions } : {}),
    ...(message.ephemeral ? { only_for_user_id: message.ephemeral.receiverId } : {}),
    ...(message.otherMarkup ? { shown_markup: message.otherMarkup } : {}),
    ...(message.kind === "poll" ? { votes: message.votes } : {}),
  };
}

/** A message that is gone, or that Telegram no longer shows to the bot. */
export function renderInaccessible(world: World, chat: SandboxChat, messageId: number) {
  return { chat: renderChat(world, chat), message_id: messageId, date: 0 as const };
}

function envelope(world: World, message: StoredMessage): Partial<Message> {
  const chat = chatOf(world.state, message);
  const senderChat = message.senderChatId === null ? undefined : world.chat(message.senderChatId);
  const threadId = message.topicId ?? message.threadRootId;
  return {
    message_id: message.id,
    ...(chat.type === "channel" ? {} : { from: profileOf(world, message.senderId) }),
    ...(senderChat ? { sender_chat: renderChat(world, senderChat) } : {}),
    ...(message.signature ? { author_signature: message.signature } : {}),
    chat: renderChat(world, chat),
    date: message.date,
    ...(message.editDate === null ? {} : { edit_date: message.editDate }),
    ...(threadId === null ? {} : { message_thread_id: threadId }),
    ...(message.topicId === null ? {} : { is_topic_message: true }),
    ...renderOrigin(message),
    ...(message.albumId ? { media_group_id: message.albumId } : {}),
    ...(message.keyboard ? { reply_markup: message.keyboard } : {}),
    ...(message.isProtected ? { has_protected_content: true as const } : {}),
    ...renderEphemeral(world, message),
  };
}

/** Both ways of telling a forward: the origin, and the older fields that still come along. */
function renderOrigin(message: StoredMessage): Partial<Message> {
  const { origin } = message;
  if (!origin) return {};
  const older: Record<string, unknown> = { forward_date: origin.date };
  switch (origin.type) {
    case "user":
      older["forward_from"] = origin.sender_user;
      break;
    case "hidden_user":
      older["forward_sender_name"] = origin.sender_user_name;
      break;
    case "chat":
      older["forward_from_chat"] = origin.sender_chat;
      break;
    case "channel":
      older["forward_from_chat"] = origin.chat;
      older["forward_from_message_id"] = origin.message_id;
      break;
  }
  return {
    forward_origin: origin,
    ...older,
    ...(message.isAutomaticForward ? { is_automatic_forward: true as const } : {}),
  };
}

function renderEphemeral(world: World, message: StoredMessage): Partial<Message> {
  if (!message.ephemeral) return {};
  return {
    receiver_user: profileOf(world, message.ephemeral.receiverId),
    ephemeral_message_id: message.ephemeral.id,
  };
}

/** Inside a topic everything replies to the topic's creation unless it replies to something else. */
function renderReply(world: World, message: StoredMessage): Partial<Message> {
  const { replyTo } = message;
  if (replyTo?.type === "story") return { reply_to_story: replyTo.story };
  if (replyTo?.type === "external") {
    return { external_reply: replyTo.info, ...(replyTo.quote ? { quote: replyTo.quote } : {}) };
  }
  const chat = chatOf(world.state, message);
  const implicitId = message.topicId !== null && message.topicId !== message.id ? message.topicId : null;
  const repliedId = replyTo?.messageId ?? implicitId;
  const replied = repliedId === null ? undefined : findMessage(chat, repliedId);
  if (!replied) return {};
  return {
    reply_to_message: {
      ...envelope(world, replied),
      ...replied.content,
    } as unknown as NonNullable<Message["reply_to_message"]>,
    ...(replyTo?.quote ? { quote: replyTo.quote } : {}),
  };
}

function renderPinned(world: World, message: StoredMessage): Partial<Message> {
  if (message.pinnedId === null) return {};
  const chat = chatOf(world.state, message);
  const pinned = findMessage(chat, message.pinnedId);
  return {
    pinned_message: pinned
      ? ({ ...envelope(world, pinned), ...pinned.content } as Message)
      : renderInaccessible(world, chat, message.pinnedId),
  };
}
