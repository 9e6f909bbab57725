import * as z from "zod";
import { TAG_CHARS_MAX } from "./limits.ts";

/** `#Refund` and `refund` are one tag. */
export function tagOf(word: string): string {
  return word
    .replace(/^[-+#]+/, "")
    .toLowerCase()
    .slice(0, TAG_CHARS_MAX);
}

/** A tag as a program writes it. */
export const Tag = z
  .string()
  .min(1)
  .max(TAG_CHARS_MAX)
  .regex(/^[^\s,]+$/, "must be one word without commas")
  .refine((word) => tagOf(word) !== "", "must have a letter")
  .transform(tagOf);
