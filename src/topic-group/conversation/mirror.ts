import type { ContactId } from "../../domain/contact/contact-id.ts";
import { CAPTION_CHARS_MAX, LIVE_LOCATION_EVERY_MS } from "../../domain/limits.ts";
import type { Reaction } from "../../telegram/inbound.ts";
import { isSameContent, readMark } from "../../telegram/mark.ts";
import type { Writing } from "../../telegram/message.ts";
import { notice } from "../../texts/notice.ts";
import type { Transaction } from "../commit/transaction.ts";
import { replyParameters } from "../commit/words.ts";
import { isOfCustomer, isPeerLane, STAFF, STAFF_CHAT, type Conversation, type Lane } from "../tables/lane.ts";
import { laneOfChat, type MessageRow } from "../tables/messages.ts";
import { onceKey } from "../tables/once.ts";
import type { MirrorEdit } from "../tables/shapes.ts";
import type { Of } from "./arrival-of.ts";
import { canLeaveBy, keepsWords, keptFor } from "./where.ts";

/** An edit of a customer where the copy is, or will be. */
export function customersEdit(tx: Transaction, row: MessageRow, writing: Writing): void {
  switch (mirrorEdit(tx, row, writing)) {
    case "uncopyable":
      if (isOfCustomer(row.chat))
        tx.answerContact(row.chat, row.ticket, notice("customerUncopyable", writing.kind), {
          reply_parameters: replyParameters(row.messageId),
        });
      tx.notifyTopic(row.ticket, notice("customerSentUncopyable", writing.kind));
      return;
    case "ticked":
      tx.notifyTopic(
        row.ticket,
        notice("checklistTicked"),
        row.copyId === null ? {} : { reply_parameters: replyParameters(row.copyId) },
      );
      return;
    case "not_there":
      // It could not be copied before; perhaps it can be now.
      waitAgain(tx, row);
      return;
    default:
  }
}

/** The copy in the topic that its ticket has left follows, too: the ticket may come back to it. */
export function editLeftBehind(tx: Transaction, customer: ContactId, writing: Writing): void {
  const row = tx.messages.byOriginal({ chat: customer, messageId: writing.messageId });
  if (row !== undefined && row.lane === STAFF) mirrorEdit(tx, row, writing);
}

/**
 * What came of an edit.
 *
 * - `same`: it changes nothing; `ticked`: nothing but ticks of a checklist, for the first time
 * - `follows`: the copy is brought up to date, or the message goes as it is now
 * - `uncopyable`: Telegram lets no bot copy what it has become
 * - `uncertain`: it is unknown whether there is a copy; `not_there`: there is none, because it was given up, refused or
 *   taken back; `unknown_copy`: there is one, but its number is unknown
 */
export type Mirrored =
  | "same"
  | "ticked"
  | "follows"
  | "uncopyable"
  | "uncertain"
  | "not_there"
  | "unknown_copy";

/** Brings the copy of an edited message up to date, or the message itself while it waits. */
export function mirrorEdit(tx: Transaction, row: MessageRow, writing: Writing): Mirrored {
  const key = { chat: row.chat, messageId: row.messageId };
  if (isSameContent(row.file, writing.mark)) {
    const ticks = (writing.ticked ?? 0) > 0 && row.state === "done";
    return ticks && tx.once.firstTime(onceKey("ticked", key.chat, key.messageId), tx.now) ? "ticked" : "same";
  }
  const file = writing.mark ?? row.file;
  tx.messages.update(key, { file });
  if (!canLeaveBy(row.lane, writing)) return "uncopyable";
  if (row.state === "waiting" && !tx.isInFlight(key)) {
    keepUp(tx, row, writing);
    return "follows";
  }
  switch (row.state) {
    case "uncertain":
      keepUp(tx, row, writing);
      return "uncertain";
    case "parked":
    case "refused":
    case "dropped":
      keepUp(tx, row, writing);
      return "not_there";
    case "held":
      // Its button sends it as it is by then.
      if (keepsWords(row.lane)) keepUp(tx, row, writing);
      return "follows";
    case "done":
      if (row.copyId === null && row.chat === STAFF_CHAT) return "unknown_copy";
      break;
    case "waiting":
      // Should it be put off instead, it goes as it is now.
      keepUp(tx, row, writing);
      break;
    default:
      row.state satisfies never;
  }
  const workKey = `edit:${row.chat}:${row.messageId}`;
  const edit = writtenOut(
    row.lane,
    combined(waitingEdit(tx, workKey), editOf(row, writing), writing),
    writing,
  );
  if (edit === null) return "same";
  tx.work({
    lane: row.lane,
    ticket: row.ticket,
    work: { kind: "mirror_edit", of: key, edit },
    key: workKey,
    ...(edit.what === "location" && edit.live.livePeriod !== undefined
      ? { notBefore: tx.now + LIVE_LOCATION_EVERY_MS }
      : {}),
  });
  return "follows";
}

/** Where nothing can be copied once more, an edit says all that the message says now. */
function writtenOut(
  lane: Lane,
  edit: MirrorEdit | null,
  { media, text, said, entities }: Writing,
): MirrorEdit | null {
  if (edit?.what !== "again" || !keepsWords(lane)) return edit;
  return media === null
    ? { what: "text", text: text ?? said ?? "", entities }
    : { what: "media", media, text: text ?? "", entities };
}

