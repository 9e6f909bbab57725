import type { Config } from "../domain/config/config.ts";
import { ms } from "../domain/duration.ts";
import { log } from "../log.ts";
import { configCacheOf } from "../record/config-cache.ts";
import { ConfigStore } from "../record/config-store.ts";
import { LegalHolds } from "../record/legal-holds.ts";
import { Retention } from "../record/retention.ts";
import { forgetDeletedWords } from "../record/search-index.ts";
import { askGroup, onSubject } from "./ask.ts";
import { RETENTION_EVERY_MS, RETENTION_STEPS_MAX } from "./limits.ts";

/** How forgetting stands: the run that goes on, or the last one. Instants in ms since 1970. */
export interface RetentionReport {
  startedAt: number;
  /** Null: it goes on. */
  endedAt: number | null;
  /** What is looked through next, by name, `object:<group>` or a part of the record. */
  left: string[];
  /** How far the object that is looked through was looked at; absent before its first step. */
  after?: { ticket: number; contact: number };
  removed: Record<"tickets" | "events" | "audit" | "webhookLogs" | "enrichment" | "objectTickets", number>;
  /** Groups that did not answer; the next run comes by them again. */
  unreachableGroups: string[];
}

const NOTHING: RetentionReport["removed"] = {
  tickets: 0,
  events: 0,
  audit: 0,
  webhookLogs: 0,
  enrichment: 0,
  objectTickets: 0,
};

/** The parts of the record, each with what the configuration says of it. */
const PARTS = ["tickets", "events", "audit", "enrichment"] as const;
/** What comes last, where the record has lost tickets or notes: their words go from the full text index. */
const WORDS = "words";

/** Forgets what is older than the configuration keeps: once a day, a few steps each minute, from where it stopped. */
export async function retain(env: Env, now: number): Promise<void> {
  const store = new Retention(env.DB);
  const before = (await store.state()) as RetentionReport | null;
  if (before !== null && before.endedAt !== null && now - before.startedAt < RETENTION_EVERY_MS) return;
  // What is forgotten is gone: an old configuration would not do.
  const versioned = await configCacheOf(env.DB).certain();
  if (versioned === null) return;
  const { config } = versioned;
  if (before === null && Object.keys(config.retention).length === 0) return;
  const report =
    before === null || before.endedAt !== null
      ? begun(await new ConfigStore(env.DB).groupsEver(), now)
      : structuredClone(before);
  await goOn(env, store, config, report);
  if (report.left.length > 0) return store.save({ ...report });
  report.endedAt = now;
  await store.save({ ...report });
  const removed = Object.values(report.removed).reduce((sum, count) => sum + count, 0);
  if (removed > 0) await store.end({ ...report }, report.removed, now);
  log("info", "retention.ran", { ...report.removed, unreachableGroups: report.unreachableGroups });
}

/** The last run, or the one that goes on; null before the first. */
export async function retentionReport(d1: D1Database): Promise<RetentionReport | null> {
  return (await new Retention(d1).state()) as RetentionReport | null;
}

function begun(groups: string[], now: number): RetentionReport {
  const objects = groups.map((group) => `object:${group}`);
  return {
    startedAt: now,
    endedAt: null,
    left: [...objects, ...PARTS, WORDS],
    removed: { ...NOTHING },
    unreachableGroups: [],
  };
}

async function goOn(env: Env, store: Retention, config: Config, report: RetentionReport): Promise<void> {
  for (let steps = 0; steps < RETENTION_STEPS_MAX && report.left.length > 0; steps += 1) {
    const next = report.left[0]!;
    const more = await step(env, store, config, report, next);
    if (!more) report.left.shift();
  }
}

async function step(
  env: Env,
  store: Retention,
  config: Config,
  report: RetentionReport,
  what: string,
): Promise<boolean> {
  if (what.startsWith("object:")) return objectStep(env, config, report, what.slice("object:".length));
  if (what !== WORDS) return recordStep(store, config, report, what as (typeof PARTS)[number]);
  const { tickets, events } = report.removed;
  return tickets + events > 0 && !(await forgetDeletedWords(env.DB));
}

async function recordStep(
  store: Retention,
  { retention, desk }: Config,
  { removed, startedAt }: RetentionReport,
  part: (typeof PARTS)[number],
): Promise<boolean> {
  const before = cutoff(part === "tickets" ? retention.closedTickets : retention[part], startedAt);
  if (before === null) return false;
  const isOfTickets = part === "tickets" || part === "events";
  const step = await store[part](isOfTickets ? Math.min(before, reopenableSince(desk, startedAt)) : before);
  removed[part] += step.removed;
  return step.more;
}

/**
 * An object keeps a closed ticket as long as either its ticket or its events are to be kept, whichever is shorter, but
 * for as long as its customer may take it up again.
 */
async function objectStep(
  env: Env,
  { retention, desk }: Config,
  report: RetentionReport,
  group: string,
): Promise<boolean> {
  const { startedAt } = report;
  const ended = [retention.closedTickets, retention.events].flatMap((kept) => cutoff(kept, startedAt) ?? []);
  const held = await new LegalHolds(env.DB).everything();
  const asked = await askGroup(env, group, (stub) =>
    onSubject(stub.privacy(), (privacy) =>
      privacy.forget({
        ticketsClosedBefore:
          ended.length === 0 ? null : Math.min(Math.max(...ended), reopenableSince(desk, startedAt)),
        webhooksBefore: cutoff(retention.webhookLogs, startedAt),
        profilesBefore: cutoff(retention.enrichment, startedAt),
        held: [...held.contacts, ...held.tickets],
        after: report.after,
      }),
    ),
  );
  delete report.after;
  if ("unreachable" in asked) {
    report.unreachableGroups.push(group);
    return false;
  }
  report.removed.objectTickets += asked.answer.tickets;
  report.removed.webhookLogs += asked.answer.webhooks;
  report.removed.enrichment += asked.answer.profiles;
  const { more, after } = asked.answer;
  if (more) report.after = after;
  return more;
}

/** What was closed after this instant its customer may take up again, with its whole history. */
function reopenableSince(desk: Config["desk"], now: number): number {
  return now - ms(desk.reopenWithin);
}

function cutoff(kept: string | undefined, now: number): number | null {
  return kept === undefined ? null : now - ms(kept);
}
