import type { ForumTopic } from "grammy/types";
import { failures } from "./errors.ts";
import type { TelegramFailure } from "./errors.ts";
import { post } from "./hearing.ts";
import { hasRight } from "./members.ts";
import { deleteMessages, nextMessageId } from "./messages.ts";
import type { Draft } from "./messages.ts";
import type { DeletedTopicAnswer, SandboxChat, Topic, WorldSettings } from "./state.ts";
import type { World } from "./world.ts";

export const TOPIC_COLORS = [0x6fb9f0, 0xffd67e, 0xcb86db, 0x8eee98, 0xff93b2, 0xfb6f5f] as const;
const TOPIC_NAME_MAX = 128;

/** Telegram cuts a name silently; an invisible name counts as empty. */
export function cleanTopicName(name: string): string {
  const cleaned = name.replaceAll(/\p{Cc}/gu, " ").trim();
  if (!/[^\s\p{Cf}]/u.test(cleaned)) return "";
  return Array.from(cleaned).slice(0, TOPIC_NAME_MAX).join("").trim();
}

export function liveTopic(chat: SandboxChat, topicId: number): Topic | null {
  const topic = chat.topics[topicId];
  return topic && !topic.isDeleted ? topic : null;
}

const answers: Record<DeletedTopicAnswer, () => TelegramFailure> = {
  "message thread not found": failures.threadNotFound,
  TOPIC_DELETED: failures.topicDeleted,
  TOPIC_ID_INVALID: failures.topicIdInvalid,
};

/** What a call is answered that is about a topic which is no longer, or never was, there. */
export function topicGone(
  settings: WorldSettings,
  chat: SandboxChat,
  topicId: number,
  purpose: "send" | "edit",
): TelegramFailure {
  const topic = chat.topics[topicId];
  if (!topic) return purpose === "send" ? failures.threadNotFound() : failures.topicIdInvalid();
  const usual = purpose === "send" ? settings.deletedTopicOnSend : settings.deletedTopicOnEdit;
  return answers[topic.deletedAnswer ?? usual]();
}

/** Members who manage topics, and the topic's creator, may write into it when it is closed, and edit it. */
export function mayManage(chat: SandboxChat, topic: Topic, userId: number): boolean {
  if (chat.type === "private") return true;
  return hasRight(chat, userId, "can_manage_topics") || topic.creatorId === userId;
}

export interface TopicActor {
  id: number;
  /** Set when an administrator acts in the group's name. */
  chatId?: number;
}

function announce(
  world: World,
  chat: SandboxChat,
  actor: TopicActor,
  topicId: number | null,
  content: Draft["content"],
  opensTopic = false,
) {
  return post(world, {
    chat,
    senderId: actor.id,
    senderChatId: actor.chatId ?? null,
    kind: "service",
    content,
    topicId,
    opensTopic,
  });
}

export interface NewTopic {
  name: string;
  iconColor?: number | null;
  iconCustomEmojiId?: string | null;
}

export function createTopic(world: World, chat: SandboxChat, actor: TopicActor, wanted: NewTopic): Topic {
  const iconColor = wanted.iconColor ?? TOPIC_COLORS[0];
  const iconCustomEmojiId = wanted.iconCustomEmojiId ?? null;
  const topic: Topic = {
    id: nextMessageId(world, chat),
    name: wanted.name,
    iconColor,
    iconCustomEmojiId,
    creatorId: actor.id,
    isClosed: false,
    isDeleted: false,
    deletedAnswer: null,
  };
  chat.topics[topic.id] = topic;
  announce(
    world,
    chat,
    actor,
    null,
    {
      forum_topic_created: {
        name: topic.name,
        icon_color: iconColor,
        ...(iconCustomEmojiId ? { icon_custom_emoji_id: iconCustomEmojiId } : {}),
      },
    },
    true,
  );
  told(world, chat, topic);
  return topic;
}

/** False where there is nothing to change; `iconCustomEmojiId` "" removes the icon. */
export function editTopic(
  world: World,
  chat: SandboxChat,
  actor: TopicActor,
  topic: Topic,
  change: { name?: string | null; iconCustomEmojiId?: string | null },
): boolean {
  const name = change.name ?? topic.name;
  const icon =
    change.iconCustomEmojiId === undefined || change.iconCustomEmojiId === null
      ? topic.iconCustomEmojiId
      : change.iconCustomEmojiId || null;
  const isRenamed = name !== topic.name;
  const hasNewIcon = icon !== topic.iconCustomEmojiId;
  if (!isRenamed && !hasNewIcon) return false;
  topic.name = name;
  topic.iconCustomEmojiId = icon;
  announce(world, chat, actor, topic.id, {
    forum_topic_edited: {
      ...(isRenamed ? { name } : {}),
      ...(hasNewIcon ? { icon_custom_emoji_id: icon ?? "" } : {}),
    },
  });
  told(world, chat, topic);
  return true;
}

export function setTopicClosed(
  world: World,
  chat: SandboxChat,
  actor: TopicActor,
  topic: Topic,
  isClosed: boolean,
): boolean {
  if (topic.isClosed === isClosed) return false;
  topic.isClosed = isClosed;
  announce(
    world,
    chat,
    actor,
    topic.id,
    isClosed ? { forum_topic_closed: {} } : { forum_topic_reopened: {} },
  );
  told(world, chat, topic);
  return true;
}

/** All its messages go with it, and no update tells of it. */
export function deleteTopic(
  world: World,
  chat: SandboxChat,
  topic: Topic,
  answer: DeletedTopicAnswer | null = null,
): void {
  topic.isDeleted = true;
  topic.deletedAnswer = answer;
  const ids = Object.values(chat.messages)
    .filter((message) => message.topicId === topic.id)
    .map((message) => message.id);
  deleteMessages(world, chat, ids);
  told(world, chat, topic);
}

export function setGeneralClosed(
  world: World,
  chat: SandboxChat,
  actor: TopicActor,
  isClosed: boolean,
): boolean {
  if (chat.general.isClosed === isClosed) return false;
  chat.general.isClosed = isClosed;
  announce(world, chat, actor, null, isClosed ? { forum_topic_closed: {} } : { forum_topic_reopened: {} });
  return true;
}

export function setGeneralHidden(
  world: World,
  chat: SandboxChat,
  actor: TopicActor,
  isHidden: boolean,
): boolean {
  if (chat.general.isHidden === isHidden) return false;
  chat.general.isHidden = isHidden;
  announce(
    world,
    chat,
    actor,
    null,
    isHidden ? { general_forum_topic_hidden: {} } : { general_forum_topic_unhidden: {} },
  );
  return true;
}

export function renameGeneral(world: World, chat: SandboxChat, actor: TopicActor, name: string): boolean {
  if (chat.general.name === name) return false;
  chat.general.name = name;
  announce(world, chat, actor, null, { forum_topic_edited: { name } });
  return true;
}

function told(world: World, chat: SandboxChat, topic: Topic): void {
  world.emit(() => ({ type: "topic", chatId: chat.id, topic: { ...topic } }));
}

export function renderTopic(topic: Topic): ForumTopic {
  return {
    message_thread_id: topic.id,
    name: topic.name,
    icon_color: topic.iconColor,
    ...(topic.iconCustomEmojiId ? { icon_custom_emoji_id: topic.iconCustomEmojiId } : {}),
  };
}
