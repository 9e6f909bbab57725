import { failures } from "./errors.ts";
import { hasRight, isAdministrator, isPresent, memberOf } from "./members.ts";
import type { Params } from "./params.ts";
import type { ContentKind, SandboxChat } from "./state.ts";
import { liveTopic, mayManage, topicGone } from "./topics.ts";
import type { World } from "./world.ts";

/** The chat that a parameter names, if the bot knows of it; says nothing about what it may do there. */
export function findChat(world: World, params: Params, name = "chat_id"): SandboxChat | null {
  const given = params.text(name);
  if (given?.startsWith("@")) {
    const username = given.slice(1).toLowerCase();
    const found = Object.values(world.state.chats).find(
      (chat) => chat.type !== "private" && chat.username?.toLowerCase() === username,
    );
    return found ?? null;
  }
  const id = params.integer(name);
  return id === null ? null : (world.chat(id) ?? null);
}

function knownChat(world: World, params: Params, name: string): SandboxChat {
  if (!params.has(name) || params.text(name) === "") throw failures.chatIdEmpty();
  const chat = findChat(world, params, name);
  if (!chat) throw failures.chatNotFound();
  return chat;
}

const kindNames = { group: "group", supergroup: "supergroup", channel: "channel" } as const;

function checkPresence(world: World, chat: SandboxChat): void {
  if (chat.type === "private") return;
  const member = memberOf(chat, world.botId);
  if (member.status === "kicked") throw failures.kicked(kindNames[chat.type]);
  if (!isPresent(member)) throw failures.notMember(kindNames[chat.type]);
}

/** For calls that only look. */
export function readableChat(world: World, params: Params, name = "chat_id"): SandboxChat {
  const chat = knownChat(world, params, name);
  checkPresence(world, chat);
  return chat;
}

/** For calls that change something in a chat without writing to a person. */
export function changeableChat(world: World, params: Params, name = "chat_id"): SandboxChat {
  const id = params.integer(name);
  if (id === world.botId) throw failures.toBot();
  // A person whom Telegram knows, but who has never spoken to this bot.
  if (id !== null && world.user(id) && !world.chat(id)) throw failures.cantInitiate();
  const chat = knownChat(world, params, name);
  if (chat.upgradedTo !== null) throw failures.chatUpgraded(chat.upgradedTo);
  if (chat.isDeleted) throw failures.groupDeleted();
  checkPresence(world, chat);
  return chat;
}

/** For calls that write: people may have blocked the bot, or be gone. */
export function writableChat(world: World, params: Params, name = "chat_id"): SandboxChat {
  const chat = changeableChat(world, params, name);
  if (chat.type === "private") {
    const user = world.user(chat.id);
    if (user?.isDeactivated) throw failures.userDeactivated();
    if (user?.hasBlockedBot) throw failures.blocked();
  }
  if (chat.type === "channel" && !isAdministrator(chat, world.botId)) throw failures.noWriteAccess();
  return chat;
}

/** A chat with topics: a forum, or a private chat of a bot that has switched them on. */
export function chatWithTopics(world: World, params: Params): SandboxChat {
  const chat = changeableChat(world, params);
  if (!chat.isForum) throw failures.notForum();
  return chat;
}

export function forumOf(world: World, params: Params): SandboxChat {
  const chat = chatWithTopics(world, params);
  if (chat.type === "private") throw failures.notForum();
  return chat;
}

/**
 * The topic that a message is for. A group that is no forum (any more) takes no notice of a thread; elsewhere
 * an unknown one is an error, and so is General's own id.
 */
export function topicForSending(world: World, chat: SandboxChat, params: Params): number | null {
  const threadId = params.integer("message_thread_id") ?? 0;
  if (threadId <= 0 || (chat.type === "supergroup" && !chat.isForum)) return null;
  if (!chat.isForum) throw failures.threadNotFound();
  if (!liveTopic(chat, threadId)) throw topicGone(world.state.settings, chat, threadId, "send");
  return threadId;
}

/** A closed topic still takes posts of members who manage topics. */
export function checkTopicOpen(world: World, chat: SandboxChat, topicId: number | null): void {
  if (!chat.isForum) return;
  const topic = topicId === null ? null : liveTopic(chat, topicId);
  if (!(topic ?? chat.general).isClosed) return;
  const mayPost = topic
    ? mayManage(chat, topic, world.botId)
    : hasRight(chat, world.botId, "can_manage_topics");
  if (!mayPost) throw failures.topicClosed();
}

type SendPermission = keyof SandboxChat["permissions"];

const needed: Partial<Record<ContentKind, [permission: SendPermission, name: string]>> = {
  text: ["can_send_messages", "text messages"],
  photo: ["can_send_photos", "photos"],
  video: ["can_send_videos", "videos"],
  audio: ["can_send_audios", "music"],
  document: ["can_send_documents", "documents"],
  voice: ["can_send_voice_notes", "voice notes"],
  video_note: ["can_send_video_notes", "video notes"],
  sticker: ["can_send_other_messages", "stickers"],
  animation: ["can_send_other_messages", "animations"],
  location: ["can_send_messages", "locations"],
  venue: ["can_send_messages", "venues"],
  contact: ["can_send_messages", "contacts"],
  poll: ["can_send_polls", "polls"],
  dice: ["can_send_other_messages", "dice"],
};

/** What the group permits to members who are not administrators, or what is left to this member. */
export function checkMayBeSent(world: World, chat: SandboxChat, kind: ContentKind): void {
  if (chat.type === "private") {
    const isVoice = kind === "voice" || kind === "video_note";
    if (isVoice && world.user(chat.id)?.refusesVoiceMessages) throw failures.voiceForbidden();
    return;
  }
  if (isAdministrator(chat, world.botId)) return;
  const member = memberOf(chat, world.botId);
  const [permission, name] = needed[kind] ?? ["can_send_messages", "text messages"];
  const own = member.status === "restricted" ? member.permissions[permission] : true;
  if (!own || !chat.permissions[permission]) throw failures.notEnoughRightsToSend(name);
}
