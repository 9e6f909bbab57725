import { chatOfContact } from "../../domain/contact/route.ts";
import { epochOf } from "../../domain/message-number.ts";
import type { Ticket } from "../../domain/ticket/ticket.ts";
import { notice } from "../../texts/notice.ts";
import { sendToPeer } from "../commit/send-to-peer.ts";
import type { Transaction } from "../commit/transaction.ts";
import { worded } from "../commit/words.ts";
import { retiredTo } from "../new-rules/retired.ts";
import { isCurrent, takeBackQuestion } from "../systems/enrichment.ts";
import { holdKey, peerLane, STAFF, type Lane } from "../tables/lane.ts";
import type { MessageRow } from "../tables/messages.ts";
import { urlOfTopic } from "../tables/numbering.ts";
import type { PassedMessage, PastEvent, PeerMessage, Stub } from "../tables/peer-message.ts";
import type { OriginalKey } from "../tables/shapes.ts";
import { awaitTurns, passTurns } from "../webhooks/turns.ts";
import { leaveStub, stubOf } from "./stub.ts";

/** Messages that are read at once. */
const WAITING_READ = 1_000;
/** Of a row's 2 MB (Durable Objects, limits), what an event and its surroundings need is far less. */
const HISTORY_PART_CHARS = 256 * 1024;
/** Messages of an open turn that one message to another group holds. */
const TURN_PART = 500;
/** Calls of programs that go along with a ticket, the newest ones; each is some hundred bytes. */
const SETTLED_MOVED_MAX = 500;
/** How long what a customer does may wait for something older that another group still has. */
const HOLD_MS = 60_000;

/**
 * Hands a ticket over to the group of its queue: the ticket with its history first, then the customer's messages that
 * have not been copied here yet, then everything that comes later, all through one lane.
 */
export function sendAway(tx: Transaction, number: number): void {
  const row = tx.tickets.get(number);
  const group = row?.ticket.movedTo ?? null;
  const customer = row === undefined ? undefined : tx.contacts.get(row.ticket.customer);
  if (row === undefined || group === null || customer === undefined) return;
  const { ticket } = row;
  const ask = takeBackQuestion(tx, number) || tx.enrichmentsWanted.has(number);
  const rows = waitingRows(tx, number);
  const history = tx.history.after(number, 0, Number.MAX_SAFE_INTEGER);
  const [latest = [], ...older] = inParts(history);
  const stub = stubOf(tx, row, history);
  const moved = {
    type: "ticket_moved",
    ticket,
    events: latest,
    contact: customer.contact,
    receiptId: row.receiptId,
    url: stub === null ? urlOfTopic(ticket.topicId, tx.rules.epochs, row.view.cardId) : null,
    profile: customer.profile !== null && isCurrent(tx, customer.profile) ? customer.profile : null,
    ask,
    ...newHome(tx, ticket),
    endpoints: passTurns(tx, ticket),
    settled: tx.inbox.settledOf(number, SETTLED_MOVED_MAX),
  } as const;
  // What is on its way to the topic here may fail: then it goes along, so the ticket waits for what comes of it.
  const waits = rows.some((waiting) => tx.isInFlight(waiting));
  tx.work({
    lane: peerLane(group),
    ticket: number,
    work: { kind: "peer", message: moved },
    ...(waits ? { key: movingKey(number), notBefore: tx.now + HOLD_MS } : {}),
  });
  for (const events of older) {
    sendToPeer(tx, group, number, { type: "ticket_history", ticketId: ticket.id, events });
  }
  passOnTurn(tx, ticket, group, stub);
  for (const { seq, payload } of tx.outbox.waiting(STAFF, number)) {
    if (payload.kind !== "topic_notice" || payload.follows !== true) continue;
    sendToPeer(tx, group, number, { type: "topic_words", ticketId: ticket.id, words: worded(payload.words) });
    tx.outbox.remove(seq);
  }
  if (stub !== null) leaveStub(tx, row);
  for (const waiting of rows) {
    if (tx.isInFlight(waiting)) passOnRow(tx, ticket, waiting, underWayKey(waiting));
    else {
      passOnRow(tx, ticket, waiting);
      markPassedOn(tx, ticket, waiting);
    }
  }
}

/**
 * The customer's unanswered messages go along although they were copied here: the new agents must be able to answer
 * them.
 */
function passOnTurn(tx: Transaction, ticket: Ticket, group: string, stub: Stub | null): void {
  const { awaitingSince, openedAt, customer, id: ticketId } = ticket;
  const stubs = [...waitingStubs(tx, ticket.number), ...(stub === null ? [] : [stub])];
  // Of a topic that is deleted nothing may stay behind.
  const since = stub === null ? awaitingSince : Math.min(awaitingSince ?? openedAt, openedAt);
  const from = tx.rules.group.id;
  const rows = (since === null ? [] : tx.turns.last(ticket, since))
    // Messages to a former bot cannot be copied any more, nor what came by another channel, unless it waits still.
    .filter(({ messageId, content }) =>
      chatOfContact(customer) === null
        ? content?.message !== undefined
        : epochOf(messageId) === tx.rules.epochs.botEpoch,
    );
  for (let first = 0; first < rows.length || (first === 0 && stubs.length > 0); first += TURN_PART) {
    const messages = rows.slice(first, first + TURN_PART).map(passedMessage);
    const isLast = first + TURN_PART >= rows.length;
    const more = isLast && stubs.length > 0 ? { stubs } : {};
    sendToPeer(tx, group, ticket.number, { type: "open_turn", ticketId, from, messages, ...more });
  }
  // What was given up here may work there.
  for (const row of rows) if (row.state === "parked") markPassedOn(tx, ticket, row);
}

