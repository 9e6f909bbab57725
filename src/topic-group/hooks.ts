import { HOOK_REPLAYED_MAX } from "../domain/limits.ts";
import type { Ticket } from "../domain/ticket.ts";
import { messageData, wants, type ToldMessage } from "../domain/webhook-event.ts";
import type { Writing } from "../telegram/message.ts";
import { hookLane } from "./drain/lane.ts";
import { isDisabled, messageId, type HookState } from "./hook-state.ts";
import { FACTS } from "./tables/facts.ts";
import type { DeadLetters } from "./tables/hook-log.ts";
import type { Transaction } from "./transaction.ts";

/** The endpoint wants nothing any more: what waits is kept as given up, and the leads hear of it once. */
export function disable(tx: Transaction, webhook: string): void {
  const url = tx.rules.config.webhooks.find(({ id }) => id === webhook)?.url;
  if (url === undefined || isDisabled(tx, webhook)) return;
  tx.store.setFact(FACTS.hook(webhook), { url, disabledAt: tx.now } satisfies HookState);
  tx.hookLog.giveUp(webhook, "endpoint_disabled");
  for (const lead of tx.rules.policy.roster.leads)
    tx.tellAgent(lead, 0, { code: "webhook_disabled", webhook });
}

/** It is called again. Answers whether it was left alone. */
export function enable(tx: Transaction, webhook: string): boolean {
  const was = isDisabled(tx, webhook);
  if (was) tx.store.deleteFact(FACTS.hook(webhook));
  return was;
}

/** Sends again what was given up. Answers how many. */
export function replayHook(tx: Transaction, webhook: string, which: DeadLetters): number {
  const chosen = tx.hookLog.dead(webhook, { ...which, limit: HOOK_REPLAYED_MAX });
  for (const seq of chosen) {
    tx.outbox.update(seq, { state: "waiting", attempts: 0, notBefore: null, code: null, acceptedAt: tx.now });
  }
  if (chosen.length > 0) tx.touched.add(hookLane(webhook));
  return chosen.length;
}

/** A message is passed on, or a program sends one: whoever asks for messages is told. */
export function announceMessage(tx: Transaction, ticket: Ticket, message: ToldMessage): void {
  const type = message.from === "customer" ? "message.received" : "message.sent";
  const { desk, webhooks } = tx.rules.config;
  for (const webhook of webhooks) {
    if (!wants(webhook, type)) continue;
    const data = messageData(message, ticket, desk.textInWebhooks && webhook.includeText);
    tx.webhook({ webhook: webhook.id, ticket: ticket.number, type, at: message.sentAt, data });
  }
}

/** What is told of something that somebody wrote in Telegram. */
export function writtenBy(
  from: "customer" | "agent",
  writer: number,
  { messageId, kind, album, sentAt, text }: Writing,
): ToldMessage {
  return { from, writer, messageId, kind, album, sentAt, text };
}

/** Sends an endpoint something to try it. Answers the message's id, null where it is left alone. */
export function ping(tx: Transaction, webhook: string): string | null {
  const seq = tx.webhook({ webhook, ticket: 0, type: "ping", at: tx.now, data: { webhook } });
  return seq === null ? null : messageId(tx.rules.group.id, seq);
}
