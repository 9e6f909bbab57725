import { cut } from "../../domain/cut.ts";
import { generationsAt, signingOf } from "../../domain/desk/signing-secret.ts";
import {
  CAPTION_CHARS_MAX,
  TEXT_CHARS_MAX,
  TOAST_CHARS_MAX,
  WRITTEN_EARLIER_MS,
} from "../../domain/limits.ts";
import { withoutText } from "../../domain/ticket/webhook-event.ts";
import type { EnrichmentCall } from "../../integrations/enrichment-call.ts";
import type { SkillsCall } from "../../integrations/skill-service.ts";
import type { WebhookCall } from "../../integrations/webhook.ts";
import type { BotCall } from "../../telegram/api.ts";
import { clipped, formatted, joined } from "../../telegram/formatted.ts";
import { joinTexts } from "../../telegram/join-texts.ts";
import { receiptView } from "../../telegram/receipt-view.ts";
import { agentNotice } from "../../texts/en/agent.ts";
import { type AboutTicket } from "../../texts/en/agent.ts";
import { writtenAt } from "../../texts/en/delivery.ts";
import { profileWords } from "../../texts/en/profile.ts";
import { nextDueLine } from "../../texts/en/promises.ts";
import { ERASED_TOPIC } from "../../texts/en/topic.ts";
import { inWords, type Notice } from "../../texts/notice.ts";
import { plain } from "../../texts/rich-text.ts";
import { replyParameters, sendable, worded, words } from "../commit/transaction.ts";
import { toPeer } from "../peers/numbers.ts";
import { isStub } from "../peers/stub.ts";
import { probeCall } from "../reconciliation/probing.ts";
import { messageId } from "../rules/hook-state.ts";
import type { Rules } from "../rules/rules.ts";
import { enrichmentCall } from "../systems/enrichment.ts";
import { skillsCall } from "../systems/skills.ts";
import {
  groupOfLane,
  chatOfLane,
  isChatLane,
  isPeerLane,
  STAFF,
  STAFF_CHAT,
  type Lane,
} from "../tables/lane.ts";
import { laneOfChat, type MessageRow, type Messages } from "../tables/messages.ts";
import { urlOfTopic } from "../tables/numbering.ts";
import type { OutboxWork } from "../tables/outbox-work.ts";
import type { OutboxRow } from "../tables/outbox.ts";
import type { PeerCall } from "../tables/peer-message.ts";
import type { Tables } from "../tables/tables.ts";
import type { Tickets } from "../tables/tickets.ts";
import { feasible, makesMessage } from "./edit-form.ts";
import type { Job } from "./plan.ts";

export interface DeliveryContext extends Pick<
  Tables,
  "contacts" | "facts" | "messages" | "tickets" | "told"
> {
  /** In ms since 1970. */
  now: number;
  rules: Rules;
}

/** A call of the Bot API, or of a system that is not ours. */
export type OutsideCall = BotCall | WebhookCall | EnrichmentCall | SkillsCall | PeerCall;

/** The call that a job stands for, `null` if there is nothing left to do. */
export function callOf(job: Job, context: DeliveryContext): OutsideCall | null {
  switch (job.kind) {
    case "view":
      return job.step.call;
    case "relay":
      return relayCall(job.rows, job.joined, context);
    case "work":
      return workCall(job.row, context);
    default:
      return job satisfies never;
  }
}

/**
 * Whether a repetition would be worse than a loss: what a customer might read twice is never sent again by itself.
 * Edits, reactions and deletions come to the same however often they are made.
 */
export function mustNotRepeat(job: Job, { tickets, messages }: DeliveryContext): boolean {
  if (job.kind === "view") return false;
  if (job.kind === "relay") return isChatLane(job.rows[0]!.lane);
  const { kind } = job.row.payload;
  return (
    kind === "customer_notice" ||
    kind === "reply" ||
    (isChatLane(job.row.lane) && makesMessage(job.row, messages)) ||
    (kind === "receipt" && tickets.get(job.row.ticket)?.receiptId == null)
  );
}

