import type { TicketCommand } from "./command.ts";
import { ASSIGNMENT_COMMANDS } from "./commands/assignment.ts";
import { DELIVERY_COMMANDS } from "./commands/delivery.ts";
import { FACT_COMMANDS } from "./commands/facts.ts";
import { LIFE_COMMANDS } from "./commands/life.ts";
import { OPENING_COMMANDS } from "./commands/opening.ts";
import type { CommandRow, CommandRows } from "./commands/row.ts";
import type { TicketEvent } from "./event.ts";

const COMMANDS = {
  ...OPENING_COMMANDS,
  ...LIFE_COMMANDS,
  ...ASSIGNMENT_COMMANDS,
  ...FACT_COMMANDS,
  ...DELIVERY_COMMANDS,
} satisfies CommandRows<TicketCommand>;

/** The row of a command, for that command alone. */
export function rowOf({ type }: TicketCommand): CommandRow<TicketCommand> {
  return COMMANDS[type] as unknown as CommandRow<TicketCommand>;
}

/**
 * Whether an event made a ticket what a command asks for, which it is already: of all that do, the newest one did. What
 * nothing changed since has been so since the ticket was opened.
 */
export function isEstablishedBy(event: TicketEvent, command: TicketCommand): boolean {
  const { establishedBy } = rowOf(command);
  return event.type === "ticket_opened" || (establishedBy !== null && establishedBy(command, event));
}
