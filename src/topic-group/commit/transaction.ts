import type { ContactId } from "../../domain/contact/contact-id.ts";
import { chatOfContact, chatRoute, contactAt, routeOf, type Route } from "../../domain/contact/route.ts";
import type { Origin } from "../../domain/desk/audit.ts";
import {
  CARD_SETTLE_MS,
  LATE_DELIVERY_MS,
  SAID_LATE_MAX_MS,
  TEXT_CHARS_MAX,
  TURN_SETTLE_MS,
} from "../../domain/limits.ts";
import type { AgentNow } from "../../domain/routing/assignment.ts";
import { firstDue, promisesOf } from "../../domain/sla/promised.ts";
import { homeOf } from "../../domain/team/agent.ts";
import { dueAt } from "../../domain/ticket/advance.ts";
import type { TicketCommand } from "../../domain/ticket/command.ts";
import { decide } from "../../domain/ticket/decide.ts";
import type { Decision } from "../../domain/ticket/decision.ts";
import type { AgentNotice, Effect } from "../../domain/ticket/effect.ts";
import type { TicketEvent } from "../../domain/ticket/event.ts";
import { factsOfEvent } from "../../domain/ticket/events.ts";
import type { EscalationCall } from "../../domain/ticket/events/sla.ts";
import { evolve } from "../../domain/ticket/evolve.ts";
import { react } from "../../domain/ticket/react.ts";
import type { Ticket } from "../../domain/ticket/ticket.ts";
import { ticketFacts, wants, webhookData, webhookTypeOf } from "../../domain/ticket/webhook-event.ts";
import { clipped, formatted, type Formatted } from "../../telegram/formatted.ts";
import { eventForPrograms } from "../../texts/for-programs.ts";
import { DESK_LANGUAGE, type Language } from "../../texts/languages.ts";
import { inWords, notice, type Notice } from "../../texts/notice.ts";
import type { RichText } from "../../texts/rich-text.ts";
import { deskLine } from "../../texts/rich-text.ts";
import type { Rules } from "../rules/rules.ts";
import { isDisabled } from "../rules/webhook-status.ts";
import type { Agents } from "../tables/agents.ts";
import type { Blocked } from "../tables/blocked.ts";
import type { Clocks } from "../tables/clocks.ts";
import type { Contacts } from "../tables/contacts.ts";
import type { Erasures } from "../tables/erasures.ts";
import type { Facts } from "../tables/facts.ts";
import type { FilledSlots } from "../tables/filled-slots.ts";
import type { History } from "../tables/history.ts";
import type { Inbox } from "../tables/inbox.ts";
import type { LaneRates } from "../tables/lane-rates.ts";
import {
  BOT,
  laneTo,
  holdKey,
  webhookLane,
  isForOthers,
  peerLane,
  RECORD,
  STAFF,
  urgentKey,
  type Lane,
} from "../tables/lane.ts";
import type { MessageRow, Messages } from "../tables/messages.ts";
import type { WebhookWork } from "../tables/outbox-work.ts";
import type { NewWork, Outbox } from "../tables/outbox.ts";
import type { Availability } from "../tables/peer-message.ts";
import type { People } from "../tables/people.ts";
import type { SeenUpdates } from "../tables/seen-updates.ts";
import type { Sequence } from "../tables/sequence.ts";
import type { NewMessage, OriginalKey, Said, Words } from "../tables/shapes.ts";
import type { Tables } from "../tables/tables.ts";
import { isUnassigned, slotFilledBy } from "../tables/ticket-place.ts";
import type { TicketRow, Tickets } from "../tables/tickets.ts";
import type { Told } from "../tables/told.ts";
import type { Topics } from "../tables/topics.ts";
import type { Unrecorded } from "../tables/unrecorded.ts";
import type { Views } from "../tables/views.ts";
import type { Waiting } from "../tables/waiting.ts";
import type { WebhookLog } from "../tables/webhook-log.ts";
import { agentNow, goneBecause } from "./agent-now.ts";

/** What a cause must know of the lanes: whether one has to wait, and which messages are under way. */
export interface Leaving {
  isBacklogged(lane: Lane): boolean;
  isInFlight(key: OriginalKey): boolean;
}

