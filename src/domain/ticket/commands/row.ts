import { cut } from "../../cut.ts";
import { NOTE_CHARS_MAX } from "../../limits.ts";
import type { Worker } from "../actor.ts";
import type { Decision, Refusal } from "../decision.ts";
import type { TicketEvent } from "../event.ts";
import type { Policy } from "../policy.ts";
import type { Ticket } from "../ticket.ts";

/** All that there is to say of a command to a ticket. */
export interface CommandRow<C> {
  decide: (command: C, ticket: Ticket, policy: Policy, now: number) => Decision;
  /**
   * Whether an event made a ticket what the command asks for, which it is already. Null: no ticket is found in that state
   * already, or the ticket itself says who set it and when.
   */
  establishedBy: ((command: C, event: TicketEvent) => boolean) | null;
}
export type CommandRows<C extends { type: string }> = {
  [T in C["type"]]: CommandRow<Extract<C, { type: T }>>;
};

/** What a command that is typed may need to know. `find`: the agent who is meant by a name, or whose names it could be. */
export interface Typing {
  /** Who types. */
  agent: number;
  /** In ms since 1970. */
  now: number;
  find(name: string): { agent: number } | { among: string[]; name: string | null };
}

/** All that there is to say of what agents and programs ask. `Usage`: how its command is used. */
export interface ActRow<A, C, Usage> {
  /** The command by which agents ask in a topic; null: they do not. */
  slash: { word: Lowercase<string>; parse(argument: string, typing: Typing): A | { usage: Usage } } | null;
  /** What it is to the ticket. */
  command: (act: A, by: Worker, policy: Policy) => C | { refused: Refusal };
}
export type ActRows<A extends { type: string }, C, Usage = never> = {
  [T in A["type"]]: ActRow<Of<A, T>, C, Usage>;
};
type Of<A extends { type: string }, T> = A extends unknown
  ? T extends A["type"]
    ? A & { type: T }
    : never
  : never;

/** The note of a command, as its event has it. */
export function note<N>(command: { note?: N }): { note?: N } {
  return command.note === undefined ? {} : { note: command.note };
}

/** What is typed behind a command, as its note. */
export function noteOf(text: string): { note?: string } {
  return text === "" ? {} : { note: cut(text, NOTE_CHARS_MAX) };
}

export function agentOf(
  wanted: number,
  { roster }: Policy,
): { id: number; name: string } | { refused: Refusal } {
  const agent = roster.agents.find(({ id }) => id === wanted);
  if (agent !== undefined) return { id: agent.id, name: agent.name };
  return { refused: { code: "agent.unknown", agent: wanted, known: roster.agents.map(({ id }) => id) } };
}

/** Its assignee and reminders stay behind in the group that it leaves. */
export function isLeaving(event: TicketEvent): boolean {
  return (event.type === "ticket_transferred" || event.type === "ticket_routed") && event.group !== undefined;
}
