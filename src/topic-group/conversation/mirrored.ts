import { previewOf } from "../../channels/telegram/words.ts";
import { attachmentOf } from "../../channels/telegram/writing.ts";
import type { RefusalClass } from "../../domain/desk/failure.ts";
import { TEXT_CHARS_MAX } from "../../domain/limits.ts";
import { isActive } from "../../domain/ticket/status.ts";
import { unformatted } from "../../telegram/formatted.ts";
import { notice } from "../../texts/notice.ts";
import { rich } from "../../texts/rich-text.ts";
import type { Transaction } from "../commit/transaction.ts";
import { replyParameters } from "../commit/words.ts";
import { messageIds, OK } from "../drain/settled.ts";
import {
  always,
  isReplaced,
  leaves,
  left,
  over,
  type AfterRefusal,
  type DeliveryContext,
  type MessageCall,
  type RowOf,
  type WorkHandler,
} from "../drain/work-handler.ts";
import { isPeerLane, isRouteLane, STAFF, STAFF_CHAT } from "../tables/lane.ts";
import { laneOfChat, type MessageRow } from "../tables/messages.ts";
import { onceKey } from "../tables/once.ts";
import type { OriginalKey } from "../tables/shapes.ts";
import { UNREACHABLE } from "./customers.ts";
import { feasible, makesMessage } from "./edit-form.ts";
import { tellSpoken } from "./speaking.ts";
import { loseTopic } from "./topic.ts";
import { channelOf, keepsWords, originalsOf, routeTo, placeIn } from "./where.ts";

/* What is done to a message after it was copied is done to its counterpart, too. */

export const mirrorEditWork: WorkHandler<"mirror_edit"> = {
  audience: "counterpart",
  onExhausted: "park",
  stopsLane: true,
  repeatable: (row, { messages }) => !isRouteLane(row.lane) || !makesMessage(row, messages),
  needsTopic: makesMessage,
  call: editCall,
  done(tx, row, result) {
    editDone(tx, row, result);
    return left(tx, row);
  },
  refused: (tx, row, { code }) => editRefused(tx, row, code),
};

export const mirrorReactionWork: WorkHandler<"mirror_reaction"> = {
  audience: "counterpart",
  onExhausted: "drop",
  stopsLane: true,
  repeatable: always,
  call: reactionCall,
  done(tx, row, result) {
    if (row.payload.custom === undefined) return left(tx, row);
    standIn(tx, row, emojiOf(result) ?? UNNAMED);
    return OK;
  },
  refused(tx, row, { code }) {
    const { kind, of, on, emoji, custom, shown = emoji } = row.payload;
    // The group may take some reactions only, and a custom one may stand for an emoji that is no reaction.
    if (custom !== undefined || (code === "validation" && emoji !== null && emoji !== UNNAMED)) {
      tx.outbox.update(row.seq, {
        payload: { kind, of, on, emoji: UNNAMED, ...(shown === null ? {} : { shown }) },
      });
      return "kept";
    }
    if (code === "validation" && row.lane === STAFF && shown != null)
      tx.notifyTopic(row.ticket, notice("reactedWith", shown), repliesTo(of));
    return "over";
  },
};

export const mirrorDeleteWork: WorkHandler<"mirror_delete"> = {
  audience: "counterpart",
  onExhausted: "park",
  stopsLane: true,
  repeatable: always,
  call({ payload: { of } }, { messages, rules }) {
    const original = messages.byOriginal(of);
    if (original?.copyId == null) return null;
    const { lane, copyId } = original;
    return channelOf(lane).delete?.(routeTo(lane, rules), copyId) ?? null;
  },
  done(tx, row, _result) {
    if (!leaves(tx, row)) return OK;
    const { of, internal } = row.payload;
    tx.messages.update(of, { state: "dropped", copyId: null });
    if (internal !== undefined)
      tx.notifyTopic(row.ticket, notice("takenBack"), { reply_parameters: replyParameters(internal) });
    return OK;
  },
  refused(tx, row, { code }) {
    notTakenBack(tx, row, code);
    return "over";
  },
  uncalled(tx, row) {
    // The channel takes nothing back.
    if (tx.messages.byOriginal(row.payload.of)?.copyId != null) notTakenBack(tx, row, "target_gone");
    tx.outbox.remove(row.seq);
  },
};