/** The chat behind a lane. */
function chatIdOf(lane: Lane, rules: Rules): number {
  return lane === STAFF ? rules.group.chatId : chatOfLane(lane);
}

function relayCall(rows: readonly MessageRow[], joined: boolean, context: DeliveryContext): BotCall {
  const { rules, contacts, tickets, messages } = context;
  const first = rows[0]!;
  const source = first.chat === STAFF_CHAT ? rules.group.chatId : first.chat;
  const answered = rows.length === 1 ? answeredBy(first, messages) : null;
  const reply = answered === null ? {} : replyOf(first, answered);
  const target = {
    chat_id: chatIdOf(first.lane, rules),
    ...topicOf(first.lane, first.ticket, tickets),
    ...threadOf(first.lane, first.ticket, messages, answered?.row),
  };

  if (joined) {
    const name = contacts.get(first.writer)?.contact.name ?? "";
    const texts = rows.map((row) => ({ ...row.content!.text!, sentAt: row.sentAt }));
    return { method: "sendMessage", params: { ...target, ...sendable(joinTexts(name, texts).message) } };
  }
  if (rows.length > 1) {
    const ids = rows.map((row) => row.messageId).sort((a, b) => a - b);
    const method = first.content?.forwarded === undefined ? "copyMessages" : "forwardMessages";
    return { method, params: { ...target, from_chat_id: source, message_ids: ids } };
  }
  if (first.content?.forwarded !== undefined) {
    const params = { ...target, from_chat_id: source, message_id: first.messageId };
    return { method: "forwardMessage", params };
  }
  const live = first.content?.live;
  if (live?.livePeriod !== undefined) {
    const { latitude, longitude, livePeriod, horizontalAccuracy, heading, proximityAlertRadius } = live;
    return {
      method: "sendLocation",
      params: {
        ...target,
        ...reply,
        latitude,
        longitude,
        live_period: livePeriod,
        ...optional("horizontal_accuracy", horizontalAccuracy),
        ...optional("heading", heading),
        ...optional("proximity_alert_radius", proximityAlertRadius),
        ...writtenEarlier(first.sentAt, context),
      },
    };
  }
  return {
    method: "copyMessage",
    params: {
      ...target,
      from_chat_id: source,
      message_id: first.messageId,
      ...reply,
      ...writtenEarlier(first.sentAt, context),
    },
  };
}

/**
 * A message that arrives long after it was written says so in a button under it: a copy takes no further words, and a
 * message of its own would cost another call. Pressing it copies the instant.
 */
function writtenEarlier(sentAt: number, { rules, now }: DeliveryContext): Record<string, unknown> {
  if (now - sentAt <= WRITTEN_EARLIER_MS) return {};
  const text = writtenAt(sentAt, rules.policy.zoneFor(null));
  const button = { text, copy_text: { text: new Date(sentAt).toISOString() } };
  return { reply_markup: { inline_keyboard: [[button]] } };
}

/** How many of the rows the call carries: not all texts fit into one message. */
export function rowsCarried(
  job: Extract<Job, { kind: "relay" }>,
  { contacts }: DeliveryContext,
): MessageRow[] {
  if (!job.joined) return job.rows;
  const name = contacts.get(job.rows[0]!.writer)?.contact.name ?? "";
  const texts = job.rows.map((row) => ({ ...row.content!.text!, sentAt: row.sentAt }));
  return job.rows.slice(0, joinTexts(name, texts).count);
}

function topicOf(lane: Lane, ticket: number, tickets: Tickets): { message_thread_id?: number } {
  if (lane !== STAFF || ticket === 0) return {};
  const topicId = tickets.get(ticket)?.ticket.topicId;
  return topicId == null ? {} : { message_thread_id: topicId };
}

/** The topic of a customer's private chat: that of the message which is answered, or in which they wrote last. */
function threadOf(
  lane: Lane,
  ticket: number,
  messages: Messages,
  answered?: MessageRow,
): { message_thread_id?: number } {
  if (!isChatLane(lane)) return {};
  const customer = chatOfLane(lane);
  const thread =
    answered !== undefined && answered.chat === customer
      ? answered.thread
      : messages.threadOf(customer, ticket);
  return thread === null ? {} : { message_thread_id: thread };
}

