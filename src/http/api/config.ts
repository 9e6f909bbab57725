import * as z from "zod";
import { forDocs } from "#for-docs";
import { ConfigStore, type ConfigVersion } from "../../record/config-store.ts";
import { encodeCursor } from "../../record/cursor.ts";
import { versionNoteForPrograms } from "../../texts/for-programs.ts";
import { jsonOf } from "../body.ts";
import { etag, names } from "../etag.ts";
import { isJson } from "../media-type.ts";
import { notJson, problem } from "../problem.ts";
import { operation, Operations } from "../route.ts";
import { changeConfig, differences, DryRun, Note, storeConfig } from "./config-change.ts";
import { Changed, Diff, DryRunResult, ETag } from "./config-changed.ts";
import { ReassignTo } from "./config-taken-out.ts";
import { SMALL_CONFIG } from "./examples.ts";
import { cursorOf, Instant, instant, IntegerText, Limit, pageOf } from "./shared.ts";

/** The configuration as one document, its history, and the way back. */
export const configApi = new Operations();

const Document = { $ref: "#/components/schemas/Config" };

const Version = z.int().positive();
/** … as it stands in a path or a query. */
const VersionNumber = IntegerText.pipe(Version).meta(forDocs({ type: "integer", minimum: 1, example: 1 }));
const VersionInfo = forDocs(() =>
  z
    .object({
      version: z.int(),
      createdAt: Instant,
      createdBy: z.string(),
      note: z.string().nullable(),
      restoredFrom: z.int().nullable(),
    })
    .meta({ id: "ConfigVersion" }),
);
const VersionWithDocument = forDocs(() =>
  VersionInfo.extend({
    document: z.unknown().meta({ description: "The document as it was put" }),
  }).meta({ id: "ConfigVersionWithDocument" }),
);

configApi.add(
  operation("GET /config", {
    ...forDocs(() => ({
      id: "getConfig",
      summary: "Gets the configuration in force, as it was stored",
      answer: [200, Document, "The document"],
      answerHeaders: ETag,
      also: { 304: { description: "The caller has it already" } },
      problems: ["config.not_found"],
    })),
    scopes: ["config:read"],
    headers: z.object({ "If-None-Match": z.string().optional() }),
  }),
  async (c) => {
    const current = await new ConfigStore(c.env.DB).current();
    if (current === null) return problem(c, "config.not_found");
    const headers = { ETag: etag(current.version), "Cache-Control": "private, no-cache" };
    const known = c.req.header("If-None-Match");
    if (known !== undefined && names(known, current.version)) return c.body(null, 304, headers);
    return c.json(current.document as object, 200, headers);
  },
);

configApi.add(
  operation("PUT /config", {
    ...forDocs(() => ({
      id: "putConfig",
      summary: "Replaces the whole configuration; every group follows at once",
      bodyDescription:
        "As `application/json`, or as `application/jsonc` with comments and a comma behind the last item; comments are not kept",
      example: SMALL_CONFIG,
      answer: [
        200,
        z.union([Changed, DryRunResult]),
        "Stored, or in force already; with `dryRun` what it would change",
      ],
      answerHeaders: ETag,
      problems: ["config.in_use", "config.conflict", "config.changed", "config.invalid"],
    })),
    scopes: ["config:write"],
    query: z.strictObject({ dryRun: DryRun, note: Note.optional(), reassign: ReassignTo.optional() }),
    headers: z.object({
      "If-Match": z
        .string()
        .optional()
        .meta(
          forDocs({
            description: "The ETag of the version that the change was made from; `412` if it is not in force",
          }),
        ),
      "If-None-Match": z
        .string()
        .optional()
        .meta(forDocs({ description: "`*`: only if there is none yet" })),
    }),
    body: Document,
  }),
  async (c) => {
    const { dryRun, note, reassign } = c.req.valid("query");
    if (!isJson(c.req.header("Content-Type"))) return notJson(c);
    const body = jsonOf(await c.req.arrayBuffer());
    if ("refused" in body) return problem(c, body.refused, { detail: body.detail });

    return changeConfig(c, () => ({ document: body.value }), { dryRun, note, reassign });
  },
);

