import * as z from "zod";
import { forDocs } from "#for-docs";
import { AUDIT_ACTIONS, AUDIT_KINDS, AUDIT_TARGETS } from "../../domain/desk/audit.ts";
import { EVENT_TYPES } from "../../domain/ticket/events.ts";
import {
  auditTrail,
  type TrailEntry,
  type TrailFilter,
  type TrailPosition,
} from "../../record/audit-trail.ts";
import { encodeCursor } from "../../record/cursor.ts";
import { accepts } from "../acceptable.ts";
import { csvLine } from "../csv.ts";
import { AUDIT_EXPORT_PAGE_ROWS, AUDIT_EXPORT_PAGES_MAX } from "../limits.ts";
import { problem } from "../problem.ts";
import { operation, Operations } from "../route.ts";
import { streamed } from "../streamed.ts";
import { cursorOf, Instant, instant, Limit, Until, When, pageOf } from "./shared.ts";

/** Who changed what: the desk's own trail and the events of tickets as one list. */
export const auditApi = new Operations();

const Facts = forDocs(() => z.record(z.string(), z.unknown()));
const AuditEntry = forDocs(() =>
  z
    .object({
      id: z.string().meta({ example: "desk:17" }),
      at: Instant,
      action: z.string().meta({
        description: `${AUDIT_ACTIONS.map((action) => `\`${action}\``).join(", ")}; of a ticket the type of its event`,
        example: "config.stored",
      }),
      by: z
        .object({
          kind: z.enum(["customer", "agent", "key", "system"]),
          id: z.string().nullable().meta({
            description:
              "A key's id (its name in what earlier releases told), a Telegram id, or a rule of the desk; null: a customer who was erased",
          }),
          name: z.string().nullable(),
        })
        .meta({ example: { kind: "key", id: "3f9k2m1x7qpa", name: "deploys" } }),
      target: z
        .object({
          kind: z.enum(AUDIT_TARGETS),
          id: z.string().meta({ description: "Of an erased contact a pseudonym, always the same one" }),
          ref: z.string().nullable().meta({ description: "Of a ticket its reference" }),
        })
        .meta({ example: { kind: "config", id: "12", ref: null } }),
      from: Facts.nullable().meta({ example: { version: 11 } }),
      to: Facts.nullable().meta({ example: { version: 12 } }),
      data: Facts.meta({
        description: "What else: names and counts, never what people wrote",
        example: { places: [{ section: "queues", id: "billing", change: "changed" }] },
      }),
      origin: z
        .object({
          network: z.string().nullable().meta({ description: "The caller's address without its last part" }),
          userAgent: z.string().nullable(),
        })
        .nullable()
        .meta({
          description: "From where; null for what happened in Telegram or in the desk itself",
          example: { network: "203.0.113.0/24", userAgent: "curl/8.9" },
        }),
    })
    .meta({ id: "AuditEntry" }),
);

const Filter = {
  kind: z
    .enum(AUDIT_KINDS)
    .optional()
    .meta(forDocs({ description: "What was changed; `ticket`: events of tickets" })),
  action: z
    .enum([...AUDIT_ACTIONS, ...EVENT_TYPES])
    .optional()
    .meta(forDocs({ description: "Of a ticket the type of its event", example: "config.stored" })),
  actor: z
    .string()
    .min(1)
    .max(256)
    .optional()
    .meta(forDocs({ description: "An id or a name of who did it", example: "deploys" })),
  targetKind: z.enum(AUDIT_TARGETS).optional(),
  target: z
    .string()
    .min(1)
    .max(128)
    .optional()
    .meta(forDocs({ description: "Its id; a ticket's reference", example: "SUP-1" })),
  since: When.optional().meta(forDocs({ description: "Included" })),
  until: Until,
};
const Position = z.union([
  z.tuple([z.int(), z.literal("desk"), z.int()]),
  z.tuple([z.int(), z.string().max(64), z.int()]),
]);

auditApi.add(
  operation("GET /audit", {
    ...forDocs(() => ({
      id: "listAudit",
      summary: "Lists the audit trail: who changed what, newest first",
      description:
        "Events of tickets come from the record, moments after they happened; what time did is stamped when it was due.",
      answer: [200, pageOf(AuditEntry), "A page of entries"],
    })),
    scopes: ["audit:read"],
    query: z.strictObject({ ...Filter, limit: Limit, cursor: cursorOf(Position) }),
  }),
  async (c) => {
    const { limit, cursor, ...filter } = c.req.valid("query");
    const found = await auditTrail(c.env.DB, filter, { after: cursor ?? null, limit: limit + 1 });
    const items = found.slice(0, limit);
    const last = found.length > limit ? items.at(-1) : undefined;
    const nextCursor = last === undefined ? null : encodeCursor(last.position);
    return c.json({ items: items.map(({ entry }) => entryJson(entry)), nextCursor }, 200);
  },
);

const COLUMNS = [
  "id",
  "at",
  "action",
  "byKind",
  "byId",
  "byName",
  "targetKind",
  "targetId",
  "targetRef",
  "from",
  "to",
  "data",
  "network",
  "userAgent",
] as const;

auditApi.add(
  operation("GET /audit/export", {
    ...forDocs(() => ({
      id: "exportAudit",
      summary: "Exports the audit trail as a file, one entry a line",
      description:
        "Read page by page while it is sent. A transfer that breaks off is incomplete: ask again, for a shorter period. In CSV a cell that a spreadsheet would take for a formula begins with an apostrophe.",
      answer: [200, null, "The entries, newest first"],
      content: {
        "application/x-ndjson": { schema: AuditEntry },
        "text/csv": { schema: z.string() },
      },
      answerHeaders: {
        "Content-Disposition": { schema: { type: "string", example: 'attachment; filename="audit.csv"' } },
      },
    })),
    scopes: ["audit:read"],
    query: z.strictObject({
      ...Filter,
      format: z
        .enum(["ndjson", "csv"])
        .optional()
        .meta(forDocs({ description: "Without it `Accept` decides; NDJSON where that takes both" })),
    }),
  }),
  async (c) => {
    const { format: asked, ...filter } = c.req.valid("query");
    const format = formatFor(asked, c.req.header("Accept"));
    if (format === null)
      return problem(c, "request.not_acceptable", { detail: `Accept does not take ${asked}.` });
    const line = format === "csv" ? csvOf : (entry: TrailEntry) => `${JSON.stringify(entryJson(entry))}\n`;
    const head = format === "csv" ? `${BYTE_ORDER_MARK}${csvLine(COLUMNS)}` : "";
    // The first page is read before anything is sent, so that a failure is still a problem document.
    const pieces = lines(c.env.DB, filter, head, line);
    const first = await pieces.next();
    const whole = async function* () {
      if (first.done !== true) yield first.value;
      yield* pieces;
    };
    return new Response(streamed(whole()), {
      status: 200,
      headers: {
        "Content-Type":
          format === "csv"
            ? "text/csv; charset=utf-8; header=present"
            : "application/x-ndjson; charset=utf-8",
        "Content-Disposition": `attachment; filename="audit.${format}"`,
      },
    });
  },
);

/** Spreadsheets read a file without it in the encoding of their country. */
const BYTE_ORDER_MARK = "\uFEFF";
const TYPES = { ndjson: "application/x-ndjson", csv: "text/csv" } as const;

/** What is asked for if the caller takes it, otherwise what they take; null: they ask for what they do not take. */
function formatFor(
  asked: keyof typeof TYPES | undefined,
  accept: string | undefined,
): keyof typeof TYPES | null {
  // `application/json`, which the typed client and others send, takes this format as well.
  const takes = (format: keyof typeof TYPES): boolean =>
    accepts(accept, TYPES[format]) || (format === "ndjson" && accepts(accept, "application/json"));
  if (asked !== undefined) return takes(asked) ? asked : null;
  return takes("ndjson") ? "ndjson" : "csv";
}

async function* lines(
  d1: D1Database,
  filter: TrailFilter,
  head: string,
  line: (entry: TrailEntry) => string,
): AsyncGenerator<string> {
  let after: TrailPosition | null = null;
  let text = head;
  for (let pages = 0; pages < AUDIT_EXPORT_PAGES_MAX; pages += 1) {
    const limit = AUDIT_EXPORT_PAGE_ROWS;
    const found: Awaited<ReturnType<typeof auditTrail>> = await auditTrail(d1, filter, { after, limit });
    text += found.map(({ entry }) => line(entry)).join("");
    yield text;
    text = "";
    const last = found.at(-1);
    if (last === undefined || found.length < limit) return;
    after = last.position;
  }
  throw new Error("the export is longer than one request may read");
}

function csvOf({ id, at, action, by, target, from, to, data, network, userAgent }: TrailEntry): string {
  return csvLine([
    id,
    instant(at),
    action,
    by.kind,
    by.id,
    by.name,
    target.kind,
    target.id,
    target.ref,
    json(from),
    json(to),
    json(data),
    network,
    userAgent,
  ]);
}

function json(facts: object | null): string | null {
  return facts === null ? null : JSON.stringify(facts);
}

function entryJson({ at, network, userAgent, ...entry }: TrailEntry): z.infer<typeof AuditEntry> {
  const origin = network === null && userAgent === null ? null : { network, userAgent };
  return { ...entry, at: instant(at), origin };
}
