import type { ContactId } from "../../domain/contact/contact-id.ts";
import type { AgentNotice } from "../../domain/ticket/effect.ts";
import type { Notice } from "../../texts/notice.ts";
import type { PeerMessage, Stub } from "./peer-message.ts";
import type { MirrorEdit, OriginalKey, Said, Words } from "./shapes.ts";

/** A call to an endpoint of the configuration; `at`, when it happened, in ms since 1970. */
export interface WebhookWork {
  kind: "webhook";
  webhook: string;
  type: string;
  at: number;
  data: Record<string, unknown>;
}

/** A question to the system that knows the customers; `tries` that failed before. */
interface EnrichmentWork {
  kind: "enrichment";
  tries: number;
}

/** What an outbox row asks for. */
export type OutboxWork =
  /** The customer's confirmation: sent once, then edited; `ask` shows an intake question again. */
  | { kind: "receipt"; ask: string | null }
  /**
   * Words to a customer about a ticket or in answer to a command of theirs. `contact`: who they are, where they are about
   * no ticket and their lane does not say it.
   */
  | { kind: "customer_notice"; words: Said | Words; contact?: ContactId }
  /** A program's answer to a customer; gone from here once it is delivered. */
  | { kind: "reply"; words: Said | Words }
  /** Words into the ticket's topic; `follows`: a person said them, so they go where the ticket goes. */
  | {
      kind: "topic_notice";
      words: Said | Words;
      follows?: true;
      /** An answer did not arrive: whose, as far as that is known. */
      unsent?: { agent: number | null };
    }
  /** Words that only one person in the staff group need see; `topicId` null is the main chat. */
  | {
      kind: "staff_hint";
      receiver: number;
      topicId: number | null;
      words: Said | Words;
      plain: boolean;
      /** What they wrote was not sent. */
      unsent?: boolean;
    }
  /** The bot's reaction to a message in the staff group: a silent "done" or "not sent". */
  | { kind: "staff_reaction"; messageId: number; emoji: string }
  /** Words to a person or chat that is no customer here: a lead, an unknown group. */
  | {
      kind: "direct";
      chatId: number;
      words: Said | Words;
      /** Who is told instead where the bot may not write to them. */
      orElse?: readonly number[];
    }
  /** What an agent must know, in private; in the topic where the bot may not write to them. */
  | { kind: "agent_notice"; agent: { id: number; name: string }; notice: AgentNotice }
  | WebhookWork
  /** What follows in its lane about the ticket waits for a group that has older messages to the endpoint. */
  | { kind: "hook_wait" }
  /** Everything older about the ticket has left, or was given up: the group that has the ticket may go on. */
  | { kind: "hook_turn"; to: string; message: Extract<PeerMessage, { type: "hook_turn" }> }
  | EnrichmentWork
  /** What can the agents do? */
  | { kind: "skills" }
  /** Something to say to another group's object. */
  | { kind: "peer"; message: PeerMessage }
  | { kind: "mirror_edit"; of: OriginalKey; edit: MirrorEdit }
  /** A former copy that another has taken the place of. */
  | { kind: "former_copy"; messageId: number }
  /**
   * `on` says which of the two messages gets the reaction. `custom`: Telegram is still to be asked which emoji a custom
   * one stands for. `shown`: what its giver chose, where Telegram did not take that.
   */
  | {
      kind: "mirror_reaction";
      of: OriginalKey;
      on: "original" | "copy";
      emoji: string | null;
      custom?: string;
      shown?: string;
    }
  /** `internal`: the message by which it became internal, where it is taken back for that. */
  | { kind: "mirror_delete"; of: OriginalKey; by: number; topicId: number | null; internal?: number }
  /** A line of the desk's own in the staff group says something else from now on. */
  | { kind: "notice_edit"; messageId: number; words: Said | Words }
  /** `reader`: a customer's language. Earlier releases have stored its words; "" says nothing. */
  | { kind: "toast"; queryId: string; text: Notice | string; reader?: string }
  /** A call for the bot as a whole; its answer is kept under `fact`. */
  | { kind: "setup"; method: string; params: Record<string, unknown>; fact: string | null }
  /** Is the topic, or the card, of a ticket still there? Asked by a call that changes nothing where it is. */
  | { kind: "probe"; number: number; what: "card" | "topic" }
  /** A topic that exists twice because the first answer was lost and its echo came late. */
  | { kind: "orphan_topic"; topicId: number }
  /** Everything that came with a ticket from an untouched topic has left: that topic may go. */
  | { kind: "stub_copied"; stub: Stub }
  /** The untouched topic of a ticket that has left it. */
  | { kind: "stub_topic"; number: number; topicId: number }
  /** The topic of an erased customer: deleted, or renamed if Telegram refuses. */
  | { kind: "erase_topic"; topicId: number; erasure: string; how: "delete" | "rename" };

export type WorkKind = OutboxWork["kind"];
