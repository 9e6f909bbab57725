import { defaultGroupOf } from "../domain/policy.ts";
import {
  findingInWords,
  topicOf,
  type Census,
  type Finding,
  type ReconciliationRun,
} from "../domain/reconciliation.ts";
import { log } from "../log.ts";
import { configCacheOf } from "../record/config-cache.ts";
import { Reconciliation } from "../record/reconciliation.ts";
import { askGroup, groupIds } from "./ask.ts";
import { RECONCILED_EVERY_MS, WEBHOOK_BACKLOG_MAX, WEBHOOK_ERRORS_FRESH_MS } from "./limits.ts";

/** Looks whether everything is as it should be, unless somebody has just looked. */
export async function reconcileNowAndThen(env: Env, now: number): Promise<void> {
  const [last] = await new Reconciliation(env.DB).runs();
  if (last !== undefined && now - last.at < RECONCILED_EVERY_MS) return;
  await reconcile(env, now);
}

/**
 * Compares the record with every group's object, and Telegram's idea of the webhook with where updates come. Mends
 * what it can; what is new and cannot be mended the leads of the default group are told. Null: there is no desk yet.
 */
export async function reconcile(env: Env, now: number): Promise<ReconciliationRun | null> {
  const versioned = await configCacheOf(env.DB).certain();
  if (versioned === null) return null;
  const store = new Reconciliation(env.DB);
  const groups = groupIds(versioned.config);
  const main = defaultGroupOf(versioned.config);
  const findings = [
    ...(await Promise.all(groups.map((group) => differences(env, store, group)))).flat(),
    ...(await webhookFindings(env, store, main, now)),
  ];
  const [before] = await store.runs();
  const run = { at: now, groups, findings };
  await store.add(run);
  const told = new Set(before?.findings.filter(({ mended }) => !mended).map(topicOf));
  const news = findings.filter((one) => !one.mended && !told.has(topicOf(one)));
  if (news.length > 0) await askGroup(env, main, (stub) => stub.tellLeads(news.map(findingInWords)));
  if (findings.length > 0) log("warn", "reconciliation.found", { kinds: findings.map(topicOf) });
  return run;
}

/** The record lags by moments: only an object that has told it everything is compared, and looked at on both sides of it. */
async function differences(env: Env, store: Reconciliation, group: string): Promise<Finding[]> {
  const first = await askGroup(env, group, (stub) => stub.census());
  if ("unreachable" in first) return [{ kind: "group.unreachable", group, mended: false }];
  if (first.answer === null || first.answer.unrecorded > 0) return [];
  const record = await store.census(group);
  const again = await askGroup(env, group, (stub) => stub.census());
  if ("unreachable" in again || again.answer === null) return [];
  const object: Census = { tickets: first.answer.tickets, versions: first.answer.versions };
  const moved = again.answer.versions !== object.versions || again.answer.unrecorded > 0;
  if (moved || (object.tickets === record.tickets && object.versions === record.versions)) return [];
  const told = await askGroup(env, group, (stub) => stub.reproject());
  return [{ kind: "record.differs", group, object, record, mended: !("unreachable" in told) }];
}

async function webhookFindings(
  env: Env,
  store: Reconciliation,
  group: string,
  now: number,
): Promise<Finding[]> {
  const asked = await askGroup(env, group, (stub) => stub.webhookInfo());
  if ("unreachable" in asked) return [];
  const info = asked.answer;
  if (info === null) return [{ kind: "webhook.unknown", mended: false }];
  const findings: Finding[] = [];
  const expected = await store.webhookUrl();
  if (expected !== null && info.url !== expected) {
    const set = await askGroup(env, group, (stub) => stub.setWebhook(expected));
    const mended = "answer" in set && set.answer;
    findings.push({ kind: "webhook.drifted", expected, seen: info.url, mended });
  }
  if (info.errorAt !== null && now - info.errorAt < WEBHOOK_ERRORS_FRESH_MS) {
    findings.push({ kind: "webhook.errors", message: info.error, at: info.errorAt, mended: false });
  }
  if (info.pending > WEBHOOK_BACKLOG_MAX) {
    findings.push({ kind: "webhook.backlog", updates: info.pending, mended: false });
  }
  return findings;
}