/** A decision with the ticket before and after it. */
export type Applied = { decision: Decision; before: Ticket | null; ticket: Ticket | null };

/**
 * Everything that one cause may do, inside the one transaction: read and change tickets, relay messages, queue work.
 * Nothing here awaits; the caller commits or rolls back all of it.
 */
export class Transaction {
  readonly now: number;
  /** Replaced only where another system says something that they go by. */
  rules: Rules;
  readonly facts: Facts;
  readonly told: Told;
  readonly contacts: Contacts;
  readonly tickets: Tickets;
  readonly history: History;
  readonly topics: Topics;
  readonly views: Views;
  readonly clocks: Clocks;
  readonly filledSlots: FilledSlots;
  readonly unrecorded: Unrecorded;
  readonly laneRates: LaneRates;
  readonly people: People;
  readonly messages: Messages;
  readonly outbox: Outbox;
  readonly inbox: Inbox;
  readonly seenUpdates: SeenUpdates;
  readonly agents: Agents;
  readonly waiting: Waiting;
  readonly webhookLog: WebhookLog;
  readonly blocked: Blocked;
  readonly erasures: Erasures;
  /** Tickets before and after, for the homes of their agents. */
  readonly assignmentChanges: { before: Ticket | null; ticket: Ticket }[] = [];
  /** Agents whose availability other groups must be told. */
  readonly changedAgents = new Set<number>();
  /** Tickets that go to another group. */
  readonly transfers = new Set<number>();
  /** Tickets whose customers another system is to be asked about. */
  readonly enrichmentsWanted = new Set<number>();
  /** Tickets whose wait for an agent changed. */
  readonly unclaimed = new Set<number>();
  /** Whether an agent may take more than before: then every waiting ticket is looked at. */
  capacityFreed = false;
  /** Whether the cause came from another group: it has had its wait, and is not held back. */
  passedOn = false;
  /** From where the program called that this is done for; it is kept with what the program does. */
  origin: Origin | null = null;
  /** Queues whose number of unassigned tickets may have changed. */
  readonly depthChanged = new Set<string>();
  /** Lanes that have something to do now. */
  readonly touched = new Set<Lane>();
  /** The earliest instant by which the object must be awake because of this; null while nothing asks for it. */
  wakeBy: number | null = null;
  /** The kinds of work that it asked for. */
  readonly asked = new Set<NewWork["work"]["kind"]>();
  /** How many deliveries it added at most, but for those to systems of others. */
  added = 0;
  /** Where the cause was written, where that is another channel or a topic of a private chat: it is answered there. */
  writtenIn: { customer: ContactId; route: Route; thread: number | null } | null = null;
  /** Whether it accepted a message, whose row is the evidence that its cause is settled. */
  relayed = false;
  /** What operators read in the log once it is committed: ids and codes only. */
  readonly reports: { event: string; facts: Readonly<Record<string, string | number | boolean>> }[] = [];
  readonly #sequence: Sequence;
  readonly #leaving: Leaving;

  constructor(tables: Tables, rules: Rules, now: number, leaving: Leaving) {
    this.now = now;
    this.rules = rules;
    this.facts = tables.facts;
    this.told = tables.told;
    this.contacts = tables.contacts;
    this.tickets = tables.tickets;
    this.history = tables.history;
    this.topics = tables.topics;
    this.views = tables.views;
    this.clocks = tables.clocks;
    this.filledSlots = tables.filledSlots;
    this.unrecorded = tables.unrecorded;
    this.laneRates = tables.laneRates;
    this.people = tables.people;
    this.messages = tables.messages;
    this.outbox = tables.outbox;
    this.inbox = tables.inbox;
    this.seenUpdates = tables.seenUpdates;
    this.agents = tables.agents;
    this.waiting = tables.waiting;
    this.webhookLog = tables.webhookLog;
    this.blocked = tables.blocked;
    this.erasures = tables.erasures;
    this.#sequence = tables.sequence;
    this.#leaving = leaving;
  }

