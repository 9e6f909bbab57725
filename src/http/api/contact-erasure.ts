import type { Context } from "hono";
import * as z from "zod";
import { forDocs } from "#for-docs";
import type { ContactId } from "../../domain/contact/contact-id.ts";
import { signingRoot } from "../../domain/desk/secrets.ts";
import { askGroups, gathered, onSubject } from "../../groups/ask.ts";
import { advanceErasure } from "../../groups/erasing.ts";
import { log } from "../../log.ts";
import { ConfigStore } from "../../record/config-store.ts";
import { ContactDetails } from "../../record/contact-details.ts";
import { Erasures, type ErasureRow } from "../../record/erasures.ts";
import { LegalHolds } from "../../record/legal-holds.ts";
import { pseudonymOf } from "../../record/pseudonym.ts";
import { keyIdOf } from "../api-key.ts";
import { callerOf } from "../caller.ts";
import type { Desk } from "../desk.ts";
import { PREVIEWED_TICKETS_MAX } from "../limits.ts";
import { problem } from "../problem.ts";
import { operation, Operations } from "../route.ts";
import { Instant, instant, instantOrNull, ContactNumber } from "./shared.ts";

/** Erasing a person: preview, erasure, receipt. */
export const contactErasureApi = new Operations();

/** What no erasure of the desk's reaches; it stands in every preview and receipt. */
const BEYOND_REACH = [
  "The person's own chat with the bot: they can delete it themselves",
  "Messages that the desk sent to agents in private",
  "What webhooks, and the system that knows the customers, were told before",
  "The platform's backups (30 days) and logs (7 days, ids only), which end by themselves",
  "Idempotency-Keys of calls and the sealed answers to them, which end after a day",
];

const Counts = forDocs(() => z.int().meta({ example: 2 }));
const Removed = forDocs(() =>
  z
    .object({
      objects: z
        .object({
          customers: Counts,
          tickets: Counts,
          events: Counts,
          messages: Counts.meta({ description: "Links between messages; the desk has no texts" }),
          deliveries: Counts.meta({
            description:
              "What still waited to be sent or was given up, webhooks included, and the log of those sent",
          }),
          other: Counts,
        })
        .meta({ description: "In the groups' objects" }),
      record: z
        .object({
          contacts: Counts,
          details: Counts,
          homes: Counts,
          tickets: Counts.meta({ description: "They stay as numbers with dates, queue and agent" }),
          events: Counts,
          audit: Counts.meta({ description: "Entries that have the pseudonym now" }),
        })
        .meta({ description: "In D1" }),
      topics: z
        .object({
          asked: Counts,
          deleted: Counts,
          renamed: Counts.meta({
            description:
              "The bot may not delete messages: an administrator has to delete these topics by hand",
          }),
          left: z.array(z.object({ group: z.string(), topicId: z.int(), code: z.string() })),
        })
        .meta({ description: "In Telegram" }),
    })
    .meta({ id: "ErasureRemoved" }),
);
const BeyondReach = forDocs(() => z.array(z.string()).meta({ example: [BEYOND_REACH[0]!] }));
const Erasure = forDocs(() =>
  z
    .object({
      id: z.string().meta({ example: "3f9k2m1x7qpa" }),
      state: z.enum(["running", "done"]).meta({
        description: "`running`: everything is looked through once more, a minute later at the earliest",
      }),
      pseudonym: z.string().meta({
        description: "What stands for the person in the audit trail; always the same",
        example: "erased-Zk3v8QnB1xYw2LrT",
      }),
      requestedAt: Instant,
      requestedBy: z.string(),
      doneAt: Instant.nullable(),
      removed: Removed.meta({ description: "So far, where it runs" }),
      beyondReach: BeyondReach,
    })
    .meta({ id: "Erasure" }),
);
const Preview = forDocs(() =>
  z
    .object({
      contacts: z.array(z.int()).meta({ description: "Who would be erased: all contacts of the person" }),
      held: z
        .array(z.object({ kind: z.enum(["contact", "ticket"]), id: z.string(), reason: z.string() }))
        .meta({ description: "Legal holds that forbid it; empty: it may be done" }),
      record: Removed.shape.record,
      groups: z.array(
        z.object({
          group: z.string(),
          tickets: z
            .array(z.string())
            .max(PREVIEWED_TICKETS_MAX)
            .meta({ description: "References, of the first ones", example: ["SUP-1"] }),
          ticketCount: z.int().meta({ description: "All of them" }),
          activeTickets: z.int().meta({ description: "These would be closed" }),
          topics: z.int(),
          messages: z.int(),
          deliveries: z.int().meta({
            description: "What waits or was given up, webhooks included, and what the log of webhooks has",
          }),
        }),
      ),
      unreachableGroups: z.array(z.string()),
      beyondReach: BeyondReach,
    })
    .meta({ id: "ErasurePreview" }),
);
const Params = z.object({ id: ContactNumber });