/** Topics that wait for what goes on from here: they wait for it where it goes. */
function waitingStubs(tx: Transaction, number: number): Stub[] {
  const stubs: Stub[] = [];
  for (const { seq, payload } of tx.outbox.waiting(STAFF, number)) {
    if (payload.kind !== "stub_copied") continue;
    stubs.push(payload.stub);
    tx.outbox.remove(seq);
  }
  return stubs;
}

/** Shows the customer's unanswered messages where the ticket is now, as far as they do not stand there already. */
export function takeTurnOver(
  tx: Transaction,
  ticket: Ticket,
  { from, messages, stubs = [] }: Extract<PeerMessage, { type: "open_turn" }>,
): void {
  const { number } = ticket;
  const missing = messages.filter((message) => tx.messages.isMissing(message, ticket.topicId));
  if (missing.length > 0) tx.notifyTopic(number, notice("openTurnFrom", from, missing.length));
  for (const message of missing) tx.relayAgain({ ...message, ticket: number, lane: STAFF });
  for (const stub of stubs) tx.work({ lane: STAFF, ticket: number, work: { kind: "stub_copied", stub } });
}

/** A group that the configuration no longer has is no customer's home. */
function newHome(tx: Transaction, { home }: Ticket): { home?: string } {
  const retired = retiredTo(tx.facts);
  return retired !== null && home === tx.rules.group.id ? { home: retired.to } : {};
}

/** The key of the message that hands a ticket over, while it waits for what is on its way. */
function movingKey(number: number): string {
  return `moving:${number}`;
}

/** The key of what goes along with a ticket once it is known whether it can be copied at all. */
function underWayKey({ chat, messageId }: OriginalKey): string {
  return `under-way:${chat}:${messageId}`;
}

/**
 * These have arrived in the topic that their ticket leaves and go along as unanswered, or will never arrive anywhere.
 */
export function settledBehind(
  tx: Transaction,
  ticket: Ticket,
  rows: readonly MessageRow[],
  arrived: boolean,
): void {
  for (const row of rows) {
    const seq = tx.outbox.seqOf(underWayKey(row));
    if (seq === null) continue;
    if (arrived) tx.outbox.update(seq, { key: null });
    else tx.outbox.remove(seq);
  }
  letMove(tx, ticket);
}

/** Messages for the topic of a ticket that is not here any more belong where it is. */
export function goAfterTicket(tx: Transaction, ticket: Ticket, rows: readonly MessageRow[]): void {
  for (const row of rows) {
    const seq = tx.outbox.seqOf(underWayKey(row));
    if (seq === null) passOnRow(tx, ticket, row);
    else tx.outbox.update(seq, { key: null });
    markPassedOn(tx, ticket, row);
  }
  letMove(tx, ticket);
}

function letMove(tx: Transaction, { number, movedTo }: Ticket): void {
  const seq = tx.outbox.seqOf(movingKey(number));
  if (seq === null) return;
  tx.outbox.update(seq, { key: null, notBefore: null });
  tx.touched.add(peerLane(movedTo!));
}

/** Everything of the customer's that has not been copied into the ticket's topic yet. */
function waitingRows(tx: Transaction, number: number): MessageRow[] {
  const rows: MessageRow[] = [];
  for (let after = 0; ;) {
    const some = tx.messages.waiting(STAFF, number, after, WAITING_READ);
    rows.push(...some);
    if (some.length < WAITING_READ) return rows;
    after = some.at(-1)!.seq + 1;
  }
}

/** Sends a message that waits for the topic of a ticket that has moved to the group which has it now. */
function passOnRow(tx: Transaction, ticket: Ticket, row: MessageRow, key?: string): void {
  const customer = tx.contacts.get(ticket.customer);
  if (customer === undefined) return;
  const message = {
    type: "customer_message",
    ticketId: ticket.id,
    contact: customer.contact,
    gratitude: false,
    message: passedMessage(row),
  } as const;
  const lane = peerLane(ticket.movedTo!);
  tx.work({
    lane,
    ticket: ticket.number,
    work: { kind: "peer", message },
    ...(key === undefined ? {} : { key }),
  });
}

function passedMessage(row: MessageRow): PassedMessage {
  const { chat, messageId, album, replyTo, writer, sentAt, content, file, thread, notBefore, updateId } = row;
  return { chat, messageId, album, replyTo, writer, sentAt, content, file, thread, notBefore, updateId };
}

