import type { Place } from "../../channels/message.ts";
import { unformatted } from "../../telegram/formatted.ts";
import { joinTexts } from "../../telegram/join-texts.ts";
import type { RelayJob } from "../drain/job.ts";
import type { DeliveryContext, MessageCall } from "../drain/work-handler.ts";
import type { Contacts } from "../tables/contacts.ts";
import { isOfCustomer } from "../tables/lane.ts";
import type { MessageRow } from "../tables/messages.ts";
import { channelOf, originalsOf, routeTo, placeIn, writtenEarlier } from "./where.ts";

/** The call that passes messages on to where their lane leads. */
export function relayCall({ rows, joined }: RelayJob, context: DeliveryContext): MessageCall | null {
  const { rules, contacts } = context;
  const first = rows[0]!;
  const { lane } = first;
  const channel = channelOf(lane);
  const to = routeTo(lane, rules);
  const answered = rows.length === 1 ? answeredBy(first, context) : null;
  const topic = placeIn(lane, first.ticket, context, answered?.row);

  const place = {
    ...topic,
    ...(answered === null ? {} : answersOf(first, answered)),
    ...writtenEarlier(first, context),
  };
  if (joined) {
    const texts = rows.map((row) => ({ ...row.content!.text!, sentAt: row.sentAt }));
    const text = unformatted(joinTexts(nameOf(first, contacts), texts).message);
    return channel.send(to, { text, preview: { shown: false } }, topic);
  }
  if (first.content?.message !== undefined) return channel.send(to, first.content.message, place);
  const originals = originalsOf(rows, rules);
  if (originals === null) return null;
  if (first.content?.forwarded !== undefined && channel.forward !== undefined)
    return channel.forward(to, originals, topic);
  if (rows.length > 1) return channel.copy?.(to, originals, topic) ?? null;
  const live = first.content?.live;
  if (live?.livePeriod !== undefined && channel.sendLive !== undefined)
    return channel.sendLive(to, live, place);
  return channel.copy?.(to, originals, place) ?? null;
}

/** The rows that the call carries: not all texts fit into one message, and what is not copied goes one after the other. */
export function rowsCarried(job: RelayJob, { contacts }: DeliveryContext): MessageRow[] {
  if (!job.joined) return job.rows[0]!.content?.message === undefined ? job.rows : job.rows.slice(0, 1);
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

function answeredBy(
  row: MessageRow,
  { messages, tickets }: Pick<DeliveryContext, "messages" | "tickets">,
): Answered | null {
  if (row.replyTo === null) return null;
  const found = messages.find(row.chat, row.replyTo, () => tickets.get(row.ticket)?.ticket.route);
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
function answersOf({ content }: MessageRow, { counterpart, quotedAt }: Answered): Pick<Place, "answers"> {
  const quote = content?.quote;
  const isQuoted = quote !== undefined && quotedAt !== null;
  return {
    answers: {
      messageId: counterpart,
      ...(isQuoted ? { quote: { text: unformatted(quote), position: quotedAt } } : {}),
    },
  };
}
