import type { Ticket } from "../ticket.ts";
import { notifyAgent, type EventRows, type Happened, type NotifiesAgent } from "./row.ts";

/** What agents want to be reminded of. */
export type ReminderEvent =
  | (Happened & {
      type: "reminder_set";
      remindAt: number;
      previousRemindAt?: number | null;
      agent: number;
      agentName: string;
      reason?: string;
    })
  | (Happened & { type: "reminder_cleared"; agent: number; previousRemindAt?: number })
  | (Happened & { type: "reminder_due"; agent: number; agentName: string; reason?: string });

export type ReminderAgentNotice = { code: "reminder"; reason?: string };

export const REMINDER_EVENTS = {
  reminder_set: {
    about: "A reminder was set",
    webhook: null,
    silent: true,
    facts: {
      remindAt: "instant",
      previousRemindAt: "instant",
      agent: "kept",
      agentName: "kept",
      reason: "kept",
    },
    outlives: ["remindAt", "previousRemindAt", "agent", "agentName"],
    changes: { remindAt: { was: "previousRemindAt", is: "remindAt" } },
    evolve(draft, { agent, agentName: name, remindAt: at, reason }) {
      forget(draft, agent);
      draft.reminders.push({ agent, name, at, ...(reason === undefined ? {} : { reason }) });
    },
    react: null,
  },
  reminder_cleared: {
    about: "They do not any more",
    webhook: null,
    silent: true,
    facts: { agent: "kept", previousRemindAt: "instant" },
    outlives: ["agent", "previousRemindAt"],
    changes: { remindAt: { was: "previousRemindAt", is: () => null } },
    evolve: (draft, { agent }) => forget(draft, agent),
    react: null,
  },
  reminder_due: {
    about: "They were reminded",
    webhook: null,
    silent: true,
    facts: { agent: "kept", agentName: "kept", reason: "kept" },
    outlives: ["agent", "agentName"],
    changes: {},
    evolve: (draft, { agent }) => forget(draft, agent),
    react({ agent: id, agentName: name, reason }) {
      return [notifyAgent({ id, name }, { code: "reminder", ...(reason === undefined ? {} : { reason }) })];
    },
  },
} satisfies EventRows<ReminderEvent, NotifiesAgent<ReminderAgentNotice>>;

/** The list is a new one: `draft` shares it with the ticket before. */
function forget(draft: Ticket, agent: number): void {
  draft.reminders = draft.reminders.filter((reminder) => reminder.agent !== agent);
}
