import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { checkConfig } from "../../domain/config-check.ts";
import { diffConfig } from "../../domain/config-diff.ts";
import { configWarnings } from "../../domain/config-warnings.ts";
import type { Config, VersionedConfig } from "../../domain/config.ts";
import { configureGroups, groupIds, newestConfigVersion } from "../../groups/ask.ts";
import { log } from "../../log.ts";
import { configCacheOf } from "../../record/config-cache.ts";
import { ConfigStore, type StoredConfig } from "../../record/config-store.ts";
import { CONFIG_NOTE_CHARS_MAX } from "../../record/limits.ts";
import type { Desk } from "../desk.ts";
import { doerOf } from "../doer.ts";
import { etag, names } from "../etag.ts";
import { problem } from "../problem.ts";

/* What all ways of changing the configuration have in common: the whole, a section, an item, the way back. */

export const Note = z
  .string()
  .max(CONFIG_NOTE_CHARS_MAX)
  .openapi({ description: "Why; kept in the history", example: "A queue for invoices" });
export const DryRun = z.enum(["1", "true", "0", "false"]).default("0").openapi({
  description: "`1`: answers what would change and everything that is not valid; stores nothing",
});
export const ETag = {
  ETag: { description: "The version", schema: { type: "string" as const, example: '"3"' } },
};

const Change = z.object({ pointer: z.string(), from: z.unknown().optional(), to: z.unknown().optional() });
export const Diff = z
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

export const Changed = z
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
export const DryRunResult = z
  .object({
    version: z.int().openapi({ description: "The version in force, 0 for none" }),
    valid: z.boolean(),
    problems: z.array(z.object({ pointer: z.string(), message: z.string() })),
    warnings: Warnings,
    diff: Diff,
  })
  .openapi("ConfigDryRun");
/** The document that a change makes of the one in force (undefined: there is none yet), or why there is nothing to change. */
export type NextDocument<Missing extends MissingPlace = never> = (
  current: unknown,
) => { document: unknown } | { missing: Missing };
export type MissingPlace = "config.not_found" | "config.item_not_found";

interface How {
  note?: string | undefined;
  restoredFrom?: number;
}

/** Stores what a change makes of the configuration in force, or only tells what it would change. */
export async function changeConfig<Missing extends MissingPlace = never>(
  c: Context<Desk>,
  next: NextDocument<Missing>,
  { dryRun, note }: { dryRun: z.infer<typeof DryRun>; note?: string | undefined },
) {
  return dryRun === "1" || dryRun === "true" ? rehearse(c, next) : storeConfig(c, next, { note });
}

async function rehearse<Missing extends MissingPlace>(c: Context<Desk>, next: NextDocument<Missing>) {
  const store = new ConfigStore(c.env.DB);
  const current = await store.current();
  if (!isExpected(c, current)) return changedMeanwhile(c, current);
  const made = next(current?.document);
  if ("missing" in made) return problem(c, made.missing);
  const { problems } = await store.check(made.document, current?.document, c.get("now")());
  const diff = diffConfig(current?.document ?? {}, made.document);
  const warnings = configWarnings(made.document, c.get("now")());
  const version = current?.version ?? 0;
  return c.json({ version, valid: problems.length === 0, problems, warnings, diff }, 200);
}

/** Stores the document that a change makes, if it holds together, and hands it to every group. */
export async function storeConfig<Missing extends MissingPlace = never>(
  c: Context<Desk>,
  next: NextDocument<Missing>,
  { note, restoredFrom }: How,
) {
  const store = new ConfigStore(c.env.DB);
  const current = await store.current();
  const before = await store.madeBy(c.get("cause"));
  if (before !== null) return storedBefore(c, store, before, current);
  if (!isExpected(c, current)) return changedMeanwhile(c, current);
  const made = next(current?.document);
  if ("missing" in made) return problem(c, made.missing);
  const { document } = made;
  // What was valid when it was stored need not be any more: the schema and the tickets have moved on.
  const check = await store.check(document, current?.document, c.get("now")());
  if (check.config === null) return problem(c, "config.invalid", { problems: check.problems });
  const { outcome, version } = await store.put(document, {
    by: c.get("principal").name,
    at: c.get("now")(),
    note,
    ifVersion: current?.version ?? 0,
    above: await newestConfigVersion(c.env, groupsOf(check.config, current)),
    ...(restoredFrom === undefined ? {} : { restoredFrom }),
    doer: doerOf(c),
  });
  if (outcome === "conflict") return conflict(c, version);
  const diff = diffConfig(current?.document ?? {}, document);
  const unreachableGroups = await inForce(c, { version, config: check.config }, outcome);
  const warnings = configWarnings(document, c.get("now")());
  return c.json({ version, changed: outcome === "stored", diff, unreachableGroups, warnings }, 200, {
    ETag: etag(version),
  });
}

/** The groups of what comes into force and of what was. */
function groupsOf(config: Config, current: StoredConfig | null): string[] {
  const before = current === null ? null : checkConfig(current.document).config;
  return [...new Set([...groupIds(config), ...(before === null ? [] : groupIds(before))])];
}

/** A run that takes over from one which had stored its version answers what that one would have, whatever came after. */
async function storedBefore(
  c: Context<Desk>,
  store: ConfigStore,
  { version, document }: StoredConfig,
  current: StoredConfig | null,
) {
  const former = await store.before(version);
  const unreachableGroups = current === null ? [] : await toldAgain(c, current);
  const diff = diffConfig(former?.document ?? {}, document);
  const warnings = configWarnings(document, c.get("now")());
  return c.json({ version, changed: true, diff, unreachableGroups, warnings }, 200, { ETag: etag(version) });
}

/** Hands the configuration in force to every group, where a run may have died before it did; answers as `inForce`. */
export async function toldAgain(c: Context<Desk>, { version, document }: StoredConfig): Promise<string[]> {
  const { config } = checkConfig(document, c.get("now")());
  return config === null ? [] : inForce(c, { version, config }, "unchanged");
}

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
