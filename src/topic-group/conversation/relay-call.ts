import type { BotCall } from "../../telegram/api.ts";
import { joinTexts } from "../../telegram/join-texts.ts";
import { replyParameters, sendable } from "../commit/transaction.ts";
import type { RelayJob } from "../drain/job.ts";
import type { DeliveryContext } from "../drain/work-handler.ts";
import type { Contacts } from "../tables/contacts.ts";
import { isOfCustomer } from "../tables/lane.ts";
import type { MessageRow, Messages } from "../tables/messages.ts";
import {
  channelOf,
  chatIdOf,
  chatOfOriginal,
  optional,
  routeTo,
  threadOf,
  topicOf,
  writtenEarlier,
} from "./where.ts";

/** The call that copies messages to where their lane leads. */
export function relayCall({ rows, joined }: RelayJob, context: DeliveryContext): BotCall {
  const { rules, contacts, messages, tickets } = context;
  const first = rows[0]!;
  const source = chatOfOriginal(first.chat, rules);
  const answered = rows.length === 1 ? answeredBy(first, messages) : null;
  const reply = answered === null ? {} : replyOf(first, answered);
  const inTopic = {
    ...topicOf(first.lane, first.ticket, tickets),
    ...threadOf(first.lane, first.ticket, messages, answered?.row),
  };
  const target = { chat_id: chatIdOf(first.lane, rules), ...inTopic };

  if (joined) {
    const name = nameOf(first, contacts);
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
        ...writtenEarlier(first.sentAt, first.lane, context),
      },
    };
  }
  return channelOf(first.lane).copy(
    routeTo(first.lane, rules),
    { chat: source, messageId: first.messageId },
    { ...inTopic, ...reply, ...writtenEarlier(first.sentAt, first.lane, context) },
  );
}

/** How many of the rows the call carries: not all texts fit into one message. */
export function rowsCarried(job: RelayJob, { contacts }: DeliveryContext): MessageRow[] {
  if (!job.joined) return job.rows;
  const name = nameOf(job.rows[0]!, contacts);
  const texts = job.rows.map((row) => ({ ...row.content!.text!, sentAt: row.sentAt }));
  return job.rows.slice(0, joinTexts(name, texts).count);
}

/** What the customer who wrote it is called. */
function nameOf({ chat }: MessageRow, contacts: Contacts): string {
  return isOfCustomer(chat) ? (contacts.get(chat)?.contact.name ?? "") : "";
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
