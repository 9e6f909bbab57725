import { writableChat } from "../access.ts";
import { failures } from "../errors.ts";
import { hasRight } from "../members.ts";
import { findMessage } from "../messages.ts";
import type { Params } from "../params.ts";
import { pin } from "../pins.ts";
import type { SandboxChat } from "../state.ts";
import type { World } from "../world.ts";
import type { Method, Methods } from "./method.ts";

function chatToPinIn(world: World, params: Params): SandboxChat {
  const chat = writableChat(world, params);
  const mayPin = chat.type === "private" || hasRight(chat, world.botId, "can_pin_messages");
  if (!mayPin) throw failures.cantPin();
  return chat;
}

const pinChatMessage: Method = (world, params) => {
  const chat = chatToPinIn(world, params);
  const message = findMessage(chat, params.integer("message_id") ?? 0);
  if (!message || message.kind === "service") throw failures.pinNotFound();
  pin(world, chat, { id: world.botId }, message);
  return true;
};

const unpinChatMessage: Method = (world, params) => {
  const chat = chatToPinIn(world, params);
  const id = params.integer("message_id") ?? chat.pinned.at(-1);
  if (params.has("message_id") && (id === undefined || !findMessage(chat, id))) throw failures.pinNotFound();
  chat.pinned = chat.pinned.filter((pinned) => pinned !== id);
  return true;
};

const unpinAllChatMessages: Method = (world, params) => {
  chatToPinIn(world, params).pinned = [];
  return true;
};

export const pinMethods: Methods = { pinChatMessage, unpinChatMessage, unpinAllChatMessages };
