import type { Ticket } from "../../domain/ticket/ticket.ts";
import type { Transaction } from "../commit/transaction.ts";
import { isDisabled } from "../rules/webhook-status.ts";
import {
  groupOfLane,
  isPeerLane,
  isRouteLane,
  isCrmLane,
  isForOthers,
  isWebhookLane,
  SKILLS_LANE,
  webhookOfLane,
  type Lane,
} from "../tables/lane.ts";

/** A delivery that gave up (`parked`) or whose outcome is unknown (`uncertain`). Instants in ms since 1970. */
export interface ParkedDelivery {
  /** `<group>:m:<seq>` for a relayed message, `<group>:o:<seq>` for everything else. */
  id: string;
  group: string;
  state: "parked" | "uncertain";
  /** The destination: `telegram:<chat id>`, `record` … */
  lane: string;
  /** The kind of work, such as `relay`, `topic_notice`, `receipt`. */
  kind: string;
  /** Its id, and its reference; null: it concerns no ticket. */
  ticket: string | null;
  ref: string | null;
  attempts: number;
  /** Why: a code such as `outcome_unknown`, `topic_gone`, `message_too_long`. */
  code: string;
  at: number;
}

/** `gone`: there is no such delivery, or it is on its way; `disabled`: its endpoint is left alone. */
export type Replayed = "replayed" | "gone" | "disabled";

/** Sends a parked or uncertain delivery again because an operator or agent asked; an album as a whole. */
export function replay(tx: Transaction, id: string): Replayed {
  const match = /^([a-z0-9-]+):([mo]):(\d{1,15})$/.exec(id);
  if (match === null || match[1] !== tx.rules.group.id) return "gone";
  const seq = Number(match[3]);
  const again = { state: "waiting", attempts: 0, attemptedAt: null, notBefore: null, code: null } as const;
  if (match[2] === "m") {
    const rows = tx.parkedMessages.together(seq);
    tx.added += rows.length;
    for (const row of rows) {
      tx.messages.update(row, again);
      tx.touched.add(row.lane);
    }
    return rows.length === 0 ? "gone" : "replayed";
  }
  const row = tx.outbox.get(seq);
  if (row === undefined || row.state === "waiting") return "gone";
  if (isWebhookLane(row.lane) && isDisabled(tx, webhookOfLane(row.lane))) return "disabled";
  tx.outbox.update(seq, { ...again, acceptedAt: tx.now });
  if (!isForOthers(row.lane)) tx.added += 1;
  tx.touched.add(row.lane);
  return "replayed";
}

/** Parked and uncertain deliveries of this object, oldest first, after the one with this id. */
export function parkedDeliveries(
  tx: Pick<Transaction, "parkedMessages" | "outbox" | "tickets" | "rules">,
  after: string | null,
  limit: number,
): ParkedDelivery[] {
  const afterSeq = Number(after?.split(":").at(-1) ?? 0);
  const group = tx.rules.group.id;
  const messages = tx.parkedMessages
    .after(afterSeq, limit)
    .map((row) => ({ row, letter: "m", kind: "relay" }));
  const works = tx.outbox.parked(afterSeq, limit).map((row) => ({ row, letter: "o", kind: row.kind }));
  return [...messages, ...works]
    .sort((a, b) => a.row.seq - b.row.seq)
    .slice(0, limit)
    .map(({ row, letter, kind }) => ({
      id: `${group}:${letter}:${row.seq}`,
      group,
      state: row.state === "uncertain" ? "uncertain" : "parked",
      lane: publicName(row.lane),
      kind,
      ...named(tx.tickets.get(row.ticket)?.ticket),
      attempts: row.attempts,
      code: row.code ?? "unknown",
      at: row.acceptedAt,
    }));
}

/** A ticket by its name outside: one that came from another group has another number here. */
function named(ticket: Ticket | undefined): Pick<ParkedDelivery, "ticket" | "ref"> {
  return { ticket: ticket?.id ?? null, ref: ticket?.ref ?? null };
}

/** A lane as programs read it. */
export function publicName(lane: Lane): string {
  if (isWebhookLane(lane)) return lane.replace("hook:", "webhook:");
  if (lane === SKILLS_LANE) return "skills";
  if (isCrmLane(lane)) return "enrichment";
  if (isPeerLane(lane)) return `group:${groupOfLane(lane)}`;
  return isRouteLane(lane) ? lane.slice("to:".length) : `telegram:${lane}`;
}
