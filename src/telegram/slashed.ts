import { withoutUnseenBeginning } from "../domain/visible.ts";

/**
 * What a text with a leading slash is.
 *
 * - `command`: `/name[@bot] argument`; the name in lower case, whether we know it or not
 * - `note`: `//` and what follows
 * - `slip`: a slash and something that is no command, such as "/ ok" or "/понятно"
 */
export type Slashed =
  | { kind: "command"; name: string; bot: string | null; argument: string }
  | { kind: "note"; text: string }
  | { kind: "slip" };

/**
 * Characters read as a slash: its own, the wide one of East Asian keyboards, and signs that only look like it. No
 * message to a customer begins with one of them: holding it back costs a hint, sending it would be a leak.
 */
const SLASH = "[/\uff0f\u2044\u2215\u29f8\u2571\u27cb]";
const NOTE = new RegExp(`^${SLASH}[\\p{Default_Ignorable_Code_Point}\\p{Cf}\\p{M}]*${SLASH}`, "u");
const BEGINS = new RegExp(`^${SLASH}`, "u");

/** `null` if the text does not begin with a slash. What is not seen before it does not count. */
export function slashed(text: string): Slashed | null {
  const seen = withoutUnseenBeginning(text);
  if (!BEGINS.test(seen)) return null;
  const note = NOTE.exec(seen);
  if (note !== null) return { kind: "note", text: seen.slice(note[0].length).trim() };
  // Only a real slash commands: what looks like one is kept, and its writer told.
  const head = /^\S+/.exec(seen)![0];
  const command = /^\/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]{3,64}))?$/.exec(head);
  if (command === null) return { kind: "slip" };
  return {
    kind: "command",
    name: command[1]!.toLowerCase(),
    bot: command[2] ?? null,
    argument: seen.slice(head.length).trim(),
  };
}

/** The first of these beginnings of a message that has a slash. */
export function firstSlashed(beginnings: readonly string[]): Slashed | null {
  for (const text of beginnings) {
    const found = slashed(text);
    if (found !== null) return found;
  }
  return null;
}
