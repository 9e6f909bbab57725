import type { ContactId } from "../../domain/contact/contact-id.ts";
import { chatOfContact, chatRoute, contactAt, routeOf, type Route } from "../../domain/contact/route.ts";
import type { AgentNotice } from "../../domain/ticket/effect.ts";
import type { Ticket } from "../../domain/ticket/ticket.ts";
import type { Notice } from "../../texts/notice.ts";
import { BOT, laneTo, STAFF } from "../tables/lane.ts";
import type { NewWork } from "../tables/outbox.ts";
import type { Said, Words } from "../tables/shapes.ts";
import { UnitOfWork } from "./unit-of-work.ts";
import { replyParameters } from "./words.ts";

/** What the desk says because of a cause: to customers, in topics, to one person. */
export class Saying extends UnitOfWork {
  receipt(ticket: Ticket, ask: string | null): void {
    this.work({
      lane: laneTo(routeOf(ticket)),
      ticket: ticket.number,
      work: { kind: "receipt", ask },
      key: `receipt:${ticket.number}`,
    });
  }

  /** Says something to a ticket's customer, where the ticket's route leads. */
  notifyCustomer(ticket: Ticket, text: Notice, more: Omit<Said, "says"> = {}): void {
    this.#say(routeOf(ticket), ticket.customer, ticket.number, text, more);
  }

  /** Answers a contact where they are; `ticket` 0 where it concerns none. */
  answerContact(contact: ContactId, ticket: number, text: Notice, more: Omit<Said, "says"> = {}): void {
    const here = this.writtenIn?.customer === contact ? this.writtenIn.route : null;
    const route = here ?? chatOfContact(contact) ?? this.tickets.get(ticket)?.ticket.route;
    // Where they are reached is not known: there is no place to say it.
    if (route !== undefined) this.#say(route, contact, ticket, text, more);
  }

  /** Says something about a ticket at a route of its customer's. */
  tellAt(route: Route, ticket: number, text: Notice, more: Omit<Said, "says"> = {}): void {
    this.#say(route, contactAt(route), ticket, text, more);
  }

  #say(
    route: Route,
    contact: ContactId | null,
    ticket: number,
    text: Notice,
    more: Omit<Said, "says">,
  ): void {
    const thread = contact === null || this.writtenIn?.customer !== contact ? null : this.writtenIn.thread;
    const there = thread === null ? {} : { message_thread_id: thread };
    const named = contact === null || ticket !== 0 || contactAt(route) !== null ? {} : { contact };
    this.work({
      lane: laneTo(route),
      ticket,
      work: { kind: "customer_notice", words: { says: text, ...there, ...more }, ...named },
    });
  }

  notifyTopic(ticket: number, text: Notice, more: Omit<Said, "says"> = {}): void {
    const said = { says: text, line: true, ...more } as const;
    this.work({ lane: STAFF, ticket, work: { kind: "topic_notice", words: said } });
  }

  /**
   * Says in the topic that an answer did not reach the customer: before everything else, and in private to the agent who
   * gave it, or to a lead, where the topic is gone.
   */
  tellUnsent(ticket: number, agent: number | null, text: Notice, more: Omit<Said, "says"> = {}): void {
    const notice = {
      kind: "topic_notice",
      words: { says: text, line: true, ...more },
      unsent: { agent },
    } as const;
    this.work({ lane: STAFF, ticket, work: notice, urgent: true });
  }

  /** Likewise, as a hint to the author of the message. */
  hintUnsent(
    receiver: number,
    topicId: number | null,
    ticket: number,
    text: Notice,
    replyTo: number | null = null,
  ): void {
    this.work({
      ...this.#hint(receiver, topicId, ticket, { says: text, line: true }, replyTo, true),
      urgent: true,
    });
  }

  /** Tells the first of these people whom the bot may write to in private; `ticket` 0: about no ticket. */
  tellFirstOf(people: readonly number[], ticket: number, said: Said | Words): void {
    const [chatId, ...orElse] = people;
    if (chatId === undefined) {
      this.report("answer.unsaid", { ticket });
      return;
    }
    const work = { kind: "direct", chatId, words: said, orElse } as const;
    this.work({ lane: laneTo(chatRoute(chatId)), ticket, work });
  }

  /** Shows words that an agent said elsewhere in the topic. */
  quoteInTopic(ticket: number, words: Said | Words): void {
    this.work({ lane: STAFF, ticket, work: { kind: "topic_notice", words, follows: true } });
  }

  /** Tells one person a sentence in the staff group; `ticket` keeps it in order with the topic it stands in. */
  hint(
    receiver: number,
    topicId: number | null,
    ticket: number,
    text: Notice,
    replyTo: number | null = null,
  ): void {
    this.work(this.#hint(receiver, topicId, ticket, { says: text, line: true }, replyTo, false));
  }

  /** … or a whole list, as it is. */
  show(
    receiver: number,
    topicId: number | null,
    ticket: number,
    list: Notice,
    replyTo: number | null = null,
  ): void {
    this.work(this.#hint(receiver, topicId, ticket, { says: list }, replyTo, false));
  }

  #hint(
    receiver: number,
    topicId: number | null,
    ticket: number,
    said: Said | Words,
    replyTo: number | null,
    unsent: boolean,
  ): NewWork {
    const reply = replyTo === null || replyTo === 0 ? {} : { reply_parameters: replyParameters(replyTo) };
    const words = { ...said, ...reply };
    const hint = { kind: "staff_hint", receiver, topicId, words, plain: false } as const;
    return { lane: STAFF, ticket, work: unsent ? { ...hint, unsent } : hint };
  }

  /** A small reaction to a message in the staff group; `urgent`: it says that an answer did not arrive. */
  sign(ticket: number, messageId: number, emoji: string, urgent = false): void {
    if (messageId === 0) return;
    this.work({ lane: STAFF, ticket, work: { kind: "staff_reaction", messageId, emoji }, urgent });
  }

  /** `reader`: the language of who pressed, where they are a customer. */
  toast(queryId: string, text: Notice | "", reader: string | null = null): void {
    const read = reader === null ? {} : { reader };
    this.work({ lane: BOT, ticket: 0, work: { kind: "toast", queryId, text, ...read } });
  }

  direct(chatId: number, text: Notice): void {
    this.work({
      lane: laneTo(chatRoute(chatId)),
      ticket: 0,
      work: { kind: "direct", chatId, words: { says: text } },
    });
  }

  /** Tells an agent in private, or by a mention where the bot may not write to them; `ticket` 0 for none. */
  notifyAgent(agent: { id: number; name: string }, ticket: number, notice: AgentNotice): void {
    this.work({ lane: laneTo(chatRoute(agent.id)), ticket, work: { kind: "agent_notice", agent, notice } });
  }
}
