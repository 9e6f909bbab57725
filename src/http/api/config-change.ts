import type { Context } from "hono";
import * as z from "zod";
import { forDocs } from "#for-docs";
import { checkConfig, type ConfigProblem } from "../../domain/config-check/check.ts";
import { prefixChanges, sectionsLeftOut } from "../../domain/config-check/left-out.ts";
import { configWarnings } from "../../domain/config-check/warnings.ts";
import { addressesOutOfReach } from "../../domain/config/addresses.ts";
import { chatChanges, chatChangeWarning } from "../../domain/config/chat-changes.ts";
import type { Config, VersionedConfig } from "../../domain/config/config.ts";
import { diffConfig } from "../../domain/config/diff.ts";
import { placeName } from "../../domain/config/place-name.ts";
import { errorFacts } from "../../domain/error-facts.ts";
import { configureGroups, groupIds, newestConfigVersion } from "../../groups/ask.ts";
import { type InHandOf } from "../../groups/in-hand.ts";
import { retireGroup } from "../../groups/retiring.ts";
import { log } from "../../log.ts";
import { configCacheOf } from "../../record/config-cache.ts";
import { ConfigStore, type StoredConfig } from "../../record/config-store.ts";
import { CONFIG_NOTE_CHARS_MAX } from "../../record/limits.ts";
import { Reconciliation } from "../../record/reconciliation.ts";
import { Successors } from "../../record/successors.ts";
import { callerOf } from "../caller.ts";
import type { Desk } from "../desk.ts";
import { etag, names } from "../etag.ts";
import { problem } from "../problem.ts";
import type { Diff } from "./config-changed.ts";
import { reassignOf, takenOut } from "./config-taken-out.ts";

/* What all ways of changing the configuration have in common: the whole, a section, an item, the way back. */

export const Note = z
  .string()
  .max(CONFIG_NOTE_CHARS_MAX)
  .meta(forDocs({ description: "Why; kept in the history", example: "A queue for invoices" }));
export const DryRun = z
  .enum(["1", "true", "0", "false"])
  .default("0")
  .meta(
    forDocs({
      description: "`1`: answers what would change and everything that is not valid; stores nothing",
    }),
  );
/**
 * The document that a change makes of the one in force (undefined: there is no configuration), or why there is nothing
 * to change.
 */
export type NextDocument<Missing extends MissingPlace = never> = (
  current: unknown,
) => { document: unknown } | { missing: Missing };
export type MissingPlace = "config.not_found" | "config.item_not_found";

export interface How {
  note?: string | undefined;
  /** `ReassignTo`. */
  reassign?: string | undefined;
  /** Whether what the path names is in a document: what `*` in a condition asks. Without it the path names the whole. */
  exists?: ((document: unknown) => boolean) | undefined;
  restoredFrom?: number;
}

/** Stores what a change makes of the configuration in force, or only tells what it would change. */
export async function changeConfig<Missing extends MissingPlace = never>(
  c: Context<Desk>,
  next: NextDocument<Missing>,
  { dryRun, note, reassign, exists }: How & { dryRun: z.infer<typeof DryRun> },
) {
  return dryRun === "1" || dryRun === "true"
    ? rehearse(c, next, { reassign, exists })
    : storeConfig(c, next, { note, reassign, exists });
}

async function rehearse<Missing extends MissingPlace>(
  c: Context<Desk>,
  next: NextDocument<Missing>,
  { reassign, exists }: Pick<How, "reassign" | "exists">,
) {
  const store = new ConfigStore(c.env.DB);
  const current = await store.current();
  if (!isExpected(c, current, exists)) return changedMeanwhile(c, current);
  const made = next(current?.document);
  if ("missing" in made) return problem(c, made.missing);
  const check = await store.check(made.document, current?.document, c.get("now")());
  const taken = await takenOut(c, current, check.config, reassignOf(reassign));
  const problems = placed(made.document, [...check.problems, ...taken.problems]);
  const diff = differences(current?.document, made.document);
  const doubtful = [...(await warningsOf(c, current?.document, made.document)), ...taken.warnings];
  const refused = new Set(problems.map(({ pointer, message }) => `${pointer} ${message}`));
  const warnings = placed(
    made.document,
    doubtful.filter(({ pointer, message }) => !refused.has(`${pointer} ${message}`)),
  );
  const version = current?.version ?? 0;
  const { inHand } = taken;
  return c.json({ version, valid: problems.length === 0, problems, warnings, inHand, diff }, 200);
}

