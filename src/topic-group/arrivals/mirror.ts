import { LIVE_LOCATION_EVERY_MS } from "../../domain/limits.ts";
import type { Writing } from "../../telegram/message.ts";
import { chatLane, isPeerLane, STAFF, STAFF_CHAT } from "../drain/lane.ts";
import type { MessageRow } from "../tables/messages.ts";
import type { MirrorEdit, OriginalKey } from "../tables/shapes.ts";
import type { Transaction } from "../transaction.ts";
import type { Of } from "./arrival-of.ts";
import { seenCustomer } from "./customers.ts";

export function customerEdit(
  tx: Transaction,
  { contact, writing }: Of<"customer_edit">,
  inFlight: InFlight,
): void {
  const row = tx.messages.byOriginal({ chat: contact.id, messageId: writing.messageId });
  if (row === undefined) return;
  seenCustomer(tx, contact);
  const elsewhere = isPeerLane(row.lane) ? tx.store.ticket(row.ticket)?.ticket : undefined;
  const away = elsewhere === undefined ? null : tx.away(elsewhere);
  if (elsewhere === undefined || away === null) return mirrorEdit(tx, row, writing, inFlight);
  const message = { type: "customer_edit", ticketId: elsewhere.id, contact, writing } as const;
  tx.work({ lane: away, ticket: row.ticket, work: { kind: "peer", message } });
}

/** Whether a message is being sent at this very moment, so that a change may come too late for its copy. */
export type InFlight = (key: OriginalKey) => boolean;

/** Brings the copy of an edited message up to date, or the message itself while it waits. */
export function mirrorEdit(tx: Transaction, row: MessageRow, writing: Writing, inFlight: InFlight): void {
  const key = { chat: row.chat, messageId: row.messageId };
  if (row.state === "waiting" && !inFlight(key)) {
    // What waits is copied as it is by then; only a text that was kept must follow.
    if (row.content?.text !== undefined && writing.text !== null) {
      const text = { text: writing.text, entities: writing.entities };
      tx.messages.update(key, { content: { ...row.content, text } });
    }
    if (row.content?.live !== undefined && writing.live !== null) {
      tx.messages.update(key, { content: { ...row.content, live: writing.live } });
    }
    return;
  }
  if (row.state !== "done" && row.state !== "waiting") return;
  const edit = editOf(row, writing, tx.messages.sharesCopy(row));
  if (edit === null) return;
  if (edit.what === "media") tx.messages.update(key, { file: edit.media.uniqueId });
  tx.work({
    lane: row.lane,
    ticket: row.ticket,
    work: { kind: "mirror_edit", of: key, edit },
    key: `edit:${row.chat}:${row.messageId}`,
    ...(edit.what === "location" && edit.live.livePeriod !== undefined
      ? { notBefore: tx.now + LIVE_LOCATION_EVERY_MS }
      : {}),
  });
}

const CAPTIONED = new Set(["photo", "video", "animation", "audio", "document", "voice", "live_photo"]);

function editOf(row: MessageRow, writing: Writing, joined: boolean): MirrorEdit | null {
  const { kind, text, entities, media, live } = writing;
  if (live !== null) return { what: "location", live };
  if (joined) return text === null ? null : { what: "joined", text, entities };
  if (media !== null && row.file !== null && media.uniqueId !== row.file) {
    return { what: "media", media, text: text ?? "", entities };
  }
  if (kind === "text") return { what: "text", text: text ?? "", entities };
  if (CAPTIONED.has(kind)) return { what: "caption", text: text ?? "", entities };
  return kind === "rich_message" || kind === "unknown" || kind === "checklist" ? { what: "again" } : null;
}

export function customerReaction(
  tx: Transaction,
  { customer, messageId, emoji }: Of<"customer_reaction">,
): void {
  const found = tx.messages.find(customer, messageId)?.row;
  const passed =
    found !== undefined && (isPeerLane(found.lane) || (found.chat < 0 && found.chat !== STAFF_CHAT));
  const elsewhere = passed ? tx.store.ticket(found.ticket)?.ticket : undefined;
  const away = elsewhere === undefined ? null : tx.away(elsewhere);
  if (elsewhere === undefined || away === null) return mirrorReaction(tx, customer, messageId, emoji);
  const message = { type: "customer_reaction", ticketId: elsewhere.id, customer, messageId, emoji } as const;
  tx.work({ lane: away, ticket: elsewhere.number, work: { kind: "peer", message } });
}

/** Puts a reaction on the counterpart of the message that somebody reacted to. */
export function mirrorReaction(tx: Transaction, chat: number, messageId: number, emoji: string | null): void {
  const found = tx.messages.find(chat, messageId);
  if (found === undefined || found.row.state === "refused" || found.row.state === "dropped") return;
  const { row, is } = found;
  const on = is === "original" ? "copy" : "original";
  const original = row.chat === STAFF_CHAT ? STAFF : chatLane(row.chat);
  tx.work({
    lane: on === "copy" ? row.lane : original,
    ticket: row.ticket,
    work: { kind: "mirror_reaction", of: { chat: row.chat, messageId: row.messageId }, on, emoji },
    key: `react:${row.chat}:${row.messageId}:${on}`,
  });
}
