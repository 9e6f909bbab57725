/** As much of a text as fits into `max` UTF-16 code units, as Telegram counts, without half a character at its end. */
export function cut(text: string, max: number): string {
  const end = text.charCodeAt(max - 1);
  const splits = text.length > max && end >= 0xd800 && end <= 0xdbff;
  return text.slice(0, splits ? max - 1 : max);
}
