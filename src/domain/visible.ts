/**
 * Characters of which nothing is seen: spaces, controls, marks of direction, what Unicode has every font leave out, and
 * the letters and signs that are blank by design. U+FFFC is what dictation leaves behind.
 */
const BLANK = String.raw`\s\p{Z}\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\u2800\ufffc\u{1d159}`;
const SOMETHING = new RegExp(`[^${BLANK}\\p{M}]`, "u");
const UNSEEN_BEGINNING = new RegExp(`^[${BLANK}\\p{M}]+`, "u");
const BLANK_END = /[\s\p{Z}\p{Cc}\u115f\u1160\u200b\u200e\u200f\u2060\u2800\u3164\ufeff\uffa0\ufffc]+$/u;

/** They turn the text around them about, up to the end of the line. */
const TURNS = /[\u202a-\u202e\u2066-\u2069]/g;
const MARKS_KEPT = 3;
/** Scripts need three marks on a letter at most; a hundred of them cover the lines above and below. */
const TOO_MANY_MARKS = new RegExp(String.raw`((?:\p{M}\p{Cf}*){${MARKS_KEPT}})(?:\p{M}\p{Cf}*)+`, "gu");

/** Whether a reader sees nothing of it. */
export function isBlank(text: string): boolean {
  return !SOMETHING.test(text);
}

export function withoutUnseenBeginning(text: string): string {
  return text.replace(UNSEEN_BEGINNING, "");
}

/** A name as it can stand in a line of ours: "" where nothing of it would be seen. */
export function presentable(name: string): string {
  if (isBlank(name)) return "";
  return withoutUnseenBeginning(name)
    .replaceAll(TURNS, "")
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
    .replaceAll(TOO_MANY_MARKS, "$1")
    .replace(BLANK_END, "");
}
