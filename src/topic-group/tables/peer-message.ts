import type { VersionedConfig } from "../../domain/config/config.ts";
import type { ContactId } from "../../domain/contact/contact-id.ts";
import type { ContactFacts } from "../../domain/contact/contact.ts";
import type { TicketCommand } from "../../domain/ticket/command.ts";
import type { TicketEvent } from "../../domain/ticket/event.ts";
import type { TicketStatus } from "../../domain/ticket/status.ts";
import type { Ticket } from "../../domain/ticket/ticket.ts";
import type { ToldMessage } from "../../domain/ticket/webhook-event.ts";
import type { Writing } from "../../telegram/message.ts";
import type { KnownProfile, NewMessage, Words } from "./shapes.ts";

/**
 * What groups' objects tell each other about a ticket that lives in another group than its customer's private chat.
 * `ticketId` is the ticket's own id, which never changes. Every message may come twice; its key tells.
 */
export type PeerMessage =
  /** From now on it is yours. */
  | {
      type: "ticket_moved";
      ticket: Ticket;
      events: PastEvent[];
      contact: ContactFacts;
      receiptId: number | null;
      /** Where the conversation so far is. */
      url: string | null;
      /** What another system has said of the customer; null if that is not known. */
      profile: KnownProfile | null;
      /** Whether it is yours to ask that system. */
      ask: boolean;
      /** The endpoints for which we still have something about it: ours goes first. Not told by an older release. */
      endpoints?: string[];
      /** The customer's home from now on, where the former one is not in the configuration any more. */
      home?: string;
      /** The calls of programs that are done: one that comes again changes nothing with you either. Not told by an older release. */
      settled?: SettledCause[];
    }
  /** The home of its customer is not in the configuration any more; this one is it from now on. */
  | { type: "home_is"; ticketId: string; contact: ContactFacts; home: string }
  /** A customer is yours from now on; a ticket of theirs is with another group. */
  | { type: "ticket_elsewhere"; ticket: Ticket; contact: ContactFacts; receiptId: number | null }
  /** What an agent said elsewhere, and the former topic has not shown yet. */
  | { type: "topic_words"; ticketId: string; words: Words }
  /** What the customer has written since the last answer and was copied where the ticket was. */
  | {
      type: "open_turn";
      ticketId: string;
      from: string;
      messages: PassedMessage[];
      /** Topics that are deleted once all of it stands with you. */
      stubs?: Stub[];
    }
  /** All that stood in a topic of yours stands here. */
  | { type: "stub_over"; ticketId: string; topicId: number }
  /** Older events of a ticket whose history is too long for one message. */
  | { type: "ticket_history"; ticketId: string; events: PastEvent[] }
  /**
   * Follows the ticket's way through the groups and comes back to `of`, where the ticket has returned to: then nothing
   * older is under way any more.
   */
  | { type: "fence"; ticketId: string; of: string; id: number }
  /** What a customer does, passed on by their home. */
  | {
      type: "customer_message";
      ticketId: string;
      contact: ContactFacts;
      gratitude: boolean;
      /** The message that webhooks have yet to be told. */
      told?: ToldMessage;
      message: PassedMessage;
    }
  | { type: "customer_edit"; ticketId: string; contact: ContactFacts; writing: Writing }
  | {
      type: "customer_reaction";
      ticketId: string;
      customer: ContactId;
      messageId: number;
      emoji: string | null;
      custom?: string | null;
    }
  /** `data` names the ticket by its present or former number, with the group that made the button. */
  | {
      type: "customer_press";
      ticketId: string | null;
      contact: ContactFacts;
      messageId: number;
      queryId: string;
      data: string;
    }
  | { type: "ticket_command"; ticketId: string; command: TicketCommand }
  /** What we had for an endpoint about a ticket has left; `id` as in `endpoints` of the move: the ticket's version. */
  | { type: "hook_turn"; ticketId: string; webhook: string; id: number }
  /** The webhook's endpoint answered 410 at this URL, at `at` (ms since 1970). */
  | { type: "hook_gone"; webhook: string; url: string; at: number }
  /** It is called again, since `at`. */
  | { type: "hook_back"; webhook: string; at: number }
  /** How it stands, for the home's list of the customer's tickets. */
  | {
      type: "ticket_is";
      ticketId: string;
      status: TicketStatus;
      resolvedAt: number | null;
      closedAt: number | null;
    }
  /** An agent has answered: what the customer replies to these belongs to that ticket. */
  | { type: "spoke"; ticketId: string; chatId: number; messages: { messageId: number; copyId: number }[] }
  /** Asks the agent's home whether the agent may have a ticket of ours. */
  | { type: "slot_wanted"; ticketId: string; agent: number }
  | { type: "slot_answer"; ticketId: string; agent: number; granted: boolean }
  /** They took it themselves, or were given it by hand: that is not for you to refuse. */
  | { type: "slot_taken"; ticketId: string; agent: number }
  | { type: "slot_released"; ticketId: string; agent: number }
  /** All the tickets of ours that an agent has whose slots are with you from now on. */
  | { type: "slots_are"; agent: number; ticketIds: string[] }
  /** An agent of ours who serves you, too. */
  | { type: "agent_is"; agent: number; availability: Availability; until: number | null; open: number }
  /** An agent whose home is the other group set their availability here. */
  | { type: "agent_says"; agent: number; availability: Availability; until: number | null }
  /** The confirmation was on its way when the ticket moved. */
  | { type: "receipt_sent"; ticketId: string; receiptId: number };

/** A customer's message, without what each group's object gives it. */
export type PassedMessage = Omit<NewMessage, "seq" | "acceptedAt" | "ticket" | "lane">;

/** A topic that no agent touched before its ticket left; numbered as its group does. */
export interface Stub {
  group: string;
  topicId: number;
}

/** A call that is done, as the inbox has it. */
interface SettledCause {
  key: string;
  /** In ms since 1970. */
  at: number;
  answer: unknown;
}

/** An event of a ticket's history; `n` counts from 1. */
export interface PastEvent {
  n: number;
  event: TicketEvent;
  notedAt: number | null;
}

export type Availability = "online" | "away" | "offline";

/** A message to another group's object. */
export interface PeerCall {
  peer: string;
  from: string;
  /** The same over all tries. */
  key: string;
  /** With the numbers of messages as Telegram has them. */
  message: PeerMessage;
  /** The bot by which the messages of private chats that it names are numbered; null: they are numbered anew since. */
  bot: number | null;
  /** The configuration it was made by: a receiver with an older one takes this one first. */
  versioned: VersionedConfig;
}
