import type { Worker } from "./actor.ts";
import type { TicketCommand } from "./command.ts";
import { ASSIGNMENT_ACTS } from "./commands/assignment.ts";
import { FACT_ACTS } from "./commands/facts.ts";
import { LIFE_ACTS } from "./commands/life.ts";
import { OPENING_ACTS } from "./commands/opening.ts";
import type { ActRow, ActRows, Typing } from "./commands/row.ts";
import type { Refusal } from "./decision.ts";
import type { Policy } from "./policy.ts";
import type { TicketAct } from "./work-order.ts";

/** All that agents and programs may ask of a ticket. */
const ACTS = {
  ...OPENING_ACTS,
  ...LIFE_ACTS,
  ...ASSIGNMENT_ACTS,
  ...FACT_ACTS,
} satisfies ActRows<TicketAct, TicketCommand, { of: string }>;

/** How a command is used, where it was typed otherwise: what the rows say of it. */
export type Usage = Extract<ReturnType<Slash["parse"]>, { usage: { of: string } }>["usage"];

type Slash = Extract<(typeof ACTS)[TicketAct["type"]], { slash: { word: string } }>["slash"];
/** The commands by which agents ask. */
export type ActWord = Slash["word"];

const SLASHES = new Map<string, Slash>(
  Object.values(ACTS).flatMap(({ slash }) => (slash === null ? [] : [[slash.word, slash]])),
);

export function isActWord(word: string): word is ActWord {
  return SLASHES.has(word);
}

/** What an agent asks by a command. */
export function actOf(word: ActWord, argument: string, typing: Typing): TicketAct | { usage: Usage } {
  return SLASHES.get(word)!.parse(argument, typing);
}

/** What it is to the ticket. */
export function commandOf(act: TicketAct, by: Worker, policy: Policy): TicketCommand | { refused: Refusal } {
  const row = ACTS[act.type] as unknown as ActRow<TicketAct, TicketCommand, Usage>;
  return row.command(act, by, policy);
}
