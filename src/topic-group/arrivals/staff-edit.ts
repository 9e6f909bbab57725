import type { AgentConfig } from "../../domain/config/config.ts";
import { cut } from "../../domain/cut.ts";
import { NOTE_CHARS_MAX } from "../../domain/limits.ts";
import { isActive } from "../../domain/ticket/status.ts";
import type { Ticket } from "../../domain/ticket/ticket.ts";
import { mentionedIn } from "../../telegram/inbound.ts";
import { notice, type Notice } from "../../texts/notice.ts";
import type { Transaction } from "../commit/transaction.ts";
import type { Of } from "../conversation/arrival-of.ts";
import { mirrorEdit, waitAgain } from "../conversation/mirror.ts";
import { internalAlbum } from "../conversation/speaking.ts";
import { STAFF_CHAT } from "../tables/lane.ts";
import type { MessageRow } from "../tables/messages.ts";
import { onceKey, type OnceKey } from "../tables/once.ts";
import { actorOf, agentOf, agentOrHint } from "./agents.ts";
import { releaseAlong, takeBack, WITHHELD, WITHHELD_ALONG } from "./held-back.ts";
import { staffSlash } from "./staff-command.ts";
import { overtakenKey, staffMessage, ticketOf } from "./staff-message.ts";

/** What an agent has written is edited: the customer's copy follows, or the agent hears why it does not. */
export function staffEdit(tx: Transaction, arrival: Of<"staff_edit">, updateId: number): void {
  const { sender, topicId, writing, slashed: slash } = arrival;
  const row = tx.messages.byOriginal({ chat: STAFF_CHAT, messageId: writing.messageId });
  if (sender.anonymous || agentOf(tx, sender.id) === undefined) {
    // The writer is no agent any more: the customer keeps what was sent.
    if (row !== undefined && row.file !== (writing.mark ?? null))
      agentOrHint(tx, sender, ticketOf(tx, topicId), topicId, { ...writing, album: null });
    return;
  }
  if (row === undefined) {
    correct(tx, arrival, updateId);
    return;
  }
  const hint = (text: Notice): void => tx.hintUnsent(sender.id, topicId, row.ticket, text, writing.messageId);
  if (slash !== null) {
    // Back without the slash it is a change, even if it reads as it did before.
    tx.messages.update(row, { file: writing.mark ?? row.file });
    takeBack(tx, row, { by: sender.id, topicId });
    return;
  }
  switch (mirrorEdit(tx, row, writing)) {
    case "uncopyable":
      return hint(notice("undelivered", "uncopyable"));
    case "ticked":
      return hint(notice("checklistTickedHint"));
    case "uncertain":
      return hint(notice("editOfUncertain"));
    case "unknown_copy":
      return hint(notice("editWithoutCopy"));
    case "not_there":
      return sendAfterAll(tx, row, hint);
    default:
  }
}

/** The customer does not have it: it was refused, given up or withheld, and is worth another try as it is now. */
function sendAfterAll(tx: Transaction, row: MessageRow, hint: (text: Notice) => void): void {
  // Another item of the album still has the slash: as long as it does, none of them is sent.
  if (row.state === "dropped" && row.code === WITHHELD_ALONG) return hint(notice("editOfUnsent"));
  if (row.state === "dropped" && row.code !== WITHHELD) return hint(notice("editOfRemoved"));
  const ticket = tx.tickets.get(row.ticket)?.ticket;
  if (ticket === undefined || ticket.movedTo !== null || !isActive(ticket))
    return hint(notice("editOfRemoved"));
  waitAgain(tx, row);
  if (row.album === null) return;
  tx.once.forget(internalAlbum(row.album));
  releaseAlong(tx, row, row.album);
}

/** Remembers what was not understood, so that its correction is. */
function misunderstoodKey(messageId: number): OnceKey {
  return onceKey("misunderstood", messageId);
}

/** Where all that came of it is an answer, its correction by an edit is taken for what was meant. */
export function noteMisunderstood(
  tx: Transaction,
  { writing, topicId }: Pick<Of<"staff_slash">, "writing" | "topicId">,
): void {
  const didNothing = tx.assignmentChanges.length === 0 && !tx.capacityFreed;
  const wasAnswered = tx.asked.size === 1 && tx.asked.has("staff_hint");
  if (didNothing && wasAnswered && topicId !== null && !writing.ephemeral)
    tx.once.firstTime(misunderstoodKey(writing.messageId), tx.now);
}

/**
 * A message that was never sent is edited. One that was not understood, and was answered so, is read anew; any other
 * may be a note, and is not sent because its slashes are gone.
 */
function correct(
  tx: Transaction,
  { sender, topicId, writing, slashed: slash }: Of<"staff_edit">,
  updateId: number,
): void {
  const ticket = ticketOf(tx, topicId);
  if (ticket === undefined || writing.ephemeral) return;
  const saidAt = writing.editedAt ?? tx.now;
  if (tx.once.has(misunderstoodKey(writing.messageId))) {
    tx.once.forget(misunderstoodKey(writing.messageId));
    if (slash !== null) {
      const mentioned = mentionedIn(writing);
      const meant = { kind: "staff_slash", sender, topicId, writing, slashed: slash, mentioned } as const;
      staffSlash(tx, meant);
      noteMisunderstood(tx, meant);
      return;
    }
    if (writing.album !== null) tx.once.forget(internalAlbum(writing.album));
    staffMessage(tx, { sender, topicId, writing }, updateId, saidAt);
    if (writing.album !== null) releaseAlong(tx, writing, writing.album);
    return;
  }
  const hint = (text: Notice): void =>
    tx.hintUnsent(sender.id, topicId, ticket.number, text, writing.messageId);
  if (slash === null) return hint(notice("editOfUnsent"));
  tx.once.firstTime(overtakenKey(writing.messageId), tx.now);
  if (slash.kind === "note" || (slash.kind === "command" && slash.name === "note")) {
    const text = slash.kind === "note" ? slash.text : slash.argument;
    return noteAgain(tx, ticket, agentOf(tx, sender.id)!, text);
  }
  return hint(slash.kind === "slip" ? notice("slipHint") : notice("editOfCommand"));
}

const EVENTS_LOOKED_AT = 100;

/** A corrected note enters the ticket's history as well; an unchanged one is there already. */
function noteAgain(tx: Transaction, ticket: Ticket, agent: AgentConfig, text: string): void {
  const said = cut(text, NOTE_CHARS_MAX);
  const since = Math.max(0, ticket.version - EVENTS_LOOKED_AT);
  const isThere = tx.history
    .after(ticket.number, since, EVENTS_LOOKED_AT)
    .some(({ event }) => event.type === "note_added" && event.text === said);
  if (said !== "" && !isThere)
    tx.apply(ticket.number, { type: "agent_noted", by: actorOf(agent), text: said });
}
