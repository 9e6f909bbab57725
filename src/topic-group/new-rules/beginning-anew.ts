import { baseOfEpoch } from "../../domain/message-number.ts";
import type { Transaction } from "../commit/transaction.ts";
import { adoptTopic } from "../conversation/topic.ts";
import { clearTrouble } from "../reconciliation/troubles.ts";
import { FACTS } from "../tables/facts.ts";
import { RECORD, STAFF } from "../tables/lane.ts";
import type { Epochs, Numbering } from "../tables/numbering.ts";
import { registerBot } from "./register-bot.ts";

/*
 * What follows where Telegram's numbers begin anew (numbering.ts). The numbers themselves say that they are former ones;
 * here is what has to happen at once because of it, in the same commit.
 */

/** Keeps the numbering that is in force. */
export function keepNumbering(tx: Transaction): void {
  const { chats, bots, bot } = tx.rules.epochs;
  tx.facts.set(FACTS.numbering, { chats, bots, bot } satisfies Numbering);
}

/**
 * The group has another chat: every ticket in hand gets a topic there, or the one that it has there from an earlier time.
 * What waits for a former topic is addressed to it by its number; what waits for a customer is copied from where it was written.
 */
export function anotherChat(tx: Transaction, before: Epochs): void {
  keepNumbering(tx);
  const { staffEpoch } = tx.rules.epochs;
  for (const { ticket: number, topicId } of tx.topics.ofActive(
    baseOfEpoch(staffEpoch),
    baseOfEpoch(staffEpoch + 1),
  )) {
    if (tx.tickets.get(number)?.ticket.topicId === null) adoptTopic(tx, number, topicId);
  }
  tx.views.allDue(tx.now);
  tx.unrecorded.forgetTopics();
  // How fast the former chat could take calls says nothing about this one.
  tx.laneRates.forget(STAFF);
  for (const fact of [FACTS.echoes, FACTS.forumSeenAt]) tx.facts.delete(fact);
  tx.touched.add(STAFF).add(RECORD);
  tx.report("group.chat_changed", { from: before.chat, to: tx.rules.group.chatId });
}

/**
 * The desk has another bot. It may write to no customer before they have written to it, cannot change what the former one
 * has sent, and its updates are numbered by themselves: one with a number that has been is another update.
 */
export function anotherBot(tx: Transaction, before: Numbering): void {
  keepNumbering(tx);
  forgetUpdates(tx, before.bot);
  // Whether a customer had started a bot that is back is unknown here, and shows with the next message.
  const isBack = before.bots.includes(tx.rules.botId);
  tx.contacts.saveStarted(isBack, tx.now);
  for (const number of tx.openTickets.numbers()) {
    const { customer, unreachable } = tx.tickets.get(number)!.ticket;
    if (!isBack) tx.apply(number, { type: "customer_unreachable", reason: "never_started" });
    else if (unreachable === "never_started") tx.apply(number, { type: "customer_reachable", customer });
  }
  tx.views.forgetCards();
  tx.views.allDue(tx.now);
  tx.laneRates.forgetTelegrams();
  tx.facts.delete(FACTS.echoes);
  clearTrouble(tx);
  registerBot(tx);
  tx.touched.add(STAFF).add(RECORD);
  tx.report("bot.changed", { from: before.bot, to: tx.rules.botId });
}

/** Messages were found to be numbered anew in the staff group, or in private chats, although both are the same as before. */
export function numberedAnew(tx: Transaction, where: "staff" | "private"): void {
  keepNumbering(tx);
  if (where === "private") forgetUpdates(tx, tx.rules.botId);
  else {
    tx.views.allDue(tx.now);
    tx.unrecorded.forgetTopics();
    tx.facts.delete(FACTS.echoes);
    tx.touched.add(STAFF).add(RECORD);
  }
  tx.report("numbers.begun_anew", { where });
  for (const lead of tx.rules.policy.roster.leads)
    tx.notifyAgent(lead, 0, { code: "numbers_begun_anew", where });
}

function forgetUpdates(tx: Transaction, bot: number): void {
  tx.inbox.forgetUpdates(bot);
  tx.seenUpdates.forget();
}
