import { bold, join, rich, type RichText } from "../rich-text.ts";

/**
 * The confirmation of a new ticket. `expected`: when to expect an answer. `held`: the ticket waits for these answers.
 * `answered`: the intake questions that have an answer; `ask`: the one that is to be answered next.
 */
export function receipt({
  ref,
  expected,
  held,
  answered,
  ask,
}: {
  ref: string;
  expected: RichText | null;
  held: boolean;
  answered: readonly { ask: string; label: string }[];
  ask: string | null;
}): RichText {
  const lines: RichText[] = [
    rich`Thank you! Your request number is ${bold(ref)}. We'll reply here${expected === null ? "" : rich` ${expected}`}.`,
  ];
  if (held) lines.push(rich`One quick question so we can send this to the right team:`);
  for (const answer of answered) lines.push(rich`${answer.ask} ${bold(answer.label)}`);
  if (ask !== null) lines.push(rich`\n${bold(ask)}`);
  return join(lines, "\n");
}

/** On the button that asks a question again. */
export function changeAnswer(label: string): string {
  return `✎ Change: ${label}`;
}
