import type { ReactionType, ReactionTypeEmoji } from "grammy/types";
import { renderSeen } from "./messages.ts";
import type { StoredMessage } from "./state.ts";
import type { World } from "./world.ts";

const STANDARD: readonly ReactionTypeEmoji["emoji"][] = [
  ...Array.from(
    "👍👎🔥🥰👏😁🤔🤯😱🤬😢🎉🤩🤮💩🙏👌🕊🤡🥱🥴😍🐳🌚🌭💯🤣⚡🍌🏆💔🤨😐🍓🍾💋🖕😈😴😭🤓👻👀🎃🙈😇😨🤝✍🤗🫡🎅🎄☃💅🤪🗿🆒💘🙉🦄😘💊🙊😎👾🤷😡",
  ),
  "❤",
  "❤‍🔥",
  "👨‍💻",
  "🤷‍♂",
  "🤷‍♀",
] as ReactionTypeEmoji["emoji"][];

export function isStandardReaction(emoji: string): emoji is ReactionTypeEmoji["emoji"] {
  return STANDARD.some((each) => each === emoji);
}

/** What the actor had set before. */
export function setReaction(
  world: World,
  message: StoredMessage,
  actorId: number,
  reaction: ReactionType[],
): ReactionType[] {
  const before = message.reactions[actorId] ?? [];
  if (reaction.length > 0) message.reactions[actorId] = reaction;
  else delete message.reactions[actorId];
  world.emit(() => ({ type: "reactions", chatId: message.chatId, message: renderSeen(world, message) }));
  return before;
}
