import type { IntakeFieldConfig } from "../config/config.ts";

type Answers = Readonly<Record<string, string>>;

/** Whether every required field has an answer, so that nothing holds the ticket back. */
export function intakeComplete(fields: readonly IntakeFieldConfig[], answers: Answers): boolean {
  return fields.every((field) => !field.required || field.id in answers);
}

/** An answer that the intake does not know: `is` no field of it, or no option of its field; `known`: what there is. */
export interface UnknownAnswer {
  field: string;
  is: "field" | "option";
  known: string[];
}

/** Fields that rules look at by these names may be given even if intake does not ask for them. */
const ALWAYS_FIELDS = ["category", "urgency"];

/** All answers that the intake does not know. */
export function unknownAnswers(fields: readonly IntakeFieldConfig[], answers: Answers): UnknownAnswer[] {
  return Object.entries(answers).flatMap(([field, option]): UnknownAnswer[] => {
    const asked = fields.find(({ id }) => id === field);
    if (asked === undefined) {
      const known = [...new Set([...fields.map(({ id }) => id), ...ALWAYS_FIELDS])];
      return ALWAYS_FIELDS.includes(field) ? [] : [{ field, is: "field", known }];
    }
    const known = asked.options.map(({ id }) => id);
    return known.includes(option) ? [] : [{ field, is: "option", known }];
  });
}

/** The field to ask next: the first without an answer, required ones before the others. */
export function nextQuestion(
  fields: readonly IntakeFieldConfig[],
  answers: Answers,
): IntakeFieldConfig | undefined {
  const open = fields.filter((field) => !(field.id in answers));
  return open.find((field) => field.required) ?? open[0];
}

/** The answers in words, in the order of the fields; what the configuration no longer knows is left out. */
export function answersInWords(
  fields: readonly IntakeFieldConfig[],
  answers: Answers,
): { field: string; ask: string; name: string; label: string }[] {
  return fields.flatMap((field) => {
    const option = field.options.find((candidate) => candidate.id === answers[field.id]);
    const { id, ask, label: name = nameOf(id) } = field;
    return option === undefined ? [] : [{ field: id, ask, name, label: option.label }];
  });
}

/** `order-number` is "Order number". */
function nameOf(id: string): string {
  const words = id.replaceAll(/[-_]/g, " ");
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}
