import type { ContactId } from "../../domain/contact/contact-id.ts";
import { chatOfContact } from "../../domain/contact/route.ts";
import type { Arrival } from "../../telegram/inbound.ts";
import { notice } from "../../texts/notice.ts";
import type { Transaction } from "../commit/transaction.ts";
import { customerMembership } from "../conversation/customers.ts";
import { customerReaction } from "../conversation/mirror.ts";
import { noteTouched } from "../peers/stub.ts";
import { noteTrouble, perhapsMended } from "../reconciliation/troubles.ts";
import { STAFF, STAFF_CHAT } from "../tables/lane.ts";
import type { Messages } from "../tables/messages.ts";
import { onceKey } from "../tables/once.ts";
import type { OriginalKey } from "../tables/shapes.ts";
import { agentInPrivate } from "./agent-in-private.ts";
import { customerCommand } from "./customer-command.ts";
import { customerEdit } from "./customer-edit.ts";
import { customerMessage } from "./customer-message.ts";
import { customerPress } from "./customer-press.ts";
import { staffSlash } from "./staff-command.ts";
import { noteMisunderstood, staffEdit } from "./staff-edit.ts";
import { staffMessage, staffReaction } from "./staff-message.ts";
import { staffPress } from "./staff-press.ts";
import { topicCreated, topicToggled } from "./topics.ts";

export type Taken = "accepted" | "duplicate" | "ignored";

/** Applies one arrival, once: a cause that is settled already changes nothing. */
export function take(tx: Transaction, arrival: Arrival, updateId: number): Taken {
  if (isSettled(tx, arrival, updateId)) return "duplicate";
  noteThread(tx, arrival);
  if (isFromBlocked(tx, arrival)) turnAway(tx, arrival);
  else dispatch(tx, arrival, updateId);
  if (tx.relayed) return "accepted";
  // What moved nothing would move nothing a second time: that it came is all there is to know.
  if (tx.touched.size === 0) {
    tx.seenUpdates.note(updateId, tx.now);
    return "ignored";
  }
  tx.inbox.settle(`tg:${updateId}`, tx.now);
  return "accepted";
}

function noteThread(tx: Transaction, arrival: Arrival): void {
  if (!isFromCustomer(arrival) || !("writing" in arrival)) return;
  const thread = arrival.writing.thread ?? null;
  const { id: customer } = arrival.contact;
  const route = chatOfContact(customer);
  if (thread !== null && route !== null) tx.writtenIn = { customer, route, thread };
}

function isSettled(tx: Transaction, arrival: Arrival, updateId: number): boolean {
  // A relayed message is its own evidence, for as long as it is known; update ids may begin anew after a quiet week.
  const original = originalOf(arrival);
  const relayed = original === null ? undefined : tx.messages.byOriginal(original);
  if (relayed === undefined) return tx.inbox.known(`tg:${updateId}`) !== undefined;
  if (relayed.updateId !== updateId) tx.seenUpdates.note(updateId, tx.now);
  return true;
}

/** The message that an arrival is, where it is one to be passed on. */
function originalOf(arrival: Arrival): OriginalKey | null {
  switch (arrival.kind) {
    case "customer_message":
    case "customer_command":
      return { chat: arrival.contact.id, messageId: arrival.writing.messageId };
    case "staff_message":
      return { chat: STAFF_CHAT, messageId: arrival.writing.messageId };
    default:
      return null;
  }
}

/**
 * Where an arrival is a message that has the number of another one: the same message always has the same date, so that
 * numbers must have begun anew there. Null: it is not.
 */
export function takesUsedNumber(messages: Messages, arrival: Arrival): "staff" | "private" | null {
  const writing = "writing" in arrival ? arrival.writing : null;
  if (writing === null || writing.messageId <= 0) return null;
  const ofCustomer = isFromCustomer(arrival);
  const chat = ofCustomer ? idOf(arrival) : STAFF_CHAT;
  const known = messages.byOriginal({ chat, messageId: writing.messageId });
  // A message without a known date proves nothing.
  const isSame = known === undefined || known.sentAt === writing.sentAt;
  if (isSame || known.sentAt <= 0 || writing.sentAt <= 0) return null;
  return ofCustomer ? "private" : "staff";
}

/** Whether an arrival comes from a chat that is not this group's. */
export function isForeign(arrival: Arrival): boolean {
  return arrival.kind === "stranger" || (arrival.kind === "nothing" && arrival.reason === "foreign_chat");
}

