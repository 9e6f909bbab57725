import type { ReactionType } from "grammy/types";
import { profileOf, renderChat } from "./accounts.ts";
import { isAdministrator, isPresent, memberOf, renderMemberAs } from "./members.ts";
import { chatOf, renderMessage, storeMessage } from "./messages.ts";
import type { Draft } from "./messages.ts";
import type { Member, SandboxChat, StoredMessage } from "./state.ts";
import { queueUpdate } from "./update-queue.ts";
import type { World } from "./world.ts";

/** The bot's own service messages come back to it (tdlib/telegram-bot-api, need_skip_update_message). */
const ECHOED = [
  "forum_topic_created",
  "forum_topic_edited",
  "forum_topic_closed",
  "forum_topic_reopened",
  "general_forum_topic_hidden",
  "general_forum_topic_unhidden",
  "left_chat_member",
];

/** Puts a message into its chat and, where Telegram would, into the bot's updates. */
export function post(world: World, draft: Draft): StoredMessage {
  const message = storeMessage(world, draft);
  if (hears(world, message)) {
    const rendered = renderMessage(world, message);
    const isChannel = draft.chat.type === "channel";
    queueUpdate(world, (isChannel ? { channel_post: rendered } : { message: rendered }) as object);
  }
  return message;
}

export function tellEdited(world: World, message: StoredMessage): void {
  if (!hears(world, message)) return;
  const rendered = renderMessage(world, message);
  const isChannel = chatOf(world.state, message).type === "channel";
  queueUpdate(
    world,
    (isChannel ? { edited_channel_post: rendered } : { edited_message: rendered }) as object,
  );
}

function hears(world: World, message: StoredMessage): boolean {
  const chat = chatOf(world.state, message);
  if (message.senderId === world.botId && message.senderChatId === null) {
    return message.pinnedId !== null || ECHOED.some((field) => field in message.content);
  }
  if (message.ephemeral) return message.ephemeral.receiverId === world.botId;
  if (chat.type === "private") return true;
  if (!isPresent(memberOf(chat, world.botId))) return false;
  if (chat.type === "channel" || isAdministrator(chat, world.botId)) return true;
  return world.state.bot.profile.can_read_all_group_messages || isMeantForBot(world, chat, message);
}

/** What a bot in privacy mode gets of a group in which it is a plain member. */
function isMeantForBot(world: World, chat: SandboxChat, message: StoredMessage): boolean {
  if (message.kind === "service") return true;
  const { text, entities = [] } = message.content;
  const { username } = world.state.bot.profile;
  const isCommand = entities.some((entity) => {
    if (entity.type !== "bot_command" || text === undefined) return false;
    const [, addressee] = text.slice(entity.offset, entity.offset + entity.length).split("@");
    return addressee === undefined || addressee.toLowerCase() === username.toLowerCase();
  });
  const repliedId = message.replyTo?.type === "message" ? message.replyTo.messageId : null;
  return isCommand || (repliedId !== null && chat.messages[repliedId]?.senderId === world.botId);
}

export interface MembershipChange {
  chat: SandboxChat;
  userId: number;
  /** Who did it: the person themselves, or an administrator. */
  byId: number;
  to: Member;
}

/** Changes a member's status in a chat, and tells the bot where it may know. */
export function changeMember(world: World, { chat, userId, byId, to }: MembershipChange): void {
  const before = memberOf(chat, userId);
  const isBot = userId === world.botId;
  const couldSee = isBot || isAdministrator(chat, world.botId);
  chat.members[userId] = to;
  world.emit(() => ({ type: "member", chatId: chat.id, userId, member: to }));
  if (!couldSee) return;
  const updated = {
    chat: renderChat(world, chat),
    from: profileOf(world, byId),
    date: world.nowSeconds,
    old_chat_member: renderMemberAs(world, chat, userId, before),
    new_chat_member: renderMemberAs(world, chat, userId, to),
  };
  queueUpdate(world, isBot ? { my_chat_member: updated } : { chat_member: updated });
}

/** Blocking and unblocking: the bot's membership of a private chat. */
export function tellBlocked(world: World, userId: number, isBlocked: boolean): void {
  const bot = profileOf(world, world.botId);
  const member = { user: bot, status: "member" as const };
  const kicked = { user: bot, status: "kicked" as const, until_date: 0 };
  const chat = world.chat(userId);
  if (!chat) return;
  queueUpdate(world, {
    my_chat_member: {
      chat: renderChat(world, chat),
      from: profileOf(world, userId),
      date: world.nowSeconds,
      old_chat_member: isBlocked ? member : kicked,
      new_chat_member: isBlocked ? kicked : member,
    },
  });
}

export function tellReaction(
  world: World,
  message: StoredMessage,
  actorId: number,
  before: ReactionType[],
  after: ReactionType[],
): void {
  const chat = chatOf(world.state, message);
  if (chat.type !== "private" && !isAdministrator(chat, world.botId)) return;
  const actorChat = actorId < 0 ? world.chat(actorId) : undefined;
  queueUpdate(world, {
    message_reaction: {
      chat: renderChat(world, chat),
      message_id: message.id,
      ...(actorChat ? { actor_chat: renderChat(world, actorChat) } : { user: profileOf(world, actorId) }),
      date: world.nowSeconds,
      old_reaction: before,
      new_reaction: after,
    },
  });
}
