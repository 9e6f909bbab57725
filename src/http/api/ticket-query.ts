import * as z from "zod";
import { forDocs } from "#for-docs";
import type { ContactId } from "../../domain/contact/contact-id.ts";
import { TAGS_MAX } from "../../domain/limits.ts";
import { PRIORITIES } from "../../domain/priority.ts";
import { TICKET_STATUSES } from "../../domain/ticket/status.ts";
import { Tag } from "../../domain/ticket/tag.ts";
import { encodeCursor } from "../../record/cursor.ts";
import { SEARCH_CHARS_MAX } from "../../record/limits.ts";
import { wordsOf } from "../../record/search-words.ts";
import type { TicketFilter } from "../../record/ticket-filter.ts";
import { TICKET_ORDERS, type TicketOrder } from "../../record/ticket-order.ts";
import type { TicketPlace } from "../../record/ticket-search.ts";
import { ContactNumber, cursorOf, Limit, TelegramId, Until, When } from "./shared.ts";

const FIELDS_MAX = 10;
/** What orders were called in the release before. */
const DEPRECATED_ORDERS = ["-dueAt", "dueAt"] as const;
type AnyOrder = TicketOrder | (typeof DEPRECATED_ORDERS)[number];

function orderOf(order: AnyOrder): TicketOrder {
  if (order === "dueAt") return "due";
  return order === "-dueAt" ? "-due" : order;
}

/** The words of a search. A text without a word is refused: it would find nothing. */
const SearchText = z
  .string()
  .max(SEARCH_CHARS_MAX)
  .transform((text, ctx) => {
    const words = wordsOf(text);
    if (words.length > 0) return words;
    ctx.addIssue({ code: "custom", message: "must have a letter or digit to look for" });
    return z.NEVER;
  })
  .optional();

/** One or several, with commas between or repeated. */
export function several<T extends z.ZodType>(one: T, most: number) {
  return z.preprocess(
    (given) =>
      given === undefined
        ? []
        : [given].flat().flatMap((some) => (typeof some === "string" ? some.split(",") : [some])),
    z.array(one).max(most),
  );
}

/** Yes or no, as a query says it. */
export const Yes = z
  .enum(["true", "false"])
  .transform((text) => text === "true")
  .optional()
  .meta(forDocs({ type: "string", enum: ["true", "false"] }));
const Name = z.string().min(1).max(64);
const Field = z
  .string()
  .regex(/^[^:]{1,64}:.{1,64}$/, "must be a field and its option, such as category:billing")
  .transform((text): [string, string] => {
    const at = text.indexOf(":");
    return [text.slice(0, at), text.slice(at + 1)];
  });

