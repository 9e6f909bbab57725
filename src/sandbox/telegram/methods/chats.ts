import { changeableChat, readableChat } from "../access.ts";
import { profileOf, renderChat } from "../accounts.ts";
import { failures } from "../errors.ts";
import { changeMember, post } from "../hearing.ts";
import { isAdministrator, isPresent, renderMember } from "../members.ts";
import { renderMessage } from "../messages.ts";
import { REACTIONS_ON_MESSAGE_MAX } from "../reactions.ts";
import type { Member } from "../state.ts";
import type { Method, Methods } from "./method.ts";

const getChat: Method = (world, params) => {
  const chat = readableChat(world, params);
  const pinned = chat.messages[chat.pinned.at(-1) ?? 0];
  const isGroup = chat.type === "group" || chat.type === "supergroup";
  return {
    ...renderChat(world, chat),
    accent_color_id: 0,
    max_reaction_count: REACTIONS_ON_MESSAGE_MAX,
    ...(chat.reactionsTaken
      ? { available_reactions: chat.reactionsTaken.map((emoji) => ({ type: "emoji", emoji })) }
      : {}),
    accepted_gift_types: {
      unlimited_gifts: false,
      limited_gifts: false,
      unique_gifts: false,
      premium_subscription: false,
      gifts_from_channels: false,
    },
    ...(isGroup ? { permissions: chat.permissions } : {}),
    ...(pinned ? { pinned_message: renderMessage(world, pinned) } : {}),
    ...(chat.isProtected ? { has_protected_content: true } : {}),
    ...(chat.linkedChatId === null ? {} : { linked_chat_id: chat.linkedChatId }),
    ...(world.user(chat.id)?.refusesVoiceMessages ? { has_restricted_voice_and_video_messages: true } : {}),
  };
};

const getChatMember: Method = (world, params) => {
  const chat = readableChat(world, params);
  const userId = params.integer("user_id");
  if (userId === null || (userId !== world.botId && !world.user(userId))) throw failures.userNotFound();
  if (chat.type === "private") return { user: profileOf(world, userId), status: "member" };
  return renderMember(world, chat, userId);
};

/** Other bots are left out unless asked for. */
const getChatAdministrators: Method = (world, params) => {
  const chat = readableChat(world, params);
  const withBots = params.flag("return_bots");
  return Object.keys(chat.members)
    .map(Number)
    .filter((id) => isAdministrator(chat, id))
    .filter((id) => withBots || id === world.botId || !world.user(id)?.profile.is_bot)
    .map((id) => renderMember(world, chat, id));
};

const getChatMemberCount: Method = (world, params) => {
  const chat = readableChat(world, params);
  if (chat.type === "private") return 2;
  return Object.values(chat.members).filter((member: Member) => isPresent(member)).length;
};

const leaveChat: Method = (world, params) => {
  const chat = changeableChat(world, params);
  if (chat.type === "private") throw failures.chatNotFound();
  const bot = profileOf(world, world.botId);
  if (chat.type !== "channel") {
    post(world, {
      chat,
      senderId: world.botId,
      kind: "service",
      content: { left_chat_member: bot, left_chat_participant: bot },
    });
  }
  changeMember(world, { chat, userId: world.botId, byId: world.botId, to: { status: "left" } });
  return true;
};

export const chatMethods: Methods = {
  getChat,
  getChatMember,
  getChatAdministrators,
  getChatMemberCount,
  getChatMembersCount: getChatMemberCount,
  leaveChat,
};
