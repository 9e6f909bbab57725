import type { AgentConfig } from "../../domain/config/config.ts";
import { cut } from "../../domain/cut.ts";
import { NOTE_CHARS_MAX } from "../../domain/limits.ts";
import { groupOf } from "../../telegram/callback.ts";
import { slashed } from "../../telegram/slashed.ts";
import { anywhere, isStaffCommand, menu } from "../../texts/commands.ts";
import { DESK_LANGUAGE } from "../../texts/languages.ts";
import { notice, type Notice } from "../../texts/notice.ts";
import { sendToPeer } from "../commit/send-to-peer.ts";
import type { Transaction } from "../commit/transaction.ts";
import { worded } from "../commit/words.ts";
import type { Of } from "../conversation/arrival-of.ts";
import { ticketIdOf } from "../conversation/customers.ts";
import { BOT } from "../tables/lane.ts";
import { actorOf } from "./agents.ts";
import { setAvailability } from "./staff-command.ts";
import { mine, overdue, queue, team } from "./staff-lists.ts";

/**
 * An agent's own chat with the bot: commands that concern no ticket, and notes as replies to alerts. Nothing written
 * there reaches a customer or opens a ticket, even if the agent was a customer before.
 */
export function agentInPrivate(
  tx: Transaction,
  agent: AgentConfig,
  arrival: Of<"customer_message"> | Of<"customer_command">,
): void {
  const { writing } = arrival;
  const reply = (text: Notice): void => tx.direct(agent.telegramId, text);
  const slash = writing.text === null ? null : slashed(writing.text);
  if (slash?.kind === "command") return command(tx, agent, slash, reply);
  const ref = arrival.kind === "customer_message" ? arrival.about : undefined;
  if (ref === undefined) return reply(notice("privateHint"));
  if (writing.kind !== "text" || writing.text === null) return reply(notice("noteIsTextHint"));
  const text = slash?.kind === "note" ? slash.text : writing.text;
  reply(note(tx, agent, ref, cut(text, NOTE_CHARS_MAX)) ? notice("noteTaken", ref) : notice("privateHint"));
}

function command(
  tx: Transaction,
  agent: AgentConfig,
  { name, argument }: { name: string; argument: string },
  reply: (text: Notice) => void,
): void {
  switch (name) {
    case "start":
      showMenu(tx, agent.telegramId);
      return reply(notice("agentGreeting", agent.name, tx.rules.config.desk.name));
    case "help":
      return reply(notice("privateStaffHelp"));
    case "queue":
      return reply(queue(tx));
    case "mine":
      return reply(mine(tx, agent));
    case "team":
      return reply(team(tx));
    case "overdue":
      return reply(overdue(tx));
    case "online":
    case "away":
    case "offline":
      return setAvailability(tx, agent, name, argument, reply);
    default:
      return reply(isStaffCommand(name) ? notice("notATopicHint", name) : notice("unknownCommandHint", name));
  }
}

/** What the app offers in this chat: customers' commands mean nothing here. */
function showMenu(tx: Transaction, id: number): void {
  const commands = menu(anywhere(DESK_LANGUAGE.COMMANDS.staff));
  const params = { commands, scope: { type: "chat", chat_id: id } };
  const work = { kind: "setup", method: "setMyCommands", params, fact: null } as const;
  tx.work({ lane: BOT, ticket: 0, work, key: `setup:agent-${id}` });
}

/** Adds an internal note to the ticket of an alert, in whichever group it is now. Returns whether the ticket exists. */
function note(tx: Transaction, agent: AgentConfig, ref: string, text: string): boolean {
  const ticketId = ticketIdOf(tx.rules.config, ref);
  if (ticketId === null) return false;
  const noted = { type: "agent_noted", by: actorOf(agent), text } as const;
  const said = { says: notice("staffNoted", agent.name, text) };
  const own = tx.tickets.numberOf(ticketId, tx.rules.group.id);
  const ticket = own === null ? undefined : tx.tickets.get(own)?.ticket;
  if (ticket !== undefined && ticket.movedTo === null) {
    tx.apply(ticket.number, noted);
    tx.quoteInTopic(ticket.number, said);
    return true;
  }
  const at = ticket?.movedTo ?? groupOf(ticketId);
  // Its own group would know it, if there were such a ticket.
  if (ticket === undefined && at === tx.rules.group.id) return false;
  sendToPeer(tx, at, ticket?.number ?? 0, { type: "ticket_command", ticketId, command: noted });
  sendToPeer(tx, at, ticket?.number ?? 0, { type: "topic_words", ticketId, words: worded(said) });
  return true;
}
