import { post } from "./hearing.ts";
import type { SandboxChat, StoredMessage } from "./state.ts";
import type { TopicActor } from "./topics.ts";
import type { World } from "./world.ts";

/** Pinning again what is pinned already says nothing. */
export function pin(world: World, chat: SandboxChat, actor: TopicActor, message: StoredMessage): void {
  if (chat.pinned.includes(message.id)) return;
  chat.pinned.push(message.id);
  post(world, {
    chat,
    senderId: actor.id,
    senderChatId: actor.chatId ?? null,
    kind: "service",
    content: {},
    topicId: message.topicId,
    pinnedId: message.id,
  });
}
