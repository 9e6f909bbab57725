import * as z from "zod";
import { forDocs } from "#for-docs";
import { contactId, type ContactId } from "../../domain/contact/contact-id.ts";
import { UNREACHABLE_REASONS } from "../../domain/contact/contact.ts";
import { isActive, TICKET_STATUSES } from "../../domain/ticket/status.ts";
import { ContactDetails } from "../../record/contact-details.ts";
import { knownContact, listContacts, type ContactRow } from "../../record/contact-list.ts";
import { encodeCursor } from "../../record/cursor.ts";
import { SEARCH_CHARS_MAX } from "../../record/limits.ts";
import { wordsOf } from "../../record/search-words.ts";
import { CONTACT_TICKETS_SHOWN } from "../limits.ts";
import { problem } from "../problem.ts";
import { operation, Operations } from "../route.ts";
import { cursorOf, Instant, instant, Limit, ContactNumber, pageOf } from "./shared.ts";
import { Yes } from "./ticket-query.ts";

/** Who wrote to the desk, as the record has them. */
export const contactsApi = new Operations();

const Contact = forDocs(() =>
  z
    .object({
      id: z.int().meta({ description: "Telegram user id", example: 5550000001 }),
      name: z.string().meta({ example: "Ada Lovelace" }),
      username: z.string().nullable().meta({ example: "ada" }),
      language: z.string().nullable().meta({ description: "Of their app, IETF language tag", example: "en" }),
      isPremium: z.boolean(),
      unreachable: z.enum(UNREACHABLE_REASONS).nullable().meta({
        description: "Why nothing can be sent to them; null: it can",
      }),
      group: z.string().meta({ description: "Their home: the group that has their private chat" }),
      firstSeenAt: Instant,
      updatedAt: Instant.meta({ description: "When these facts last changed" }),
      recordedAt: Instant.meta({ description: "When the record was told this" }),
    })
    .meta({ id: "Contact" }),
);

/** An id, or words; an `@` before a username says nothing more. */
const Search = z
  .string()
  .max(SEARCH_CHARS_MAX)
  .transform((text, ctx): { id?: ContactId; words?: string[] } => {
    const id = /^\s*\d{5,16}\s*$/.test(text) ? Number(text) : null;
    if (id !== null && Number.isSafeInteger(id)) return { id: contactId(id) };
    const words = wordsOf(text);
    if (words.length > 0) return { words };
    ctx.addIssue({ code: "custom", message: "must have a letter or digit to look for" });
    return z.NEVER;
  })
  .optional()
  .meta(
    forDocs({
      type: "string",
      maxLength: SEARCH_CHARS_MAX,
      description:
        "A Telegram user id, or words that name and username have, or begin a word with. What is found by words stands in the order of the ids, highest first",
      example: "ada",
    }),
  );

contactsApi.add(
  operation("GET /contacts", {
    ...forDocs(() => ({
      id: "listContacts",
      summary: "Lists, filters and searches contacts, newest first",
      description:
        "A page reads only so much of the record: where little matches it may be short, or empty, and still have a `nextCursor`.",
      answer: [200, pageOf(Contact), "A page of contacts"],
    })),
    scopes: ["contacts:read"],
    query: z.strictObject({
      q: Search,
      group: z
        .string()
        .min(1)
        .max(64)
        .optional()
        .meta(forDocs({ description: "Their home", example: "main" })),
      unreachable: Yes,
      limit: Limit,
      cursor: cursorOf(z.tuple([z.enum(["newest", "found"]), z.int(), z.int()])),
    }),
  }),
  async (c) => {
    const { q, limit, cursor, ...filter } = c.req.valid("query");
    const list = q?.words === undefined ? "newest" : "found";
    if (cursor !== undefined && cursor[0] !== list) {
      const message = "is one of a list with or without a search, unlike this";
      return problem(c, "request.invalid", { problems: [{ pointer: "/query/cursor", message }] });
    }
    const after = cursor === undefined ? null : { firstSeenAt: cursor[1], id: contactId(cursor[2]) };
    const { rows, next } = await listContacts(c.env.DB, { ...filter, ...q }, { after, limit });
    const nextCursor = next === null ? null : encodeCursor([list, next.firstSeenAt, next.id]);
    return c.json({ items: rows.map(contactJson), nextCursor }, 200);
  },
);

contactsApi.add(
  operation("GET /contacts/{id}", {
    ...forDocs(() => ({
      id: "getContact",
      summary: "Gets a contact with their newest tickets",
      description:
        "Tickets of contacts that are the same person count as well: `GET /contacts/{id}/details` says which these are.",
      answer: [
        200,
        Contact.extend({
          tickets: z.object({
            total: z.int().meta({ description: "Counted up to 1000" }),
            active: z.int().meta({ description: "Of these, not closed" }),
            newest: z.array(
              z.object({
                ref: z.string().meta({ example: "SUP-1" }),
                group: z.string(),
                queue: z.string(),
                status: z.enum(TICKET_STATUSES),
                openedAt: Instant,
              }),
            ),
          }),
        }).meta({ id: "ContactWithTickets" }),
        "The contact; all of their tickets are listed under `/tickets?customer=`",
      ],
      problems: ["contact.not_found"],
    })),
    scopes: ["contacts:read"],
    params: z.object({ id: ContactNumber }),
  }),
  async (c) => {
    const { id } = c.req.valid("param");
    const people = await new ContactDetails(c.env.DB).together(id);
    const known = await knownContact(c.env.DB, id, { people, ticketsShown: CONTACT_TICKETS_SHOWN });
    if (known === null) return problem(c, "contact.not_found");
    const sum = (counts: typeof known.counts): number => counts.reduce((all, one) => all + one.count, 0);
    const tickets = {
      total: sum(known.counts),
      active: sum(known.counts.filter(isActive)),
      newest: known.tickets.map(({ openedAt, ...ticket }) => ({ ...ticket, openedAt: instant(openedAt) })),
    };
    return c.json({ ...contactJson(known.contact), tickets }, 200);
  },
);

function contactJson(row: ContactRow): z.infer<typeof Contact> {
  return {
    id: row.telegramId,
    name: row.name,
    username: row.username,
    language: row.language,
    isPremium: row.isPremium,
    unreachable: row.unreachable,
    group: row.groupId,
    firstSeenAt: instant(row.firstSeenAt),
    updatedAt: instant(row.updatedAt),
    recordedAt: instant(row.recordedAt),
  };
}
