import { failures } from "../errors.ts";
import type { Params } from "../params.ts";
import type { WebhookState } from "../state.ts";
import { allPending, dropExpired, forgetUpdates } from "../update-queue.ts";
import { forgetDeliveries } from "../webhook-delivery.ts";
import type { Method, Methods } from "./method.ts";

const SECRET_TOKEN_MAX = 256;
const UPDATES_PER_CALL_MAX = 100;
const PORTS = ["", "443", "80", "88", "8443"];

function checkAddress(url: string): void {
  let address: URL;
  try {
    address = new URL(url);
  } catch {
    throw failures.badWebhook("invalid webhook URL specified");
  }
  // Telegram insists on HTTPS and on four ports; loopback addresses are let through.
  if (/^(localhost|127(\.\d+){3}|\[::1\])$/.test(address.hostname)) return;
  if (address.protocol !== "https:") throw failures.badWebhook("An HTTPS URL must be provided for webhook");
  if (!PORTS.includes(address.port)) {
    throw failures.badWebhook("Webhook can be set up only on ports 80, 88, 443 or 8443");
  }
}

/** Not given: as before. Empty: everything but what must be asked for by name. */
function readAllowed(params: Params, before: string[] | null): string[] | null {
  const given = params.list("allowed_updates", "allowed updates");
  if (given === null) return before;
  return given.length === 0 ? null : given.map(String);
}

const setWebhook: Method = (world, params) => {
  const url = params.text("url") ?? "";
  if (url === "") return deleteWebhook(world, params);
  const { webhook, budgets } = world.state;
  const secretToken = params.text("secret_token") || null;
  if (secretToken && secretToken.length > SECRET_TOKEN_MAX) throw failures.secretTokenTooLong();
  if (secretToken && !/^[\w-]+$/.test(secretToken)) throw failures.secretTokenCharacters();
  checkAddress(url);
  const wanted: WebhookState = {
    ...webhook,
    url,
    secretToken,
    maxConnections: Math.min(Math.max(params.integer("max_connections") ?? 40, 1), 100),
    ipAddress: params.text("ip_address"),
    allowedUpdates: readAllowed(params, webhook.allowedUpdates),
  };
  const isChange = JSON.stringify(wanted) !== JSON.stringify(webhook);
  const { webhookEveryMs } = budgets.limits;
  const isTooSoon =
    webhookEveryMs !== null && webhook.lastSetAt !== null && world.nowMs - webhook.lastSetAt < webhookEveryMs;
  if (isChange && isTooSoon) throw failures.retryAfter(1);
  if (params.flag("drop_pending_updates")) forgetUpdates(world, () => true);
  if (isChange) {
    world.state.webhook = { ...wanted, lastError: null, lastSetAt: world.nowMs };
    forgetDeliveries(world);
  }
  return true;
};

const deleteWebhook: Method = (world, params) => {
  if (params.flag("drop_pending_updates")) forgetUpdates(world, () => true);
  world.state.webhook = {
    ...world.state.webhook,
    url: "",
    secretToken: null,
    maxConnections: 40,
    ipAddress: null,
    lastError: null,
  };
  forgetDeliveries(world);
  return true;
};

const getWebhookInfo: Method = (world) => {
  dropExpired(world);
  const { webhook, updates } = world.state;
  return {
    url: webhook.url,
    has_custom_certificate: false,
    pending_update_count: updates.count,
    ...(webhook.url ? { max_connections: webhook.maxConnections } : {}),
    ...(webhook.ipAddress ? { ip_address: webhook.ipAddress } : {}),
    ...(webhook.lastError
      ? { last_error_date: webhook.lastError.at, last_error_message: webhook.lastError.message }
      : {}),
    ...(webhook.allowedUpdates ? { allowed_updates: webhook.allowedUpdates } : {}),
  };
};

/** Everything below the offset counts as received. Waiting for something to come is left to the caller. */
const getUpdates: Method = (world, params) => {
  if (world.state.webhook.url) throw failures.webhookIsActive();
  world.state.webhook.allowedUpdates = readAllowed(params, world.state.webhook.allowedUpdates);
  dropExpired(world);
  const offset = params.integer("offset") ?? 0;
  const limit = Math.min(Math.max(params.integer("limit") ?? UPDATES_PER_CALL_MAX, 1), UPDATES_PER_CALL_MAX);
  const pending = allPending(world);
  const from = offset < 0 ? (pending.at(offset) ?? pending[0])?.updateId : offset;
  if (from !== undefined && from > 0) forgetUpdates(world, (update) => update.updateId < from);
  return allPending(world)
    .slice(0, limit)
    .map((queued) => queued.update);
};

export const webhookMethods: Methods = { setWebhook, deleteWebhook, getWebhookInfo, getUpdates };
