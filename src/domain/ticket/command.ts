import type { AssignmentCommand } from "./commands/assignment.ts";
import type { DeliveryCommand } from "./commands/delivery.ts";
import type { FactCommand } from "./commands/facts.ts";
import type { LifeCommand } from "./commands/life.ts";
import type { OpeningCommand } from "./commands/opening.ts";

/** What happened outside, or what is asked for. A command concerns one ticket. */
export type TicketCommand = OpeningCommand | LifeCommand | AssignmentCommand | FactCommand | DeliveryCommand;
