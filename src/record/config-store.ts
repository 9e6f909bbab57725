import { desc, eq, getTableColumns, lt, sql } from "drizzle-orm";
import { drizzle, type DrizzleD1Database } from "drizzle-orm/d1";
import {
  checkConfig,
  CONFIG_PROBLEMS_MAX,
  type ConfigCheck,
  type ConfigProblem,
} from "../domain/config-check/check.ts";
import type { Config, VersionedConfig } from "../domain/config/config.ts";
import { diffConfig, isSame } from "../domain/config/diff.ts";
import { malformedIn } from "../domain/config/malformed.ts";
import { lastingName } from "../domain/config/place-name.ts";
import { changedPlaces } from "../domain/config/places-changed.ts";
import { pointerTo } from "../domain/config/schema-problems.ts";
import { readVersionNote, storedVersionNote, type VersionNote } from "../domain/config/version-note.ts";
import type { AuditEntry, ApiCaller } from "../domain/desk/audit.ts";
import { auditOfChange, doneBy } from "./audit-entries.ts";
import { CHAT_MOVE_ATTEMPTS_MAX } from "./limits.ts";
import { reach } from "./reach.ts";
import { rowWhere } from "./row-where.ts";
import { audit, configVersions, tickets } from "./schema.ts";

/** A version without its document. Versions count from 1, with gaps after D1 was brought back; the highest is in force. */
export interface ConfigVersion {
  version: number;
  /** In ms since 1970. */
  createdAt: number;
  /** The name of an API key, or of what in the desk stored it: `telegram`, `reconciliation`. */
  createdBy: string;
  note: VersionNote | null;
  /** The version that a rollback brought back. */
  restoredFrom: number | null;
}

export interface StoredConfig extends ConfigVersion {
  /** As it was put, without the defaults that the schema fills in. */
  document: unknown;
}

export interface Change {
  by: string;
  at: number;
  note?: VersionNote | undefined;
  restoredFrom?: number;
  /** The version that the change was made from; 0 if there was no configuration. */
  ifVersion: number;
  /** The highest version that a group's object has: the new one is numbered above it, or no object would take it. */
  above?: number;
  /** Who changes it through the API, for the audit trail; `by` is their name. Without one it is Telegram. */
  caller?: ApiCaller;
}

/** `version` is the one in force afterwards: for `conflict` the one that another change made meanwhile. */
export interface ChangeOutcome {
  outcome: "stored" | "unchanged" | "conflict";
  version: number;
}

/** The configuration's versions in D1. Everything throws `RecordUnreachable` when D1 does not answer. */
export class ConfigStore {
  readonly #db: DrizzleD1Database;

  constructor(d1: D1Database) {
    this.#db = drizzle(d1);
  }

  async current(): Promise<StoredConfig | null> {
    const row = await reach(() =>
      this.#db.select().from(configVersions).orderBy(desc(configVersions.version)).limit(1).get(),
    );
    return row === undefined ? null : stored(row);
  }

  /** The version in force; its document is left out where it is the one that the caller knows. */
  async newest(known: number): Promise<{ version: number; document: unknown } | null> {
    const row = await reach(() =>
      this.#db
        .select({
          version: configVersions.version,
          document: sql<string | null>`CASE WHEN ${configVersions.version} = ${known} THEN NULL
            ELSE ${configVersions.document} END`,
        })
        .from(configVersions)
        .orderBy(desc(configVersions.version))
        .limit(1)
        .get(),
    );
    if (row === undefined) return null;
    return { version: row.version, document: row.document === null ? null : JSON.parse(row.document) };
  }

  async version(version: number): Promise<StoredConfig | null> {
    const row = await reach(() =>
      this.#db.select().from(configVersions).where(eq(configVersions.version, version)).get(),
    );
    return row === undefined ? null : stored(row);
  }

  /** The one that was in force before a version. */
  async before(version: number): Promise<StoredConfig | null> {
    const row = await reach(() =>
      this.#db
        .select()
        .from(configVersions)
        .where(lt(configVersions.version, version))
        .orderBy(desc(configVersions.version))
        .limit(1)
        .get(),
    );
    return row === undefined ? null : stored(row);
  }

