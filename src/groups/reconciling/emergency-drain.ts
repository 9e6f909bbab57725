import { webhookPlace } from "../../domain/desk/address.ts";
import { log } from "../../log.ts";
import { realNow } from "../../real-clock.ts";
import { RecordUnreachable } from "../../record/reach.ts";
import { Reconciliation } from "../../record/reconciliation.ts";
import { botApi, type BotApi } from "../../telegram/api.ts";
import { envelopeOf } from "../../telegram/envelope.ts";
import { UPDATE_KINDS } from "../../telegram/update-kinds.ts";
import { deleteWebhook, webhookInfo } from "../../telegram/webhook.ts";
import { DRAIN_LEASE_MS, DRAIN_PATIENCE_MS, DRAIN_WEBHOOK_TRIES, DRAINED_UPDATES_MAX } from "../limits.ts";
import { receive, type Received } from "../receiving.ts";
import { pointWebhook } from "./webhook-setting.ts";

/** Why a drain ended before Telegram's queue was empty. */
export const STOPS = [
  "config.missing",
  "group.full",
  "group.unreachable",
  "record.unreachable",
  "telegram.unreachable",
  "limit.reached",
] as const;
type Stop = (typeof STOPS)[number];

/** What a drain did. */
interface Drained {
  /** Updates by what became of them. */
  taken: Record<Exclude<Received["status"], "again">, number>;
  /** Null: there was nothing more. What was not taken waits at Telegram. */
  stopped: Stop | null;
  /** Updates that wait at Telegram afterwards; null: it does not say. */
  waiting: number | null;
  /** Where updates come, and whether Telegram sends them there again; if not, the next look sees to it. */
  webhook: { url: string; set: boolean };
}

export type DrainAnswer =
  | { drained: Drained }
  | { refused: "drain.running" | "drain.no_address" | "telegram.unreachable" };

/**
 * For when webhooks do not get through: takes the webhook away, which keeps the queue, brings waiting updates into the
 * objects in their order, and sets the webhook again even if a step fails. Updates that Telegram sends twice are known
 * by their numbers. If the drain dies, Cron sets the webhook once its lease is over.
 */
export async function drainUpdates(env: Env, now: number): Promise<DrainAnswer> {
  const store = new Reconciliation(env.DB);
  const bot = botApi(env.BOT_TOKEN, env.TELEGRAM_API_ROOT);
  const url = await placeAfter(store, bot);
  if (url === null) return { refused: "drain.no_address" };
  if (!(await store.begin("drain", now, now + DRAIN_LEASE_MS))) return { refused: "drain.running" };
  let came: Awaited<ReturnType<typeof bringIn>> | null = null;
  let set = false;
  try {
    came = (await deleteWebhook(bot)) ? await bringIn(env, bot, now) : null;
  } finally {
    set = await setAgain({ env, now, store, bot }, url);
    // While it is not set the drain counts as dead, and the next minute sets it.
    if (set) await store.end("drain");
  }
  if (came === null) return { refused: "telegram.unreachable" };
  log("warn", "updates.drained", { ...came.taken, stopped: came.stopped, set });
  const waiting = (await webhookInfo(bot))?.pending ?? null;
  return { drained: { ...came, waiting, webhook: { url, set } } };
}

async function bringIn(env: Env, bot: BotApi, now: number): Promise<Pick<Drained, "taken" | "stopped">> {
  const until = realNow() + DRAIN_PATIENCE_MS;
  const taken: Drained["taken"] = { accepted: 0, duplicate: 0, ignored: 0, set_aside: 0 };
  let offset = 0;
  let count = 0;
  for (;;) {
    // Asking for what comes next tells Telegram that everything before it is ours.
    const fetched = await fetchUpdates(bot, offset, Math.min(100, DRAINED_UPDATES_MAX - count));
    if (fetched === null) return { taken, stopped: "telegram.unreachable" };
    if (fetched.length === 0) return { taken, stopped: null };
    if (count === DRAINED_UPDATES_MAX) return { taken, stopped: "limit.reached" };
    for (const update of fetched) {
      if (realNow() > until) {
        await fetchUpdates(bot, offset, 1);
        return { taken, stopped: "limit.reached" };
      }
      const came = await takeOne(update, env, now);
      if (came.status === "again") {
        if (offset > 0) await fetchUpdates(bot, offset, 1);
        return { taken, stopped: came.because };
      }
      taken[came.status] += 1;
      offset = came.updateId + 1;
      count += 1;
    }
  }
}

type TakenOne = { status: keyof Drained["taken"]; updateId: number } | { status: "again"; because: Stop };

async function takeOne(update: unknown, env: Env, now: number): Promise<TakenOne> {
  const envelope = envelopeOf(update);
  if (envelope === null) return { status: "again", because: "telegram.unreachable" };
  try {
    const received = await receive(update, envelope, env, now);
    if (received.status === "again") return { status: "again", because: received.because };
    return { status: received.status, updateId: envelope.updateId };
  } catch (error) {
    if (!(error instanceof RecordUnreachable)) throw error;
    return { status: "again", because: "record.unreachable" };
  }
}

/** What waits at Telegram from a number on, oldest first; null: it does not say. */
async function fetchUpdates(bot: BotApi, offset: number, limit: number): Promise<unknown[] | null> {
  const params = { offset, limit: Math.max(limit, 1), timeout: 0, allowed_updates: UPDATE_KINDS };
  const outcome = await bot({ method: "getUpdates", params });
  return outcome.kind === "done" && Array.isArray(outcome.result) ? outcome.result : null;
}

/** Where the webhook leads afterwards: the desk's address, unless updates come by another way, which the drain keeps. */
async function placeAfter(store: Reconciliation, bot: BotApi): Promise<string | null> {
  const current = (await webhookInfo(bot))?.url ?? "";
  const { expected, left } = webhookPlace(await store.places(), current);
  return left === null ? expected : current;
}

async function setAgain(at: Parameters<typeof pointWebhook>[0], url: string): Promise<boolean> {
  for (let tries = 1; tries <= DRAIN_WEBHOOK_TRIES; tries += 1) {
    if ((await pointWebhook(at, url)) === "set") return true;
    // Telegram takes one setWebhook a second [Bot API server].
    await scheduler.wait(1_000);
  }
  return false;
}
