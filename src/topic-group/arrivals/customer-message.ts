import type { Message } from "../../channels/message.ts";
import type { ContactId } from "../../domain/contact/contact-id.ts";
import { ALBUM_SETTLE_MS } from "../../domain/limits.ts";
import { destination, isGratitude } from "../../domain/ticket/conversation.ts";
import { isActive } from "../../domain/ticket/status.ts";
import { subjectOf } from "../../domain/ticket/subject.ts";
import { composedWords, type Writing } from "../../telegram/message.ts";
import type { Origin } from "../../telegram/origin.ts";
import { notice, type Notice } from "../../texts/notice.ts";
import type { Transaction } from "../commit/transaction.ts";
import { replyParameters, worded } from "../commit/words.ts";
import type { Of } from "../conversation/arrival-of.ts";
import { greetedCustomer, ticketOfMessage, ticketOfNotice } from "../conversation/customers.ts";
import { passOn } from "../peers/moving.ts";
import type { CustomerRow } from "../tables/contacts.ts";
import { STAFF } from "../tables/lane.ts";
import type { WaitingContent } from "../tables/shapes.ts";
import { announceMessage, stillTold, writtenBy } from "../webhooks/webhooks.ts";

/**
 * What a customer wrote: it opens a ticket, reopens one or joins one, and goes to that ticket's topic. `kept`: all of it, where
 * it came by another channel and Telegram has nothing that could be copied.
 */
export function customerMessage(
  tx: Transaction,
  { contact, writing, about: named }: Of<"customer_message">,
  updateId: number,
  kept?: Message,
): void {
  const customer = greetedCustomer(tx, contact);
  const repliedTo =
    writing.replyTo === null
      ? null
      : (ticketOfMessage(tx, contact.id, writing.replyTo) ?? ticketOfNotice(tx, contact.id, named));
  if (!writing.copyable) {
    refuseUncopyable(tx, customer, repliedTo, writing);
    return;
  }
  const to = ticketFor(tx, customer, repliedTo);
  const elsewhere = to.kind === "ticket" ? tx.tickets.get(to.number)?.ticket : undefined;
  const away = elsewhere === undefined ? null : tx.away(elsewhere);
  if (elsewhere !== undefined && away !== null) {
    const about = aboutElsewhere(tx, writing, contact.id);
    if (about !== null) {
      const message = {
        type: "topic_words",
        ticketId: elsewhere.id,
        words: worded({ says: about }),
      } as const;
      tx.work({ lane: away, ticket: elsewhere.number, work: { kind: "peer", message } });
    }
    passOn(tx, elsewhere, away, {
      contact,
      gratitude: writing.kind === "text" && isGratitude(writing.text ?? ""),
      message: messageOf(writing, contact.id, tx, updateId, kept),
      ...stillTold(tx, writtenBy("customer", contact.id, writing)),
    });
    speaksIn(tx, customer, elsewhere.number);
    return;
  }
  const followUpOf = to.kind === "new" ? to.followUpOf : null;
  const wrote = {
    type: "customer_wrote",
    customer: contact.id,
    gratitude: writing.kind === "text" && isGratitude(writing.text ?? ""),
    opening: {
      number: to.kind === "new" ? tx.tickets.lastNumber() + 1 : 0,
      customer: contact.id,
      subject: subjectOf(composedWords(writing), { kind: writing.kind }),
      payload: customer.payload,
      language: contact.language,
      followUpOf,
      ...(contact.route === undefined ? {} : { route: contact.route }),
    },
  } as const;
  // What promises count is when it was written, not when Telegram brought it.
  const { ticket } = tx.apply(to.kind === "ticket" ? to.number : null, wrote, writing.sentAt);
  const { number } = ticket!;
  if (to.kind === "new" && customer.payload !== null)
    tx.contacts.updateConversation(contact.id, { payload: null });
  speaksIn(tx, customer, number);
  const about = aboutElsewhere(tx, writing, contact.id);
  if (about !== null) tx.quoteInTopic(number, { says: about });
  tx.relay({ ...messageOf(writing, contact.id, tx, updateId, kept), ticket: number, lane: STAFF });
  announceMessage(tx, ticket!, writtenBy("customer", contact.id, writing));
}

