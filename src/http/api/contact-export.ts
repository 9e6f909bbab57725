import * as z from "zod";
import { forDocs } from "#for-docs";
import type { ContactId } from "../../domain/contact/contact-id.ts";
import { plainNumber } from "../../domain/message-number.ts";
import { eventData, toWireJson, type NumbersOf } from "../../domain/ticket/wire-json.ts";
import { askGroup, onSubject, type GroupStub } from "../../groups/ask.ts";
import { doneBy, recordAudit } from "../../record/audit-entries.ts";
import { auditTrail, type TrailEntry } from "../../record/audit-trail.ts";
import { ConfigStore } from "../../record/config-store.ts";
import { ContactDetails } from "../../record/contact-details.ts";
import {
  contactRecord,
  eventsOfTickets,
  ticketsOfContact,
  type EventPlace,
} from "../../record/contact-record.ts";
import { LegalHolds, type HoldRow } from "../../record/legal-holds.ts";
import type { TicketRow } from "../../record/queries.ts";
import { callerOf } from "../caller.ts";
import { EXPORT_PAGE_ROWS } from "../limits.ts";
import { problem } from "../problem.ts";
import { operation, Operations } from "../route.ts";
import { streamed } from "../streamed.ts";
import { detailsJson } from "./contact-details.ts";
import { ContactNumber } from "./shared.ts";

/** Everything that the desk knows of a person, for them. */
export const contactExportApi = new Operations();

contactExportApi.add(
  operation("GET /contacts/{id}/export", {
    ...forDocs(() => ({
      id: "exportContact",
      summary: "Exports everything that the desk knows of a person, as one JSON document",
      description:
        "All contacts of the person; for each what the record and every group's object have. Texts of messages are not stored once they are delivered: links tell which messages there were, and what waits or was given up is told with its words. It is read while it is sent, so a transfer that breaks off is incomplete. That it was made stands in the audit trail.",
      answer: [
        200,
        z.object({ exportedAt: z.string(), contacts: z.array(z.unknown()) }).meta({
          id: "ContactExport",
          example: { exportedAt: "2026-11-20T12:00:00.000Z", contacts: [{ contact: 5550000001 }] },
        }),
        "The document",
      ],
      problems: ["contact.not_found"],
    })),
    scopes: ["contacts:read", "tickets:read"],
    params: z.object({ id: ContactNumber }),
    configured: true,
  }),
  async (c) => {
    const { id } = c.req.valid("param");
    const at = c.get("now")();
    const details = new ContactDetails(c.env.DB);
    if (!(await details.isKnown(id))) return problem(c, "contact.not_found");
    const target = { kind: "contact", id: String(id) } as const;
    // A reading call has no cause: each time that it is made is told.
    await recordAudit(c.env.DB, { at, ...doneBy(callerOf(c)), action: "contact.exported", target });
    const people = await details.together(id);
    return new Response(
      streamed(documentOf(c.env, people, await new ConfigStore(c.env.DB).groupsEver(), at)),
      {
        headers: {
          "Content-Type": "application/json",
          "Cache-Control": "no-store",
          "Content-Disposition": 'attachment; filename="contact.json"',
        },
        // The document is written piece by piece, which has no type.
      },
    ) as never;
  },
);

async function* documentOf(
  env: Env,
  people: ContactId[],
  groups: string[],
  at: number,
): AsyncGenerator<string> {
  yield `{"exportedAt":${JSON.stringify(new Date(at).toISOString())},"contacts":[`;
  for (const [index, person] of people.entries()) {
    if (index > 0) yield ",";
    yield* onePerson(env, person, groups);
  }
  yield "]}";
}

async function* onePerson(env: Env, id: ContactId, groups: string[]): AsyncGenerator<string> {
  const store = new ContactDetails(env.DB);
  const [details, together, record, holds] = await Promise.all([
    store.find(id),
    store.together(id),
    contactRecord(env.DB, id),
    new LegalHolds(env.DB).over([id]),
  ]);
  const { contact: _id, ...said } = detailsJson(id, details, together);
  yield `{"contact":${id},"telegram":${json(record.contact, CONTACT)},"home":${json(record.home, HOME)}`;
  yield `,"details":${JSON.stringify(said)},"legalHolds":${json(holds, HOLD)}`;
  yield ',"tickets":[';
  yield* ticketsOf(env.DB, id);
  yield '],"groups":[';
  yield* groupsOf(env, id, groups);
  yield '],"audit":[';
  yield* auditOf(env.DB, id);
  yield "]}";
}

/** The events of a page of tickets are read together: D1 may be asked so many times a request. */
async function* ticketsOf(d1: D1Database, id: ContactId): AsyncGenerator<string> {
  let after = "";
  let first = true;
  for (;;) {
    const rows = await ticketsOfContact(d1, id, after, EXPORT_PAGE_ROWS);
    const events = eventsOf(
      d1,
      rows.map((ticket) => ticket.id),
    );
    let next = await events.next();
    for (const ticket of rows) {
      let text = `${first ? "" : ","}{"ticket":${json(ticket, TICKET)},"events":[`;
      first = false;
      for (let begun = false; next.done !== true && next.value.ticketId === ticket.id; begun = true) {
        text += `${begun ? "," : ""}${json(withFacts(next.value), EVENT)}`;
        next = await events.next();
      }
      yield `${text}]}`;
    }
    after = rows.at(-1)?.id ?? after;
    if (rows.length < EXPORT_PAGE_ROWS) return;
  }
}