configApi.add(
  operation("GET /config/versions", {
    ...forDocs(() => ({
      id: "listConfigVersions",
      summary: "Lists all versions of the configuration, newest first",
      answer: [200, pageOf(VersionInfo), "A page of versions, without their documents"],
    })),
    scopes: ["config:read"],
    query: z.strictObject({ limit: Limit, cursor: cursorOf(z.tuple([Version])) }),
  }),
  async (c) => {
    const { limit, cursor } = c.req.valid("query");
    const rows = await new ConfigStore(c.env.DB).list({ before: cursor?.[0] ?? null, limit: limit + 1 });
    const items = rows.slice(0, limit).map(info);
    const last = items.at(-1);
    const nextCursor = rows.length > limit && last !== undefined ? encodeCursor([last.version]) : null;
    return c.json({ items, nextCursor }, 200);
  },
);

configApi.add(
  operation("GET /config/versions/{version}", {
    ...forDocs(() => ({
      id: "getConfigVersion",
      summary: "Gets one version with its document",
      answer: [200, VersionWithDocument, "The version"],
      problems: ["config.version_not_found"],
    })),
    scopes: ["config:read"],
    params: z.object({ version: VersionNumber }),
  }),
  async (c) => {
    const found = await new ConfigStore(c.env.DB).version(c.req.valid("param").version);
    if (found === null) return problem(c, "config.version_not_found");
    return c.json({ ...info(found), document: found.document }, 200);
  },
);

configApi.add(
  operation("GET /config/diff", {
    ...forDocs(() => ({
      id: "diffConfig",
      summary: "Compares two versions",
      answer: [
        200,
        z.object({ from: VersionInfo, to: VersionInfo, diff: Diff }).meta({ id: "ConfigVersionDiff" }),
        "The way from one to the other",
      ],
      problems: ["config.version_not_found"],
    })),
    scopes: ["config:read"],
    query: z.strictObject({
      from: VersionNumber,
      to: VersionNumber.optional().meta(
        forDocs({
          description: "The version in force if left out",
        }),
      ),
    }),
  }),
  async (c) => {
    const { from, to } = c.req.valid("query");
    const store = new ConfigStore(c.env.DB);
    const [before, after] = await Promise.all([
      store.version(from),
      to === undefined ? store.current() : store.version(to),
    ]);
    if (before === null || after === null) return problem(c, "config.version_not_found");
    const diff = differences(before.document, after.document);
    return c.json({ from: info(before), to: info(after), diff }, 200);
  },
);

configApi.add(
  operation("POST /config/rollback", {
    ...forDocs(() => ({
      id: "rollBackConfig",
      summary: "Restores an earlier version, as a new one",
      example: { version: 1, note: "the change before was a mistake" },
      answer: [200, Changed, "Stored, or in force already"],
      answerHeaders: ETag,
      problems: [
        "config.version_not_found",
        "config.in_use",
        "config.conflict",
        "config.changed",
        "config.invalid",
      ],
    })),
    scopes: ["config:write"],
    query: z.strictObject({ reassign: ReassignTo.optional() }),
    headers: z.object({ "If-Match": z.string().optional() }),
    body: z.strictObject({ version: Version, note: Note.optional() }).meta(forDocs({ id: "ConfigRollback" })),
  }),
  async (c) => {
    const { version: wanted, note } = c.req.valid("json");
    const target = await new ConfigStore(c.env.DB).version(wanted);
    if (target === null) return problem(c, "config.version_not_found");
    const { reassign } = c.req.valid("query");
    return storeConfig(c, () => ({ document: target.document }), { note, restoredFrom: wanted, reassign });
  },
);

function info({ version, createdAt, createdBy, note, restoredFrom }: ConfigVersion) {
  const words = note === null ? null : versionNoteForPrograms(note);
  return { version, createdAt: instant(createdAt), createdBy, note: words, restoredFrom };
}
