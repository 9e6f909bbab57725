import * as z from "zod";
import { GROUP_ANONYMOUS_BOT } from "../accounts.ts";
import { isTopicIcon } from "../icon-stickers.ts";
import { hasRight, memberOf, nameOf } from "../members.ts";
import { ActRefused } from "../refusal.ts";
import type { SandboxChat, Topic } from "../state.ts";
import {
  cleanTopicName,
  createTopic,
  deleteTopic,
  editTopic,
  mayManage,
  setGeneralClosed,
  setGeneralHidden,
  setTopicClosed,
} from "../topics.ts";
import type { TopicActor } from "../topics.ts";
import type { World } from "../world.ts";
import { act } from "./act.ts";
import { chatFor, groupNamed, topicNamed } from "./speaker.ts";

const actorFields = {
  userId: z.number().int(),
  chatId: z.number().int(),
  anonymous: z.boolean().optional(),
};
const topicFields = { ...actorFields, threadId: z.number().int() };
const deletedAnswers = z.enum(["message thread not found", "TOPIC_DELETED", "TOPIC_ID_INVALID"]);

function forumFor(world: World, { userId, chatId }: { userId: number; chatId: number }): SandboxChat {
  const chat = chatFor(world, userId, chatId);
  if (!chat.isForum) throw new ActRefused(`“${chat.title}” has no topics`);
  return chat;
}

/** People open and delete topics of their private chat only where the bot lets them. */
function checkLetByBot(world: World, chat: SandboxChat, userId: number): void {
  if (chat.type === "private" && !world.state.bot.profile.allows_users_to_create_topics) {
    throw new ActRefused(`the bot lets ${nameOf(world, userId)} neither open nor delete topics`);
  }
}

function actorOf(
  chat: SandboxChat,
  { userId, anonymous }: { userId: number; anonymous?: boolean | undefined },
): TopicActor {
  return anonymous ? { id: GROUP_ANONYMOUS_BOT, chatId: chat.id } : { id: userId };
}

function managed(
  world: World,
  input: { userId: number; chatId: number; threadId: number },
): { chat: SandboxChat; topic: Topic } {
  const chat = forumFor(world, input);
  const topic = topicNamed(chat, input.threadId);
  if (!mayManage(chat, topic, input.userId)) {
    throw new ActRefused(`${nameOf(world, input.userId)} may not manage topic ${topic.id}`);
  }
  return { chat, topic };
}

function namedSo(name: string): string {
  const cleaned = cleanTopicName(name);
  if (cleaned === "") throw new ActRefused("a topic needs a name");
  return cleaned;
}

function knownIcon(icon: string | undefined): string | undefined {
  if (icon && !isTopicIcon(icon)) throw new ActRefused(`${icon} is not among the topic icons`);
  return icon;
}

const createByHand = act(
  z.strictObject({
    ...actorFields,
    name: z.string(),
    iconColor: z.number().int().optional(),
    icon: z.string().optional(),
  }),
  (world, input): Topic => {
    const chat = forumFor(world, input);
    checkLetByBot(world, chat, input.userId);
    const member = memberOf(chat, input.userId);
    const permitted =
      chat.type === "private" ||
      (member.status === "restricted"
        ? member.permissions.can_manage_topics
        : chat.permissions.can_manage_topics);
    if (!permitted && !hasRight(chat, input.userId, "can_manage_topics")) {
      throw new ActRefused(`${nameOf(world, input.userId)} may not open topics`);
    }
    return createTopic(world, chat, actorOf(chat, input), {
      name: namedSo(input.name),
      iconColor: input.iconColor ?? null,
      iconCustomEmojiId: knownIcon(input.icon) ?? null,
    });
  },
);

/** A new name, a new icon, or both; the icon "" takes it away. */
const editByHand = act(
  z.strictObject({ ...topicFields, name: z.string().optional(), icon: z.string().optional() }),
  (world, input): Topic => {
    const { chat, topic } = managed(world, input);
    const name = input.name === undefined ? null : namedSo(input.name);
    const icon = knownIcon(input.icon) ?? null;
    editTopic(world, chat, actorOf(chat, input), topic, { name, iconCustomEmojiId: icon });
    return topic;
  },
);

const closeByHand = act(z.strictObject(topicFields), (world, input): Topic => {
  const { chat, topic } = managed(world, input);
  if (chat.type === "private") throw new ActRefused("topics of private chats are never closed");
  if (topic.isClosed) throw new ActRefused(`topic ${topic.id} is closed already`);
  setTopicClosed(world, chat, actorOf(chat, input), topic, true);
  return topic;
});

const reopenByHand = act(z.strictObject(topicFields), (world, input): Topic => {
  const { chat, topic } = managed(world, input);
  if (!topic.isClosed) throw new ActRefused(`topic ${topic.id} is open`);
  setTopicClosed(world, chat, actorOf(chat, input), topic, false);
  return topic;
});

const deleteByHand = act(
  z.strictObject({ ...topicFields, answers: deletedAnswers.optional() }),
  (world, input): true => {
    const chat = forumFor(world, input);
    checkLetByBot(world, chat, input.userId);
    const topic = topicNamed(chat, input.threadId);
    const mayDelete =
      chat.type === "private" ||
      hasRight(chat, input.userId, "can_delete_messages") ||
      topic.creatorId === input.userId;
    if (!mayDelete) throw new ActRefused(`${nameOf(world, input.userId)} may not delete topic ${topic.id}`);
    deleteTopic(world, chat, topic, input.answers ?? null);
    return true;
  },
);

const setGeneral = act(
  z.strictObject({ ...actorFields, closed: z.boolean().optional(), hidden: z.boolean().optional() }),
  (world, input): true => {
    const chat = forumFor(world, input);
    if (!hasRight(chat, input.userId, "can_manage_topics")) {
      throw new ActRefused(`${nameOf(world, input.userId)} may not manage topics`);
    }
    const actor = actorOf(chat, input);
    if (input.closed !== undefined) setGeneralClosed(world, chat, actor, input.closed);
    if (input.hidden !== undefined) setGeneralHidden(world, chat, actor, input.hidden);
    return true;
  },
);

/** Topics on or off. No update tells the bot; the topics come back when they are switched on again. */
const setForum = act(
  z.strictObject({ chatId: z.number().int(), on: z.boolean() }),
  (world, { chatId, on }): true => {
    const chat = groupNamed(world, chatId);
    if (chat.type !== "supergroup") throw new ActRefused(`“${chat.title}” is no supergroup`);
    chat.isForum = on;
    world.emit(() => ({ type: "chat", chatId, isForum: on, title: chat.title }));
    return true;
  },
);

export const topicActs = {
  createTopic: createByHand,
  editTopic: editByHand,
  closeTopic: closeByHand,
  reopenTopic: reopenByHand,
  deleteTopic: deleteByHand,
  setGeneral,
  setForum,
};
