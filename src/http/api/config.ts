import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { diffConfig } from "../../domain/config-diff.ts";
import { configWarnings } from "../../domain/config-warnings.ts";
import type { VersionedConfig } from "../../domain/config.ts";
import { configureGroups } from "../../groups/ask.ts";
import { log } from "../../log.ts";
import { configCacheOf } from "../../record/config-cache.ts";
import { ConfigStore, type ConfigVersion, type StoredConfig } from "../../record/config-store.ts";
import { encodeCursor } from "../../record/cursor.ts";
import { CONFIG_NOTE_CHARS_MAX } from "../../record/limits.ts";
import { changes, needs } from "../access.ts";
import { jsonOf } from "../body.ts";
import type { Desk } from "../desk.ts";
import { etag, names } from "../etag.ts";
import { isJson } from "../media-type.ts";
import { ADMISSION, ADMISSION_TO_CHANGE, problem, problems } from "../problem.ts";
import { configSchema } from "./config-schema.ts";
import { SMALL_CONFIG } from "./examples.ts";
import { cursorOf, Idempotent, Instant, instant, Limit, NextCursor } from "./shared.ts";

/** The configuration as one document, its history, and the way back. */
export const configApi = new OpenAPIHono<Desk>();

const { $schema: _dialect, ...documentSchema } = configSchema;
configApi.openAPIRegistry.registerComponent("schemas", "Config", documentSchema as object);
const Document = { $ref: "#/components/schemas/Config" };

const Note = z.string().max(CONFIG_NOTE_CHARS_MAX).openapi({ description: "Why; kept in the history" });
const Version = z.int().positive().max(Number.MAX_SAFE_INTEGER);
const DryRun = z.enum(["1", "true", "0", "false"]).default("0").openapi({
  description: "`1`: answers what would change and everything that is not valid; stores nothing",
});

const Change = z.object({ pointer: z.string(), from: z.unknown().optional(), to: z.unknown().optional() });
const Diff = z
  .object({
    added: z.array(Change),
    removed: z.array(Change),
    changed: z.array(Change),
  })
  .openapi("ConfigDiff", {
    description:
      "JSON pointers: `added` and `changed` into the new document, `removed` into the old one. Items of lists are matched by their id.",
  });

const Warnings = z
  .array(z.object({ pointer: z.string(), message: z.string() }))
  .openapi({ description: "What is valid, but hardly what somebody meant" });

const Changed = z
  .object({
    version: z.int().openapi({ description: "The version in force now" }),
    changed: z
      .boolean()
      .openapi({ description: "False if it was in force already, so that nothing was stored" }),
    diff: Diff,
    unreachableGroups: z
      .array(z.string())
      .openapi({ description: "Groups that did not take it at once; they learn it with their next update" }),
    warnings: Warnings,
  })
  .openapi("ConfigChanged");
const DryRunResult = z
  .object({
    version: z.int().openapi({ description: "The version in force, 0 for none" }),
    valid: z.boolean(),
    problems: z.array(z.object({ pointer: z.string(), message: z.string() })),
    warnings: Warnings,
    diff: Diff,
  })
  .openapi("ConfigDryRun");
const VersionInfo = z
  .object({
    version: z.int(),
    createdAt: Instant,
    createdBy: z.string(),
    note: z.string().nullable(),
    restoredFrom: z.int().nullable(),
  })
  .openapi("ConfigVersion");
const VersionWithDocument = VersionInfo.extend({
  document: z.unknown().openapi({ description: "The document as it was put" }),
}).openapi("ConfigVersionWithDocument");

const ETag = { ETag: { description: "The version", schema: { type: "string" as const, example: '"3"' } } };