/** The customer has it still, and the agent hears so. */
function notTakenBack(
  tx: Transaction,
  { ticket, payload: { of, by, internal } }: RowOf<"mirror_delete">,
  code: RefusalClass,
): void {
  restore(tx, of);
  if (internal === undefined)
    tx.tellUnsent(ticket, by, notice("undelivered", code === "permanent" ? "too_late" : code), repliesTo(of));
  else tx.notifyTopic(ticket, notice("internalTooLate"), { reply_parameters: replyParameters(internal) });
}

export const formerCopyWork: WorkHandler<"former_copy"> = {
  audience: "counterpart",
  onExhausted: "drop",
  stopsLane: true,
  repeatable: always,
  call: ({ lane, payload: { messageId } }, { rules }) =>
    channelOf(lane).delete?.(routeTo(lane, rules), messageId) ?? null,
  done: left,
  refused: over,
};

function editCall({ payload: work }: RowOf<"mirror_edit">, context: DeliveryContext): MessageCall | null {
  const { rules, messages } = context;
  const row = messages.byOriginal(work.of);
  // One that was not sent after all goes as it is now, if it is sent again.
  if (row?.state !== "done") return null;
  const { lane, ticket, copyId } = row;
  // It stands where its ticket is, and nowhere here any more.
  if (isPeerLane(lane)) return null;
  const channel = channelOf(lane);
  const to = routeTo(lane, rules);
  const edit = feasible(work.edit, row, messages);
  switch (edit.what) {
    case "text": {
      const preview = edit.preview === undefined ? {} : { preview: previewOf(edit.preview) };
      const message = { text: unformatted(edit), ...preview };
      return channel.edit?.(to, copyId!, { what: "text", message }) ?? null;
    }
    case "caption": {
      const message = { text: unformatted(edit), textAbove: edit.above === true };
      return channel.edit?.(to, copyId!, { what: "caption", message }) ?? null;
    }
    case "media": {
      const message = { text: unformatted(edit), textAbove: edit.media.captionAbove };
      return channel.edit?.(to, copyId!, { what: "media", message, media: attachmentOf(edit.media) }) ?? null;
    }
    case "location":
      return copyId === null ? null : (channel.moveLive?.(to, copyId, edit.live) ?? null);
    default:
  }
  const topic = placeIn(lane, ticket, context);
  // Its topic is gone, and its ticket is over: it does not belong in the main chat.
  if (lane === STAFF && topic.topic === undefined) return null;
  const answers = copyId === null ? {} : { answers: { messageId: copyId } };
  if (edit.what === "joined") {
    const said = unformatted(edit);
    const text = edit.text.length > TEXT_CHARS_MAX - 2 ? said : rich`✎ ${said}`;
    const attachments = edit.media === undefined ? {} : { attachments: [attachmentOf(edit.media)] };
    return channel.send(to, { text, ...attachments, preview: { shown: false } }, { ...topic, ...answers });
  }
  const place = { ...topic, ...(edit.alone === true ? {} : answers) };
  const originals = originalsOf([row], rules);
  return originals === null ? null : (channel.copy?.(to, originals, place) ?? null);
}

function reactionCall(
  { payload: work }: RowOf<"mirror_reaction">,
  { rules, messages, tickets }: DeliveryContext,
): MessageCall | null {
  const row = messages.byOriginal(work.of);
  if (row === undefined) return null;
  const lane =
    work.on === "copy" ? row.lane : laneOfChat(row.chat, () => tickets.get(row.ticket)?.ticket.route);
  const messageId = work.on === "copy" ? row.copyId : row.messageId;
  if (lane === null || messageId === null || messageId < 0) return null;
  const channel = channelOf(lane);
  if (channel.react === undefined) return null;
  if (work.custom !== undefined)
    return { method: "getCustomEmojiStickers", params: { custom_emoji_ids: [work.custom] } };
  return channel.react(routeTo(lane, rules), messageId, work.emoji);
}

