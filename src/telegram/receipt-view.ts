import { answersInWords, nextQuestion } from "../domain/ticket/intake.ts";
import type { Policy } from "../domain/ticket/policy.ts";
import type { Ticket } from "../domain/ticket/ticket.ts";
import { pressData } from "./callback.ts";
import type { Keyboard } from "./card.ts";
import { bold, join, rich, type RichText } from "./rich-text.ts";
import { expectation } from "./sla-view.ts";

/**
 * What the customer gets for a new ticket: its reference, when to expect an answer, and the intake questions one after the other in the same
 * message. `ask` shows a question again whose answer shall change.
 */
export function receiptView(
  ticket: Ticket,
  policy: Policy,
  ask: string | null,
  now: number,
): { text: RichText; keyboard: Keyboard } {
  const fields = policy.intakeFields;
  const answered = answersInWords(fields, ticket.fields);
  const question = fields.find((field) => field.id === ask) ?? nextQuestion(fields, ticket.fields);
  const expected = expectation(ticket, policy, now);
  const lines: RichText[] = [
    rich`Thank you! Your request number is ${bold(ticket.ref)}. We'll reply here${expected === null ? "" : rich` ${expected}`}.`,
  ];
  if (ticket.heldUntil !== null) lines.push(rich`One quick question so we can send this to the right team:`);
  for (const answer of answered) {
    if (answer.field !== question?.id) lines.push(rich`${answer.ask} ${bold(answer.label)}`);
  }
  if (question !== undefined) lines.push(rich`\n${bold(question.ask)}`);

  const options = (question?.options ?? []).map((option) => [
    {
      text: ticket.fields[question!.id] === option.id ? `✓ ${option.label}` : option.label,
      callback_data: pressData({
        act: "answer",
        ticket: `${ticket.group}:${ticket.number}`,
        field: question!.id,
        option: option.id,
      }),
    },
  ]);
  const changes =
    question === undefined
      ? answered.map((answer) => [
          {
            text: `✎ Change: ${answer.label}`,
            callback_data: pressData({
              act: "ask",
              ticket: `${ticket.group}:${ticket.number}`,
              field: answer.field,
            }),
          },
        ])
      : [];
  return { text: join(lines, "\n"), keyboard: [...options, ...changes] };
}