contactErasureApi.add(
  operation("GET /contacts/{id}/erasure", {
    ...forDocs(() => ({
      id: "previewErasure",
      summary: "Previews what an erasure of a contact would remove; changes nothing",
      answer: [200, Preview, "What is there now"],
      problems: ["contact.not_found"],
    })),
    scopes: ["contacts:write"],
    params: Params,
    configured: true,
  }),
  async (c) => {
    const { id } = c.req.valid("param");
    const people = await new ContactDetails(c.env.DB).together(id);
    const [record, holds, answers] = await Promise.all([
      new Erasures(c.env.DB).preview(people),
      new LegalHolds(c.env.DB).over(people),
      askGroups(c.env, await new ConfigStore(c.env.DB).groupsEver(), (stub) =>
        onSubject(stub.privacy(), (privacy) => privacy.erasable(people, PREVIEWED_TICKETS_MAX)),
      ),
    ]);
    const groups = answers.flatMap((answer) => {
      if (!("answer" in answer) || answer.answer === null) return [];
      const { refs, tickets: ticketCount, ...counts } = answer.answer;
      return [{ group: answer.group, tickets: refs, ticketCount, ...counts }];
    });
    const isKnown = groups.length > 0 || record.contacts + record.details + record.homes + record.tickets > 0;
    if (!isKnown) return problem(c, "contact.not_found");
    const held = holds.map(({ kind, id: of, reason }) => ({ kind, id: of, reason }));
    const { unreachableGroups } = gathered(answers);
    return c.json(
      { contacts: people, held, record, groups, unreachableGroups, beyondReach: BEYOND_REACH },
      200,
    );
  },
);

contactErasureApi.add(
  operation("POST /contacts/{id}/erase", {
    ...forDocs(() => ({
      id: "eraseContact",
      summary: "Erases a person: every contact of theirs, everywhere, for good",
      description:
        "Tickets in hand are closed without a word to the customer; topics are deleted where Telegram lets the bot. Most of it is done when this answers; it is over once a later look finds nothing more: see `GET /erasures/{id}`. What the person writes before that goes as well.",
      answer: [202, Erasure, "It is under way, and goes on whatever happens"],
      problems: ["contact.not_found", "contact.held"],
    })),
    scopes: ["contacts:write"],
    params: Params,
    configured: true,
  }),
  async (c) => {
    const { id } = c.req.valid("param");
    const at = c.get("now")();
    const store = new Erasures(c.env.DB);
    const pseudonym = await pseudonymOf(id, signingRoot(c.env));
    const last = await store.lastOf(pseudonym);
    if (last?.state === "running") return c.json(erasureJson(last), 202);
    if (!(await isKnown(c, id, await new ConfigStore(c.env.DB).groupsEver()))) {
      // Asked again after it was done: the receipt is the answer.
      return last === null ? problem(c, "contact.not_found") : c.json(erasureJson(last), 202);
    }
    const people = await new ContactDetails(c.env.DB).together(id);
    const holds = await new LegalHolds(c.env.DB).over(people);
    if (holds.length > 0) return held(c, holds.length);
    const caller = callerOf(c);
    const begun = await store.begin({ id: await keyIdOf(c.get("cause")), pseudonym, people }, caller, at);
    log("info", "erasure.begun", { id: begun.id, by: caller.name });
    return c.json(erasureJson(await advanceErasure(c.env, begun, at)), 202);
  },
);

contactErasureApi.add(
  operation("GET /erasures/{id}", {
    ...forDocs(() => ({
      id: "getErasure",
      summary: "Gets the receipt of an erasure: when, and what was removed where",
      answer: [200, Erasure, "The receipt"],
      problems: ["erasure.not_found"],
    })),
    scopes: ["contacts:read"],
    params: z.object({
      id: z
        .string()
        .max(32)
        .meta(forDocs({ example: "3f9k2m1x7qpa" })),
    }),
  }),
  async (c) => {
    const row = await new Erasures(c.env.DB).find(c.req.valid("param").id);
    return row === null ? problem(c, "erasure.not_found") : c.json(erasureJson(row), 200);
  },
);

function held(c: Context<Desk>, holds: number) {
  return problem(c, "contact.held", {
    detail: `${holds === 1 ? "A hold forbids" : `${holds} holds forbid`} it: the preview names them.`,
  });
}

/** Whether anything is there to erase, in the record or in an object that the record has not heard of yet. */
async function isKnown(c: Context<Desk>, id: ContactId, groups: string[]): Promise<boolean> {
  if (await new ContactDetails(c.env.DB).isKnown(id)) return true;
  const answers = await askGroups(
    c.env,
    groups,
    async (stub) => (await onSubject(stub.privacy(), (privacy) => privacy.exportContact(id))) !== null,
  );
  return gathered(answers).answers.includes(true);
}

function erasureJson({
  id,
  state,
  pseudonym,
  requestedBy,
  removed,
  ...row
}: ErasureRow): z.infer<typeof Erasure> {
  return {
    id,
    state,
    pseudonym,
    requestedAt: instant(row.requestedAt),
    requestedBy,
    doneAt: instantOrNull(row.doneAt),
    removed,
    beyondReach: BEYOND_REACH,
  };
}