function markPassedOn(tx: Transaction, ticket: Ticket, row: MessageRow): void {
  const lane = peerLane(ticket.movedTo!);
  tx.messages.update(row, { lane, state: "done", content: null, attemptedAt: null });
}

/** The newest part first; each is small enough for a row. */
function inParts(history: readonly PastEvent[]): PastEvent[][] {
  const parts: PastEvent[][] = [[]];
  let bytes = 0;
  for (const one of history.toReversed()) {
    bytes += JSON.stringify(one).length;
    if (bytes > HISTORY_PART_CHARS && parts.at(-1)!.length > 0) {
      parts.push([]);
      bytes = JSON.stringify(one).length;
    }
    parts.at(-1)!.unshift(one);
  }
  return parts;
}

/** Takes a ticket over, with everything that has happened to it. */
export function takeOver(
  tx: Transaction,
  from: string,
  moved: Extract<PeerMessage, { type: "ticket_moved" }>,
): void {
  const { ticket, events, contact, receiptId, url, profile, ask, home, endpoints = [], settled = [] } = moved;
  const former = tx.tickets.numberOf(ticket.id, tx.rules.group.id);
  const number = former ?? tx.tickets.lastNumber() + 1;
  if (home === tx.rules.group.id) tx.contacts.makeOwn(contact, number, tx.now);
  else if (tx.contacts.get(contact.id) === undefined) {
    tx.contacts.addForeign(contact, home ?? ticket.home, tx.now);
  }
  const known = tx.contacts.get(contact.id)?.profile ?? null;
  if (profile !== null && profile.receivedAt > (known?.receivedAt ?? 0)) {
    // Both go by one configuration, but may have counted from different versions of it.
    tx.contacts.saveProfile(contact.id, { ...profile, source: tx.rules.sources.enrichment });
  }
  if (ask) tx.enrichmentsWanted.add(number);
  // Messages passed on while it was away go the same way, and come back.
  const was = former === null ? undefined : tx.tickets.get(former)?.ticket;
  if (was !== undefined && was.movedTo !== null) hold(tx, ticket, number, was.movedTo);
  const topicId = was?.topicId ?? null;
  // The topic belongs to the other group.
  tx.tickets.adopt({ ...ticket, number, topicId }, events, receiptId, tx.rules.group.id);
  awaitTurns(tx, number, ticket, endpoints);
  for (const { key, at, answer } of settled) {
    if (tx.inbox.known(key) === undefined) tx.inbox.settle(key, at, { ...(answer as object), number });
  }
  const arrived = { type: "ticket_arrived", group: tx.rules.group.id, number, topicId, from } as const;
  tx.apply(number, home === undefined ? arrived : { ...arrived, home });
  const sent = events.findLast(({ event }) => "group" in event && event.group === tx.rules.group.id)?.event;
  const { by, note } = sent?.type === "ticket_transferred" ? sent : {};
  const said = { ...(by === undefined ? {} : { by }), ...(note === undefined ? {} : { note }) };
  tx.notifyTopic(number, notice("topicNotice", { code: "ticket.arrived", from, url, ...said }));
}

/**
 * A customer's actions on a ticket that is back are held until what was passed on before has come back as well: a fence
 * goes after that, by the same way. A group that does not answer is waited for `HOLD_MS` at most.
 */
function hold(tx: Transaction, ticket: Ticket, number: number, through: string): void {
  const own = tx.rules.group.id;
  const fence = { type: "fence", ticketId: ticket.id, of: own, id: ticket.version } as const;
  sendToPeer(tx, through, number, fence);
  tx.work({
    lane: peerLane(own),
    ticket: number,
    work: { kind: "peer", message: fence },
    key: holdKey(number),
    notBefore: tx.now + HOLD_MS,
  });
}

/** Lets go of what was held; answers it in its order. An older fence than the last says nothing. */
export function release(tx: Transaction, number: number, id: number): PeerMessage[] {
  const [holding, ...held] = tx.outbox
    .waiting(peerLane(tx.rules.group.id), number)
    .map(({ seq, payload }) => ({ seq, message: payload.kind === "peer" ? payload.message : null }));
  if (holding?.message?.type !== "fence" || holding.message.id !== id) return [];
  for (const { seq } of [holding, ...held]) tx.outbox.remove(seq);
  return held.flatMap(({ message }) => message ?? []);
}

/** Passes a customer's message on by this lane to the group that has its ticket; the row here is the evidence that it came. */
export function passOn(
  tx: Transaction,
  ticket: Ticket,
  lane: Lane,
  message: Omit<Extract<PeerMessage, { type: "customer_message" }>, "type" | "ticketId">,
): void {
  const key = { chat: message.message.chat, messageId: message.message.messageId };
  tx.relay({
    ...message.message,
    ticket: ticket.number,
    lane,
    content: null,
    notBefore: null,
  });
  tx.messages.update(key, { state: "done" });
  const passed = { type: "customer_message", ticketId: ticket.id, ...message } as const;
  tx.work({ lane, ticket: ticket.number, work: { kind: "peer", message: passed } });
}
