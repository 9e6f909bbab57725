import type { Poll } from "grammy/types";
import type { StoredMessage } from "./state.ts";
import type { World } from "./world.ts";

export interface NewPoll {
  question: string;
  options: readonly string[];
  type: "regular" | "quiz";
  isAnonymous: boolean;
  allowsMultipleAnswers: boolean;
  /** null where the bot does not get to know the right answers of a quiz. */
  correctOptionIds: number[] | null;
  explanation?: string | null;
}

export function newPoll(world: World, wanted: NewPoll): Poll {
  return {
    id: world.randomId(),
    question: wanted.question,
    options: wanted.options.map((text, index) => ({
      persistent_id: String(index),
      text,
      voter_count: 0,
    })),
    total_voter_count: 0,
    is_closed: false,
    is_anonymous: wanted.isAnonymous,
    type: wanted.type,
    allows_multiple_answers: wanted.allowsMultipleAnswers,
    allows_revoting: wanted.type === "regular",
    members_only: false,
    ...(wanted.correctOptionIds ? { correct_option_ids: wanted.correctOptionIds } : {}),
    ...(wanted.explanation ? { explanation: wanted.explanation } : {}),
  };
}

/** A copy of a poll starts without votes. */
export function copyOfPoll(world: World, poll: Poll): Poll {
  return {
    ...poll,
    id: world.randomId(),
    options: poll.options.map((option) => ({ ...option, voter_count: 0 })),
    total_voter_count: 0,
    is_closed: false,
  };
}

export function pollOf(message: StoredMessage): Poll | null {
  return message.content.poll ?? null;
}

export function recount(message: StoredMessage): void {
  const poll = pollOf(message);
  if (!poll) return;
  const votes = Object.values(message.votes);
  message.content.poll = {
    ...poll,
    total_voter_count: votes.length,
    options: poll.options.map((option, index) => ({
      ...option,
      voter_count: votes.filter((chosen) => chosen.includes(index)).length,
    })),
  };
}
