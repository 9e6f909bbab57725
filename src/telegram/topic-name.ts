import { TOPIC_NAME_CHARS_MAX } from "../domain/limits.ts";
import { cut } from "../domain/ticket/subject.ts";
import { DESK_LANGUAGE } from "../texts/languages.ts";

const NAME_CHARS_MAX = 40;

/** `SUP-1042 · Ada Lovelace · short subject`, within Telegram's 128 characters; the reference is never cut. */
export function topicName(ref: string, customer: string, subject: string): string {
  const name = cut(customer.trim() === "" ? DESK_LANGUAGE.CUSTOMER : customer, NAME_CHARS_MAX);
  return cut(`${ref} · ${name} · ${subject}`, TOPIC_NAME_CHARS_MAX);
}

/** The first reference in a text; `null` if there is none. */
export function refIn(text: string): string | null {
  return /\b[A-Z][A-Z0-9]{0,7}-\d{1,15}\b/.exec(text)?.[0] ?? null;
}

/** The reference that a topic's name begins with, `null` if it is no ticket's topic. */
export function refOfTopicName(name: string): string | null {
  return /^([A-Z][A-Z0-9]*-\d+) · /.exec(name)?.[1] ?? null;
}
