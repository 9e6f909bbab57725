import { changeableChat } from "../access.ts";
import { failures } from "../errors.ts";
import { hasRight } from "../members.ts";
import { deleteMessages, findMessage } from "../messages.ts";
import type { SandboxChat, StoredMessage } from "../state.ts";
import type { World } from "../world.ts";
import type { Method, Methods } from "./method.ts";

const DELETABLE_SECONDS = 48 * 3600;

function isDeletable(world: World, chat: SandboxChat, message: StoredMessage): boolean {
  if (world.nowSeconds - message.date >= DELETABLE_SECONDS) return false;
  if ("forum_topic_created" in message.content) return false;
  const isOwn = message.senderId === world.botId;
  return isOwn || chat.type === "private" || hasRight(chat, world.botId, "can_delete_messages");
}

const deleteMessage: Method = (world, params) => {
  const chat = changeableChat(world, params);
  const message = findMessage(chat, params.integer("message_id") ?? 0);
  if (!message) throw failures.deleteNotFound();
  if (!isDeletable(world, chat, message)) throw failures.cantDelete();
  deleteMessages(world, chat, [message.id]);
  return true;
};

/** What is not there, or not there for the bot to delete, is skipped. */
const deleteMany: Method = (world, params) => {
  const chat = changeableChat(world, params);
  const ids = (params.list("message_ids", "message identifiers") ?? []).map(Number);
  const deletable = ids.filter((id) => {
    const message = findMessage(chat, id);
    return message && isDeletable(world, chat, message);
  });
  deleteMessages(world, chat, deletable);
  return true;
};

const deleteEphemeralMessage: Method = (world, params) => {
  const chat = changeableChat(world, params);
  const id = params.integer("ephemeral_message_id") ?? 0;
  const message = chat.ephemeral[id];
  if (message?.ephemeral?.receiverId !== params.integer("receiver_user_id")) {
    throw failures.deleteNotFound();
  }
  delete chat.ephemeral[id];
  return true;
};

export const deleteMethods: Methods = {
  deleteMessage,
  deleteMessages: deleteMany,
  deleteEphemeralMessage,
};
