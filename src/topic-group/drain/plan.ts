import { TEXT_CHARS_MAX, TOPIC_ECHO_MS } from "../../domain/limits.ts";
import { isWebhookLane, STAFF, type Lane } from "../tables/lane.ts";
import type { MessageRow, Messages } from "../tables/messages.ts";
import type { Head, OutboxRow } from "../tables/outbox.ts";
import type { TicketRow, Tickets } from "../tables/tickets.ts";
import type { Job, RelayJob } from "./job.ts";
import { GROUP_RATE, type LaneRate } from "./lane-rate.ts";
import { createStep, nextViewStep, type ViewContext } from "./topic-view.ts";
import { handlerOf, type Deliveries, type Queues } from "./work-handler.ts";

/** What a lane does next: a job now, nothing until `wakeAt`, or nothing at all. */
export type Plan = { job: Job; cost: number } | { wakeAt: number | null };

/** Calls of the group's minute that stay free for customers' messages while the desk says other things. */
const NOTICE_RESERVE = 2;
/** … and while it keeps cards and icons up to date. */
const VIEW_RESERVE = 5;
/** … and for other customers, while one has had half of them. */
export const FAIR_RESERVE = 4;
/**
 * Texts of one topic are joined once no more than this many calls would be left for what waits: a burst that were copied
 * one by one first would spend the minute before joining could help.
 */
export const JOIN_RESERVE = 10;
/**
 * While texts are joined, one of a customer who has had a call of this minute waits until nothing has followed it for so
 * long, so that a burst that comes in slowly takes few calls all the same …
 */
const LULL_MS = 400;
/** … and while few calls are left, for as long as people take to type what follows … */
const TYPING_LULL_MS = 2_000;
const FEW_CALLS = 5;
/** … but the first of them not longer than this. */
const LULL_WAIT_MAX_MS = 5_000;
/** A view that has waited this long counts as a notice, so that a busy day still closes its topics. */
const VIEW_PATIENCE_MS = 120_000;
const JOIN_ROWS_MAX = 100;
const VIEWS_LOOKED_AT = 20;

/** Whether more waits for the staff group than it may be sent now while `reserve` calls stay free. */
export function isPressed(messages: Messages, rate: LaneRate, now: number, reserve = 0): boolean {
  const room = rate.free(now) - reserve;
  return room < 0 || messages.countWaitingIn(STAFF, room + 1) > room;
}

/**
 * The next job of the staff group's lane. Within a topic everything leaves in the order in which it was accepted.
 * Between topics, first notices that an answer did not arrive, then customers' messages, then other notices, then cards
 * and icons; among equals the customer who has had the fewest calls of the minute (`shares`), then the older job. A
 * topic whose next delivery has to wait does not stop the others. Of tickets that are `busy`, a job is under way: they
 * have their turn when it is over.
 */