/** A line before a message that answers something outside of the chat; one for a whole album. */
function aboutElsewhere(tx: Transaction, writing: Writing, chat: number): Notice | null {
  const { elsewhere = null, album, messageId } = writing;
  if (elsewhere === null) return null;
  const isFirst = album === null || tx.messages.albumOf({ chat, messageId, album }).length === 0;
  return isFirst ? notice("answersElsewhere", elsewhere) : null;
}

function speaksIn(tx: Transaction, customer: CustomerRow, number: number): void {
  if (customer.current === number && !customer.wantsNew) return;
  tx.contacts.updateConversation(customer.id, { current: number, wantsNew: false });
}

function messageOf(
  writing: Writing,
  customer: ContactId,
  tx: Transaction,
  updateId: number,
  kept: Message | undefined,
) {
  return {
    chat: customer,
    messageId: writing.messageId,
    album: writing.album,
    replyTo: writing.replyTo,
    writer: customer,
    sentAt: writing.sentAt,
    content: contentOf(writing, {
      mayJoin: tx.mayJoin(STAFF),
      ...(kept === undefined ? {} : { message: kept }),
    }),
    file: writing.mark ?? null,
    thread: writing.thread ?? null,
    notBefore: writing.album === null ? null : tx.now + ALBUM_SETTLE_MS,
    updateId,
  };
}

/** What must be kept of a message until it is delivered; nothing at all of an ordinary one. */
export function contentOf(
  writing: Writing,
  {
    mayJoin = false,
    names = () => true,
    message,
  }: { mayJoin?: boolean; names?: (origin: Origin) => boolean } & Pick<WaitingContent, "message">,
): WaitingContent | null {
  const content: WaitingContent = message === undefined ? {} : { message };
  const { origin = null, elsewhere = null } = writing;
  if (origin !== null && names(origin)) content.forwarded = origin.name;
  if (writing.live !== null) content.live = writing.live;
  if (writing.quote !== null) content.quote = writing.quote;
  // A reply or an album loses what it is when it is joined, so only plain texts are kept for that.
  const joinable =
    writing.kind === "text" &&
    writing.text !== null &&
    writing.replyTo === null &&
    origin === null &&
    elsewhere === null;
  if (mayJoin && joinable) content.text = { text: writing.text!, entities: writing.entities };
  return Object.keys(content).length === 0 ? null : content;
}

function ticketFor(tx: Transaction, customer: CustomerRow, repliedTo: number | null) {
  // The common case costs one row: a further message in the conversation that is going on.
  if (repliedTo === null && !customer.wantsNew && customer.current !== null) {
    const current = tx.tickets.get(customer.current);
    if (current !== undefined && isActive(current.ticket))
      return { kind: "ticket", number: customer.current } as const;
  }
  const { current, wantsNew } = customer;
  const conversation = { tickets: tx.customerTickets.newest(customer.id), current, wantsNew };
  return destination(conversation, repliedTo, tx.rules.policy, tx.now);
}

function refuseUncopyable(
  tx: Transaction,
  customer: CustomerRow,
  repliedTo: number | null,
  writing: Writing,
): void {
  const number = repliedTo ?? customer.current;
  tx.answerContact(customer.id, number ?? 0, notice("customerUncopyable", writing.kind), {
    reply_parameters: replyParameters(writing.messageId),
  });
  const ticket = number === null ? undefined : tx.tickets.get(number)?.ticket;
  if (ticket !== undefined && isActive(ticket))
    tx.notifyTopic(ticket.number, notice("customerSentUncopyable", writing.kind));
}