export const TicketQuery = z.strictObject({
  q: SearchText.meta(
    forDocs({
      type: "string",
      maxLength: SEARCH_CHARS_MAX,
      description:
        "Words that subject, tags and notes have, or begin a word with: all of them. Case and accents do not matter; Chinese and Japanese are found by any part; a single letter only as a word of its own",
      example: "refund parcel",
    }),
  ),
  status: several(z.enum(TICKET_STATUSES), 20).meta(
    forDocs(() => ({
      type: "array",
      items: { type: "string", enum: [...TICKET_STATUSES] },
      description: "One or several, with commas between or repeated",
    })),
  ),
  priority: several(z.enum(PRIORITIES), 20).meta(
    forDocs(() => ({
      type: "array",
      items: { type: "string", enum: [...PRIORITIES] },
      description: "One or several",
    })),
  ),
  group: Name.optional().meta(forDocs({ example: "main" })),
  queue: Name.optional().meta(forDocs({ example: "general" })),
  tier: Name.optional().meta(forDocs({ example: "premium" })),
  assignee: z
    .union([z.literal("none"), TelegramId])
    .optional()
    .meta(forDocs({ type: "string", description: "A Telegram user id, or `none`", example: "9001" })),
  customer: ContactNumber.optional(),
  tag: several(Tag, TAGS_MAX).meta(
    forDocs({
      type: "array",
      items: { type: "string" },
      description: "One or several: the ticket has all of them",
      example: ["refund"],
    }),
  ),
  field: several(Field, FIELDS_MAX).meta(
    forDocs({
      type: "array",
      items: { type: "string" },
      description: "Answers to intake fields, `<field>:<option>`: all of them",
      example: ["category:billing"],
    }),
  ),
  payload: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .meta(
      forDocs({
        description: "What stood in the link that the customer came by, such as an order of another system",
        example: "order_1001",
      }),
    ),
  followUpOf: z
    .string()
    .min(1)
    .max(32)
    .optional()
    .meta(forDocs({ description: "The reference of the ticket before, or its `id`", example: "SUP-1042" })),
  unreachable: Yes.meta(forDocs({ description: "Whether the customer cannot be written to" })),
  breached: Yes.meta(forDocs({ description: "Whether one of its promises is broken" })),
  openedAfter: When.optional().meta(forDocs({ description: "Included" })),
  openedBefore: When.optional().meta(forDocs({ description: "Not included" })),
  since: When.optional().meta(
    forDocs({
      description: "The same as `openedAfter`, as periods are called elsewhere",
    }),
  ),
  until: Until.meta(forDocs({ description: "The same as `openedBefore`" })),
  changedAfter: When.optional().meta(forDocs({ description: "Included" })),
  changedBefore: When.optional().meta(forDocs({ description: "Not included" })),
  dueAfter: When.optional().meta(forDocs({ description: "The promise of `due`, by its deadline; included" })),
  dueBefore: When.optional().meta(forDocs({ description: "The same; not included" })),
  nextChangeAfter: When.optional().meta(forDocs({ description: "Included" })),
  nextChangeBefore: When.optional().meta(forDocs({ description: "Not included" })),
  sort: z
    .enum([...TICKET_ORDERS, ...DEPRECATED_ORDERS])
    .default("-openedAt")
    .meta(
      forDocs({
        description:
          "With `-` the latest, or the most urgent, first. By `due` (the deadline of the first promise, the most overdue first) and by `nextChangeAt` only tickets are listed that have one; tickets of one priority stand in the order of their opening. `dueAt` is `due`, for one more release",
      }),
    ),
  limit: Limit,
  cursor: cursorOf(
    z.tuple([
      z.enum([...TICKET_ORDERS, ...DEPRECATED_ORDERS]),
      z.union([z.literal(0), z.literal(1)]),
      z.int().min(0).max(9),
      z.int(),
      z.string().max(64),
    ]),
  ),
});

function latest(...instants: (number | undefined)[]): number | undefined {
  const said = instants.filter((at) => at !== undefined);
  return said.length === 0 ? undefined : Math.max(...said);
}

function earliest(...instants: (number | undefined)[]): number | undefined {
  const said = instants.filter((at) => at !== undefined);
  return said.length === 0 ? undefined : Math.min(...said);
}

/** What a query asks for, as the record understands it. */
export function ticketQuestion(
  query: Omit<z.output<typeof TicketQuery>, "customer"> & { customer?: readonly ContactId[] | undefined },
) {
  const { q, status, priority, tag, field, followUpOf, sort, limit, cursor, since, until, ...rest } = query;
  const openedAfter = latest(rest.openedAfter, since);
  const openedBefore = earliest(rest.openedBefore, until);
  const filter: TicketFilter = {
    ...rest,
    ...(openedAfter === undefined ? {} : { openedAfter }),
    ...(openedBefore === undefined ? {} : { openedBefore }),
    statuses: status,
    priorities: priority,
    tags: [...new Set(tag)],
    fields: field,
    ...(q === undefined ? {} : { words: q }),
    ...(followUpOf === undefined ? {} : { followUpOf }),
  };
  return {
    filter,
    sort: orderOf(sort),
    limit,
    cursor: cursor === undefined ? null : placeOf(cursor),
    /** Whether it is asked in words of the release before. */
    isDeprecated: sort !== orderOf(sort),
  };
}

type Cursor = [sort: AnyOrder, docs: 0 | 1, rank: number, value: number, id: string];

export function ticketCursor(sort: TicketOrder, { docs = false, rank, value, id }: TicketPlace): string {
  const cursor: Cursor = [sort, docs ? 1 : 0, rank, value, id];
  return encodeCursor(cursor);
}

function placeOf([sort, docs, rank, value, id]: Cursor): TicketPlace & { sort: TicketOrder } {
  return { sort: orderOf(sort), docs: docs === 1, rank, value, id };
}
