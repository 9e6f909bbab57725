import { PRIORITIES } from "../../domain/priority.ts";
import type { Usage } from "../../domain/ticket/acts.ts";
import type { CommandWords } from "../commands.ts";
import { bold, plain, rich, type RichText } from "../rich-text.ts";

export const COMMANDS: CommandWords = {
  staff: {
    claim: "Take this ticket",
    unclaim: "Release this ticket",
    assign: "Assign this ticket: /assign @name",
    note: "Internal note, never sent to the customer: /note text",
    resolve: "Mark as resolved: /resolve [note]",
    close: "Close this ticket: /close [note]",
    reopen: "Reopen this ticket",
    priority: "Set priority: urgent, high, normal or low",
    tag: "Add or remove tags: /tag refund -old",
    transfer: "Move to another queue: /transfer queue [note]",
    decline: "Pass on a ticket assigned to you",
    escalate: "Call for help: /escalate [note]",
    snooze: "Set a reminder: /snooze 2h [reason], /snooze off",
    sla: "SLA deadlines",
    info: "Ticket details",
    queue: "Open tickets in this group",
    mine: "Your tickets",
    team: "Who is online, and how full",
    overdue: "Late or at-risk tickets",
    online: "Get tickets during your shift",
    away: "Pause assignments: /away, /away 30m",
    offline: "Stop assignments until /online",
    delete: "As a reply: delete your message for the customer",
    help: "How this works",
  },
  customer: {
    new: "Start a new request",
    tickets: "Your requests",
    close: "Close your request",
    help: "How to use this bot",
  },
};

/** How a command is used, to an agent who typed it otherwise. */
export function usageHint(usage: Usage): RichText {
  switch (usage.of) {
    case "assign":
      return usage.name === null
        ? rich`Who? /assign @name, one of: ${usage.among.join(", ")}.`
        : rich`${bold(usage.name)} could be ${usage.among.join(" or ")}. Write more of the name.`;
    case "priority":
      return rich`Which priority? ${PRIORITIES.map((one) => `/priority ${one}`).join(", ")}.`;
    case "tag":
      return plain("Which tags? /tag refund adds one, /tag -refund removes it.");
    case "snooze":
      return plain(
        "Remind you when? /snooze 2h, /snooze 30m waiting for the parcel, /snooze 1d. /snooze off cancels it.",
      );
    default:
      return usage satisfies never;
  }
}
