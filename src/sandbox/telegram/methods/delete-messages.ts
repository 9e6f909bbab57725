import { changeableChat } from "../access.ts";
import { failures, uncataloguedFailures } from "../errors.ts";
import type { TelegramFailure } from "../errors.ts";
import { hasRight } from "../members.ts";
import { deleteMessages, findMessage } from "../messages.ts";
import type { SandboxChat, StoredMessage } from "../state.ts";
import type { World } from "../world.ts";
import type { Method, Methods } from "./method.ts";

const DELETABLE_SECONDS = 48 * 3600;
/** A die that fell badly cannot be taken back at once. */
const DICE_KEPT_SECONDS = 24 * 3600;
const IDS_MAX = 100;

/**
 * Why a message must stay, if it must (TDLib, can_delete_message and can_revoke_message): private chats put it in another
 * way than groups.
 */
function whyKept(world: World, chat: SandboxChat, message: StoredMessage): TelegramFailure | null {
  const age = world.nowSeconds - message.date;
  if (chat.type === "private") {
    const isYoungDie = message.kind === "dice" && age < DICE_KEPT_SECONDS;
    return isYoungDie || age >= DELETABLE_SECONDS ? failures.cantDeleteForEveryone() : null;
  }
  const isOwn = message.senderId === world.botId;
  const mayDelete = isOwn || hasRight(chat, world.botId, "can_delete_messages");
  const isKept = age >= DELETABLE_SECONDS || "forum_topic_created" in message.content;
  return isKept || !mayDelete ? failures.cantDelete() : null;
}

const deleteMessage: Method = (world, params) => {
  const chat = changeableChat(world, params);
  const message = findMessage(chat, params.integer("message_id") ?? 0);
  if (!message) throw failures.deleteNotFound();
  const kept = whyKept(world, chat, message);
  if (kept) throw kept;
  deleteMessages(world, chat, [message.id]);
  return true;
};

/** What is not there is skipped; one that must stay keeps all the others. */
const deleteMany: Method = (world, params) => {
  const chat = changeableChat(world, params);
  const ids = (params.list("message_ids", "message identifiers") ?? []).map(Number);
  if (ids.length > IDS_MAX) throw uncataloguedFailures.tooManyToDelete();
  for (const id of ids) {
    const message = findMessage(chat, id);
    const kept = message ? whyKept(world, chat, message) : null;
    if (kept) throw kept;
  }
  deleteMessages(world, chat, ids);
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
