import type { TicketCommand } from "./command.ts";
import { rowOf } from "./commands.ts";
import { opened, requested } from "./commands/opening.ts";
import type { Decision } from "./decision.ts";
import type { Policy } from "./policy.ts";
import type { Ticket } from "./ticket.ts";

/**
 * What a command does to a ticket. Pure: time and configuration are arguments, and the same arguments give the
 * same decision in the live path, the dry run and the replay. `now` is in milliseconds since 1970.
 */
export function decide(command: TicketCommand, ticket: Ticket | null, policy: Policy, now: number): Decision {
  if (ticket === null) {
    if (command.type === "customer_wrote") return opened(command, policy, now);
    if (command.type === "ticket_requested") return requested(command, policy, now);
    return { refused: { code: "ticket.not_found" } };
  }
  // What another group has is for that group to decide; what the customer writes has found its way before.
  if (ticket.movedTo !== null && command.type !== "ticket_arrived" && command.type !== "customer_wrote") {
    const { ref, movedTo: group } = ticket;
    return command.type === "clock_struck"
      ? { events: [] }
      : { refused: { code: "ticket.moved", ref, group } };
  }
  return rowOf(command).decide(command, ticket, policy, now);
}