export function planStaff(
  queues: Queues,
  deliveries: Deliveries,
  rate: LaneRate,
  now: number,
  contextOf: (row: TicketRow) => ViewContext | null,
  shares: ReadonlyMap<number, number> = new Map(),
  busy: ReadonlySet<number> = new Set(),
): Plan {
  const { messages, outbox, tickets, views } = queues;
  const { works, view } = deliveries;
  const needsTopicFor = (row: OutboxRow): boolean =>
    handlerOf(works, row).needsTopic?.(row, messages) === true;
  let wakeAt: number | null = null;
  const later = (at: number): void => {
    wakeAt = wakeAt === null ? at : Math.min(wakeAt, at);
  };

  for (const row of outbox.urgent(STAFF)) {
    if (busy.has(row.ticket)) continue;
    const about = row.ticket === 0 ? undefined : tickets.get(row.ticket)?.ticket;
    // Where there is no topic to say it in, its turn comes with the ticket's, which begins with one.
    const isHeld = about?.heldUntil != null || (needsTopicFor(row) && about?.topicId === null);
    if (isHeld) continue;
    if ((row.notBefore ?? 0) <= now) return whenFree({ kind: "work", row }, 1, 0);
    later(row.notBefore!);
  }

  const heads = outbox.heads(STAFF);
  const shareOf = sharesByTicket(tickets, heads, shares);
  const content = heads
    .filter((head) => head.message !== null)
    .sort((a, b) => shareOf(a) - shareOf(b) || a.message! - b.message!);
  const notices = heads
    .filter((head) => head.message === null)
    .sort((a, b) => shareOf(a) - shareOf(b) || a.work! - b.work!);
  /** Tickets whose next delivery has to wait, and until when. */
  const blocked = new Map<number, number>();

  for (const head of [...content, ...notices]) {
    if (busy.has(head.ticket)) continue;
    const row = head.ticket === 0 ? undefined : tickets.get(head.ticket);
    const next = nextOf(queues, STAFF, head);
    if (row?.ticket.heldUntil != null) continue;
    const readyAt = readyAtOf(messages, next);
    if (readyAt > now) {
      later(readyAt);
      blocked.set(head.ticket, readyAt);
      continue;
    }
    const reserve = head.message === null ? NOTICE_RESERVE : 0;

    const needsTopic = next.kind === "message" || needsTopicFor(next.row);
    // A ticket that has gone before it had a topic here gets none any more.
    const isHere = row !== undefined && row.ticket.movedTo === null;
    if (needsTopic && isHere && row.ticket.topicId === null) {
      const creatingUntil = row.view.creatingSince === null ? 0 : row.view.creatingSince + TOPIC_ECHO_MS;
      const context = contextOf(row);
      const placedAt = context === null ? 0 : view.createsFrom(queues, row, context);
      if (creatingUntil > now || placedAt > now || context === null || rate.topicsFrom > now) {
        const soonest = placedAt > now ? placedAt : now + 1_000;
        const lookAt = Math.max(creatingUntil, rate.topicsFrom, soonest);
        later(lookAt);
        blocked.set(head.ticket, lookAt);
        continue;
      }
      return whenFree({ kind: "view", row, step: createStep(row, context) }, 1, reserve);
    }
    // A new topic begins with its card, unless so much waits that people had better read first.
    if (
      needsTopic &&
      isHere &&
      row.view.cardId === null &&
      (next.kind === "work" || (row.viewDueAt ?? Infinity) <= now)
    ) {
      const context = contextOf(row);
      const step = context === null ? null : nextViewStep(row, context);
      if (step?.what === "post_card" && !isPressed(messages, rate, now))
        return whenFree({ kind: "view", row, step }, 1, 0);
    }
    if (next.kind === "work") return whenFree({ kind: "work", row: next.row }, 1, reserve);
    const hasHadMuch = shareOf(head) >= GROUP_RATE.calls / 2;
    const pressed = isPressed(messages, rate, now, JOIN_RESERVE);
    const relay = relayOf(queues, STAFF, head, next.row, pressed);
    const lullAt =
      pressed && shareOf(head) > 0 && mayGrow(queues, head, relay) ? lullOf(relay, rate, now) : now;
    // Where no call is free, it waits for that anyway.
    if (lullAt > now && rate.freeAt(now, 1) <= now) {
      later(lullAt);
      continue;
    }
    const cost = relay.joined ? 1 : relay.rows.length;
    const fairAt = hasHadMuch ? rate.freeAt(now, cost, FAIR_RESERVE) : now;
    // Calls kept free for other customers may be used if none of them comes.
    if (fairAt > now && rate.freeAt(now, cost) <= now) {
      later(fairAt);
      continue;
    }
    return whenFree(relay, cost, reserve);
  }

  for (const row of views.due(now, VIEWS_LOOKED_AT)) {
    if (busy.has(row.ticket.number)) continue;
    const creatingUntil = row.view.creatingSince === null ? 0 : row.view.creatingSince + TOPIC_ECHO_MS;
    const blockedUntil = Math.max(creatingUntil, blocked.get(row.ticket.number) ?? 0);
    if (blockedUntil > now) {
      later(blockedUntil);
      continue;
    }
    const context = contextOf(row);
    const placedAt = context === null ? 0 : view.createsFrom(queues, row, context);
    if (placedAt > now) {
      later(placedAt);
      continue;
    }
    const step = context === null ? null : nextViewStep(row, context);
    if (step === null) {
      views.save(row.ticket.number, row.view, null);
      continue;
    }
    const patient = now - (row.viewDueAt ?? now) < VIEW_PATIENCE_MS;
    return whenFree({ kind: "view", row, step }, 1, patient ? VIEW_RESERVE : NOTICE_RESERVE);
  }
  const viewDueAt = views.nextDueAt(now);
  if (viewDueAt !== null) later(viewDueAt);
  return { wakeAt };

  /** The lane is one queue for the group's rate: the next job waits for a free call, and no job overtakes it. */
  function whenFree(job: Job, cost: number, reserve: number): Plan {
    const at = rate.freeAt(now, cost, reserve);
    if (at <= now) return { job, cost };
    later(at);
    return { wakeAt };
  }
}

/** How many calls of the minute the customer of a head has had. */
function sharesByTicket(
  tickets: Tickets,
  heads: readonly Head[],
  shares: ReadonlyMap<number, number>,
): (head: Head) => number {
  if (shares.size === 0) return () => 0;
  const customers = tickets.customersOf(heads.map(({ ticket }) => ticket));
  return ({ ticket }) => shares.get(customers.get(ticket) ?? 0) ?? 0;
}

