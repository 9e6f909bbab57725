import * as z from "zod";
import { cut } from "../cut.ts";
import { TAG_CHARS_MAX } from "../limits.ts";

/** `#Refund` and `refund` are one tag. */
export function tagOf(word: string): string {
  return cut(word.replace(/^[-+#]+/, "").toLowerCase(), TAG_CHARS_MAX);
}

/** A tag as a program writes it. */
export const Tag = z
  .string()
  .min(1)
  .max(TAG_CHARS_MAX)
  .regex(/^[^\s,]+$/, "must be one word without commas")
  .refine((word) => tagOf(word) !== "", "must have a letter")
  .transform(tagOf);
