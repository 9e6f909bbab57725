import type { AgentActor, TicketCommand } from "../../domain/ticket/command.ts";
import { groupOf, parsePress, ticketNumberOf, type Press } from "../../telegram/callback.ts";
import { staffToast } from "../../texts/en/hints.ts";
import type { Transaction } from "../commit/transaction.ts";
import type { Of } from "../conversation/arrival-of.ts";
import { replay } from "../deliveries/replay.ts";
import { STAFF } from "../tables/lane.ts";
import { actorOf, agentOf } from "./agents.ts";
import { sendHeld } from "./held-back.ts";
import { inWords } from "./staff-command.ts";

export function staffPress(tx: Transaction, { sender, queryId, data, messageId }: Of<"staff_press">): void {
  const press = parsePress(data);
  const agent = agentOf(tx, sender.id);
  if (agent === undefined) return tx.toast(queryId, staffToast("outsider"));
  tx.people.seen(sender.id, sender.username);
  if (press === null) return tx.toast(queryId, staffToast("expired"));
  if (press.act === "send_again") {
    const sent = replay(tx, press.delivery) === "replayed";
    return tx.toast(queryId, staffToast(sent ? "sent_again" : "not_sent_again"));
  }
  // Groups may exchange their chats: a card of before is another group's.
  const isOurs = "ticket" in press && groupOf(press.ticket) === tx.rules.group.id;
  const number = isOurs ? ticketNumberOf(press.ticket) : null;
  if (press.act === "send_held" && number !== null)
    return tx.toast(queryId, sendHeld(tx, agent, number, press.message, messageId));
  const does = doesOf(press, actorOf(agent));
  if (number === null || does === null) return tx.toast(queryId, staffToast("expired"));
  const { decision, ticket } = tx.apply(number, does.command);
  tx.toast(queryId, inWords(tx, decision)?.text ?? staffToast(does.act));
  if (ticket !== null && !("events" in decision)) tx.touched.add(STAFF);
}

type TicketPress = Extract<Press["act"], "claim" | "resolve" | "close" | "reopen">;

function doesOf({ act }: Press, by: AgentActor): { act: TicketPress; command: TicketCommand } | null {
  switch (act) {
    case "claim":
      return { act, command: { type: "agent_claimed", by } };
    case "resolve":
      return { act, command: { type: "agent_resolved", by } };
    case "close":
      return { act, command: { type: "agent_closed", by } };
    case "reopen":
      return { act, command: { type: "agent_reopened", by } };
    default:
      return null;
  }
}