  /**
   * Decides a command on a ticket, stores what came of it and asks for what follows. What time has done to the ticket
   * comes first, so that nothing depends on when the clock is looked at. `saidAt`: when it was said, in ms since 1970,
   * where that counts and Telegram may bring it late.
   */
  apply(number: number | null, command: TicketCommand, saidAt: number = this.now): Applied {
    // Telegram keeps an update for a day: what is older, or from the future, has a wrong date.
    const lateMs = this.now - saidAt;
    const at = lateMs > LATE_DELIVERY_MS && lateMs <= SAID_LATE_MAX_MS ? saidAt : this.now;
    const row = number === null ? undefined : this.#advanced(number, at).row;
    const away = row === undefined || !isCustomers(command) ? null : this.away(row.ticket);
    if (row !== undefined && away !== null) {
      const message = { type: "ticket_command", ticketId: row.ticket.id, command } as const;
      this.work({ lane: away, ticket: row.ticket.number, work: { kind: "peer", message } });
      return { decision: { events: [] }, before: row.ticket, ticket: row.ticket };
    }
    // What the desk knows to have happened since stays before it.
    const placedAt = Math.max(at, row?.ticket.changedAt ?? at);
    const said = isSaid(command) ? { ...command, ...this.#timesOf(at, placedAt) } : command;
    return this.#letGo(this.#apply(row, said, placedAt));
  }

  #timesOf(saidAt: number, placedAt: number): { saidAt?: number; broughtAt?: number } {
    return {
      ...(saidAt < placedAt ? { saidAt } : {}),
      ...(saidAt < this.now ? { broughtAt: this.now } : {}),
    };
  }