/** What a private chat or the bot itself does next: everything strictly in the order of acceptance. */
export function planChat(
  queues: Queues,
  { works }: Deliveries,
  lane: Lane,
  rate: LaneRate,
  now: number,
): Plan {
  const head = queues.outbox.heads(lane).sort((a, b) => seqOf(a) - seqOf(b))[0];
  if (head === undefined) return { wakeAt: null };
  const next = nextOf(queues, lane, head);
  const readyAt = readyAtOf(queues.messages, next);
  if (readyAt > now) return { wakeAt: readyAt };
  if (next.kind === "work") {
    const waitsUntil = handlerOf(works, next.row).waitsUntil?.(next.row, queues, now) ?? 0;
    if (waitsUntil > now) return { wakeAt: waitsUntil };
  }
  const job: Job =
    next.kind === "work" ? { kind: "work", row: next.row } : relayOf(queues, lane, head, next.row, false);
  const cost = job.kind === "relay" ? job.rows.length : 1;
  const at = rate.freeAt(now, cost);
  return at <= now ? { job, cost } : { wakeAt: at };
}

/**
 * The next job of an endpoint's lane, or of the lane to another group's object: deliveries about one ticket stay in
 * order and wait only for their own, so that a message that the endpoint does not take holds up no other ticket.
 */
export function planWebhook(
  queues: Queues,
  { works }: Deliveries,
  lane: Lane,
  rate: LaneRate,
  now: number,
): Plan {
  let wakeAt: number | null = null;
  for (const head of queues.outbox.heads(lane).sort((a, b) => seqOf(a) - seqOf(b))) {
    const next = nextOf(queues, lane, head);
    if (next.kind === "message") continue;
    for (const row of head.ticket === 0 ? [next.row, ...overtaking(queues, works, lane)] : [next.row]) {
      const readyAt = Math.max(row.notBefore ?? 0, rate.freeAt(now, 1));
      if (readyAt <= now) return { job: { kind: "work", row }, cost: 1 };
      wakeAt = Math.min(wakeAt ?? readyAt, readyAt);
    }
  }
  return { wakeAt };
}

/** What goes before what waits in an endpoint's lane and is about no ticket. */
function overtaking({ outbox }: Queues, works: Deliveries["works"], lane: Lane): OutboxRow[] {
  if (!isWebhookLane(lane)) return [];
  return outbox.waiting(lane, 0).filter((row) => handlerOf(works, row).overtakes?.(row) === true);
}

function seqOf(head: Head): number {
  return Math.min(head.message ?? Infinity, head.work ?? Infinity);
}

type Next = { kind: "message"; row: MessageRow } | { kind: "work"; row: OutboxRow };

function nextOf({ messages, outbox }: Queues, lane: Lane, head: Head): Next {
  if (head.message === null || (head.work !== null && head.work < head.message)) {
    return { kind: "work", row: outbox.get(head.work!)! };
  }
  return { kind: "message", row: messages.waiting(lane, head.ticket, head.message, 1)[0]! };
}

/** When it may go: an album is ready once nothing has joined it for a while. */
function readyAtOf(messages: Messages, next: Next): number {
  if (next.kind === "work" || next.row.album === null) return next.row.notBefore ?? 0;
  const items = messages.waitingAlbum(next.row.lane, next.row.ticket, next.row.album);
  return Math.max(...items.map((item) => item.notBefore ?? 0));
}

function relayOf(
  { messages }: Queues,
  lane: Lane,
  head: Head,
  first: MessageRow,
  pressed: boolean,
): RelayJob {
  if (first.album !== null) {
    return { kind: "relay", rows: messages.waitingAlbum(lane, head.ticket, first.album), joined: false };
  }
  if (!pressed || first.content?.text === undefined) return { kind: "relay", rows: [first], joined: false };
  const rows: MessageRow[] = [];
  for (const row of messages.waiting(lane, head.ticket, first.seq, JOIN_ROWS_MAX)) {
    // Consecutive means: nothing else of the topic stands between them.
    const interrupted = head.work !== null && head.work < row.seq;
    if (interrupted || row.content?.text === undefined || row.writer !== first.writer) break;
    rows.push(row);
  }
  return { kind: "relay", rows, joined: rows.length > 1 };
}

/** Whether what the customer writes next can be joined with this: texts that end the topic's queue, and have room. */
function mayGrow({ messages }: Queues, head: Head, { rows }: RelayJob): boolean {
  const newest = rows.at(-1)!;
  const length = rows.reduce((sum, { content }) => sum + (content?.text?.text.length ?? TEXT_CHARS_MAX), 0);
  return (
    length < TEXT_CHARS_MAX &&
    rows.length < JOIN_ROWS_MAX &&
    head.work === null &&
    messages.waiting(STAFF, head.ticket, newest.seq + 1, 1).length === 0
  );
}

/** When nothing will have followed the newest of these texts for a while. */
function lullOf({ rows }: RelayJob, rate: LaneRate, now: number): number {
  const lull = rate.free(now) < FEW_CALLS ? TYPING_LULL_MS : LULL_MS;
  return Math.min(rows.at(-1)!.acceptedAt + lull, rows[0]!.acceptedAt + LULL_WAIT_MAX_MS);
}
