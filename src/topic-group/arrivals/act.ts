import { routeOf } from "../../domain/contact/route.ts";
import type { Worker } from "../../domain/ticket/actor.ts";
import { commandOf } from "../../domain/ticket/acts.ts";
import type { TicketCommand } from "../../domain/ticket/command.ts";
import type { Decision, Refusal } from "../../domain/ticket/decision.ts";
import type { TicketAct } from "../../domain/ticket/work-order.ts";
import { notice } from "../../texts/notice.ts";
import { plain } from "../../texts/rich-text.ts";
import type { Transaction } from "../commit/transaction.ts";
import { words } from "../commit/words.ts";
import { speakIn } from "../conversation/speaking.ts";
import { laneTo } from "../tables/lane.ts";
import { announceMessage } from "../webhooks/webhooks.ts";

export type Acted =
  | { refused: Refusal }
  | { decision: Exclude<Decision, { refused: unknown }>; command: TicketCommand };

/** Does with a ticket what an agent or a program asks. `command`: what that is to the ticket. */
export function act(tx: Transaction, by: Worker, number: number, what: TicketAct): Acted {
  const command = commandOf(what, by, tx.rules.policy);
  if ("refused" in command) return command;
  const { decision } = tx.apply(number, command);
  if ("refused" in decision) return decision;
  if (what.type === "reply") reply(tx, by, number, what.text);
  // What an agent notes stands in the topic already.
  if (what.type === "note" && by.kind === "key")
    tx.quoteInTopic(number, { says: notice("programNoted", by.name, what.text) });
  return { decision, command };
}

/** To the customer as the desk's own words, and into the topic, so that the staff reads who answered what. */
function reply(tx: Transaction, by: Worker, number: number, text: string): void {
  const { ticket } = tx.tickets.get(number)!;
  speakIn(tx, ticket);
  const lane = laneTo(routeOf(ticket));
  tx.work({ lane, ticket: number, work: { kind: "reply", words: words(plain(text)) } });
  tx.quoteInTopic(number, { says: notice("programReplied", by.name, text) });
  const facts = { messageId: null, kind: "text", album: null, sentAt: tx.now };
  announceMessage(tx, ticket, { ...facts, from: "program", writer: by.name, text });
}
