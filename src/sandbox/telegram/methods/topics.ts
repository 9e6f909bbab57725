import { changeableChat, chatWithTopics, forumOf } from "../access.ts";
import { failures } from "../errors.ts";
import { topicIcons, isTopicIcon } from "../icon-stickers.ts";
import { hasRight } from "../members.ts";
import type { Params } from "../params.ts";
import type { SandboxChat, Topic } from "../state.ts";
import {
  cleanTopicName,
  createTopic,
  deleteTopic,
  editTopic,
  liveTopic,
  mayManage,
  renameGeneral,
  renderTopic,
  setGeneralClosed,
  setGeneralHidden,
  setTopicClosed,
  TOPIC_COLORS,
  topicGone,
} from "../topics.ts";
import type { World } from "../world.ts";
import type { Method, Methods } from "./method.ts";

function checkIcon(params: Params): string | null {
  const icon = params.text("icon_custom_emoji_id");
  if (icon && !isTopicIcon(icon)) throw failures.documentInvalid();
  return icon;
}

const createForumTopic: Method = (world, params) => {
  const name = cleanTopicName(params.text("name") ?? "");
  const iconColor = params.integer("icon_color");
  if (iconColor !== null && !TOPIC_COLORS.some((color) => color === iconColor)) {
    throw failures.invalidIconColor();
  }
  const chat = chatWithTopics(world, params);
  if (name === "") throw failures.topicNameEmpty();
  const mayCreate = chat.type === "private" || hasRight(chat, world.botId, "can_manage_topics");
  if (!mayCreate) throw failures.cantCreateTopic();
  const iconCustomEmojiId = checkIcon(params) || null;
  const topic = createTopic(world, chat, { id: world.botId }, { name, iconColor, iconCustomEmojiId });
  return renderTopic(topic);
};

interface Found {
  chat: SandboxChat;
  topic: Topic;
}

function topicToEdit(world: World, params: Params, find = chatWithTopics): Found {
  const chat = find(world, params);
  const threadId = params.integer("message_thread_id") ?? 0;
  if (threadId <= 0) throw failures.invalidTopicIdentifier();
  const topic = liveTopic(chat, threadId);
  if (!topic) throw topicGone(world.state.settings, chat, threadId, "edit");
  return { chat, topic };
}

function managedTopic(world: World, params: Params, find = chatWithTopics): Found {
  const found = topicToEdit(world, params, find);
  if (!mayManage(found.chat, found.topic, world.botId)) throw failures.cantEditTopic();
  return found;
}

/** Telegram answers true, or that there was nothing to do. */
function changed(isChanged: boolean): true {
  if (!isChanged) throw failures.topicNotModified();
  return true;
}

const editForumTopic: Method = (world, params) => {
  const { chat, topic } = managedTopic(world, params);
  const given = params.text("name");
  const name = given === null || given === "" ? null : cleanTopicName(given);
  if (name === "") throw failures.topicNameEmpty();
  return changed(
    editTopic(world, chat, { id: world.botId }, topic, { name, iconCustomEmojiId: checkIcon(params) }),
  );
};

/** Topics of private chats are never closed. */
function closing(isClosed: boolean): Method {
  return (world, params) => {
    const { chat, topic } = managedTopic(world, params, forumOf);
    return changed(setTopicClosed(world, chat, { id: world.botId }, topic, isClosed));
  };
}

const deleteForumTopic: Method = (world, params) => {
  const { chat, topic } = topicToEdit(world, params);
  const mayDelete = chat.type === "private" || hasRight(chat, world.botId, "can_delete_messages");
  if (!mayDelete) throw failures.adminRequired();
  deleteTopic(world, chat, topic);
  return true;
};

function onGeneral(change: (world: World, chat: SandboxChat, params: Params) => boolean): Method {
  return (world, params) => {
    const chat = forumOf(world, params);
    if (!hasRight(chat, world.botId, "can_manage_topics")) throw failures.adminRequired();
    return changed(change(world, chat, params));
  };
}

const renameGeneralTopic = onGeneral((world, chat, params) => {
  const name = cleanTopicName(params.text("name") ?? "");
  if (name === "") throw failures.topicNameEmpty();
  return renameGeneral(world, chat, { id: world.botId }, name);
});

const unpinAllForumTopicMessages: Method = (world, params) => {
  const { chat, topic } = topicToEdit(world, params);
  if (!hasRight(chat, world.botId, "can_pin_messages")) throw failures.cantPin();
  chat.pinned = chat.pinned.filter((id) => chat.messages[id]?.topicId !== topic.id);
  return true;
};

const unpinAllGeneralForumTopicMessages: Method = (world, params) => {
  const chat = changeableChat(world, params);
  if (!hasRight(chat, world.botId, "can_pin_messages")) throw failures.cantPin();
  chat.pinned = chat.pinned.filter((id) => chat.messages[id]?.topicId !== null);
  return true;
};

export const topicMethods: Methods = {
  createForumTopic,
  editForumTopic,
  closeForumTopic: closing(true),
  reopenForumTopic: closing(false),
  deleteForumTopic,
  editGeneralForumTopic: renameGeneralTopic,
  closeGeneralForumTopic: onGeneral((world, chat) =>
    setGeneralClosed(world, chat, { id: world.botId }, true),
  ),
  reopenGeneralForumTopic: onGeneral((world, chat) =>
    setGeneralClosed(world, chat, { id: world.botId }, false),
  ),
  hideGeneralForumTopic: onGeneral((world, chat) => setGeneralHidden(world, chat, { id: world.botId }, true)),
  unhideGeneralForumTopic: onGeneral((world, chat) =>
    setGeneralHidden(world, chat, { id: world.botId }, false),
  ),
  unpinAllForumTopicMessages,
  unpinAllGeneralForumTopicMessages,
  getForumTopicIconStickers: () => topicIcons,
};
