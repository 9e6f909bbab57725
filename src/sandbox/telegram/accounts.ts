import type { Chat, User } from "grammy/types";
import { addChat } from "./new-world.ts";
import type { SandboxChat, SandboxUser } from "./state.ts";
import type { World } from "./world.ts";

export const GROUP_ANONYMOUS_BOT = 1087968824;
export const CHANNEL_BOT = 136817688;
export const SERVICE_NOTIFICATIONS = 777000;

/** Telegram's own senders: `from` of what is written in the name of a chat. */
const telegramsOwn: Record<number, User> = {
  [GROUP_ANONYMOUS_BOT]: {
    id: GROUP_ANONYMOUS_BOT,
    is_bot: true,
    first_name: "Group",
    username: "GroupAnonymousBot",
  },
  [CHANNEL_BOT]: { id: CHANNEL_BOT, is_bot: true, first_name: "Channel", username: "Channel_Bot" },
  [SERVICE_NOTIFICATIONS]: { id: SERVICE_NOTIFICATIONS, is_bot: false, first_name: "Telegram" },
};

export function newUser(profile: User): SandboxUser {
  return {
    profile,
    hasStarted: false,
    hasBlockedBot: false,
    isDeactivated: false,
    refusesVoiceMessages: false,
  };
}

export function profileOf(world: World, userId: number): User {
  if (userId === world.botId) {
    const { id, is_bot, first_name, username } = world.state.bot.profile;
    return { id, is_bot, first_name, username };
  }
  const profile = world.user(userId)?.profile ?? telegramsOwn[userId];
  if (!profile) throw new Error(`nobody has the id ${userId}`);
  return profile;
}

export function privateChat(world: World, userId: number): SandboxChat {
  return (
    world.chat(userId) ??
    addChat(world, {
      id: userId,
      type: "private",
      title: "",
      isForum: world.state.bot.profile.has_topics_enabled,
    })
  );
}

export function renderChat(world: World, chat: SandboxChat): Chat {
  switch (chat.type) {
    case "private": {
      const { first_name, last_name, username } = profileOf(world, chat.id);
      return {
        id: chat.id,
        first_name,
        ...(last_name === undefined ? {} : { last_name }),
        ...(username === undefined ? {} : { username }),
        type: "private",
      };
    }
    case "group":
      return { id: chat.id, title: chat.title, type: "group" };
    case "supergroup":
      return {
        id: chat.id,
        title: chat.title,
        ...(chat.username ? { username: chat.username } : {}),
        ...(chat.isForum ? { is_forum: true } : {}),
        type: "supergroup",
      };
    case "channel":
      return {
        id: chat.id,
        title: chat.title,
        ...(chat.username ? { username: chat.username } : {}),
        type: "channel",
      };
    default:
      return chat.type satisfies never;
  }
}
