import { answersInWords, nextQuestion } from "../domain/ticket/intake.ts";
import type { Policy } from "../domain/ticket/policy.ts";
import type { Ticket } from "../domain/ticket/ticket.ts";
import type { Language } from "../texts/languages.ts";
import type { RichText } from "../texts/rich-text.ts";
import { pressData } from "./callback.ts";
import type { Keyboard } from "./card.ts";

/**
 * The confirmation that a customer gets for a new ticket: its reference, when to expect an answer, and the intake
 * questions one after the other in the same message. `ask` shows a question again to change its answer.
 */
export function receiptView(
  ticket: Ticket,
  policy: Policy,
  ask: string | null,
  now: number,
  { changeAnswer, expectation, receipt }: Language,
): { text: RichText; keyboard: Keyboard } {
  const fields = policy.intakeFields;
  const answered = answersInWords(fields, ticket.fields);
  const question = fields.find((field) => field.id === ask) ?? nextQuestion(fields, ticket.fields);
  const text = receipt({
    ref: ticket.ref,
    expected: expectation(ticket, policy, now),
    held: ticket.heldUntil !== null,
    answered: answered.filter(({ field }) => field !== question?.id),
    ask: question?.ask ?? null,
  });

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
            text: changeAnswer(answer.label),
            callback_data: pressData({
              act: "ask",
              ticket: `${ticket.group}:${ticket.number}`,
              field: answer.field,
            }),
          },
        ])
      : [];
  return { text, keyboard: [...options, ...changes] };
}