/** A message that another one answers: its row, and its counterpart in the chat that the other one goes to. */
interface Answered {
  row: MessageRow;
  counterpart: number;
  /** Where a quote of it stands in the counterpart; null where it does not. */
  quotedAt: number | null;
}

function answeredBy(row: MessageRow, messages: Messages): Answered | null {
  if (row.replyTo === null) return null;
  const found = messages.find(row.chat, row.replyTo);
  if (found === undefined || found.row.ticket !== row.ticket) return null;
  const quote = row.content?.quote;
  const { part } = quote ?? {};
  if (found.is === "original" || part === undefined) {
    const counterpart = found.is === "original" ? found.row.copyId : found.row.messageId;
    // What a program said has no original.
    if (counterpart === null || counterpart < 0) return null;
    return { row: found.row, counterpart, quotedAt: quote?.position ?? null };
  }
  // The copy holds several texts: the one that is quoted is answered.
  const among = messages.byCopyAll(found.row.lane, row.replyTo);
  const meant = among[part.index] ?? found.row;
  const isCertain = among[part.index] !== undefined;
  return { row: meant, counterpart: meant.messageId, quotedAt: isCertain ? part.position : null };
}

/** What a copy says of the message that it answers. */
function replyOf({ content }: MessageRow, { counterpart, quotedAt }: Answered): Record<string, unknown> {
  const quote = content?.quote;
  return {
    reply_parameters: {
      ...replyParameters(counterpart),
      ...(quote === undefined || quotedAt === null
        ? {}
        : { quote: quote.text, quote_entities: quote.entities, quote_position: quotedAt }),
    },
  };
}

function workCall(row: OutboxRow, context: DeliveryContext): OutsideCall | null {
  const { rules, told, tickets } = context;
  const work = row.payload;
  const staffChat = { chat_id: rules.group.chatId };
  switch (work.kind) {
    case "receipt":
      return receiptCall(row, work.ask, context);
    case "reply":
      return {
        method: "sendMessage",
        params: {
          chat_id: chatOfLane(row.lane),
          ...threadOf(row.lane, row.ticket, context.messages),
          ...worded(work.words),
          ...writtenEarlier(row.acceptedAt, context),
        },
      };
    case "customer_notice":
      return {
        method: "sendMessage",
        params: {
          chat_id: chatOfLane(row.lane),
          ...threadOf(row.lane, row.ticket, context.messages),
          ...worded(work.words),
        },
      };
    case "topic_notice": {
      const ticket = tickets.get(row.ticket)?.ticket;
      // It has gone without ever having had a topic here: there is nobody to tell.
      if (ticket !== undefined && ticket.movedTo !== null && ticket.topicId === null) return null;
      return {
        method: "sendMessage",
        params: { ...staffChat, ...topicOf(STAFF, row.ticket, tickets), ...worded(work.words) },
      };
    }
    case "staff_hint": {
      const topic = work.topicId === null ? {} : { message_thread_id: work.topicId };
      const onlyThem =
        work.plain || work.receiver === 0
          ? {}
          : { ephemeral_message_parameters: { receiver_user_id: work.receiver } };
      return {
        method: "sendMessage",
        params: { ...staffChat, ...topic, ...onlyThem, ...worded(work.words) },
      };
    }
    case "staff_reaction":
      return {
        method: "setMessageReaction",
        params: { ...staffChat, message_id: work.messageId, reaction: reaction(work.emoji) },
      };
    case "notice_edit":
      return {
        method: "editMessageText",
        params: { ...staffChat, message_id: work.messageId, ...worded(work.words) },
      };
    case "direct":
      return { method: "sendMessage", params: { chat_id: work.chatId, ...worded(work.words) } };
    case "agent_notice":
      return {
        method: "sendMessage",
        params: {
          chat_id: work.agent.id,
          ...words(agentNotice(work.notice, aboutTicket(row.ticket, context))),
        },
      };
    case "webhook":
      return webhookCall(row, work, context);
    case "stub_topic": {
      const ticket = tickets.get(work.number)?.ticket;
      if (!isStub((key) => told.has(key), ticket, work.topicId)) return null;
      return { method: "deleteForumTopic", params: { ...staffChat, message_thread_id: work.topicId } };
    }
    case "stub_copied":
    case "hook_wait":
    case "hook_turn":
      return null;
    case "enrichment":
      return enrichmentCall(row, context);
    case "skills":
      return skillsCall(row, context);
    case "peer":
      return {
        peer: groupOfLane(row.lane),
        from: rules.group.id,
        key: `${rules.group.id}:${row.seq}`,
        ...toPeer(work.message, rules.epochs),
        versioned: { version: rules.version, config: rules.config },
      };
    case "mirror_edit":
      return editCall(work, context);
    case "mirror_reaction":
      return reactionCall(work, context);
    case "mirror_delete": {
      const original = context.messages.byOriginal(work.of);
      if (original?.copyId == null) return null;
      return {
        method: "deleteMessage",
        params: { chat_id: chatIdOf(original.lane, rules), message_id: original.copyId },
      };
    }
    case "former_copy":
      return {
        method: "deleteMessage",
        params: { chat_id: chatIdOf(row.lane, rules), message_id: work.messageId },
      };
    case "toast":
      return {
        method: "answerCallbackQuery",
        params: {
          callback_query_id: work.queryId,
          ...(work.text === "" ? {} : { text: cut(toastText(work.text), TOAST_CHARS_MAX) }),
        },
      };
    case "setup":
      return { method: work.method, params: work.params };
    case "probe":
      return probeCall(work, rules, tickets);
    case "orphan_topic":
      return { method: "deleteForumTopic", params: { ...staffChat, message_thread_id: work.topicId } };
    case "erase_topic": {
      const topic = { ...staffChat, message_thread_id: work.topicId };
      if (work.how === "delete") return { method: "deleteForumTopic", params: topic };
      return { method: "editForumTopic", params: { ...topic, name: ERASED_TOPIC } };
    }
    default:
      return work satisfies never;
  }
}

