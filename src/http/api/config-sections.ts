import * as z from "zod";
import {
  itemIn,
  SECTION_NAMES,
  withItem,
  withoutItem,
  type SectionName,
} from "../../domain/config/sections.ts";
import { ConfigStore } from "../../record/config-store.ts";
import { jsonOf } from "../body.ts";
import { etag, names } from "../etag.ts";
import { isJson } from "../media-type.ts";
import { notJson, problem } from "../problem.ts";
import { operation, Operations } from "../route.ts";
import {
  changeConfig,
  Changed,
  DryRun,
  DryRunResult,
  ETag,
  Note,
  ReassignTo,
  type MissingPlace,
  type NextDocument,
} from "./config-change.ts";

/** The sections of the configuration, and the items in them, one by one. They have one version: the document's. */
export const configSectionsApi = new Operations();

const Section = z.enum(SECTION_NAMES).meta({ example: "webhooks" });
const ItemId = z.string().min(1).max(64).meta({
  description: "The item's `id`, an agent's `telegramId`, a tier's name",
  example: "queue-manager",
});
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

const CONDITIONS = z.object({
  "If-Match": z.string().optional().meta({
    description:
      "The ETag of the version that the change was made from, or `*` for what is there already; `412` if that does not hold",
  }),
});
const HOW = z.strictObject({ dryRun: DryRun, note: Note.optional(), reassign: ReassignTo.optional() });

configSectionsApi.add(
  operation("GET /config/{section}", {
    id: "getConfigSection",
    scopes: ["config:read"],
    summary: "Gets one section of the configuration in force",
    params: SectionParams,
    headers: z.object({ "If-None-Match": z.string().optional() }),
    answer: [200, Part, "As it was put; the ETag is the whole document's"],
    answerHeaders: ETag,
    also: { 304: { description: "The caller has it already" } },
    problems: ["config.not_found", "config.item_not_found"],
  }),
  async (c) => {
    const { section } = c.req.valid("param");
    const current = await new ConfigStore(c.env.DB).current();
    if (current === null) return problem(c, "config.not_found");
    const value = (current.document as Record<string, unknown>)[section];
    if (value === undefined) return problem(c, "config.item_not_found");
    const headers = { ETag: etag(current.version), "Cache-Control": "private, no-cache" };
    const known = c.req.header("If-None-Match");
    if (known !== undefined && names(known, current.version)) return c.body(null, 304, headers);
    return c.json(value as object, 200, headers);
  },
);

configSectionsApi.add(
  operation("GET /config/{section}/{id}", {
    id: "getConfigItem",
    scopes: ["config:read"],
    summary: "Gets one item of a section of the configuration in force",
    params: ItemParams,
    headers: z.object({ "If-None-Match": z.string().optional() }),
    answer: [200, Part, "As it was put; the ETag is the whole document's"],
    answerHeaders: ETag,
    also: { 304: { description: "The caller has it already" } },
    problems: ["config.not_found", "config.item_not_found"],
  }),
  async (c) => {
    const { section, id } = c.req.valid("param");
    const current = await new ConfigStore(c.env.DB).current();
    if (current === null) return problem(c, "config.not_found");
    const item = itemIn(current.document, section, id);
    if (item === undefined) return problem(c, "config.item_not_found");
    const headers = { ETag: etag(current.version), "Cache-Control": "private, no-cache" };
    const known = c.req.header("If-None-Match");
    if (known !== undefined && names(known, current.version)) return c.body(null, 304, headers);
    return c.json(item as object, 200, headers);
  },
);

configSectionsApi.add(
  operation("PUT /config/{section}", {
    id: "putConfigSection",
    scopes: ["config:write"],
    summary: "Replaces one section; the whole document is checked and gets a new version",
    params: SectionParams,
    query: HOW,
    headers: CONDITIONS,
    body: Part,
    example: [ITEM],
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
  }),
  async (c) => {
    const { section } = c.req.valid("param");
    if (!isJson(c.req.header("Content-Type"))) return notJson(c);
    const body = jsonOf(await c.req.arrayBuffer());
    if ("refused" in body) return problem(c, body.refused, { detail: body.detail });
    const next = onDocument((document) => ({ ...document, [section]: body.value }));
    const exists = (document: unknown) => (document as Record<string, unknown>)[section] !== undefined;
    return changeConfig(c, next, { ...c.req.valid("query"), exists });
  },
);

configSectionsApi.add(
  operation("PUT /config/{section}/{id}", {
    id: "putConfigItem",
    scopes: ["config:write"],
    summary: "Creates or replaces one item of a section",
    params: ItemParams,
    query: HOW,
    headers: CONDITIONS,
    body: Part,
    example: ITEM,
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
  }),
  async (c) => {
    const { section, id } = c.req.valid("param");
    if (!isJson(c.req.header("Content-Type"))) return notJson(c);
    const body = jsonOf(await c.req.arrayBuffer());
    if ("refused" in body) return problem(c, body.refused, { detail: body.detail });
    const wrong = otherName(section, id, body.value);
    if (wrong !== null) return problem(c, "request.invalid", { problems: [wrong] });
    const next = onDocument((document) => withItem(document, section, id, body.value));
    const exists = (document: unknown) => itemIn(document, section, id) !== undefined;
    return changeConfig(c, next, { ...c.req.valid("query"), exists });
  },
);

configSectionsApi.add(
  operation("DELETE /config/{section}/{id}", {
    id: "deleteConfigItem",
    scopes: ["config:write"],
    summary: "Deletes one item of a section; refused while something else refers to it",
    params: ItemParams,
    query: HOW,
    headers: CONDITIONS,
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
  }),
  async (c) => {
    const { section, id } = c.req.valid("param");
    const next = onDocument((document) => withoutItem(document, section, id));
    const exists = (document: unknown) => itemIn(document, section, id) !== undefined;
    return changeConfig(c, next, { ...c.req.valid("query"), exists });
  },
);

/** A change of a part needs a whole to be part of; null: the part is not there. */
function onDocument(
  change: (document: Record<string, unknown>) => Record<string, unknown> | null,
): NextDocument<MissingPlace> {
  return (current) => {
    if (current === undefined) return { missing: "config.not_found" };
    const document = change(current as Record<string, unknown>);
    return document === null ? { missing: "config.item_not_found" } : { document };
  };
}

/** An item is put where its name says. */
function otherName(section: SectionName, id: string, item: unknown) {
  if (section === "tiers") return null;
  const key = section === "agents" ? "telegramId" : "id";
  const name = (item as Record<string, unknown> | null)?.[key];
  const isSame = (typeof name === "string" || typeof name === "number") && String(name) === id;
  return isSame ? null : { pointer: `/${key}`, message: `must be ${id}, as in the path` };
}
