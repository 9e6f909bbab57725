import type { ReactionType } from "grammy/types";
import { writableChat } from "../access.ts";
import { failures, uncataloguedFailures } from "../errors.ts";
import { topicIcons } from "../icon-stickers.ts";
import { findMessage } from "../messages.ts";
import { checkReaction, isStandardReaction, setReaction } from "../reactions.ts";
import type { StoredMessage } from "../state.ts";
import type { Method, Methods } from "./method.ts";

/** A bot sets at most one reaction: a standard emoji, or a custom one that is on the message already. */
const setMessageReaction: Method = (world, params) => {
  const wanted = (params.list("reaction", "reaction types") ?? []) as ReactionType[];
  const chat = writableChat(world, params);
  const message = findMessage(chat, params.integer("message_id") ?? 0);
  if (!message || message.kind === "service") throw failures.reactNotFound();
  if (wanted.length > 1) throw uncataloguedFailures.tooManyReactions();
  if (!wanted.every((reaction) => isAllowed(message, reaction))) throw failures.reactionInvalid();
  checkReaction(chat, message, wanted);
  setReaction(world, message, world.botId, wanted);
  return true;
};

function isAllowed(message: StoredMessage, reaction: ReactionType): boolean {
  if (reaction.type === "emoji") return isStandardReaction(reaction.emoji);
  if (reaction.type !== "custom_emoji") return false;
  return Object.values(message.reactions)
    .flat()
    .some((set) => set.type === "custom_emoji" && set.custom_emoji_id === reaction.custom_emoji_id);
}

/** The example of the Bot API's own documentation. */
const DOCUMENTED = { custom_emoji_id: "5368324170671202286", emoji: "👍" };

/** Custom emoji that Telegram knows; of others it says nothing. */
const getCustomEmojiStickers: Method = (_world, params) => {
  const ids = (params.list("custom_emoji_ids", "custom emoji identifiers") ?? []).map(String);
  return [...topicIcons, { ...topicIcons[0], ...DOCUMENTED }].filter(
    ({ custom_emoji_id: id }) => id !== undefined && ids.includes(id),
  );
};

export const reactionMethods: Methods = { setMessageReaction, getCustomEmojiStickers };