function toastText(text: Notice | string): string {
  return typeof text === "string" ? text : inWords(text).text;
}

function aboutTicket(number: number, { rules, tickets, now }: DeliveryContext): AboutTicket | null {
  const row = tickets.get(number);
  if (row === undefined) return null;
  const { ticket, view } = row;
  return {
    ref: ticket.ref,
    subject: ticket.subject,
    url: urlOfTopic(ticket.topicId, rules.epochs, view.cardId),
    profile: profileWords(ticket, rules.policy, now),
    due: nextDueLine(ticket, rules.policy, now),
  };
}

function webhookCall(
  { seq }: OutboxRow,
  { webhook, type, at, data }: Extract<OutboxWork, { kind: "webhook" }>,
  { rules: { config, group }, now }: DeliveryContext,
): WebhookCall | null {
  const endpoint = config.webhooks.find(({ id }) => id === webhook);
  // Nobody wants it any more.
  if (endpoint === undefined) return null;
  const withText = config.desk.textInWebhooks && endpoint.includeText;
  return {
    webhook,
    url: endpoint.url,
    id: messageId(group.id, seq),
    type,
    at,
    data: withText ? data : withoutText(data),
    generations: generationsAt(signingOf(endpoint.signing), now),
  };
}

function receiptCall(
  row: OutboxRow,
  ask: string | null,
  { rules, tickets, messages, now }: DeliveryContext,
): BotCall | null {
  const ticket = tickets.get(row.ticket);
  if (ticket === undefined) return null;
  const view = receiptView(ticket.ticket, rules.policy, ask, now);
  const params = {
    chat_id: chatOfLane(row.lane),
    ...words(view.text),
    reply_markup: { inline_keyboard: view.keyboard },
  };
  return ticket.receiptId === null
    ? { method: "sendMessage", params: { ...params, ...threadOf(row.lane, row.ticket, messages) } }
    : { method: "editMessageText", params: { ...params, message_id: ticket.receiptId } };
}