/** Stores the document that a change makes, if it holds together, and hands it to every group. */
export async function storeConfig<Missing extends MissingPlace = never>(
  c: Context<Desk>,
  next: NextDocument<Missing>,
  { note, restoredFrom, reassign, exists }: How,
) {
  const store = new ConfigStore(c.env.DB);
  const current = await store.current();
  const before = await store.madeBy(c.get("cause"));
  if (before !== null) return storedBefore(c, store, before, current);
  if (!isExpected(c, current, exists)) return changedMeanwhile(c, current);
  const made = next(current?.document);
  if ("missing" in made) return problem(c, made.missing);
  const { document } = made;
  // What was valid when it was stored need not be any more: the schema and the tickets have moved on.
  const check = await store.check(document, current?.document, c.get("now")());
  if (check.config === null)
    return problem(c, "config.invalid", { problems: placed(document, check.problems) });
  const taken = await takenOut(c, current, check.config, reassignOf(reassign));
  if (taken.problems.length > 0)
    return problem(c, "config.in_use", { problems: placed(document, taken.problems) });
  // Kept before the version is: an object that is not reached now asks for them when it gets the version.
  await new Successors(c.env.DB, "group").add(taken.successors);
  await new Successors(c.env.DB, "queue").add(reassignOf(reassign).queues);
  const { outcome, version } = await store.put(document, {
    by: c.get("principal").name,
    at: c.get("now")(),
    note,
    ifVersion: current?.version ?? 0,
    above: await newestConfigVersion(c.env, groupsOf(check.config, current)),
    ...(restoredFrom === undefined ? {} : { restoredFrom }),
    caller: callerOf(c),
  });
  if (outcome === "conflict") return conflict(c, version);
  const diff = differences(current?.document, document);
  const moved = await warningsOf(c, current?.document, document);
  const versioned = { version, config: check.config };
  const unreachableGroups = [
    ...(await inForce(c, versioned, outcome)),
    ...(await notRetired(c.env, Object.keys(taken.successors), versioned)),
  ];
  const warnings = placed(document, [...moved, ...taken.warnings]);
  const { inHand } = taken;
  return c.json({ version, changed: outcome === "stored", diff, inHand, unreachableGroups, warnings }, 200, {
    ETag: etag(version),
  });
}

/**
 * Has the groups that were taken out hand over their work; answers those that could not. They do with the next update or the next
 * look of the reconciliation: the configuration is in force all the same.
 */
async function notRetired(env: Env, gone: readonly string[], versioned: VersionedConfig): Promise<string[]> {
  const left: string[] = [];
  for (const group of gone) {
    try {
      await retireGroup(env, group, versioned);
    } catch (error) {
      log("error", "group.unreachable", { group, ...errorFacts(error) });
      left.push(group);
    }
  }
  return left;
}

/** The groups of what comes into force and of what was. */
function groupsOf(config: Config, current: StoredConfig | null): string[] {
  const before = current === null ? null : checkConfig(current.document).config;
  return [...new Set([...groupIds(config), ...(before === null ? [] : groupIds(before))])];
}

/** What is probably unintended, and what the change does to open tickets. */
async function warningsOf(c: Context<Desk>, before: unknown, after: unknown): Promise<ConfigProblem[]> {
  const record = new Reconciliation(c.env.DB);
  const moved: ConfigProblem[] = [];
  for (const change of chatChanges(before, after)) {
    const { tickets } = await record.census(change.group);
    moved.push(chatChangeWarning(change, tickets));
  }
  return [
    ...configWarnings(after, c.get("now")()),
    ...addressesOutOfReach(after, {
      host: new URL(c.req.url).hostname,
      allowLoopback: c.env.ALLOW_LOOPBACK === "true",
    }),
    ...sectionsLeftOut(before, after),
    ...prefixChanges(before, after),
    ...moved,
  ];
}

/** Beside each pointer the same place by its names. */
function placed(document: unknown, found: readonly ConfigProblem[]): (ConfigProblem & { at: string })[] {
  return found.map(({ pointer, message }) => ({ pointer, at: placeName(document, pointer), message }));
}

/** The difference between two documents; `before` undefined: there was none. */
export function differences(before: unknown, after: unknown): z.infer<typeof Diff> {
  const { added, removed, changed } = diffConfig(before ?? {}, after);
  return {
    added: added.map((one) => ({ ...one, at: placeName(after, one.pointer) })),
    removed: removed.map((one) => ({ ...one, at: placeName(before, one.pointer) })),
    changed: changed.map((one) => ({ ...one, at: placeName(after, one.pointer) })),
  };
}

/**
 * A run that takes over from one that had stored its version gives that run's answer, even if later versions followed.
 */
async function storedBefore(
  c: Context<Desk>,
  store: ConfigStore,
  { version, document }: StoredConfig,
  current: StoredConfig | null,
) {
  const former = await store.before(version);
  const unreachableGroups = current === null ? [] : await toldAgain(c, current);
  const diff = differences(former?.document, document);
  const warnings = placed(document, await warningsOf(c, former?.document, document));
  const inHand: InHandOf[] = [];
  return c.json({ version, changed: true, diff, inHand, unreachableGroups, warnings }, 200, {
    ETag: etag(version),
  });
}

/** Hands the configuration in force to every group, where a run may have died before it did; answers as `inForce`. */
export async function toldAgain(c: Context<Desk>, { version, document }: StoredConfig): Promise<string[]> {
  const { config } = checkConfig(document);
  return config === null ? [] : inForce(c, { version, config }, "unchanged");
}

/** Whether the request's conditions on the version in force hold. */
function isExpected(
  c: Context<Desk>,
  current: StoredConfig | null,
  exists: (document: unknown) => boolean = () => true,
): boolean {
  const version = current?.version ?? 0;
  const isThere = current !== null && exists(current.document);
  const match = c.req.header("If-Match");
  const noneMatch = c.req.header("If-None-Match");
  return (
    (match === undefined || names(match, version, isThere)) &&
    (noneMatch === undefined || !names(noneMatch, version, isThere))
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
