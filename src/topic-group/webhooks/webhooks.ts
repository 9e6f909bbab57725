import { WEBHOOK_REPLAYED_MAX } from "../../domain/limits.ts";
import { plainNumber } from "../../domain/message-number.ts";
import { isLeadOf } from "../../domain/team/agent.ts";
import type { Ticket } from "../../domain/ticket/ticket.ts";
import { messageData, wants, type ToldMessage } from "../../domain/ticket/webhook-event.ts";
import { composedWords, type Writing } from "../../telegram/message.ts";
import { ticketForPrograms } from "../../texts/for-programs.ts";
import { sendToPeer } from "../commit/send-to-peer.ts";
import type { Transaction } from "../commit/transaction.ts";
import { webhookStatus, isDisabled, messageId, type WebhookStatus } from "../rules/webhook-status.ts";
import { FACTS } from "../tables/facts.ts";
import { webhookLane } from "../tables/lane.ts";
import type { PeerMessage } from "../tables/peer-message.ts";
import type { DeadLetters } from "../tables/webhook-log.ts";

/** The endpoint answered 410: no group calls it again. */
export function disable(tx: Transaction, webhook: string): void {
  const { webhooks, groups } = tx.rules.config;
  const url = webhooks.find(({ id }) => id === webhook)?.url;
  if (url === undefined || isDisabled(tx, webhook)) return;
  setDisabled(tx, { webhook, url, at: tx.now });
  for (const { id } of groups)
    if (id !== tx.rules.group.id) sendToPeer(tx, id, 0, { type: "hook_gone", webhook, url, at: tx.now });
}

/** Another group was answered 410. An answer older than the last re-enabling does not count. */
export function markDisabled(tx: Transaction, gone: Gone): void {
  const { webhook, url, at } = gone;
  if (tx.rules.config.webhooks.find(({ id }) => id === webhook)?.url !== url) return;
  if (isDisabled(tx, webhook) || at <= (webhookStatus(tx, webhook)?.enabledAt ?? 0)) return;
  setDisabled(tx, gone);
}

type Gone = Pick<Extract<PeerMessage, { type: "hook_gone" }>, "webhook" | "url" | "at">;

/** Waiting deliveries are parked. Every group is told, so each lead is told by the first group that they lead. */
function setDisabled(tx: Transaction, { webhook, url, at }: Gone): void {
  const { config, group } = tx.rules;
  tx.facts.set(FACTS.webhook(webhook), { url, disabledAt: at } satisfies WebhookStatus);
  tx.webhookLog.giveUp(webhook, "endpoint_disabled");
  // What is no message, and stood behind one, has its turn now.
  tx.touched.add(webhookLane(webhook));
  for (const agent of config.agents) {
    if (config.groups.find(({ id }) => isLeadOf(config, id, agent))?.id !== group.id) continue;
    const { telegramId: id, name } = agent;
    tx.notifyAgent({ id, name }, 0, { code: "webhook_disabled", webhook });
  }
}

/** It is called again; the groups in `tell` were not reached, and hear it from here. Answers whether it was left alone. */
export function enable(tx: Transaction, webhook: string, tell: readonly string[]): boolean {
  const was = isDisabled(tx, webhook);
  markEnabled(tx, { webhook, at: tx.now });
  for (const group of tell) sendToPeer(tx, group, 0, { type: "hook_back", webhook, at: tx.now });
  return was;
}

/** It is called again; what is older than the last 410 says nothing. */
export function markEnabled(tx: Transaction, { webhook, at }: { webhook: string; at: number }): void {
  const url = tx.rules.config.webhooks.find(({ id }) => id === webhook)?.url;
  const known = webhookStatus(tx, webhook);
  const disabledAt = known?.disabledAt ?? null;
  if (url === undefined || (disabledAt !== null && at < disabledAt)) return;
  tx.facts.set(FACTS.webhook(webhook), { url, disabledAt, enabledAt: at } satisfies WebhookStatus);
}

/** Sends again what was given up. Answers how many; null: the endpoint is left alone. */
export function replayWebhook(tx: Transaction, webhook: string, which: DeadLetters): number | null {
  if (isDisabled(tx, webhook)) return null;
  const chosen = tx.webhookLog.dead(webhook, { ...which, limit: WEBHOOK_REPLAYED_MAX });
  for (const seq of chosen) {
    tx.outbox.update(seq, { state: "waiting", attempts: 0, notBefore: null, code: null, acceptedAt: tx.now });
  }
  if (chosen.length > 0) tx.touched.add(webhookLane(webhook));
  return chosen.length;
}

/** A message is passed on, or a program sends one: webhooks that want messages are told. */
export function announceMessage(tx: Transaction, ticket: Ticket, message: ToldMessage): void {
  const type = message.from === "customer" ? "message.received" : "message.sent";
  const { desk, webhooks } = tx.rules.config;
  for (const webhook of webhooks) {
    if (!wants(webhook, type)) continue;
    const data = messageData(
      message,
      ticketForPrograms(ticket),
      tx.due(ticket),
      desk.textInWebhooks && webhook.includeText,
    );
    tx.webhook({ webhook: webhook.id, ticket: ticket.number, type, at: message.sentAt, data });
  }
}

/** What of a message goes along to the group that has its ticket, where endpoints ask for messages. */
export function stillTold(tx: Transaction, message: ToldMessage): { told?: ToldMessage } {
  const { desk, webhooks } = tx.rules.config;
  const wanting = webhooks.filter((webhook) => wants(webhook, "message.received"));
  if (wanting.length === 0) return {};
  const withText = desk.textInWebhooks && wanting.some(({ includeText }) => includeText);
  return { told: withText ? message : { ...message, text: null } };
}

/** The author of a message in Telegram, as webhooks are told. */
export function writtenBy(from: "customer" | "agent", writer: number, writing: Writing): ToldMessage {
  const { messageId, kind, album, sentAt } = writing;
  return {
    from,
    writer,
    messageId: plainNumber(messageId),
    kind,
    album,
    sentAt,
    text: composedWords(writing),
  };
}

/** Sends an endpoint something to try it. Answers the message's id, null where it is left alone. */
export function ping(tx: Transaction, webhook: string): string | null {
  const seq = tx.webhook({ webhook, ticket: 0, type: "ping", at: tx.now, data: { webhook } });
  return seq === null ? null : messageId(tx.rules.group.id, seq);
}
