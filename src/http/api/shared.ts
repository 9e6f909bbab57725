import * as z from "zod";
import { forDocs } from "#for-docs";
import type { SchemaProblem } from "../../domain/config/schema-problems.ts";
import { contactId } from "../../domain/contact/contact-id.ts";
import { Duration, ms as msOf } from "../../domain/duration.ts";
import { PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX } from "../../domain/limits.ts";
import { decodeCursor } from "../../record/cursor.ts";
import { CURSOR_CHARS_MAX, EMAIL_CHARS_MAX } from "../../record/limits.ts";
import { KEY_OVERLAP_DEFAULT, KEY_OVERLAP_MAX_MS } from "../limits.ts";

/** An instant in ms since 1970 as the API writes it. */
export function instant(ms: number): string {
  return new Date(ms).toISOString();
}

export function instantOrNull(ms: number | null): string | null {
  return ms === null ? null : instant(ms);
}

export const Instant = forDocs(() =>
  z.iso.datetime().meta({ description: "ISO 8601, UTC", example: "2026-11-20T12:00:00.000Z" }),
);

const INSTANT_FIRST = Date.UTC(1970, 0, 1);
const INSTANT_LAST = Date.UTC(2200, 0, 1);

/** An instant as a caller writes it, with its offset; ms since 1970 once it is read. */
export const When = z.iso
  .datetime({ offset: true, error: 'must be an instant such as "2026-03-28T22:00:00Z"' })
  .transform((text) => Date.parse(text))
  .refine((at) => at >= INSTANT_FIRST && at < INSTANT_LAST, "must lie between 1970 and 2200")
  .meta(forDocs({ type: "string", format: "date-time", example: "2026-03-28T22:00:00Z" }));

/** The problem of an instant that lies in the past. */
export function notInFuture(pointer: string, at: number | null | undefined, now: number): SchemaProblem[] {
  return at !== null && at !== undefined && at <= now ? [{ pointer, message: "must lie in the future" }] : [];
}

/** The end of a period, as it stands in a query; the example lies a day after that of `When`. */
export const Until = When.optional().meta(
  forDocs({
    type: "string",
    format: "date-time",
    description: "Not included",
    example: "2026-03-29T22:00:00Z",
  }),
);

/** An instant, or null where it has not come. */
export const WhenOrNull = When.nullable().meta(
  forDocs({
    type: ["string", "null"],
    format: "date-time",
    example: "2026-03-28T22:00:00Z",
  }),
);

export const NextCursor = forDocs(() =>
  z.string().nullable().meta({ description: "Where the next page begins; null on the last one" }),
);

/** A page of a list. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), nextCursor: NextCursor });
}

/** An integer in a query or a path, in the one form in which numbers are written there: no `0x10`, `1e2`, `5.0` or ` 5`. */
export const IntegerText = z
  .string()
  .regex(/^(?:0|-?[1-9]\d{0,15})$/, 'must be an integer such as "50"')
  .transform(Number);

/** What a ticket is called in a path: by its reference, or by its id, which is no longer. */
export const Ref = z
  .string()
  .max(32)
  .meta(
    forDocs({
      description: "The ticket's reference, or its `id` (`main:1`); in upper or lower case",
      example: "SUP-1",
    }),
  );

/** How many items a page has. */
export const Limit = IntegerText.pipe(z.int().min(1).max(PAGE_SIZE_MAX))
  .default(PAGE_SIZE_DEFAULT)
  .meta(forDocs({ type: "integer", minimum: 1, maximum: PAGE_SIZE_MAX, default: PAGE_SIZE_DEFAULT }));

/** A cursor whose position has the given form. */
export function cursorOf<T extends z.ZodType>(position: T) {
  return z
    .string()
    .max(CURSOR_CHARS_MAX)
    .transform((text, ctx): z.output<T> => {
      const parsed = position.safeParse(decodeCursor(text));
      if (parsed.success) return parsed.data;
      ctx.addIssue({ code: "custom", message: "must be a cursor that this list has answered" });
      return z.NEVER;
    })
    .optional()
    .meta(forDocs({ type: "string", description: "`nextCursor` of the page before; opaque" }));
}

/** A number that identifies something of Telegram's: of a person. */
export const TelegramId = IntegerText.pipe(z.int().positive()).meta(
  forDocs({
    type: "integer",
    format: "int64",
    example: 5550000001,
  }),
);

/** A number that identifies a contact. */
export const ContactNumber = IntegerText.pipe(z.int().positive())
  .transform(contactId)
  .meta(
    forDocs({
      type: "integer",
      format: "int64",
      example: 5550000001,
    }),
  );

/** For how long what is replaced counts beside what replaces it; ms once it is read. */
export const Overlap = Duration.default(KEY_OVERLAP_DEFAULT)
  .transform((text) => msOf(text))
  .refine((overlap) => overlap <= KEY_OVERLAP_MAX_MS, { error: "must be 30d at most" })
  .meta(
    forDocs({
      type: "string",
      example: "24h",
      description: "For how long the present secret counts besides the new one; `0s`: not at all",
    }),
  );

/**
 * An e-mail address as browsers take it (HTML, "valid e-mail address"): every character that RFC 5322 lets stand before
 * the @ without quotes, such as those of BATV, SRS and VERP senders. Zod's own form refuses `&`, `/` and `=`.
 */
export const EmailAddress = z
  .email({ pattern: z.regexes.html5Email, error: "must be an e-mail address" })
  .max(EMAIL_CHARS_MAX)
  .refine((address) => /\.[^.@]+$/.test(address), "must be an e-mail address");
