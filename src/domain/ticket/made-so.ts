import type { TicketCommand } from "./command.ts";
import type { TicketEvent } from "./event.ts";

/**
 * Whether an event made a ticket what a command asks for, which it is already: of all that do, the newest one did. What
 * nothing changed since has been so since the ticket was opened.
 */
export function madeSo(command: TicketCommand, event: TicketEvent): boolean {
  if (event.type === "ticket_opened") return true;
  switch (command.type) {
    case "agent_assigned":
      return gaveTo(command.assignee.id, event);
    case "agent_unclaimed":
      return tookAway(event);
    case "agent_reopened":
      return event.type === "ticket_reopened";
    case "agent_transferred":
      return (
        event.type === "ticket_transferred" ||
        (event.type === "ticket_routed" && event.queue !== event.previousQueue)
      );
    case "agent_prioritised":
      return (
        event.type === "priority_changed" || (event.type === "ticket_routed" && event.priority !== undefined)
      );
    case "agent_tagged":
      return (
        event.type === "tags_changed" &&
        (command.add.some((tag) => event.added.includes(tag)) ||
          command.remove.some((tag) => event.removed.includes(tag)))
      );
    case "agent_set_fields":
      return event.type === "field_answered" && command.fields[event.field] === event.option;
    case "agent_snoozed":
      return command.remindAt === null
        ? tookReminder(command.agent.id, event)
        : event.type === "reminder_set" && event.agent === command.agent.id;
    // These never find a ticket in that state already, or the ticket itself says who set it and when.
    case "customer_wrote":
    case "ticket_requested":
    case "customer_answered_intake":
    case "customer_closed":
    case "customer_unreachable":
    case "customer_reachable":
    case "agent_answered":
    case "agent_claimed":
    case "desk_assigned":
    case "agent_declined":
    case "assignee_gone":
    case "reminders_gone":
    case "place_lost":
    case "enrichment_answered":
    case "enrichment_failed":
    case "ticket_arrived":
    case "desk_transferred":
    case "agent_noted":
    case "agent_resolved":
    case "agent_closed":
    case "agent_escalated":
    case "topic_created":
    case "topic_lost":
    case "delivery_failed":
    case "delivery_uncertain":
    case "clock_struck":
      return false;
    default:
      return command satisfies never;
  }
}

function gaveTo(agent: number, event: TicketEvent): boolean {
  if (event.type === "ticket_assigned") return event.assignee === agent;
  return event.type === "ticket_claimed" && event.by.kind === "agent" && event.by.id === agent;
}

function tookAway(event: TicketEvent): boolean {
  switch (event.type) {
    case "ticket_unclaimed":
    case "assignment_declined":
    case "assignment_ignored":
      return true;
    default:
      return isLeaving(event);
  }
}

function tookReminder(agent: number, event: TicketEvent): boolean {
  switch (event.type) {
    case "reminder_cleared":
    case "reminder_due":
      return event.agent === agent;
    case "ticket_closed":
      return true;
    default:
      return isLeaving(event);
  }
}

/** Its assignee and reminders stay behind in the group that it leaves. */
function isLeaving(event: TicketEvent): boolean {
  return (event.type === "ticket_transferred" || event.type === "ticket_routed") && event.group !== undefined;
}
