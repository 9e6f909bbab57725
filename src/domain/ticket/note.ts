import type { MessageKind } from "./message-kind.ts";

/** Why the desk itself did something to a ticket: a code with its facts, which `texts/` puts into words. */
export type DeskNote =
  | { reason: "customer_wrote" }
  /** Resolved, and the customer has not written for as long as the configuration says. */
  | { reason: "resolved_and_quiet" }
  /** By an escalation; `from`: the former assignee's name. */
  | { reason: "taken_over"; from: string }
  /** By no agent, whatever the skills; it goes to the queue's pool. */
  | { reason: "nobody_could_take_it" }
  | { reason: "queue_of_another_group"; queue: string }
  | { reason: "queue_gone"; queue: string }
  | { reason: "group_gone"; group: string };

/** What people wrote with an event, or the desk's own reason; earlier releases have stored that in English. */
export type Note = string | DeskNote;

/** An internal note: what was written, or the kind of a message without words, which earlier releases have stored in English. */
export type InternalNote = string | { kind: MessageKind };