/** What waits is copied as it is by then; only what was kept of it must follow. */
function keepUp(tx: Transaction, row: MessageRow, writing: Writing): void {
  const kept = keptFor(row.lane, writing);
  if (row.content === null && kept.message === undefined) return;
  const { text: keptText, live: keptLive, ...rest } = row.content ?? {};
  const text =
    keptText !== undefined && writing.kind === "text" && writing.text !== null
      ? { text: { text: writing.text, entities: writing.entities } }
      : {};
  const live =
    keptLive === undefined ? {} : writing.live === null ? { live: keptLive } : { live: writing.live };
  const content = { ...rest, ...kept, ...text, ...live };
  tx.messages.update(row, { content: Object.keys(content).length === 0 ? null : content });
}

/** It was given up, or never sent; as it is now it is worth another try. */
export function waitAgain(tx: Transaction, row: MessageRow): void {
  tx.messages.update(row, {
    state: "waiting",
    attempts: 0,
    attemptedAt: null,
    notBefore: null,
    code: null,
  });
  tx.touched.add(row.lane);
}

function waitingEdit(tx: Transaction, key: string): MirrorEdit | null {
  const seq = tx.outbox.seqOf(key);
  const work = seq === null ? undefined : tx.outbox.get(seq)?.payload;
  return work?.kind === "mirror_edit" ? work.edit : null;
}

/** An edit that has not left yet and the next one come to one: the later says the text, neither loses the file. */
function combined(
  waiting: MirrorEdit | null,
  edit: MirrorEdit | null,
  { media, text, entities }: Writing,
): MirrorEdit | null {
  if (waiting === null || edit === null) return edit;
  if (waiting.what === "again") return waiting;
  if (waiting.what !== "media" || edit.what !== "caption") return edit;
  return media === null ? { what: "again" } : { what: "media", media, text: text ?? "", entities };
}

const CAPTIONED = new Set(["photo", "video", "animation", "audio", "document", "voice", "live_photo"]);
/** Messages that cannot be edited: Telegram sends an edit when it has changed something itself. */
const FIXED = new Set([
  "sticker",
  "video_note",
  "dice",
  "venue",
  "location",
  "contact",
  "story",
  "game",
  "poll",
]);

function editOf(row: MessageRow, writing: Writing): MirrorEdit | null {
  const { kind, entities, media, live } = writing;
  const text = writing.text ?? "";
  if (live !== null) return { what: "location", live };
  const was = readMark(row.file);
  if (kind === "text") {
    const preview = writing.preview ?? null;
    // A copy with media keeps them by any edit.
    if (was.kind === "media") return { what: "again" };
    return { what: "text", text, entities, ...(preview === null ? {} : { preview }) };
  }
  // A bot may not write a caption as long as those of Premium accounts; a copy takes it along.
  if (CAPTIONED.has(kind) && text.length > CAPTION_CHARS_MAX) return { what: "again", alone: true };
  if (media !== null && (was.kind === "text" || (was.file !== null && was.file !== media.uniqueId)))
    return { what: "media", media, text, entities };
  if (CAPTIONED.has(kind)) {
    // What an earlier release noted nothing of may be a text as well: Telegram refuses then, and it is copied once more.
    const above = writing.captionAbove === true ? { above: true } : {};
    return { what: "caption", text, entities, ...above };
  }
  return FIXED.has(kind) && row.file === null ? null : { what: "again" };
}

export function customerReaction(
  tx: Transaction,
  { customer, messageId, emoji, custom = null }: Of<"customer_reaction">,
): void {
  const found = tx.messages.find(customer, messageId)?.row;
  // Their own message may stand where its ticket was, and where it is.
  const copied = found !== undefined && found.chat > 0 && found.lane === STAFF;
  const passed =
    found !== undefined &&
    (copied || isPeerLane(found.lane) || (found.chat < 0 && found.chat !== STAFF_CHAT));
  const ticket = passed ? tx.tickets.get(found.ticket)?.ticket : undefined;
  const elsewhere = copied && ticket?.movedTo === null ? undefined : ticket;
  const away = elsewhere === undefined ? null : tx.away(elsewhere);
  const reaction = { emoji, custom };
  if (copied || away === null) mirrorReaction(tx, customer, messageId, reaction);
  if (elsewhere === undefined || away === null) return;
  const message = {
    type: "customer_reaction",
    ticketId: elsewhere.id,
    customer,
    messageId,
    ...reaction,
  } as const;
  tx.work({ lane: away, ticket: elsewhere.number, work: { kind: "peer", message } });
}

/** Copies a reaction to the counterpart of the message that it was put on. */
export function mirrorReaction(
  tx: Transaction,
  chat: Conversation,
  messageId: number,
  { emoji, custom = null }: Reaction,
): void {
  const found = tx.messages.find(chat, messageId, () => tx.writtenIn?.route);
  if (found === undefined || found.row.state === "refused" || found.row.state === "dropped") return;
  const { row, is } = found;
  // Bots cannot set custom emoji: Telegram tells which emoji one stands for, if it has an id at all.
  const shown = custom === null ? { emoji } : custom === "" ? { emoji: "👀" } : { emoji: null, custom };
  const on = is === "original" ? "copy" : "original";
  // What the desk said by itself has no original.
  if (on === "original" && row.messageId < 0) return;
  const lane =
    on === "copy" ? row.lane : laneOfChat(row.chat, () => tx.tickets.get(row.ticket)?.ticket.route);
  if (lane === null) return;
  tx.work({
    lane,
    ticket: row.ticket,
    work: { kind: "mirror_reaction", of: { chat: row.chat, messageId: row.messageId }, on, ...shown },
    key: `react:${row.chat}:${row.messageId}:${on}`,
  });
}
