import { waitUntil } from "cloudflare:workers";
import type { Context } from "hono";
import * as z from "zod";
import { forDocs } from "#for-docs";
import { contactId, type ContactId } from "../../domain/contact/contact-id.ts";
import { askGroups, groupIds, onSubject } from "../../groups/ask.ts";
import { configCacheOf } from "../../record/config-cache.ts";
import { ContactDetails, type DetailsRow } from "../../record/contact-details.ts";
import { CONTACT_NOTES_CHARS_MAX, DISPLAY_NAME_CHARS_MAX } from "../../record/limits.ts";
import { callerOf } from "../caller.ts";
import type { Desk } from "../desk.ts";
import { problem } from "../problem.ts";
import { operation, Operations } from "../route.ts";
import { EmailAddress, Instant, instantOrNull, ContactNumber } from "./shared.ts";

/** What the staff notes on a contact beside what Telegram tells: names, blocks, merges. */
export const contactDetailsApi = new Operations();

const line = (charsMax: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(charsMax)
    .refine((text) => !/\p{C}/u.test(text), "must have no control characters");
const DisplayName = line(DISPLAY_NAME_CHARS_MAX).meta(
  forDocs({
    description: "What the staff calls them",
    example: "Ada Lovelace",
  }),
);
const Email = EmailAddress.meta(forDocs({ example: "ada@example.com" }));
const Phone = z
  .string()
  .regex(/^\+[1-9]\d{4,14}$/, "must be + and 5 to 15 digits (E.164)")
  .meta(forDocs({ example: "+4930123456" }));
const Notes = z
  .string()
  .trim()
  .min(1)
  .max(CONTACT_NOTES_CHARS_MAX)
  .meta(forDocs({ example: "Prefers mornings" }));

const Details = forDocs(() =>
  z
    .object({
      contact: z.int().meta({ description: "Telegram user id", example: 5550000001 }),
      displayName: DisplayName.nullable(),
      email: Email.nullable(),
      phone: Phone.nullable(),
      notes: Notes.nullable(),
      blocked: z
        .object({ since: Instant.nullable(), by: z.string().nullable() })
        .nullable()
        .meta({ description: "Their messages are not passed on; null: they are" }),
      merged: z
        .object({ into: z.int(), at: Instant.nullable(), by: z.string().nullable() })
        .nullable()
        .meta({ description: "The contact that is the same person and is shown for both" }),
      together: z.array(z.int()).meta({
        description: "All contacts that are this person, this one included",
        example: [5550000001],
      }),
      version: z.int().meta({ description: "How often anything here was changed", example: 1 }),
    })
    .meta({ id: "ContactDetails" }),
);

/** How often groups are told of a block while others change it. */
const BLOCK_TOLD_MAX = 5;

const Params = z.object({ id: ContactNumber });
contactDetailsApi.add(
  operation("GET /contacts/{id}/details", {
    ...forDocs(() => ({
      id: "getContactDetails",
      summary: "Gets what the staff noted about a contact",
      answer: [200, Details, "What the staff says of the contact"],
      problems: ["contact.not_found"],
    })),
    scopes: ["contacts:read"],
    params: Params,
  }),
  async (c) => {
    const { id } = c.req.valid("param");
    if (!(await new ContactDetails(c.env.DB).isKnown(id))) return problem(c, "contact.not_found");
    return c.json(await detailsOf(c, id), 200);
  },
);

contactDetailsApi.add(
  operation("PATCH /contacts/{id}/details", {
    ...forDocs(() => ({
      id: "changeContactDetails",
      summary: "Updates what the staff noted about a contact",
      example: { displayName: "Ada (works council)", notes: null },
      answer: [200, Details, "What the staff says of the contact"],
      problems: ["contact.not_found"],
    })),
    scopes: ["contacts:write"],
    params: Params,
    body: z
      .strictObject({
        displayName: DisplayName.nullable().optional(),
        email: Email.nullable().optional(),
        phone: Phone.nullable().optional(),
        notes: Notes.nullable().optional(),
      })
      .meta(forDocs({ id: "ContactDetailsChange", description: "Null takes back; what is left out stays" })),
  }),
  async (c) => {
    const { id } = c.req.valid("param");
    const details = new ContactDetails(c.env.DB);
    if (!(await details.isKnown(id))) return problem(c, "contact.not_found");
    await details.update(id, c.req.valid("json"), callerOf(c), c.get("now")());
    return c.json(await detailsOf(c, id), 200);
  },
);

contactDetailsApi.add(
  operation("POST /contacts/{id}/block", {
    ...forDocs(() => ({
      id: "blockContact",
      summary: "Blocks a contact",
      description: "Their messages are not passed on any more. They are told so once, when they write.",
      answer: [200, Details, "What the staff says of the contact"],
      problems: ["contact.not_found", "config.missing", "group.unreachable"],
    })),
    scopes: ["contacts:write"],
    params: Params,
  }),
  async (c) => {
    const { id } = c.req.valid("param");
    const details = new ContactDetails(c.env.DB);
    if (!(await details.isKnown(id))) return problem(c, "contact.not_found");
    await details.block(id, callerOf(c), c.get("now")());
    const refused = await tellGroups(c, id);
    return refused === null ? c.json(await detailsOf(c, id), 200) : problem(c, refused);
  },
);

contactDetailsApi.add(
  operation("POST /contacts/{id}/unblock", {
    ...forDocs(() => ({
      id: "unblockContact",
      summary: "Unblocks a contact",
      description:
        "What they write from now on is passed on again; what they wrote while they were blocked is not.",
      answer: [200, Details, "What the staff says of the contact"],
      problems: ["contact.not_found", "config.missing", "group.unreachable"],
    })),
    scopes: ["contacts:write"],
    params: Params,
  }),
  async (c) => {
    const { id } = c.req.valid("param");
    const details = new ContactDetails(c.env.DB);
    if (!(await details.isKnown(id))) return problem(c, "contact.not_found");
    await details.unblock(id, callerOf(c), c.get("now")());
    const refused = await tellGroups(c, id);
    return refused === null ? c.json(await detailsOf(c, id), 200) : problem(c, refused);
  },
);

contactDetailsApi.add(
  operation("POST /contacts/{id}/merge", {
    ...forDocs(() => ({
      id: "mergeContact",
      summary: "Merges a contact into another one: their tickets are listed together",
      description:
        "Both keep their own chat with the bot, because Telegram knows them as two. Nothing is lost: `unmerge` undoes it.",
      example: { into: 5550000001 },
      answer: [200, Details, "What the staff says of the contact"],
      problems: ["contact.not_found", "contact.merged", "contact.has_merged"],
    })),
    scopes: ["contacts:write"],
    params: Params,
    body: z
      .strictObject({
        into: z
          .int()
          .positive()
          .transform(contactId)
          .meta(forDocs({ description: "Who is shown for both", example: 5550000001 })),
      })
      .meta(forDocs({ id: "ContactMerge" })),
  }),
  async (c) => {
    const { id } = c.req.valid("param");
    const { into } = c.req.valid("json");
    if (into === id) {
      const message = "must be another contact";
      return problem(c, "request.invalid", { problems: [{ pointer: "/into", message }] });
    }
    const details = new ContactDetails(c.env.DB);
    const known = await Promise.all([details.isKnown(id), details.isKnown(into)]);
    if (known.includes(false)) return problem(c, "contact.not_found");
    const outcome = await details.merge(id, into, callerOf(c), c.get("now")());
    if (outcome === "is_merged")
      return problem(c, "contact.merged", {
        detail: "Merge into the contact that is shown, or unmerge first.",
      });
    if (outcome === "has_merged")
      return problem(c, "contact.has_merged", {
        detail: "Unmerge those first, or merge the other way round.",
      });
    return c.json(await detailsOf(c, id), 200);
  },
);

contactDetailsApi.add(
  operation("POST /contacts/{id}/unmerge", {
    ...forDocs(() => ({
      id: "unmergeContact",
      summary: "Undoes a merge of contacts",
      answer: [200, Details, "What the staff says of the contact"],
      problems: ["contact.not_found"],
    })),
    scopes: ["contacts:write"],
    params: Params,
  }),
  async (c) => {
    const { id } = c.req.valid("param");
    const details = new ContactDetails(c.env.DB);
    if (!(await details.isKnown(id))) return problem(c, "contact.not_found");
    await details.unmerge(id, callerOf(c), c.get("now")());
    return c.json(await detailsOf(c, id), 200);
  },
);

/**
 * Every group is told of a block, because any may become the contact's home. It is told until the record still agrees
 * afterwards: if two callers block and unblock at once, the groups end as the record does.
 */
async function tellGroups(
  c: Context<Desk>,
  id: ContactId,
): Promise<"config.missing" | "group.unreachable" | null> {
  const versioned = await configCacheOf(c.env.DB).get(waitUntil);
  if (versioned === null) return "config.missing";
  const store = new ContactDetails(c.env.DB);
  let since = (await store.find(id))?.blockedAt ?? null;
  for (let told = 0; told < BLOCK_TOLD_MAX; told += 1) {
    const now = since;
    const answers = await askGroups(c.env, groupIds(versioned.config), (stub) =>
      onSubject(stub.privacy(), (privacy) => privacy.block(id, now)),
    );
    if (answers.some((answer) => "unreachable" in answer)) return "group.unreachable";
    since = (await store.find(id))?.blockedAt ?? null;
    if (since === now) return null;
  }
  return "group.unreachable";
}

async function detailsOf(c: Context<Desk>, id: ContactId): Promise<z.infer<typeof Details>> {
  const store = new ContactDetails(c.env.DB);
  const [row, together] = await Promise.all([store.find(id), store.together(id)]);
  return detailsJson(id, row, together);
}

export function detailsJson(
  id: ContactId,
  row: DetailsRow | null,
  together: ContactId[],
): z.infer<typeof Details> {
  const blocked = row === null || row.blockedAt === null ? null : row;
  const merged = row === null || row.mergedInto === null ? null : row;
  return {
    contact: id,
    displayName: row?.displayName ?? null,
    email: row?.email ?? null,
    phone: row?.phone ?? null,
    notes: row?.notes ?? null,
    blocked: blocked === null ? null : { since: instantOrNull(blocked.blockedAt), by: blocked.blockedBy },
    merged:
      merged === null
        ? null
        : { into: merged.mergedInto!, at: instantOrNull(merged.mergedAt), by: merged.mergedBy },
    together,
    version: row?.version ?? 0,
  };
}