async function* eventsOf(d1: D1Database, tickets: readonly string[]) {
  if (tickets.length === 0) return;
  for (let after: EventPlace = ["", 0]; ;) {
    const events = await eventsOfTickets(d1, tickets, after, EXPORT_PAGE_ROWS);
    yield* events;
    const last = events.at(-1);
    if (last === undefined || events.length < EXPORT_PAGE_ROWS) return;
    after = [last.ticketId, last.n];
  }
}

async function* groupsOf(env: Env, id: ContactId, groups: string[]): AsyncGenerator<string> {
  let first = true;
  for (const group of groups) {
    const asked = await askGroup(env, group, (stub) =>
      onSubject(stub.privacy(), (privacy) => privacy.exportContact(id)),
    );
    // Half a document that looks whole would be worse than none.
    if ("unreachable" in asked) throw new Error(`group ${group} did not answer`);
    const inside = asked.answer;
    if (inside === null) continue;
    yield `${first ? "" : ","}{"group":${JSON.stringify(group)},"inside":${JSON.stringify(inside)},"links":[`;
    first = false;
    let begun = false;
    for (const by of ["customer", "staff"] as const) {
      for (let after = 0, more = true; more;) {
        const from = after;
        const answer = await askGroup(env, group, (stub) =>
          onSubject(stub.privacy(), (privacy) => privacy.linksOf(id, by, from, EXPORT_PAGE_ROWS)),
        );
        if ("unreachable" in answer) throw new Error(`group ${group} did not answer`);
        const links = answer.answer;
        if (links.length > 0)
          yield `${begun ? "," : ""}${listed(
            links.map((link) => asTelegramCounts({ by, ...link })),
            LINK,
          )}`;
        begun ||= links.length > 0;
        after = links.at(-1)?.messageId ?? after;
        more = links.length === EXPORT_PAGE_ROWS;
      }
    }
    yield "]}";
  }
}

/** Inside, numbers of messages say to which chat and bot they belong. */
function asTelegramCounts<T extends { messageId: number; copyId: number | null }>(link: T): T {
  const { messageId, copyId } = link;
  return {
    ...link,
    messageId: plainNumber(messageId),
    copyId: copyId === null ? null : plainNumber(copyId),
  };
}

async function* auditOf(d1: D1Database, id: ContactId): AsyncGenerator<string> {
  const filter = { targetKind: "contact", target: String(id) } as const;
  let after = null;
  let begun = false;
  for (;;) {
    const found: Awaited<ReturnType<typeof auditTrail>> = await auditTrail(d1, filter, {
      after,
      limit: EXPORT_PAGE_ROWS,
    });
    if (found.length > 0)
      yield `${begun ? "," : ""}${listed(
        found.map(({ entry }) => entryWithoutOrigin(entry)),
        ENTRY,
      )}`;
    begun ||= found.length > 0;
    after = found.at(-1)?.position ?? null;
    if (found.length < EXPORT_PAGE_ROWS) return;
  }
}

type Privacy = Awaited<ReturnType<GroupStub["privacy"]>>;
type MessageLink = Awaited<ReturnType<Privacy["linksOf"]>>[number];
type ContactRecord = Awaited<ReturnType<typeof contactRecord>>;
type EventRow = Awaited<ReturnType<typeof eventsOfTickets>>[number];

const CONTACT: NumbersOf<ContactRecord["contact"]> = {
  telegramId: "number",
  firstSeenAt: "instant",
  updatedAt: "instant",
  version: "number",
  recordedAt: "instant",
};
const HOME: NumbersOf<ContactRecord["home"]> = { customerId: "number", createdAt: "instant" };
const HOLD: NumbersOf<HoldRow> = { since: "instant" };
const TICKET: NumbersOf<TicketRow> = {
  number: "number",
  assigneeId: "number",
  customerId: "number",
  fields: "verbatim",
  openedAt: "instant",
  statusAt: "instant",
  firstAnsweredAt: "instant",
  awaitingSince: "instant",
  resolvedAt: "instant",
  closedAt: "instant",
  topicId: "number",
  reopenings: "number",
  changedAt: "instant",
  dueAt: "instant",
  promises: { at: "instant", riskAt: "instant" },
  promisedAt: "instant",
  version: "number",
  recordedAt: "instant",
};
/** Their facts are written before: events say themselves which of them are instants. */
const EVENT: NumbersOf<ReturnType<typeof withFacts>> = {
  n: "number",
  at: "instant",
  notedAt: "instant",
  actor: "verbatim",
  data: "verbatim",
};
const LINK: NumbersOf<MessageLink> = {
  messageId: "number",
  copyId: "number",
  ticket: "number",
  sentAt: "instant",
};
const ENTRY: NumbersOf<ReturnType<typeof entryWithoutOrigin>> = {
  at: "instant",
  by: "verbatim",
  target: "verbatim",
  from: "verbatim",
  to: "verbatim",
  data: "verbatim",
};

function withFacts(row: EventRow) {
  return { ...row, data: eventData(row.type, row.data) };
}

function json<T>(kept: T, numbers: NumbersOf<T>): string {
  return JSON.stringify(toWireJson(kept, numbers));
}

/** The caller's network and user agent are shown in the audit trail only. */
function entryWithoutOrigin({ network: _network, userAgent: _agent, ...entry }: TrailEntry) {
  return entry;
}

/** The items of a JSON list, without its brackets. */
function listed<T>(items: readonly T[], numbers: NumbersOf<T>): string {
  return items.map((item) => json(item, numbers)).join(",");
}
