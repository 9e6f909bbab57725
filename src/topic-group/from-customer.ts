import { sameContact, type ContactFacts, type UnreachableReason } from "../domain/contact.ts";
import { destination, isGratitude } from "../domain/conversation.ts";
import { ALBUM_SETTLE_MS, LIVE_LOCATION_EVERY_MS } from "../domain/limits.ts";
import { isActive } from "../domain/status.ts";
import { subjectOf } from "../domain/subject.ts";
import { parsePress, pressData } from "../telegram/callback.ts";
import type { Arrival } from "../telegram/inbound.ts";
import type { Writing } from "../telegram/message.ts";
import {
  customerChooseToClose,
  customerGreeting,
  customerHelp,
  customerNewTicketPrompt,
  customerNothingToClose,
  customerSentUncopyable,
  customerTickets,
  customerToast,
  customerUncopyable,
  kindWords,
  refusalWords,
} from "../telegram/text.ts";
import { chatLane, RECORD, STAFF, STAFF_CHAT } from "./lane.ts";
import type { MessageRow } from "./messages.ts";
import type { MirrorEdit, OriginalKey, WaitingContent } from "./shapes.ts";
import type { CustomerRow } from "./store.ts";
import { replyParameters, type Transaction } from "./transaction.ts";

type Of<K extends Arrival["kind"]> = Extract<Arrival, { kind: K }>;

/** What a customer wrote: it opens a ticket, reopens one or joins one, and goes to that ticket's topic. */
export function customerMessage(
  tx: Transaction,
  { contact, writing }: Of<"customer_message">,
  updateId: number,
): void {
  const customer = greetedCustomer(tx, contact);
  const repliedTo = writing.replyTo === null ? null : ticketOfMessage(tx, contact.id, writing.replyTo);
  if (!writing.copyable) {
    refuseUncopyable(tx, customer, repliedTo, writing);
    return;
  }
  const to = ticketFor(tx, customer, repliedTo);
  const followUpOf = to.kind === "new" ? to.followUpOf : null;
  const { ticket } = tx.apply(to.kind === "ticket" ? to.number : null, {
    type: "customer_wrote",
    customer: contact.id,
    gratitude: writing.kind === "text" && isGratitude(writing.text ?? ""),
    opening: {
      number: to.kind === "new" ? tx.store.lastNumber() + 1 : 0,
      customer: contact.id,
      subject: subjectOf(writing.text, kindWords(writing.kind)),
      payload: customer.payload,
      followUpOf,
    },
  });
  const { number } = ticket!;
  if (customer.current !== number || customer.wantsNew || (to.kind === "new" && customer.payload !== null)) {
    tx.store.updateConversation(contact.id, { current: number, wantsNew: false, payload: null });
  }
  tx.relay({
    chat: contact.id,
    messageId: writing.messageId,
    ticket: number,
    lane: STAFF,
    album: writing.album,
    replyTo: writing.replyTo,
    writer: contact.id,
    sentAt: writing.sentAt,
    content: contentOf(writing, tx.pressed(STAFF)),
    file: writing.media?.uniqueId ?? null,
    notBefore: writing.album === null ? null : tx.now + ALBUM_SETTLE_MS,
    updateId,
  });
}

/** What must be kept of a message until it is delivered; nothing at all of an ordinary one. */
export function contentOf(writing: Writing, pressed: boolean): WaitingContent | null {
  const content: WaitingContent = {};
  if (writing.live !== null) content.live = writing.live;
  if (writing.quote !== null) content.quote = writing.quote;
  // A reply or an album loses what it is when it is joined, so only plain texts are kept for that.
  const joinable = writing.kind === "text" && writing.text !== null && writing.replyTo === null;
  if (pressed && joinable) content.text = { text: writing.text!, entities: writing.entities };
  return Object.keys(content).length === 0 ? null : content;
}

function ticketFor(tx: Transaction, customer: CustomerRow, repliedTo: number | null) {
  // The common case costs one row: a further message in the conversation that is going on.
  if (repliedTo === null && !customer.wantsNew && customer.current !== null) {
    const current = tx.store.ticket(customer.current);
    if (current !== undefined && isActive(current.ticket))
      return { kind: "ticket", number: customer.current } as const;
  }
  const { current, wantsNew } = customer;
  const conversation = { tickets: tx.store.ticketsOf(customer.id), current, wantsNew };
  return destination(conversation, repliedTo, tx.rules.policy, tx.now);
}

