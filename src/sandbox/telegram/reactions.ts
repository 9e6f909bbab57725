import type { ReactionType, ReactionTypeEmoji } from "grammy/types";
import { uncataloguedFailures, failures } from "./errors.ts";
import { renderSeen } from "./messages.ts";
import type { SandboxChat, StoredMessage } from "./state.ts";
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

/** Different reactions that one message takes. */
export const REACTIONS_ON_MESSAGE_MAX = 11;

function keyOf(reaction: ReactionType): string {
  return reaction.type === "emoji" ? reaction.emoji : JSON.stringify(reaction);
}

/** Refuses what the chat does not take, and a new kind of reaction on a message that has as many as it can. */
export function checkReaction(chat: SandboxChat, message: StoredMessage, wanted: ReactionType[]): void {
  const { reactionsTaken } = chat;
  if (reactionsTaken && wanted.some((reaction) => !reactionsTaken.includes(keyOf(reaction)))) {
    throw failures.reactionInvalid();
  }
  const there = new Set(Object.values(message.reactions).flat().map(keyOf));
  const isFull = there.size >= REACTIONS_ON_MESSAGE_MAX;
  if (isFull && wanted.some((reaction) => !there.has(keyOf(reaction)))) {
    throw uncataloguedFailures.tooManyReactions();
  }
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
