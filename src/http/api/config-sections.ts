import type { Context } from "hono";
import * as z from "zod";
import { forDocs } from "#for-docs";
import {
  itemIn,
  SECTION_NAMES,
  withItem,
  withoutItem,
  type SectionName,
} from "../../domain/config/sections.ts";
import { ConfigStore } from "../../record/config-store.ts";
import { jsonOf } from "../body.ts";
import type { Desk } from "../desk.ts";
import { etag, names } from "../etag.ts";
import { isJson } from "../media-type.ts";
import { notJson, problem } from "../problem.ts";
import { operation, Operations } from "../route.ts";
import { changeConfig, DryRun, Note, type MissingPlace, type NextDocument } from "./config-change.ts";
import { Changed, DryRunResult, ETag } from "./config-changed.ts";
import { ReassignTo } from "./config-taken-out.ts";

/** The sections of the configuration, and the items in them, one by one. They have one version: the document's. */
export const configSectionsApi = new Operations();

const Section = z.enum(SECTION_NAMES).meta(forDocs({ example: "webhooks" }));
const ItemId = z
  .string()
  .min(1)
  .max(64)
  .meta(
    forDocs({
      description: "The item's `id`, an agent's `telegramId`, a tier's name",
      example: "queue-manager",
    }),
  );
const SectionParams = z.object({ section: Section });
const ItemParams = z.object({ section: Section, id: ItemId });
const ITEM = {
  id: "queue-manager",
  url: "https://hooks.example.com/desk",
  events: ["ticket.escalated", "queue.depth_exceeded"],
};

/** What a section or an item looks like, the schema of the whole says. */
const Part = {
  description: "As it stands in the document: see the schema `Config`",
  example: ITEM,
};

/** What the two operations that read have in common. */
const READS = {
  ...forDocs(() => ({
    answer: [200, Part, "As it was put; the ETag is the whole document's"],
    answerHeaders: ETag,
    also: { 304: { description: "The caller has it already" } },
    problems: ["config.not_found", "config.item_not_found"],
  })),
  scopes: ["config:read"],
  headers: z.object({ "If-None-Match": z.string().optional() }),
} as const;

const HOW = z.strictObject({ dryRun: DryRun, note: Note.optional(), reassign: ReassignTo.optional() });

/** What the operations that change a section or an item have in common. */
const CHANGES = {
  ...forDocs(() => ({
    answer: [
      200,
      z.union([Changed, DryRunResult]),
      "Stored, or in force already; with `dryRun` what it would change. Pointers lead into the whole document",
    ],
    answerHeaders: ETag,
    problems: [
      "config.not_found",
      "config.item_not_found",
      "config.in_use",
      "config.conflict",
      "config.changed",
      "config.invalid",
    ],
  })),
  scopes: ["config:write"],
  query: HOW,
  headers: z.object({
    "If-Match": z
      .string()
      .optional()
      .meta(
        forDocs({
          description:
            "The ETag of the version that the change was made from, or `*` for what is there already; `412` if that does not hold",
        }),
      ),
  }),
} as const;

configSectionsApi.add(
  operation("GET /config/{section}", {
    ...forDocs(() => ({
      id: "getConfigSection",
      summary: "Gets one section of the configuration in force",
    })),
    ...READS,
    params: SectionParams,
  }),
  (c) => readPart(c, c.req.valid("param")),
);

configSectionsApi.add(
  operation("GET /config/{section}/{id}", {
    ...forDocs(() => ({
      id: "getConfigItem",
      summary: "Gets one item of a section of the configuration in force",
    })),
    ...READS,
    params: ItemParams,
  }),
  (c) => readPart(c, c.req.valid("param")),
);

configSectionsApi.add(
  operation("PUT /config/{section}", {
    ...forDocs(() => ({
      id: "putConfigSection",
      summary: "Replaces one section; the whole document is checked and gets a new version",
      example: [ITEM],
    })),
    ...CHANGES,
    params: SectionParams,
    body: Part,
  }),
  (c) => putPart(c, c.req.valid("param"), c.req.valid("query")),
);

configSectionsApi.add(
  operation("PUT /config/{section}/{id}", {
    ...forDocs(() => ({
      id: "putConfigItem",
      summary: "Creates or replaces one item of a section",
      example: ITEM,
    })),
    ...CHANGES,
    params: ItemParams,
    body: Part,
  }),
  (c) => putPart(c, c.req.valid("param"), c.req.valid("query")),
);

configSectionsApi.add(
  operation("DELETE /config/{section}/{id}", {
    ...forDocs(() => ({
      id: "deleteConfigItem",
      summary: "Deletes one item of a section; refused while something else refers to it",
    })),
    ...CHANGES,
    params: ItemParams,
  }),
  (c) => {
    const { section, id } = c.req.valid("param");
    return changePart(c, { section, id }, c.req.valid("query"), (document) =>
      withoutItem(document, section, id),
    );
  },
);

/** A section, or an item of it. */
interface Place {
  section: SectionName;
  id?: string;
}
type Document = Record<string, unknown>;
type How = z.output<typeof HOW>;

function partAt(document: unknown, { section, id }: Place): unknown {
  return id === undefined ? (document as Document)[section] : itemIn(document, section, id);
}

async function readPart(c: Context<Desk>, place: Place) {
  const current = await new ConfigStore(c.env.DB).current();
  if (current === null) return problem(c, "config.not_found");
  const part = partAt(current.document, place);
  if (part === undefined) return problem(c, "config.item_not_found");
  const headers = { ETag: etag(current.version), "Cache-Control": "private, no-cache" };
  const known = c.req.header("If-None-Match");
  if (known !== undefined && names(known, current.version)) return c.body(null, 304, headers);
  return c.json(part as object, 200, headers);
}

async function putPart(c: Context<Desk>, place: Place, how: How) {
  if (!isJson(c.req.header("Content-Type"))) return notJson(c);
  const body = jsonOf(await c.req.arrayBuffer());
  if ("refused" in body) return problem(c, body.refused, { detail: body.detail });
  const { section, id } = place;
  if (id === undefined)
    return changePart(c, place, how, (document) => ({ ...document, [section]: body.value }));
  const wrong = otherName(section, id, body.value);
  if (wrong !== null) return problem(c, "request.invalid", { problems: [wrong] });
  return changePart(c, place, how, (document) => withItem(document, section, id, body.value));
}

/** Changes a part of the document in force; `change` returns null if the part is not there. */
function changePart(
  c: Context<Desk>,
  place: Place,
  how: How,
  change: (document: Document) => Document | null,
) {
  const next: NextDocument<MissingPlace> = (current) => {
    if (current === undefined) return { missing: "config.not_found" };
    const document = change(current as Document);
    return document === null ? { missing: "config.item_not_found" } : { document };
  };
  return changeConfig(c, next, { ...how, exists: (document) => partAt(document, place) !== undefined });
}

/** The problem of an item whose name is not the one in the path. */
function otherName(section: SectionName, id: string, item: unknown) {
  if (section === "tiers") return null;
  const key = section === "agents" ? "telegramId" : "id";
  const name = (item as Record<string, unknown> | null)?.[key];
  const isSame = (typeof name === "string" || typeof name === "number") && String(name) === id;
  return isSame ? null : { pointer: `/${key}`, message: `must be ${id}, as in the path` };
}
