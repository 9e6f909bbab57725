import { defaultGroupOf } from "../../domain/policy.ts";
import { findingInWords, newsIn, topicOf, type ReconciliationRun } from "../../domain/reconciliation.ts";
import { log } from "../../log.ts";
import { configCacheOf } from "../../record/config-cache.ts";
import { Reconciliation } from "../../record/reconciliation.ts";
import { botApi } from "../../telegram/api.ts";
import { webhookInfo } from "../../telegram/webhook.ts";
import { wallTime, zoneWords } from "../../telegram/when.ts";
import { askGroup, groupIds } from "../ask.ts";
import { RECONCILED_EVERY_MS } from "../limits.ts";
import { lookAtGroups } from "./groups-look.ts";
import type { Look } from "./look.ts";
import { lookAtRecord } from "./record-look.ts";
import { lookAtUpdates } from "./updates-look.ts";
import { lookAtWebhook } from "./webhook-look.ts";

/** Looks whether everything is as it should be, unless somebody has just looked. */
export async function reconcileNowAndThen(env: Env, now: number): Promise<void> {
  const [last] = await new Reconciliation(env.DB).runs();
  if (last !== undefined && now - last.at < RECONCILED_EVERY_MS) return;
  await reconcile(env, now);
}

/**
 * Compares what the record, the groups' objects and Telegram say, and mends what it can; what is new and cannot be
 * mended the leads of the default group are told. Null: there is no desk yet.
 */
export async function reconcile(env: Env, now: number): Promise<ReconciliationRun | null> {
  const versioned = await configCacheOf(env.DB).certain();
  if (versioned === null) return null;
  const { config } = versioned;
  const store = new Reconciliation(env.DB);
  const bot = botApi(env.BOT_TOKEN, env.TELEGRAM_API_ROOT);
  const groups = groupIds(config);
  const look: Look = { env, now, config, groups, store, bot, webhook: await webhookInfo(bot) };
  // While updates are drained there is no webhook, and that is as it should be.
  const isDraining = await store.isDraining(now);
  const findings = [
    ...(await lookAtRecord(look)),
    ...(isDraining ? [] : await lookAtWebhook(look)),
    ...(await lookAtUpdates(look)),
    ...(await lookAtGroups(look)),
  ];
  const [before] = await store.runs();
  const run = { at: now, groups, findings };
  await store.add(run);
  const { timeZone } = config.calendars[0] ?? { timeZone: "UTC" };
  const time = (at: number): string => `${wallTime(at, timeZone)} ${zoneWords(timeZone)}`;
  const lines = newsIn(findings, before?.findings ?? []).map((one) => findingInWords(one, time));
  if (lines.length > 0) await askGroup(env, defaultGroupOf(config), (stub) => stub.tellLeads(lines));
  if (findings.length > 0) log("warn", "reconciliation.found", { kinds: findings.map(topicOf) });
  return run;
}
