import type { QueueConfig } from "../../domain/config/config.ts";
import { ms } from "../../domain/duration.ts";
import type { AgentNotice } from "../../domain/ticket/effect.ts";
import { wants } from "../../domain/ticket/webhook-event.ts";
import { notice } from "../../texts/notice.ts";
import type { Transaction } from "../commit/transaction.ts";
import { FACTS, type Facts } from "../tables/facts.ts";

/** What was told about the depth of a queue; instants in ms since 1970. */
interface DepthTold {
  exceeded: boolean;
  /** When the last alert was; null before the first. */
  alertedAt: number | null;
  /** When to look again, because the cooldown keeps an alert back. */
  lookAt: number | null;
}

const NOTHING_TOLD: DepthTold = { exceeded: false, alertedAt: null, lookAt: null };
/** Tickets beyond this are not counted one by one: "more than 1,000" says enough. */
const COUNT_MAX = 1_000;

/**
 * Tells the leads and subscribed webhooks when too many tickets of a queue wait for an agent, and when they no longer
 * do. Alerts keep the cooldown's distance; one held back is told afterwards, if it still holds.
 */
export function watchDepth(tx: Transaction, queues: Iterable<string>): void {
  for (const id of new Set(queues)) {
    const queue = tx.rules.config.queues.find((one) => one.id === id);
    if (queue?.depthAlert !== undefined && queue.group === tx.rules.group.id)
      watch(tx, queue, queue.depthAlert);
  }
}

/** The queues that are due to be looked at. */
export function depthsDue(facts: Facts, queues: readonly QueueConfig[], now: number): string[] {
  return queues.flatMap(({ id }) => ((toldOf(facts, id).lookAt ?? Infinity) <= now ? [id] : []));
}

/** When some queue is to be looked at next. */
export function nextDepthAt(facts: Facts, queues: readonly QueueConfig[]): number | null {
  const at = Math.min(...queues.map(({ id }) => toldOf(facts, id).lookAt ?? Infinity));
  return at === Infinity ? null : at;
}

function watch(
  tx: Transaction,
  { id: queue }: QueueConfig,
  { unassigned: limit, cooldown }: NonNullable<QueueConfig["depthAlert"]>,
): void {
  const told = toldOf(tx.facts, queue);
  const exceeded = tx.openTickets.countUnassigned(queue, limit + 1) > limit;
  const next = { ...told, lookAt: null as number | null };
  if (exceeded && !told.exceeded) {
    const from = told.alertedAt === null ? tx.now : told.alertedAt + ms(cooldown);
    if (from > tx.now) {
      next.lookAt = from;
      tx.wake(from);
    } else {
      Object.assign(next, { exceeded, alertedAt: tx.now });
      tell(tx, queue, limit, "queue.depth_exceeded");
    }
  } else if (!exceeded && told.exceeded) {
    next.exceeded = false;
    tell(tx, queue, limit, "queue.depth_recovered");
  }
  if (JSON.stringify(next) !== JSON.stringify(told)) tx.facts.set(FACTS.depth(queue), next);
}

function tell(
  tx: Transaction,
  queue: string,
  limit: number,
  code: "queue.depth_exceeded" | "queue.depth_recovered",
): void {
  const unassigned = tx.openTickets.countUnassigned(queue, COUNT_MAX);
  const told: AgentNotice = { code, queue, unassigned, limit };
  const { leads } = tx.rules.policy.roster;
  for (const lead of leads) tx.notifyAgent(lead, 0, told);
  if (leads.length === 0) tx.notifyTopic(0, notice("agentNotice", told, null));
  const { id: group } = tx.rules.group;
  for (const webhook of tx.rules.config.webhooks) {
    if (!wants(webhook, code)) continue;
    const data = { group, queue, unassigned, limit };
    tx.webhook({ webhook: webhook.id, ticket: 0, type: code, at: tx.now, data });
  }
}

function toldOf(facts: Facts, queue: string): DepthTold {
  return (facts.get(FACTS.depth(queue)) as DepthTold | undefined) ?? NOTHING_TOLD;
}