function refuseUncopyable(
  tx: Transaction,
  customer: CustomerRow,
  repliedTo: number | null,
  writing: Writing,
): void {
  const number = repliedTo ?? customer.current;
  tx.tellCustomer(customer.id, number ?? 0, customerUncopyable(writing.kind), {
    reply_parameters: replyParameters(writing.messageId),
  });
  const ticket = number === null ? undefined : tx.store.ticket(number)?.ticket;
  if (ticket !== undefined && isActive(ticket))
    tx.tellTopic(ticket.number, customerSentUncopyable(writing.kind));
}

/** The ticket that a message of this chat belongs to, be it the customer's, an agent's or the desk's receipt. */
function ticketOfMessage(tx: Transaction, customer: number, messageId: number): number | null {
  const relayed = tx.messages.find(customer, messageId);
  return relayed?.row.ticket ?? tx.store.ticketOfReceipt(customer, messageId) ?? null;
}

/** The customer's row, created on first sight and refreshed when Telegram tells something new about them. */
function seenCustomer(tx: Transaction, contact: ContactFacts): CustomerRow {
  const known = tx.store.customer(contact.id);
  if (known === undefined) {
    tx.touched.add(RECORD);
    return tx.store.addCustomer(contact, tx.now, null);
  }
  if (!sameContact(known.contact, contact)) {
    tx.store.updateContact(contact.id, { contact }, tx.now);
    tx.touched.add(RECORD);
    for (const { ticket, viewDueAt } of tx.store.activeTicketsOf(contact.id)) {
      if (ticket.heldUntil === null && viewDueAt === null) tx.store.viewDueSoon(ticket.number, tx.now);
    }
    tx.touched.add(STAFF);
  }
  return { ...known, contact };
}

/** Whoever writes can be written to: a customer who had blocked the bot is back. */
function greetedCustomer(tx: Transaction, contact: ContactFacts): CustomerRow {
  const customer = seenCustomer(tx, contact);
  if (customer.unreachable !== null) setUnreachable(tx, contact.id, null);
  return customer;
}

/** Notes on the customer and on each of their active tickets whether anything can be sent to them. */
export function setUnreachable(tx: Transaction, customer: number, reason: UnreachableReason | null): void {
  tx.store.updateContact(customer, { unreachable: reason }, tx.now);
  tx.touched.add(RECORD);
  for (const { ticket } of tx.store.activeTicketsOf(customer)) {
    tx.apply(
      ticket.number,
      reason === null ? { type: "customer_reachable", customer } : { type: "customer_unreachable", reason },
    );
  }
}

export function customerMembership(
  tx: Transaction,
  { contact, unreachable }: Of<"customer_membership">,
): void {
  const known = tx.store.customer(contact.id);
  // Somebody who starts the bot has written nothing yet; there is nothing to keep of them.
  if (known === undefined || known.unreachable === unreachable) return;
  setUnreachable(tx, contact.id, unreachable);
}

export function customerCommand(tx: Transaction, arrival: Of<"customer_command">, updateId: number): void {
  const { contact, writing, command, argument } = arrival;
  const customer = greetedCustomer(tx, contact);
  const { config } = tx.rules;
  switch (command) {
    case "start":
      if (argument !== "") tx.store.updateConversation(contact.id, { payload: argument.slice(0, 64) });
      tx.tellCustomer(contact.id, 0, customerGreeting(config.intake.greeting));
      return;
    case "help":
      tx.tellCustomer(contact.id, 0, customerHelp(config.desk.name));
      return;
    case "new":
      tx.store.updateConversation(contact.id, { wantsNew: true });
      // "/new my printer is on fire" is a question already.
      if (argument === "") tx.tellCustomer(contact.id, 0, customerNewTicketPrompt());
      else customerMessage(tx, { kind: "customer_message", contact, writing }, updateId);
      return;
    case "tickets":
      listTickets(tx, customer);
      return;
    case "close":
      closeOwn(tx, customer, writing);
      return;
    default:
      command satisfies never;
  }
}