function editCall(
  work: Extract<OutboxWork, { kind: "mirror_edit" }>,
  { rules, tickets, messages }: DeliveryContext,
): BotCall | null {
  const row = messages.byOriginal(work.of);
  // One that was not sent after all goes as it is now, if it is sent again.
  if (row?.state !== "done") return null;
  const { lane, ticket, copyId } = row;
  // It stands where its ticket is, and nowhere here any more.
  if (isPeerLane(lane)) return null;
  const chat = { chat_id: chatIdOf(lane, rules) };
  const edit = feasible(work.edit, row, messages);
  if (edit.what === "location" && copyId === null) return null;
  const target = { ...chat, message_id: copyId };
  switch (edit.what) {
    case "text": {
      const { text, entities, preview } = edit;
      const shown = preview === undefined ? {} : { link_preview_options: preview };
      return { method: "editMessageText", params: { ...target, text, entities, ...shown } };
    }
    case "caption": {
      const { text, entities } = clipped(edit, CAPTION_CHARS_MAX);
      const above = edit.above === true ? { show_caption_above_media: true } : {};
      return {
        method: "editMessageCaption",
        params: { ...target, caption: text, caption_entities: entities, ...above },
      };
    }
    case "media": {
      const { type, fileId, spoiler, captionAbove } = edit.media;
      const { text, entities } = clipped(edit, CAPTION_CHARS_MAX);
      const media = {
        type,
        media: fileId,
        caption: text,
        caption_entities: entities,
        ...(spoiler ? { has_spoiler: true } : {}),
        ...(captionAbove ? { show_caption_above_media: true } : {}),
      };
      return { method: "editMessageMedia", params: { ...target, media } };
    }
    case "location": {
      const { latitude, longitude, livePeriod, heading, horizontalAccuracy } = edit.live;
      if (livePeriod === undefined) return { method: "stopMessageLiveLocation", params: target };
      const at = {
        latitude,
        longitude,
        ...optional("heading", heading),
        ...optional("horizontal_accuracy", horizontalAccuracy),
      };
      return { method: "editMessageLiveLocation", params: { ...target, ...at } };
    }
    default:
  }
  const where = { ...chat, ...topicOf(lane, ticket, tickets), ...threadOf(lane, ticket, messages) };
  // Its topic is gone, and its ticket is over: it does not belong in the main chat.
  if (lane === STAFF && !("message_thread_id" in where)) return null;
  const reply = copyId === null ? {} : { reply_parameters: replyParameters(copyId) };
  if (edit.what === "joined") {
    const said = { text: edit.text, entities: edit.entities };
    const text = edit.text.length > TEXT_CHARS_MAX - 2 ? said : joined([formatted(plain("✎ ")), said]);
    return { method: "sendMessage", params: { ...where, ...sendable(text), ...reply } };
  }
  return {
    method: "copyMessage",
    params: {
      ...where,
      from_chat_id: row.chat === STAFF_CHAT ? rules.group.chatId : row.chat,
      message_id: row.messageId,
      ...(edit.alone === true ? {} : reply),
    },
  };
}

function reactionCall(
  work: Extract<OutboxWork, { kind: "mirror_reaction" }>,
  { rules, messages }: DeliveryContext,
): BotCall | null {
  const row = messages.byOriginal(work.of);
  if (row === undefined) return null;
  const lane = work.on === "copy" ? row.lane : laneOfChat(row.chat);
  const messageId = work.on === "copy" ? row.copyId : row.messageId;
  if (messageId === null || messageId < 0) return null;
  if (work.custom !== undefined)
    return { method: "getCustomEmojiStickers", params: { custom_emoji_ids: [work.custom] } };
  return {
    method: "setMessageReaction",
    params: { chat_id: chatIdOf(lane, rules), message_id: messageId, reaction: reaction(work.emoji) },
  };
}

function reaction(emoji: string | null): { type: "emoji"; emoji: string }[] {
  return emoji === null ? [] : [{ type: "emoji", emoji }];
}

function optional(key: string, value: number | undefined): Record<string, number> {
  return value === undefined ? {} : { [key]: value };
}
