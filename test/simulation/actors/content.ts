import type { Dice } from "../runtime/dice.ts";

/** What people say. Nobody reads it; that there are languages, signs and lengths matters. */
export const WORDS = [
  "where is my order?",
  "it burns",
  "thank you",
  "ok",
  "これはペンです",
  "مرحبا",
  "a < b && c > d",
  "see https://example.com/x?y=1",
  "👍👍",
  "line one\nline two",
  "*bold* _not_",
  "1234567890",
  "Ещё раз",
  "please call +49 30 1234",
];

/** Content of a kind, as a user composes it. */
export function contentOf(kind: string, dice: Dice): Record<string, unknown> {
  const text = dice.pick(WORDS);
  switch (kind) {
    case "text":
      return { text };
    case "long":
      return { text: `${text} `.repeat(1 + Math.floor(3_000 / (text.length + 1))) };
    case "photo":
    case "document":
      return { [kind]: {}, caption: text };
    case "location":
      return { location: { latitude: 52.5, longitude: 13.4 } };
    case "poll":
      return { poll: { question: "which?", options: ["one", "two"] } };
    case "contact":
      return { contact: { phoneNumber: "+4930123", firstName: "Eve" } };
    default:
      return { [kind]: {} };
  }
}
