import type { TicketAct } from "../../domain/ticket/work-order.ts";
import { groupOf, isOnCard, parsePress, ticketNumberOf } from "../../telegram/callback.ts";
import { notice } from "../../texts/notice.ts";
import type { Transaction } from "../commit/transaction.ts";
import type { Of } from "../conversation/arrival-of.ts";
import { replay } from "../deliveries/replay.ts";
import { STAFF } from "../tables/lane.ts";
import { act } from "./act.ts";
import { actorOf, agentOf } from "./agents.ts";
import { sendHeld } from "./held-back.ts";
import { answerTo } from "./staff-command.ts";

export function staffPress(tx: Transaction, { sender, queryId, data, messageId }: Of<"staff_press">): void {
  const press = parsePress(data);
  const agent = agentOf(tx, sender.id);
  if (agent === undefined) return tx.toast(queryId, notice("staffToast", "outsider"));
  tx.people.seen(sender.id, sender.username);
  if (press === null) return tx.toast(queryId, notice("staffToast", "expired"));
  if (press.act === "send_again") {
    const sent = replay(tx, press.delivery) === "replayed";
    return tx.toast(queryId, notice("staffToast", sent ? "sent_again" : "not_sent_again"));
  }
  // Groups may exchange their chats: a card of before is another group's.
  const isOurs = "ticket" in press && groupOf(press.ticket) === tx.rules.group.id;
  const number = isOurs ? ticketNumberOf(press.ticket) : null;
  if (press.act === "send_held" && number !== null)
    return tx.toast(queryId, sendHeld(tx, agent, number, press.message, messageId));
  if (number === null || !isOnCard(press)) return tx.toast(queryId, notice("staffToast", "expired"));
  const asked: TicketAct =
    press.act === "claim" ? { type: "claim", agent: agent.telegramId } : { type: press.act };
  const done = act(tx, actorOf(agent), number, asked);
  tx.toast(queryId, answerTo(tx, done) ?? notice("staffToast", press.act));
  // A card on which the button still stood shows what is no longer so.
  const isUnknown = "refused" in done && done.refused.code === "ticket.not_found";
  if (!isUnknown && ("refused" in done || !("events" in done.decision))) tx.touched.add(STAFF);
}