function listTickets(tx: Transaction, customer: CustomerRow): void {
  const tickets = tx.store.ticketsOf(customer.id).slice(0, 15);
  const active = tickets.filter(isActive);
  const current = active.find((ticket) => ticket.number === customer.current) ?? active[0];
  const lines = tickets.map(({ ref, status, subject, number }) => ({
    ref,
    status,
    subject,
    current: number === current?.number,
  }));
  const buttons = active.length < 2 ? [] : active.map((ticket) => [button(tx, ticket, "customer_switch")]);
  tx.tellCustomer(customer.id, 0, customerTickets(lines), keyboard(buttons));
}

function closeOwn(tx: Transaction, customer: CustomerRow, writing: Writing): void {
  const active = tx.store.ticketsOf(customer.id).filter(isActive);
  const replied = writing.replyTo === null ? null : ticketOfMessage(tx, customer.id, writing.replyTo);
  const chosen =
    active.find((ticket) => ticket.number === replied) ?? (active.length === 1 ? active[0] : undefined);
  if (chosen !== undefined) {
    tx.apply(chosen.number, { type: "customer_closed", customer: customer.id });
  } else if (active.length === 0) {
    tx.tellCustomer(customer.id, 0, customerNothingToClose());
  } else {
    const buttons = active.map((ticket) => [button(tx, ticket, "customer_close")]);
    tx.tellCustomer(customer.id, 0, customerChooseToClose(), keyboard(buttons));
  }
}

function button(
  tx: Transaction,
  ticket: { number: number; ref: string; subject: string },
  act: "customer_switch" | "customer_close",
) {
  return {
    text: `${ticket.ref} · ${ticket.subject}`.slice(0, 60),
    callback_data: pressData({ act, ticket: `${tx.rules.policy.group}:${ticket.number}` }),
  };
}

function keyboard(rows: unknown[][]) {
  return rows.length === 0 ? {} : { reply_markup: { inline_keyboard: rows } };
}

export function customerPress(tx: Transaction, { contact, queryId, data }: Of<"customer_press">): void {
  const press = parsePress(data);
  const number = press !== null && "ticket" in press ? numberOf(press.ticket) : null;
  const ticket = number === null ? undefined : tx.store.ticket(number)?.ticket;
  if (press === null || ticket === undefined || ticket.customer !== contact.id) {
    tx.toast(queryId, customerToast("unknown"));
    return;
  }
  switch (press.act) {
    case "answer": {
      const { decision } = tx.apply(ticket.number, {
        type: "customer_answered_intake",
        customer: contact.id,
        field: press.field,
        option: press.option,
      });
      tx.toast(
        queryId,
        "refused" in decision ? refusedToast(ticket.ref, decision.refused) : customerToast("answered"),
      );
      // A held ticket is released by its last required answer: its messages may go now.
      tx.touched.add(STAFF);
      return;
    }
    case "ask":
      if (isActive(ticket)) tx.receipt(ticket, press.field);
      tx.toast(queryId, isActive(ticket) ? "" : customerToast("closed", ticket.ref));
      return;
    case "customer_close": {
      tx.apply(ticket.number, { type: "customer_closed", customer: contact.id });
      tx.toast(queryId, customerToast("closed", ticket.ref));
      return;
    }
    case "customer_switch":
      tx.store.updateConversation(contact.id, { current: ticket.number, wantsNew: false });
      tx.toast(
        queryId,
        isActive(ticket) ? customerToast("switched", ticket.ref) : customerToast("closed", ticket.ref),
      );
      return;
    default:
      tx.toast(queryId, customerToast("unknown"));
  }
}

function refusedToast(ref: string, refusal: Parameters<typeof refusalWords>[0]): string {
  return refusal.code === "ticket.closed" ? customerToast("closed", ref) : refusalWords(refusal);
}

/** The number in a ticket's id, `null` if the text is none. */
export function numberOf(ticketId: string): number | null {
  const match = /^[a-z0-9-]+:(\d{1,15})$/.exec(ticketId);
  return match === null ? null : Number(match[1]);
}

export function customerEdit(
  tx: Transaction,
  { contact, writing }: Of<"customer_edit">,
  inFlight: InFlight,
): void {
  const row = tx.messages.byOriginal({ chat: contact.id, messageId: writing.messageId });
  if (row === undefined) return;
  seenCustomer(tx, contact);
  mirrorEdit(tx, row, writing, inFlight);
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
  mirrorReaction(tx, customer, messageId, emoji);
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
