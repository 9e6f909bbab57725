import type { Config, VersionedConfig } from "../../domain/config/config.ts";
import { newsIn, topicOf, type Finding, type ReconciliationRun } from "../../domain/desk/reconciliation.ts";
import { defaultGroupOf, timeZoneOf } from "../../domain/ticket/policy.ts";
import { log } from "../../log.ts";
import { configCacheOf } from "../../record/config-cache.ts";
import { Reconciliation } from "../../record/reconciliation.ts";
import { botApi } from "../../telegram/api.ts";
import { webhookInfo } from "../../telegram/webhook.ts";
import { askGroup, groupIds, onSubject } from "../ask.ts";
import { LOOK_LEASE_MS, RECONCILED_EVERY_MS } from "../limits.ts";
import { lookAtConfig } from "./config-look.ts";
import { lookAtGroups, thankGroups } from "./groups-look.ts";
import type { Look } from "./look.ts";
import { lookAtRecord } from "./record-look.ts";
import { lookAtSecrets } from "./secrets-look.ts";
import { lookAtUpdates } from "./updates-look.ts";
import { lookAtWebhook } from "./webhook-look.ts";

/**
 * Reconciles the desk, unless another run was just here; and at once restores a webhook that a dead drain took away. Answers
 * whether it looked.
 */
export async function reconcileNowAndThen(env: Env, now: number): Promise<boolean> {
  const store = new Reconciliation(env.DB);
  const [last] = await store.runs();
  const isDead = (await store.drain(now)) === "died";
  if (!isDead && last !== undefined && now - last.at < RECONCILED_EVERY_MS) return false;
  const run = await reconcile(env, now);
  if (isDead && isWebhookSet(run)) await store.end("drain");
  return run !== null && run !== "running";
}

/** Whether a look has seen the webhook lead here, or has led it back. */
function isWebhookSet(run: Awaited<ReturnType<typeof reconcile>>): boolean {
  if (run === null || run === "running") return false;
  return !run.findings.some(
    ({ kind, mended }) => kind === "webhook.unknown" || (kind === "webhook.drifted" && !mended),
  );
}

/**
 * Compares what the record, the groups' objects and Telegram say, and mends what it can; new findings that it cannot
 * mend are sent to the leads of the default group. Null: there is no desk yet; `running`: another run holds the lease.
 */
export async function reconcile(env: Env, now: number): Promise<ReconciliationRun | null | "running"> {
  const versioned = await configCacheOf(env.DB).certain();
  if (versioned === null) return null;
  const store = new Reconciliation(env.DB);
  if (!(await store.begin("look", now, now + LOOK_LEASE_MS))) return "running";
  try {
    return await look(env, now, versioned, store);
  } finally {
    await store.end("look");
  }
}

async function look(
  env: Env,
  now: number,
  versioned: VersionedConfig,
  store: Reconciliation,
): Promise<ReconciliationRun> {
  const { config } = versioned;
  const bot = botApi(env.BOT_TOKEN, env.TELEGRAM_API_ROOT);
  const groups = groupIds(config);
  // While updates are drained there is no webhook, and that is as it should be.
  const drain = await store.drain(now);
  const { version } = versioned;
  const at: Look = {
    env,
    now,
    config,
    version,
    versioned,
    groups,
    store,
    bot,
    webhook: await webhookInfo(bot),
  };
  const isDraining = drain === "running" || (await store.drain(now)) === "running";
  const updates = await lookAtUpdates(at);
  const inForce = await lookAtConfig(at);
  const record = await lookAtRecord(at);
  const webhook = isDraining ? [] : await lookAtWebhook(at);
  const seen = await lookAtGroups(at);
  const secrets = await lookAtSecrets(at);
  const findings = [
    ...inForce,
    ...record,
    ...webhook,
    ...secrets,
    ...updates.findings,
    ...seen.flatMap((group) => group.findings),
  ];
  const { runs, untold } = await store.kept();
  const news = [...untold, ...newsIn(findings, runs[0]?.findings ?? [])];
  const run = { at: now, groups, findings };
  await store.add(run, updates.ledger, news);
  await thankGroups(at, seen);
  if (news.length > 0 && (await tell(env, config, news))) await store.told();
  if (findings.length > 0) log("warn", "reconciliation.found", { kinds: findings.map(topicOf) });
  return run;
}

async function tell(env: Env, config: Config, news: readonly Finding[]): Promise<boolean> {
  const found = { findings: [...news], timeZone: timeZoneOf(config) };
  const told = await askGroup(env, defaultGroupOf(config), (stub) =>
    onSubject(stub.reconciliation(), (reconciliation) => reconciliation.notifyLeads(found)),
  );
  return "answer" in told;
}
