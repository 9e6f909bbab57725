import type { AgentConfig } from "../../domain/config/config.ts";
import { routeOf } from "../../domain/contact/route.ts";
import { DELETE_WITHIN_MS } from "../../domain/limits.ts";
import type { Ticket } from "../../domain/ticket/ticket.ts";
import { pressData } from "../../telegram/callback.ts";
import type { Writing } from "../../telegram/message.ts";
import { notice, type Notice } from "../../texts/notice.ts";
import type { Transaction } from "../commit/transaction.ts";
import { replyParameters } from "../commit/words.ts";
import { internalAlbum, speakIn } from "../conversation/speaking.ts";
import { keptFor } from "../conversation/where.ts";
import { laneTo, STAFF, STAFF_CHAT } from "../tables/lane.ts";
import type { MessageRow } from "../tables/messages.ts";
import { onceKey, type OnceKey } from "../tables/once.ts";
import { announceMessage } from "../webhooks/webhooks.ts";
import { actorOf, agentOf } from "./agents.ts";

/*
 * An answer to an internal message is internal, too: it stays in the topic until an agent presses the button below it.
 * A message that has become internal is taken back from the customer.
 */

/**
 * Whether a message answers one that the customer does not have. The desk knows what it has passed on: everything else
 * in a topic is a note, a line of its own, or a message of a member who is no agent.
 */
export function answersInternal(tx: Transaction, { number }: Ticket, writing: Writing): boolean {
  const { album } = writing;
  if (album === null) return isInternalAnswer(tx, number, writing);
  // The items of an album come one by one, and not each of them says what it answers.
  if (tx.once.has(sentAlbum(album))) return false;
  const siblings = siblingsOf(tx, writing, album);
  const areHeld = siblings.length > 0 && siblings.every(({ state }) => state === "held");
  return areHeld || isInternalAnswer(tx, number, writing);
}

function isInternalAnswer(tx: Transaction, number: number, { replyTo, elsewhere = null }: Writing): boolean {
  if (replyTo !== null) {
    const replied = tx.messages.find(STAFF_CHAT, replyTo)?.row;
    // What another ticket's customer has is nothing that this one knows.
    const isTheirs = replied !== undefined && replied.ticket === number;
    return !isTheirs || replied.state === "held" || replied.state === "dropped";
  }
  // What is said in public is theirs to read; another topic, or a private chat, is not.
  return elsewhere !== null && !(elsewhere.isPublic && elsewhere.chatId !== tx.rules.group.chatId);
}

function siblingsOf(tx: Transaction, { messageId }: Pick<Writing, "messageId">, album: string): MessageRow[] {
  return tx.messages.albumOf({ chat: STAFF_CHAT, messageId, album });
}

/** Remembers that an agent has sent an album that was held back. */
function sentAlbum(album: string): OnceKey {
  return onceKey("sent-album", album);
}

export function holdBack(
  tx: Transaction,
  ticket: Ticket,
  writer: number,
  writing: Writing,
  updateId: number,
): void {
  const { messageId, album, kind, live, sentAt } = writing;
  const key = { chat: STAFF_CHAT, messageId };
  const siblings = album === null ? [] : siblingsOf(tx, writing, album);
  const isFirst = siblings.every(({ state }) => state !== "held");
  for (const row of siblings)
    if (isHereStill(row)) tx.messages.update(row, { state: "held", notBefore: null });
  const lane = laneTo(routeOf(ticket));
  tx.relay({
    ...key,
    ticket: ticket.number,
    lane,
    album,
    replyTo: null,
    writer,
    sentAt,
    content: { kind, ...(live === null ? {} : { live }), ...keptFor(lane, writing) },
    file: writing.mark ?? null,
    notBefore: null,
    updateId,
  });
  tx.messages.update(key, { state: "held" });
  if (!isFirst) return;
  const data = pressData({
    act: "send_held",
    ticket: `${tx.rules.group.id}:${ticket.number}`,
    message: messageId,
  });
  tx.notifyTopic(ticket.number, notice("heldBack"), {
    reply_parameters: replyParameters(messageId),
    button: { says: "send_to_customer", data },
  });
}

/** An agent has pressed the button: what was held back goes out as if it were written now. Answers what they are told. */
export function sendHeld(
  tx: Transaction,
  agent: AgentConfig,
  number: number,
  messageId: number,
  noticeId: number,
): Notice {
  const row = tx.messages.byOriginal({ chat: STAFF_CHAT, messageId });
  if (row === undefined || row.ticket !== number || row.state === "dropped")
    return notice("heldBackToast", "gone");
  if (row.state !== "held") return notice("heldBackToast", "already");
  if (row.album !== null) tx.once.firstTime(sentAlbum(row.album), tx.now);
  const writer = agentOf(tx, row.writer) ?? agent;
  const { decision, before, ticket } = tx.apply(number, { type: "agent_answered", by: actorOf(writer) });
  if ("refused" in decision) return notice("answerRefused", decision.refused);
  const answered = ticket ?? before;
  if (answered === null) return notice("heldBackToast", "gone");
  speakIn(tx, answered);
  for (const held of together(tx, row).filter(({ state }) => state === "held")) {
    tx.sendNow(held);
    announceMessage(tx, answered, {
      from: "agent",
      writer: held.writer,
      messageId: held.messageId,
      kind: held.content?.kind ?? "text",
      album: held.album,
      sentAt: held.sentAt,
      text: null,
    });
  }
  if (noticeId !== 0) {
    const said = { says: notice("sentAfterAll", agent.name) };
    tx.work({
      lane: STAFF,
      ticket: number,
      work: { kind: "notice_edit", messageId: noticeId, words: said },
    });
  }
  return notice("heldBackToast", "sent");
}