  /** The version that a call has stored already, by its cause; null if it has not. */
  async madeBy(cause: string): Promise<StoredConfig | null> {
    const row = await reach(() =>
      this.#db
        .select(getTableColumns(configVersions))
        .from(audit)
        .innerJoin(configVersions, eq(configVersions.version, sql`CAST(${audit.targetId} AS INTEGER)`))
        .where(sql`${audit.cause} = ${cause} AND ${audit.targetKind} = 'config'`)
        .get(),
    );
    return row === undefined ? null : stored(row);
  }

  /** Every group of any version: a removed group's object keeps its tickets. */
  async groupsEver(): Promise<string[]> {
    const rows = await reach(() =>
      this.#db.all<{ id: string }>(sql`
        SELECT DISTINCT one.value ->> '$.id' AS id FROM ${configVersions}, json_each(${configVersions.document}, '$.groups') AS one
        ORDER BY 1`),
    );
    return rows.map(({ id }) => id);
  }

  /** Newest first; `before` is the version that the page before ended with. */
  async list(page: { before: number | null; limit: number }): Promise<ConfigVersion[]> {
    const { document: _document, ...columns } = getTableColumns(configVersions);
    const rows = await reach(() =>
      this.#db
        .select(columns)
        .from(configVersions)
        .where(page.before === null ? undefined : lt(configVersions.version, page.before))
        .orderBy(desc(configVersions.version))
        .limit(page.limit),
    );
    return rows.map((row) => ({ ...row, note: noteOf(row) }));
  }

  /**
   * Everything that `checkConfig` finds of what comes into force now, what schemas let pass, and prefixes that the
   * tickets of another group bear already; `before` is the document in force, whose prefixes need no second look.
   */
  async check(document: unknown, before: unknown, now: number): Promise<ConfigCheck> {
    const check = withoutFormer(checkConfig(document, now), document, before, now);
    const told = new Set(check.problems.map(({ pointer }) => pointer));
    const malformed = malformedIn(document).filter(({ pointer }) => !told.has(pointer));
    if (check.config === null || malformed.length > 0)
      return { config: null, problems: [...check.problems, ...malformed].slice(0, CONFIG_PROBLEMS_MAX) };
    const problems = await this.#takenPrefixes(check.config, checkConfig(before).config);
    return problems.length === 0 ? check : { config: null, problems };
  }

  /**
   * Stores a checked document as the next version, unless it is the one in force already. Of two changes made from
   * the same version one statement lets exactly one through.
   */
  async put(document: unknown, change: Change): Promise<ChangeOutcome> {
    const current = await this.current();
    const version = current?.version ?? 0;
    if (version !== change.ifVersion) return { outcome: "conflict", version };
    const diff = diffConfig(current?.document ?? {}, document);
    const isBehind = version < (change.above ?? 0);
    if (current !== null && isSame(diff) && !isBehind) return { outcome: "unchanged", version };
    const next = Math.max(version, change.above ?? 0) + 1;
    const row = {
      version: next,
      document: JSON.stringify(document),
      createdAt: change.at,
      createdBy: change.by,
      note: storedVersionNote(change.note),
      restoredFrom: change.restoredFrom,
    };
    const isNext = sql`(SELECT coalesce(max(version), 0) FROM ${configVersions}) = ${version}`;
    const store = this.#db
      .insert(configVersions)
      .select(rowWhere(configVersions, row, isNext))
      .returning({ version: configVersions.version });
    const entry: AuditEntry = {
      at: change.at,
      ...(change.caller === undefined ? { by: { kind: "system", id: "telegram" } } : doneBy(change.caller)),
      action: change.restoredFrom === undefined ? "config.stored" : "config.rolled_back",
      target: { kind: "config", id: String(next) },
      from: { version },
      to: { version: next },
      data: {
        places: changedPlaces(diff, current?.document ?? {}, document),
        ...(change.restoredFrom === undefined ? {} : { restoredFrom: change.restoredFrom }),
      },
    };
    const [[added]] = await reach(() => this.#db.batch([store, auditOfChange(this.#db, entry)]));
    if (added !== undefined) return { outcome: "stored", version: added.version };
    return { outcome: "conflict", version: (await this.current())?.version ?? 0 };
  }

  /**
   * Writes the new id of a group's chat that became a supergroup into the configuration. Returns the configuration then
   * in force; `null` if there is no configuration, or it would not be valid with the new id.
   */
  async moveChat(from: number, to: number, at: number, above = 0): Promise<VersionedConfig | null> {
    for (let attempt = 0; attempt < CHAT_MOVE_ATTEMPTS_MAX; attempt += 1) {
      const current = await this.current();
      if (current === null || checkConfig(current.document).config === null) return null;
      const document = withChatMoved(current.document, from, to);
      const { config } = checkConfig(document);
      if (config === null) return null;
      const note = { reason: "chat_moved", from, to } as const;
      const change = { by: "telegram", at, note, ifVersion: current.version, above };
      const { outcome, version } = await this.put(document, change);
      if (outcome !== "conflict") return { version, config };
    }
    return null;
  }

  /**
   * Ticket references are the prefix and the group's own count, so a prefix belongs for good to the group that first
   * opened tickets with it: `SUP-1` must not name two tickets.
   */
  async #takenPrefixes(config: Config, before: Config | null): Promise<ConfigProblem[]> {
    const fresh = [...config.groups.entries()].filter(
      ([, { id, prefix }]) => !before?.groups.some((group) => group.id === id && group.prefix === prefix),
    );
    const holders = fresh.map(([, { prefix }]) =>
      this.#db
        .select({ id: tickets.id })
        .from(tickets)
        // "." follows "-": every reference of the prefix, found by the first entry of the index.
        .where(sql`${tickets.ref} >= ${`${prefix}-`} AND ${tickets.ref} < ${`${prefix}.`}`)
        .limit(1),
    );
    const [first, ...others] = holders;
    if (first === undefined) return [];
    const found = await reach(() => this.#db.batch([first, ...others]));
    return fresh.flatMap(([index, group], nth) => {
      const id = found[nth]?.[0]?.id;
      const holder = id?.slice(0, id.lastIndexOf(":"));
      if (holder === undefined || holder === group.id) return [];
      return [
        {
          pointer: pointerTo(["groups", index, "prefix"]),
          message: `"${group.prefix}" names tickets of group "${holder}" already: choose a prefix that was never used`,
        },
      ];
    });
  }
}

function stored({ document, ...row }: typeof configVersions.$inferSelect): StoredConfig {
  return { ...row, document: JSON.parse(document) as unknown, note: noteOf(row) };
}

/** Versions that the desk itself stored, by `createdBy`. */
const DESKS_OWN = new Set(["telegram", "reconciliation"]);

function noteOf({
  note,
  createdBy,
}: Pick<typeof configVersions.$inferSelect, "note" | "createdBy">): VersionNote | null {
  return readVersionNote(note, DESKS_OWN.has(createdBy));
}

function withChatMoved(document: unknown, from: number, to: number): unknown {
  const { groups } = document as { groups: { chatId: number }[] };
  const moved = groups.map((group) => (group.chatId === from ? { ...group, chatId: to } : group));
  return { ...(document as object), groups: moved };
}

/**
 * What has become wrong since the document in force was stored (a certificate expired, a release brought a new rule)
 * must not block other changes or the way back: only problems that the change itself brings are refused.
 * `configWarnings` names the rest.
 */
function withoutFormer(check: ConfigCheck, document: unknown, before: unknown, now: number): ConfigCheck {
  if (check.config !== null) return check;
  const former = new Map<string, number>();
  for (const key of onlyNow(before, now)) former.set(key, (former.get(key) ?? 0) + 1);
  if (former.size === 0) return check;
  const problems = check.problems.filter((one) => {
    const key = keyOf(document, one);
    const left = former.get(key) ?? 0;
    former.set(key, left - 1);
    return left <= 0;
  });
  const timeless = problems.length === 0 ? checkConfig(document) : null;
  return timeless?.config == null ? { config: null, problems } : timeless;
}

/** What is wrong with a document only if it comes into force now. */
function onlyNow(document: unknown, now: number): string[] {
  const always = new Set(checkConfig(document).problems.map((one) => keyOf(document, one)));
  return checkConfig(document, now)
    .problems.map((one) => keyOf(document, one))
    .filter((key) => !always.has(key));
}

function keyOf(document: unknown, { pointer, message }: ConfigProblem): string {
  return `${lastingName(document, pointer)} ${message}`;
}
