import type { BotCommand } from "grammy/types";
import { readableChat } from "../access.ts";
import { commandKey } from "../commands.ts";
import { failures, uncataloguedFailures } from "../errors.ts";
import { Params } from "../params.ts";
import type { World } from "../world.ts";
import type { Method, Methods } from "./method.ts";

const COMMANDS_MAX = 100;
const DESCRIPTION_MAX = 256;

function readKey(world: World, params: Params): string {
  const scope = new Params(params.object("scope", "bot command scope") ?? {});
  const type = scope.text("type") ?? "default";
  const language = params.text("language_code") ?? "";
  if (!["chat", "chat_administrators", "chat_member"].includes(type)) return commandKey({ type }, language);
  const chat = readableChat(world, scope);
  const userId = scope.integer("user_id");
  if (type === "chat_member" && userId === null) throw failures.userNotFound();
  return commandKey(
    { type, chatId: chat.id, ...(type === "chat_member" && userId !== null ? { userId } : {}) },
    language,
  );
}

const setMyCommands: Method = (world, params) => {
  const commands = (params.list("commands", "commands") ?? []) as BotCommand[];
  if (commands.length > COMMANDS_MAX) throw uncataloguedFailures.commandsTooMany();
  const cleaned = commands.map((given) => ({ ...given, command: given.command.replace(/^\//, "") }));
  for (const { command, description } of cleaned) {
    const isValid = /^[a-z0-9_]{1,32}$/.test(command);
    const isDescribed = description !== "" && description.length <= DESCRIPTION_MAX;
    if (!isValid || !isDescribed) throw uncataloguedFailures.commandInvalid();
  }
  const key = readKey(world, params);
  if (cleaned.length > 0) world.state.commands[key] = cleaned;
  else delete world.state.commands[key];
  return true;
};

const getMyCommands: Method = (world, params) => world.state.commands[readKey(world, params)] ?? [];

const deleteMyCommands: Method = (world, params) => {
  delete world.state.commands[readKey(world, params)];
  return true;
};

export const commandMethods: Methods = { setMyCommands, getMyCommands, deleteMyCommands };
