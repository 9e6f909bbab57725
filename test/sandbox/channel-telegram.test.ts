import type { ReactionType } from "grammy/types";
import type { Channel } from "../../src/channels/channel.ts";
import { TELEGRAM } from "../../src/channels/telegram/telegram.ts";
import { chatRoute } from "../../src/domain/contact/route.ts";
import type { BotCall } from "../../src/telegram/api.ts";
import { conforms } from "../support/channel-conformance.ts";
import { aWorld, GROUP_ID } from "./a-world.ts";

const channel: Channel<BotCall> = TELEGRAM;

conforms("Telegram", channel, () => {
  const world = aWorld();
  world.group();
  const olga = world.agent();
  const ada = world.customer();
  const { message_id: messageId } = world.core.act("write", {
    userId: olga.id,
    chatId: GROUP_ID,
    text: "Answer",
  });
  const before = new Set(world.chatMessages(ada.id).map(({ message_id: id }) => id));
  return {
    to: chatRoute(ada.id),
    originals: { chat: GROUP_ID, messageIds: [messageId] },
    makes: ({ method, params }) => world.api<{ message_id?: number }>(method, params).message_id ?? 0,
    reads: () =>
      world
        .chatMessages(ada.id)
        .filter(({ message_id: id }) => !before.has(id))
        .map(({ message_id: id, text = "", reactions }) => ({
          id,
          text,
          reaction: emojiOf(reactions?.[0]?.reaction[0]),
        })),
  };
});

function emojiOf(reaction: ReactionType | undefined): string | null {
  return reaction?.type === "emoji" ? reaction.emoji : null;
}