type FromCustomer = Extract<Arrival, { kind: `customer_${string}` }>;

function isFromCustomer(arrival: Arrival): arrival is FromCustomer {
  return arrival.kind.startsWith("customer_");
}

/** Whether a blocked customer sent this. Updates about their membership are still applied. */
function isFromBlocked(tx: Transaction, arrival: Arrival): arrival is FromCustomer {
  if (!isFromCustomer(arrival) || arrival.kind === "customer_membership") return false;
  return tx.blocked.has(idOf(arrival));
}

/** The customer who acts; null: the arrival is not a customer's. */
export function customerOf(arrival: Arrival): ContactId | null {
  return isFromCustomer(arrival) ? idOf(arrival) : null;
}

function idOf(arrival: FromCustomer): ContactId {
  return arrival.kind === "customer_reaction" ? arrival.customer : arrival.contact.id;
}

/** They are told once, and after that there is no answer. */
export function turnAway(tx: Transaction, arrival: FromCustomer): void {
  const customer = idOf(arrival);
  if (arrival.kind === "customer_press") tx.toast(arrival.queryId, "");
  if (arrival.kind !== "customer_message" && arrival.kind !== "customer_command") return;
  if (tx.once.firstTime(onceKey("blocked", customer), tx.now))
    tx.answerContact(customer, 0, notice("customerBlocked"));
}

function dispatch(tx: Transaction, arrival: Arrival, updateId: number): void {
  switch (arrival.kind) {
    case "customer_message":
    case "customer_command": {
      const agent = tx.rules.config.agents.find(({ telegramId }) => telegramId === arrival.contact.id);
      if (agent !== undefined) return agentInPrivate(tx, agent, arrival);
      return arrival.kind === "customer_message"
        ? customerMessage(tx, arrival, updateId)
        : customerCommand(tx, arrival, updateId);
    }
    case "customer_edit":
      return customerEdit(tx, arrival, updateId);
    case "customer_reaction":
      return customerReaction(tx, arrival);
    case "customer_press":
      return customerPress(tx, arrival);
    case "customer_membership":
      return customerMembership(tx, arrival);
    case "staff_message":
      noteTouched(tx, arrival.topicId);
      return staffMessage(tx, arrival, updateId);
    case "staff_slash":
      noteTouched(tx, arrival.topicId);
      staffSlash(tx, arrival);
      return noteMisunderstood(tx, arrival);
    case "staff_edit":
      return staffEdit(tx, arrival, updateId);
    case "staff_reaction":
      return staffReaction(tx, arrival);
    case "staff_press":
      return staffPress(tx, arrival);
    case "topic_created":
      return topicCreated(tx, arrival);
    case "topic_closed":
    case "topic_reopened":
    case "topic_edited":
      if (!arrival.byBot) noteTouched(tx, arrival.topicId);
      return topicToggled(tx, arrival);
    case "bot_rights":
      return botRights(tx, arrival);
    case "stranger":
      return stranger(tx, arrival);
    case "channel_direct":
      return channelDirect(tx, arrival);
    case "nothing":
    case "unreadable":
      return;
    default:
      arrival satisfies never;
  }
}

/** Telegram says what the bot may do in the staff group now. */
function botRights(tx: Transaction, arrival: Extract<Arrival, { kind: "bot_rights" }>): void {
  if (!arrival.member) noteTrouble(tx, "group.gone");
  else if (!arrival.canManageTopics) noteTrouble(tx, "bot.cannot_manage_topics");
  else perhapsMended(tx);
  tx.touched.add(STAFF);
}

/** The bot was added where no desk is set up: said once, for the operator who is setting one up. */
function stranger(tx: Transaction, { chatId }: Extract<Arrival, { kind: "stranger" }>): void {
  if (tx.once.firstTime(onceKey("stranger", chatId), tx.now))
    tx.direct(chatId, notice("strangerNotice", chatId));
}

/** Said once to the leads, who may not know that customers write there. */
function channelDirect(
  tx: Transaction,
  { chatId, title }: Extract<Arrival, { kind: "channel_direct" }>,
): void {
  if (!tx.once.firstTime(onceKey("stranger", chatId), tx.now)) return;
  for (const { id } of tx.rules.policy.roster.leads) tx.direct(id, notice("channelDirectNotice", title));
}