configApi.openapi(
  createRoute({
    method: "get",
    path: "/config",
    operationId: "getConfig",
    ...needs("config:read"),
    summary: "The configuration in force, as it was put",
    request: { headers: z.object({ "If-None-Match": z.string().optional() }) },
    responses: {
      200: {
        description: "The document",
        headers: ETag,
        content: { "application/json": { schema: Document } },
      },
      304: { description: "The caller has it already" },
      ...problems(...ADMISSION, "config.not_found", "record.unreachable"),
    },
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

configApi.openapi(
  createRoute({
    method: "put",
    path: "/config",
    operationId: "putConfig",
    ...changes("config:write"),
    summary: "Puts the whole configuration; every group follows at once",
    request: {
      query: z.strictObject({ dryRun: DryRun, note: Note.optional() }),
      headers: Idempotent.extend({
        "If-Match": z.string().optional().openapi({
          description: "The ETag of the version that the change was made from; `412` if it is not in force",
        }),
        "If-None-Match": z.string().optional().openapi({ description: "`*`: only if there is none yet" }),
      }),
      body: {
        required: true,
        content: { "application/json": { schema: Document, example: SMALL_CONFIG } },
      },
    },
    responses: {
      200: {
        description: "Stored, or in force already; with `dryRun` what it would change",
        headers: ETag,
        content: { "application/json": { schema: z.union([Changed, DryRunResult]) } },
      },
      ...problems(
        "request.malformed",
        ...ADMISSION_TO_CHANGE,
        "config.conflict",
        "config.changed",
        "request.too_large",
        "request.not_json",
        "config.invalid",
        "request.invalid",
        "record.unreachable",
      ),
    },
  }),
  async (c) => {
    const { dryRun, note } = c.req.valid("query");
    if (!isJson(c.req.header("Content-Type"))) return problem(c, "request.not_json");
    const body = jsonOf(await c.req.arrayBuffer());
    if ("refused" in body) return problem(c, body.refused);

    const store = new ConfigStore(c.env.DB);
    const current = await store.current();
    if (!isExpected(c, current)) return changedMeanwhile(c, current);
    const check = await store.check(body.value, current?.document, c.get("now")());
    const diff = diffConfig(current?.document ?? {}, body.value);
    if (dryRun === "1" || dryRun === "true") {
      const { problems: found } = check;
      const warnings = configWarnings(body.value, c.get("now")());
      return c.json(
        { version: current?.version ?? 0, valid: found.length === 0, problems: found, warnings, diff },
        200,
      );
    }
    if (check.config === null) return problem(c, "config.invalid", { problems: check.problems });

    const { outcome, version } = await store.put(body.value, {
      by: c.get("principal").name,
      at: c.get("now")(),
      note,
      ifVersion: current?.version ?? 0,
    });
    if (outcome === "conflict") return conflict(c, version);
    const unreachableGroups = await inForce(c, { version, config: check.config }, outcome);
    const warnings = configWarnings(body.value, c.get("now")());
    return c.json({ version, changed: outcome === "stored", diff, unreachableGroups, warnings }, 200, {
      ETag: etag(version),
    });
  },
);

configApi.openapi(
  createRoute({
    method: "get",
    path: "/config/versions",
    operationId: "listConfigVersions",
    ...needs("config:read"),
    summary: "Every version that ever was in force, newest first",
    request: { query: z.strictObject({ limit: Limit, cursor: cursorOf(z.tuple([Version])) }) },
    responses: {
      200: {
        description: "A page of versions, without their documents",
        content: {
          "application/json": { schema: z.object({ items: z.array(VersionInfo), nextCursor: NextCursor }) },
        },
      },
      ...problems(...ADMISSION, "request.invalid", "record.unreachable"),
    },
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

configApi.openapi(
  createRoute({
    method: "get",
    path: "/config/versions/{version}",
    operationId: "getConfigVersion",
    ...needs("config:read"),
    summary: "One version with its document",
    request: {
      params: z.object({
        version: z.coerce.number().pipe(Version).openapi({ type: "integer", minimum: 1, example: 1 }),
      }),
    },
    responses: {
      200: {
        description: "The version",
        content: { "application/json": { schema: VersionWithDocument } },
      },
      ...problems(...ADMISSION, "config.version_not_found", "request.invalid", "record.unreachable"),
    },
  }),
  async (c) => {
    const found = await new ConfigStore(c.env.DB).version(c.req.valid("param").version);
    if (found === null) return problem(c, "config.version_not_found");
    return c.json({ ...info(found), document: found.document }, 200);
  },
);

configApi.openapi(
  createRoute({
    method: "post",
    path: "/config/rollback",
    operationId: "rollBackConfig",
    ...changes("config:write"),
    summary: "Brings back an earlier version, as a new one",
    request: {
      headers: Idempotent.extend({ "If-Match": z.string().optional() }),
      body: {
        required: true,
        content: {
          "application/json": {
            schema: z.strictObject({ version: Version, note: Note.optional() }).openapi("ConfigRollback"),
            example: { version: 1, note: "the change before was a mistake" },
          },
        },
      },
    },
    responses: {
      200: {
        description: "Stored, or in force already",
        headers: ETag,
        content: { "application/json": { schema: Changed } },
      },
      ...problems(
        "request.malformed",
        ...ADMISSION_TO_CHANGE,
        "config.version_not_found",
        "config.conflict",
        "config.changed",
        "request.too_large",
        "request.not_json",
        "config.invalid",
        "request.invalid",
        "record.unreachable",
      ),
    },
  }),
  async (c) => {
    const { version: wanted, note } = c.req.valid("json");
    const store = new ConfigStore(c.env.DB);
    const [current, target] = await Promise.all([store.current(), store.version(wanted)]);
    if (target === null) return problem(c, "config.version_not_found");
    if (!isExpected(c, current)) return changedMeanwhile(c, current);
    // What was valid when it was stored need not be any more: the schema and the tickets have moved on.
    const check = await store.check(target.document, current?.document, c.get("now")());
    if (check.config === null) return problem(c, "config.invalid", { problems: check.problems });
    const { outcome, version } = await store.put(target.document, {
      by: c.get("principal").name,
      at: c.get("now")(),
      note,
      ifVersion: current?.version ?? 0,
      restoredFrom: wanted,
    });
    if (outcome === "conflict") return conflict(c, version);
    const diff = diffConfig(current?.document ?? {}, target.document);
    const unreachableGroups = await inForce(c, { version, config: check.config }, outcome);
    const warnings = configWarnings(target.document, c.get("now")());
    return c.json({ version, changed: outcome === "stored", diff, unreachableGroups, warnings }, 200, {
      ETag: etag(version),
    });
  },
);

/** Whether the request's conditions on the version in force hold. */
function isExpected(c: Context<Desk>, current: StoredConfig | null): boolean {
  const version = current?.version ?? 0;
  const match = c.req.header("If-Match");
  const noneMatch = c.req.header("If-None-Match");
  return (
    (match === undefined || names(match, version)) && (noneMatch === undefined || !names(noneMatch, version))
  );
}

function changedMeanwhile(c: Context<Desk>, current: StoredConfig | null) {
  return problem(c, "config.changed", {
    detail: current === null ? "There is no configuration yet." : `Version ${current.version} is in force.`,
    headers: current === null ? {} : { ETag: etag(current.version) },
  });
}

function conflict(c: Context<Desk>, version: number) {
  const code = c.req.header("If-Match") === undefined ? "config.conflict" : "config.changed";
  return problem(c, code, {
    detail: `Version ${version} is in force now. Read it, and put your change on top of it.`,
    headers: { ETag: etag(version) },
  });
}

/** Makes a stored configuration known here and to every group; answers the groups that were not reached. */
async function inForce(
  c: Context<Desk>,
  versioned: VersionedConfig,
  outcome: "stored" | "unchanged",
): Promise<string[]> {
  configCacheOf(c.env.DB).learn(versioned);
  if (outcome === "stored")
    log("info", "config.stored", { version: versioned.version, by: c.get("principal").name });
  return configureGroups(c.env, versioned);
}

function info({ version, createdAt, createdBy, note, restoredFrom }: ConfigVersion) {
  return { version, createdAt: instant(createdAt), createdBy, note, restoredFrom };
}