/** A new version that came as a message of its own is the copy from now on. */
function editDone(
  tx: Transaction,
  { lane, payload: { of, edit } }: RowOf<"mirror_edit">,
  result: unknown,
): void {
  const row = tx.messages.byOriginal(of);
  const copyId = messageIds(result)[0];
  if (row === undefined || copyId === undefined) return;
  const made = feasible(edit, row, tx.messages);
  if (made.what !== "again" && made.what !== "joined") return;
  const ticket = tx.tickets.get(row.ticket)?.ticket;
  const former = tx.messages.sharesCopy(row) ? null : row.copyId;
  tx.copiedAnew(row, copyId);
  if (ticket !== undefined) tellSpoken(tx, ticket, [{ ...row, copyId }]);
  if (made.what === "again" && made.alone === true && former !== null)
    tx.work({ lane, ticket: row.ticket, work: { kind: "former_copy", messageId: former } });
}

/** An edit that the copy does not take comes as a new copy; what cannot be copied either is said. */
function editRefused(tx: Transaction, row: RowOf<"mirror_edit">, code: RefusalClass): AfterRefusal {
  const { of, edit, ...work } = row.payload;
  const isForStaff = row.lane === STAFF;
  if (code === "topic_gone" && isForStaff) {
    loseTopic(tx, row.ticket);
    const ticket = tx.tickets.get(row.ticket)?.ticket;
    return ticket === undefined || !isActive(ticket) ? "over" : "again";
  }
  if (UNREACHABLE[code] !== undefined && !isForStaff) {
    tx.sign(row.ticket, of.messageId, "👎", true);
    return "over";
  }
  const original = tx.messages.byOriginal(of);
  const made = original === undefined ? edit : feasible(edit, original, tx.messages);
  const isLast =
    code === "source_gone" || keepsWords(row.lane) || (made.what === "again" && made.alone === true);
  if (made.what !== "location" && original !== undefined && !isLast) {
    const again = { what: "again", ...(made.what === "again" ? { alone: true as const } : {}) } as const;
    tx.outbox.update(row.seq, { payload: { ...work, of, edit: again }, attemptedAt: null });
    return "kept";
  }
  if (!isForStaff) {
    if (made.what !== "location" || tx.once.firstTime(onceKey("still", of.chat, of.messageId), tx.now))
      tx.tellUnsent(row.ticket, original?.writer ?? null, notice("undelivered", code), repliesTo(of));
  } else if (made.what !== "location" && code !== "source_gone")
    tx.notifyTopic(row.ticket, notice("editNotCopied"), repliesToCopy(original));
  return "over";
}

function repliesToCopy(row: MessageRow | undefined) {
  return row?.copyId == null ? {} : { reply_parameters: replyParameters(row.copyId) };
}

/** What stands for a reaction that bots cannot set: the giver's own app shows which it is. */
const UNNAMED = "👀";

function standIn(tx: Transaction, row: RowOf<"mirror_reaction">, emoji: string): void {
  if (isReplaced(tx, row)) return;
  const { custom: _, ...plain } = row.payload;
  tx.outbox.update(row.seq, { payload: { ...plain, emoji } });
}

/** The emoji that a custom one stands for, as `getCustomEmojiStickers` tells. */
function emojiOf(stickers: unknown): string | null {
  const [sticker] = Array.isArray(stickers) ? (stickers as { emoji?: unknown }[]) : [];
  const emoji = sticker?.emoji;
  return typeof emoji === "string" && emoji !== "" ? emoji.replaceAll("\ufe0f", "") : null;
}

/** It was to be deleted, and is there still. */
function restore(tx: Transaction, of: OriginalKey): void {
  const row = tx.messages.byOriginal(of);
  if (row?.state === "dropped" && row.copyId !== null) tx.messages.update(of, { state: "done" });
}

function repliesTo(of: { chat: number; messageId: number }) {
  return of.chat === STAFF_CHAT ? { reply_parameters: replyParameters(of.messageId) } : {};
}
