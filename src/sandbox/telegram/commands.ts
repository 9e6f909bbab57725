import type { BotCommand } from "grammy/types";
import { isAdministrator } from "./members.ts";
import type { SandboxChat } from "./state.ts";
import type { World } from "./world.ts";

export interface CommandScope {
  type: string;
  chatId?: number;
  userId?: number;
}

export function commandKey({ type, chatId, userId }: CommandScope, language: string): string {
  return [type, chatId ?? "", userId ?? "", language].join(":");
}

/** The list a person sees behind `/` in a chat: the first that is set, from the narrowest scope to the widest. */
export function commandsFor(world: World, chat: SandboxChat, userId: number): BotCommand[] {
  const language = world.user(userId)?.profile.language_code ?? "";
  const inChat = { chatId: chat.id };
  const scopes: CommandScope[] =
    chat.type === "private"
      ? [{ type: "chat", ...inChat }, { type: "all_private_chats" }, { type: "default" }]
      : [
          { type: "chat_member", ...inChat, userId },
          ...(isAdministrator(chat, userId) ? [{ type: "chat_administrators", ...inChat }] : []),
          { type: "chat", ...inChat },
          ...(isAdministrator(chat, userId) ? [{ type: "all_chat_administrators" }] : []),
          { type: "all_group_chats" },
          { type: "default" },
        ];
  for (const scope of scopes) {
    for (const each of [language, ""]) {
      const found = world.state.commands[commandKey(scope, each)];
      if (found) return found;
    }
  }
  return [];
}