/** Whether it waits, and its sending has not begun. */
function isHereStill({ state, attemptedAt }: MessageRow): boolean {
  return state === "waiting" && attemptedAt === null;
}

function together(tx: Transaction, row: MessageRow): MessageRow[] {
  return row.album === null ? [row] : tx.messages.albumOf({ ...row, album: row.album });
}

/** Why a message is not sent: it became internal before it left. */
export const WITHHELD = "withheld";
/** … or another item of its album did. */
export const WITHHELD_ALONG = "withheld_along";

/** An item of an album that is internal already: it is known, should the slash go again. */
export function withhold(
  tx: Transaction,
  ticket: Ticket,
  writer: number,
  writing: Writing,
  updateId: number,
): void {
  const { messageId, album, sentAt, mark, replyTo } = writing;
  const key = { chat: STAFF_CHAT, messageId };
  tx.relay({
    ...key,
    ticket: ticket.number,
    lane: laneTo(routeOf(ticket)),
    album,
    replyTo,
    writer,
    sentAt,
    content: null,
    file: mark ?? null,
    notBefore: null,
    updateId,
  });
  tx.messages.update(key, { state: "dropped", code: WITHHELD_ALONG });
}

/** The slash that made an album internal is gone: its other items go, or are held back, as the one that had it. */
export function releaseAlong(
  tx: Transaction,
  { messageId }: Pick<Writing, "messageId">,
  album: string,
): void {
  const first = tx.messages.byOriginal({ chat: STAFF_CHAT, messageId });
  if (first?.state !== "waiting" && first?.state !== "held") return;
  for (const row of siblingsOf(tx, first, album)) {
    if (row.state !== "dropped" || row.code !== WITHHELD_ALONG) continue;
    if (first.state === "held") tx.messages.update(row, { state: "held", code: null });
    else {
      tx.sendNow(row);
      tx.messages.update(row, { attempts: 0, notBefore: first.notBefore, code: null });
    }
  }
}

/** An answer has become internal, and with it its whole album: what has not left stays, what has is taken back. */
export function takeBack(
  tx: Transaction,
  first: MessageRow,
  { by, topicId }: { by: number; topicId: number | null },
): void {
  if (first.album !== null) tx.once.firstTime(internalAlbum(first.album), tx.now);
  withdraw(tx, together(tx, first), { by, topicId, messageId: first.messageId });
}

/** `messageId`: what made them internal, under which the topic says what became of them. */
export function withdraw(
  tx: Transaction,
  rows: readonly MessageRow[],
  { by, topicId, messageId }: { by: number; topicId: number | null; messageId: number },
): void {
  const replied = { reply_parameters: replyParameters(messageId) };
  const isUncertain = rows.some(({ state }) => state === "uncertain");
  const left: MessageRow[] = [];
  for (const row of rows) {
    const isLeaving = row.state === "waiting" && (row.attemptedAt !== null || tx.isInFlight(row));
    if (row.state === "done" || isLeaving) left.push(row);
    // What is on its way is tried no second time; if it arrives, it is deleted behind itself.
    if (row.state !== "done" && row.state !== "refused" && row.state !== "dropped")
      tx.messages.update(row, {
        state: "dropped",
        content: null,
        // What waited for its button was never meant to go by itself, however it is edited.
        code: row.state === "held" ? null : row.messageId === messageId ? WITHHELD : WITHHELD_ALONG,
      });
    // As good as gone: an edit that comes before it is deleted must not believe that it is there.
    else if (row.state === "done" && !staysThere(row, tx.now)) tx.messages.update(row, { state: "dropped" });
  }
  const late = left.filter((row) => staysThere(row, tx.now));
  for (const [index, row] of left.filter((one) => !late.includes(one)).entries()) {
    const { chat, lane, ticket } = row;
    const of = { chat, messageId: row.messageId };
    // One line stands for all of them.
    const why = index === 0 ? { internal: messageId } : {};
    tx.work({ lane, ticket, work: { kind: "mirror_delete", of, by, topicId, ...why } });
  }
  const number = rows[0]?.ticket ?? 0;
  if (late.length > 0) tx.notifyTopic(number, notice("internalTooLate"), replied);
  if (isUncertain) tx.notifyTopic(number, notice("internalUncertain"), replied);
}

/** Whether it cannot be deleted: it is too old, or Telegram has not told which of the customer's messages it is. */
function staysThere({ sentAt, state, copyId }: MessageRow, now: number): boolean {
  return now - sentAt > DELETE_WITHIN_MS || (state === "done" && copyId === null);
}
