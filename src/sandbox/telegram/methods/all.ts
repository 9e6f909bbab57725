import { callbackMethods } from "./callbacks.ts";
import { chatMethods } from "./chats.ts";
import { commandMethods } from "./commands.ts";
import { copyMethods } from "./copy-messages.ts";
import { deleteMethods } from "./delete-messages.ts";
import { editMethods } from "./edit-messages.ts";
import { fileMethods } from "./files.ts";
import type { Method, Methods } from "./method.ts";
import { pinMethods } from "./pins.ts";
import { reactionMethods } from "./reactions.ts";
import { sendMethods } from "./send-messages.ts";
import { topicMethods } from "./topics.ts";
import { webhookMethods } from "./webhook.ts";

const all: Methods = {
  getMe: (world) => world.state.bot.profile,
  ...sendMethods,
  ...copyMethods,
  ...editMethods,
  ...deleteMethods,
  ...topicMethods,
  ...chatMethods,
  ...pinMethods,
  ...reactionMethods,
  ...callbackMethods,
  ...commandMethods,
  ...webhookMethods,
  ...fileMethods,
};

const byLowerCase = new Map(
  Object.entries(all).map(([name, method]) => [name.toLowerCase(), { name, method }]),
);

/** Method names are case-insensitive. */
export function findMethod(name: string): { name: string; method: Method } | null {
  return byLowerCase.get(name.toLowerCase()) ?? null;
}

export const METHOD_NAMES: readonly string[] = Object.keys(all);
