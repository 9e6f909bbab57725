import { customer, system } from "../actor.ts";
import { advance } from "../advance.ts";
import type { TicketCommand } from "../command.ts";
import type { Decision } from "../decision.ts";
import type { Policy } from "../policy.ts";
import type { Ticket } from "../ticket.ts";
import {
  assigned,
  assigneeGone,
  claimed,
  declined,
  deskAssigned,
  placeLost,
  transferred,
  unclaimed,
} from "./assignment.ts";
import { arrived, failed, reachable, topicCreated, topicLost, uncertain, unreachable } from "./delivery.ts";
import { enriched, enrichmentFailed, noted, prioritised, remindersGone, snoozed, tagged } from "./facts.ts";
import { answered, closed, customerWrote, escalated, reopened, resolved } from "./life.ts";
import { answeredIntake, fieldsSet, opened, requested } from "./opening.ts";

/**
 * What a command does to a ticket. Pure: time and configuration are arguments, and the same arguments give the
 * same decision in the live path, the dry run and the replay. `now` is in milliseconds since 1970.
 */
export function decide(command: TicketCommand, ticket: Ticket | null, policy: Policy, now: number): Decision {
  if (command.type === "customer_wrote") {
    return ticket === null ? opened(command, policy, now) : customerWrote(command, ticket, policy, now);
  }
  if (command.type === "ticket_requested") return requested(command, policy, now);
  if (ticket === null) return { refused: { code: "ticket.not_found" } };
  // What another group has is for that group to decide.
  if (ticket.movedTo !== null && command.type !== "ticket_arrived") {
    const { ref, movedTo: group } = ticket;
    return command.type === "clock_struck"
      ? { events: [] }
      : { refused: { code: "ticket.moved", ref, group } };
  }
  switch (command.type) {
    case "customer_answered_intake":
      return answeredIntake(command, ticket, policy, now);
    case "customer_closed":
      return closed(ticket, customer(command.customer), policy, now);
    case "customer_unreachable":
      return unreachable(command, ticket, now);
    case "customer_reachable":
      return reachable(command, ticket, now);
    case "agent_answered":
      return answered(command, ticket, policy, now);
    case "agent_claimed":
      return claimed(command, ticket, now);
    case "agent_unclaimed":
      return unclaimed(command, ticket, policy, now);
    case "agent_assigned":
      return assigned(command, ticket, now);
    case "desk_assigned":
      return deskAssigned(command, ticket, now);
    case "assignee_gone":
      return assigneeGone(command, ticket, policy, now);
    case "reminders_gone":
      return remindersGone(command, ticket, now);
    case "place_lost":
      return placeLost(command, ticket, policy, now);
    case "enrichment_answered":
      return enriched(command, ticket, policy, now);
    case "enrichment_failed":
      return enrichmentFailed(command, now);
    case "ticket_arrived":
      return arrived(command, ticket, now);
    case "desk_transferred":
      return transferred({ ...command, by: system("routing") }, ticket, policy, now);
    case "agent_transferred":
      return transferred(command, ticket, policy, now);
    case "agent_declined":
      return declined(command, ticket, policy, now);
    case "agent_noted":
      return noted(command, now);
    case "agent_resolved":
      return resolved(command, ticket, policy, now);
    case "agent_closed":
      return closed(ticket, command.by, policy, now, command.note);
    case "agent_reopened":
      return reopened(command, ticket, policy, now);
    case "agent_escalated":
      return escalated(command, ticket, now);
    case "agent_set_fields":
      return fieldsSet(command, ticket, policy, now);
    case "agent_snoozed":
      return snoozed(command, ticket, now);
    case "agent_prioritised":
      return prioritised(command, ticket, now);
    case "agent_tagged":
      return tagged(command, ticket, now);
    case "topic_created":
      return topicCreated(command, now);
    case "topic_lost":
      return topicLost(command, ticket, now);
    case "delivery_failed":
      return failed(command, now);
    case "delivery_uncertain":
      return uncertain(now);
    case "clock_struck":
      return { events: advance(ticket, policy, command.team, now) };
    default:
      return command satisfies never;
  }
}
