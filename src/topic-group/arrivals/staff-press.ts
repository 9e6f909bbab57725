import type { AgentActor, TicketCommand } from "../../domain/command.ts";
import { parsePress, ticketNumberOf, type Press } from "../../telegram/callback.ts";
import { STAFF } from "../drain/lane.ts";
import { replay } from "../replay.ts";
import type { Transaction } from "../transaction.ts";
import { actorOf, agentOf } from "./agents.ts";
import type { Of } from "./arrival-of.ts";
import { sendHeld } from "./held-back.ts";
import { inWords } from "./staff-command.ts";

export function staffPress(tx: Transaction, { sender, queryId, data, messageId }: Of<"staff_press">): void {
  const press = parsePress(data);
  const agent = agentOf(tx, sender.id);
  if (agent === undefined) return tx.toast(queryId, "Only the desk's agents can do this.");
  tx.store.seen(sender.id, sender.username);
  if (press === null) return tx.toast(queryId, "This button is no longer in use.");
  if (press.act === "send_again") {
    const sent = replay(tx, press.delivery) === "replayed";
    return tx.toast(queryId, sent ? "It is sent again." : "It is on its way already, or gone.");
  }
  const number = "ticket" in press ? ticketNumberOf(press.ticket) : null;
  if (press.act === "send_held" && number !== null)
    return tx.toast(queryId, sendHeld(tx, agent, number, press.message, messageId));
  const ticketCommand = commandOf(press, actorOf(agent));
  if (number === null || ticketCommand === null) return tx.toast(queryId, "This button is no longer in use.");
  const { decision, ticket } = tx.apply(number, ticketCommand);
  tx.toast(queryId, inWords(decision) ?? DONE_WORDS[press.act] ?? "");
  if (ticket !== null && !("events" in decision)) tx.touched.add(STAFF);
}

const DONE_WORDS: Partial<Record<Press["act"], string>> = {
  claim: "It is yours.",
  resolve: "Resolved.",
  close: "Closed.",
  reopen: "Reopened.",
};

function commandOf(press: Press, by: AgentActor): TicketCommand | null {
  switch (press.act) {
    case "claim":
      return { type: "agent_claimed", by };
    case "resolve":
      return { type: "agent_resolved", by };
    case "close":
      return { type: "agent_closed", by };
    case "reopen":
      return { type: "agent_reopened", by };
    default:
      return null;
  }
}