  /** An agent who is away does not keep a ticket that is taken up again, unless they took it up themselves. */
  #letGo(applied: Applied): Applied {
    const { decision, ticket } = applied;
    const reopened = "events" in decision && decision.events.find(({ type }) => type === "ticket_reopened");
    if (!reopened || ticket === null || ticket.assignee === null) return applied;
    const { by } = reopened;
    if (by.kind === "agent" && by.id === ticket.assignee.id) return applied;
    const why = goneBecause(this, ticket.assignee.id, ticket.queue, this.now);
    if (why === null) return applied;
    const row = this.tickets.get(ticket.number)!;
    const released = this.#apply(row, { type: "assignee_gone", why }, ticket.changedAt);
    return { ...applied, ticket: released.ticket };
  }

  /** Does what time made due on a ticket. Returns the number of events. */
  advance(number: number): number {
    return this.#advanced(number, this.now).events;
  }

  /** The ticket as time has left it; read once, because almost always nothing is due. */
  #advanced(number: number, at: number): { row: TicketRow | undefined; events: number } {
    for (let events = 0; ;) {
      const row = this.tickets.get(number);
      if (row === undefined || row.dueAt === null || row.dueAt > at) return { row, events };
      const { decision } = this.#apply(row, { type: "clock_struck", team: this.#team }, at);
      const made = "events" in decision ? decision.events.length : 0;
      events += made;
      if (made > 0) continue;
      // Nothing was due after all: the rules have changed.
      const due = dueAt(row.ticket, this.rules.policy);
      this.clocks.save(row, due);
      this.touched.add(RECORD);
      if (due !== null && due > this.now) this.wake(due);
      return { row: this.tickets.get(number), events };
    }
  }

  #apply(row: TicketRow | undefined, command: TicketCommand, at: number): Applied {
    const before = row?.ticket ?? null;
    const decision = decide(command, before, this.rules.policy, at);
    if (!("events" in decision) || decision.events.length === 0) return { decision, before, ticket: before };

    const events = decision.events.map((event) => this.#placed(event));
    const ticket = events.reduce<Ticket | null>(evolve, before)!;
    const due = dueAt(ticket, this.rules.policy);
    const viewDueAt = this.#viewDueAt(row, ticket, events);
    if (row === undefined) this.tickets.add(ticket, events, viewDueAt, due, this.now);
    else this.tickets.save(row, ticket, events, viewDueAt, due, this.now);
    this.#noteDepth(before, ticket);
    this.#noteWork(before, ticket);
    this.#tellHome(before, ticket);
    this.assignmentChanges.push({ before, ticket });
    for (const event of events) {
      if (event.type === "assignment_ignored") this.agentIs(event.agent, "away", null);
      this.#announce(event, ticket);
    }
    if (viewDueAt !== null) this.wake(viewDueAt);
    if (due !== null) this.wake(due);
    this.touched.add(RECORD);
    for (const event of events) {
      for (const effect of react(event, ticket, this.rules.policy, this.now)) this.#effect(effect, ticket);
    }
    return { decision, before, ticket };
  }

  #placed(event: TicketEvent): TicketEvent {
    return this.origin === null || event.by.kind !== "key" ? event : { ...event, origin: this.origin };
  }

  /**
   * The lane that forwards a customer's action to the group that holds the ticket; null if it is handled here.
   * Where the ticket is back, but something older may still be under way, that is this group's lane to itself.
   */
  away({ number, movedTo }: Ticket): Lane | null {
    const mayReturn = !this.passedOn && this.rules.config.groups.length > 1;
    if (mayReturn && this.outbox.waitingSince(holdKey(number)) !== null) return peerLane(this.rules.group.id);
    return movedTo === null ? null : peerLane(movedTo);
  }

  /** The customer's home lists all their tickets, in every group. */
  #tellHome(before: Ticket | null, ticket: Ticket): void {
    const { home, movedTo, id: ticketId, number, status, resolvedAt, closedAt } = ticket;
    if (home === this.rules.group.id || movedTo !== null) return;
    if (before !== null && before.status === status && before.movedTo === null) return;
    const message = { type: "ticket_is", ticketId, status, resolvedAt, closedAt } as const;
    this.work({ lane: peerLane(home), ticket: number, work: { kind: "peer", message } });
  }

  #noteWork(before: Ticket | null, after: Ticket): void {
    this.waiting.note(after, this.rules.config.tiers);
    if (isUnassigned(after)) this.unclaimed.add(after.number);
    const { countsWaiting } = this.rules.policy;
    const had = before === null ? null : slotFilledBy(before, countsWaiting);
    if (had !== null && had !== slotFilledBy(after, countsWaiting)) this.capacityFreed = true;
  }

  /** An agent is there, or is not, from now on; their home knows it first. `until` in ms since 1970. */
  agentIs(id: number, availability: Availability, until: number | null): void {
    this.agents.save({ ...this.agents.get(id), availability, until });
    const home = homeOf(this.rules.config, id);
    if (home === this.rules.group.id) this.changedAgents.add(id);
    else if (home !== null) {
      const message = { type: "agent_says", agent: id, availability, until } as const;
      this.work({ lane: peerLane(home), ticket: 0, work: { kind: "peer", message } });
    }
    // An agent who is back may take waiting tickets; one who leaves changes when the next can.
    this.capacityFreed = true;
  }

  /** The agents whose slots are this group's, as they are at an instant. */
  readonly #team = (at: number): AgentNow[] => {
    const { group, policy } = this.rules;
    return policy.roster.agents
      .filter(({ home }) => home === group.id)
      .map((agent) => agentNow(this, agent, at));
  };

  #noteDepth(before: Ticket | null, after: Ticket): void {
    const [from, to] = [before, after].map((one) => (one !== null && isUnassigned(one) ? one.queue : null));
    if (from === to) return;
    for (const queue of [from, to]) if (typeof queue === "string") this.depthChanged.add(queue);
  }

  /**
   * When the topic has to show the ticket as it is now: at once where an agent acted and looks, a little later
   * otherwise, so that a quick exchange costs one edit. A ticket that is held back has no topic to show it.
   */
  #viewDueAt(row: TicketRow | undefined, ticket: Ticket, events: readonly TicketEvent[]): number | null {
    if (ticket.heldUntil !== null) return null;
    const visible = events.filter((event) => factsOfEvent(event.type)?.silent !== true);
    const current = row?.viewDueAt ?? null;
    if (visible.length === 0) return current;
    const turns = visible.every(
      (event) => event.type === "ticket_answered" || event.type === "customer_replied",
    );
    const byAgent = visible.some((event) => event.by.kind === "agent");
    const wanted = this.now + (turns ? TURN_SETTLE_MS : byAgent ? 0 : CARD_SETTLE_MS);
    return current === null ? wanted : Math.min(current, wanted);
  }

  #effect(effect: Effect, ticket: Ticket): void {
    switch (effect.kind) {
      case "receipt":
        this.receipt(ticket, null);
        return;
      case "customer_notice":
        this.tellCustomer(ticket, notice("customerNotice", effect.notice));
        return;
      case "topic_notice":
        if (effect.notice.code === "customer.unreachable")
          this.tellUnsent(ticket.number, null, notice("topicNotice", effect.notice));
        else this.tellTopic(ticket.number, notice("topicNotice", effect.notice));
        return;
      case "agent_notice":
        this.tellAgent(effect.agent, ticket.number, effect.notice);
        return;
      case "move":
        this.transfers.add(ticket.number);
        return;
      case "enrichment":
        this.enrichmentsWanted.add(ticket.number);
        return;
      case "webhook":
        this.#escalationWebhook(effect.webhook, effect.escalation, ticket);
        return;
      default:
        effect satisfies never;
    }
  }

  /** Tells webhooks that want events of this type. */
  #announce(event: TicketEvent, ticket: Ticket): void {
    const type = webhookTypeOf(event);
    if (type === null) return;
    const { desk, webhooks } = this.rules.config;
    for (const webhook of webhooks) {
      if (!wants(webhook, type)) continue;
      const data = webhookData(
        eventForPrograms(event),
        ticket,
        this.due(ticket),
        desk.textInWebhooks && webhook.includeText,
      );
      this.webhook({ webhook: webhook.id, ticket: ticket.number, type, at: event.at, data });
    }
  }

  #escalationWebhook(webhook: string, { dueAt: due, at, ...of }: EscalationCall, ticket: Ticket): void {
    const { desk, webhooks } = this.rules.config;
    const asksForText = webhooks.find(({ id }) => id === webhook)?.includeText === true;
    const data = {
      ticket: ticketFacts(ticket, this.due(ticket), desk.textInWebhooks && asksForText),
      escalation: { ...of, dueAt: new Date(due).toISOString() },
    };
    this.webhook({ webhook, ticket: ticket.number, type: "ticket.escalated", at, data });
  }

  /** What is promised of a ticket and due first, as endpoints are told it. */
  due(ticket: Ticket): ReturnType<typeof firstDue> {
    return firstDue(promisesOf(ticket, this.rules.policy.sla), this.now);
  }

  /** Calls an endpoint of the configuration; `ticket` 0 where it concerns none, `at` when it happened. */
  webhook({ ticket, ...call }: Omit<WebhookWork, "kind"> & { ticket: number }): number | null {
    if (isDisabled(this, call.webhook)) return null;
    return this.work({ lane: webhookLane(call.webhook), ticket, work: { kind: "webhook", ...call } });
  }

  /** Tells an agent in private, or by a mention where the bot may not write to them; `ticket` 0 for none. */
  tellAgent(agent: { id: number; name: string }, ticket: number, notice: AgentNotice): void {
    this.work({ lane: laneTo(chatRoute(agent.id)), ticket, work: { kind: "agent_notice", agent, notice } });
  }

  /** Accepts a message for delivery. */
  relay(message: Omit<NewMessage, "seq" | "acceptedAt">): void {
    this.messages.add({ ...message, seq: this.#sequence.next(), acceptedAt: this.now });
    this.#accepted(message);
  }

  /** … that another group passes on, unless it stands in the ticket's topic already. */
  relayAgain(message: Omit<NewMessage, "seq" | "acceptedAt">): void {
    const { topicId = null } = this.tickets.get(message.ticket)?.ticket ?? {};
    if (!this.messages.isMissing(message, topicId)) return;
    this.messages.takeBack({ ...message, seq: this.#sequence.next(), acceptedAt: this.now });
    this.#accepted(message);
  }

  /** A message that was held back goes out, behind everything that was accepted before now. */
  sendNow({ chat, messageId, lane, content }: MessageRow): void {
    const { kind: _, ...kept } = content ?? {};
    this.messages.update(
      { chat, messageId },
      {
        state: "waiting",
        seq: this.#sequence.next(),
        acceptedAt: this.now,
        content: Object.keys(kept).length === 0 ? null : kept,
      },
    );
    this.added += 1;
    this.touched.add(lane);
  }

  #accepted(message: Pick<NewMessage, "lane" | "notBefore">): void {
    this.added += 1;
    this.relayed = true;
    this.touched.add(message.lane);
    if (message.notBefore !== null) this.wake(message.notBefore);
  }

  /** A message was copied once more. */
  copiedAnew(row: MessageRow, copyId: number): void {
    this.messages.copiedAnew(row, copyId, this.#sequence.next());
  }

  /** Whether messages to this lane have to wait, so that their texts are kept to be joined. */
  isBacklogged(lane: Lane): boolean {
    return this.#leaving.isBacklogged(lane);
  }

  /** Whether a message is being sent at this very moment, so that a change may come too late for its copy. */
  isInFlight(key: OriginalKey): boolean {
    return this.#leaving.isInFlight(key);
  }

  /** Answers its number. */
  work(work: NewWork): number {
    const seq = this.#sequence.next();
    this.outbox.add(seq, work.urgent === true ? { ...work, key: urgentKey(seq) } : work, this.now);
    this.asked.add(work.work.kind);
    if (!isForOthers(work.lane)) this.added += 1;
    this.touched.add(work.lane);
    if (work.notBefore !== undefined) this.wake(work.notBefore);
    return seq;
  }

  receipt(ticket: Ticket, ask: string | null): void {
    this.work({
      lane: laneTo(routeOf(ticket)),
      ticket: ticket.number,
      work: { kind: "receipt", ask },
      key: `receipt:${ticket.number}`,
    });
  }

  /** Says something to a ticket's customer, where the ticket's route leads. */
  tellCustomer(ticket: Ticket, text: Notice, more: Omit<Said, "says"> = {}): void {
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

  tellTopic(ticket: number, text: Notice, more: Omit<Said, "says"> = {}): void {
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

  /** Has a line written to the log. */
  report(event: string, facts: Readonly<Record<string, string | number | boolean>>): void {
    this.reports.push({ event, facts });
  }

  /** Makes sure that the object is awake at `at`. */
  wake(at: number): void {
    this.wakeBy = this.wakeBy === null ? at : Math.min(this.wakeBy, at);
  }
}

/** Whether it counts when it was said. */
function isSaid(
  command: TicketCommand,
): command is Extract<TicketCommand, { type: "customer_wrote" | "agent_answered" }> {
  return command.type === "customer_wrote" || command.type === "agent_answered";
}

function isCustomers({ type }: TicketCommand): boolean {
  return type.startsWith("customer_") && type !== "customer_wrote";
}

/** The sendMessage parameters of a text, cut where Telegram would refuse it: entities, so nothing has to be escaped. */
export function words(said: RichText): Words {
  return sendable(formatted(said));
}

/** What is said, as it leaves. */
export function worded(said: Said | Words, language: Language = DESK_LANGUAGE): Words {
  if (!("says" in said)) return said;
  const { says, line, button, ...more } = said;
  const text = inWords(says, language);
  const buttons =
    button === undefined
      ? {}
      : {
          reply_markup: {
            inline_keyboard: [[{ text: language.BUTTONS[button.says], callback_data: button.data }]],
          },
        };
  return { ...words(line === true ? deskLine(text) : text), ...buttons, ...more };
}

/** Likewise for a text that has Telegram's entities already. */
export function sendable(said: Formatted): Words {
  const { text, entities } = clipped(said, TEXT_CHARS_MAX);
  return {
    text,
    ...(entities.length === 0 ? {} : { entities }),
    link_preview_options: { is_disabled: true },
  };
}

export function replyParameters(messageId: number): NonNullable<Words["reply_parameters"]> {
  return { message_id: messageId, allow_sending_without_reply: true };
}
