import type { ContactId } from "../../domain/contact/contact-id.ts";
import type { Route } from "../../domain/contact/route.ts";
import type { Origin } from "../../domain/desk/audit.ts";
import type { Ticket } from "../../domain/ticket/ticket.ts";
import type { Rules } from "../rules/rules.ts";
import type { Agents } from "../tables/agents.ts";
import type { Blocked } from "../tables/blocked.ts";
import type { Clocks } from "../tables/clocks.ts";
import type { Contacts } from "../tables/contacts.ts";
import type { CustomerTickets } from "../tables/customer-tickets.ts";
import type { Erasures } from "../tables/erasures.ts";
import type { Facts } from "../tables/facts.ts";
import type { FilledSlots } from "../tables/filled-slots.ts";
import type { History } from "../tables/history.ts";
import type { Inbox } from "../tables/inbox.ts";
import type { LaneRates } from "../tables/lane-rates.ts";
import { isForOthers, urgentKey, type Lane } from "../tables/lane.ts";
import type { MessageRow, Messages } from "../tables/messages.ts";
import type { Once } from "../tables/once.ts";
import type { OpenTickets } from "../tables/open-tickets.ts";
import type { NewWork, Outbox } from "../tables/outbox.ts";
import type { ParkedMessages } from "../tables/parked-messages.ts";
import type { People } from "../tables/people.ts";
import type { PersonMessages } from "../tables/person-messages.ts";
import type { SeenUpdates } from "../tables/seen-updates.ts";
import type { Sequence } from "../tables/sequence.ts";
import type { NewMessage, OriginalKey } from "../tables/shapes.ts";
import type { Tables } from "../tables/tables.ts";
import type { Tickets } from "../tables/tickets.ts";
import type { Topics } from "../tables/topics.ts";
import type { Turns } from "../tables/turns.ts";
import type { Unrecorded } from "../tables/unrecorded.ts";
import type { Views } from "../tables/views.ts";
import type { Waiting } from "../tables/waiting.ts";
import type { WebhookLog } from "../tables/webhook-log.ts";

/** What a cause must know of the lanes: whether texts may be joined in one, and which messages are under way. */
export interface Leaving {
  mayJoin(lane: Lane): boolean;
  isInFlight(key: OriginalKey): boolean;
}

/** What one cause reads and changes, and what it asks for: deliveries, and what is looked at before it is committed. */
export class UnitOfWork {
  readonly now: number;
  /** Replaced only where another system says something that they go by. */
  rules: Rules;
  readonly facts: Facts;
  readonly once: Once;
  readonly contacts: Contacts;
  readonly tickets: Tickets;
  readonly openTickets: OpenTickets;
  readonly customerTickets: CustomerTickets;
  readonly history: History;
  readonly topics: Topics;
  readonly views: Views;
  readonly clocks: Clocks;
  readonly filledSlots: FilledSlots;
  readonly unrecorded: Unrecorded;
  readonly laneRates: LaneRates;
  readonly people: People;
  readonly messages: Messages;
  readonly parkedMessages: ParkedMessages;
  readonly personMessages: PersonMessages;
  readonly turns: Turns;
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
    this.once = tables.once;
    this.contacts = tables.contacts;
    this.tickets = tables.tickets;
    this.openTickets = tables.openTickets;
    this.customerTickets = tables.customerTickets;
    this.history = tables.history;
    this.topics = tables.topics;
    this.views = tables.views;
    this.clocks = tables.clocks;
    this.filledSlots = tables.filledSlots;
    this.unrecorded = tables.unrecorded;
    this.laneRates = tables.laneRates;
    this.people = tables.people;
    this.messages = tables.messages;
    this.parkedMessages = tables.parkedMessages;
    this.personMessages = tables.personMessages;
    this.turns = tables.turns;
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

  /** Whether so much waits for this lane that texts are kept to be joined. */
  mayJoin(lane: Lane): boolean {
    return this.#leaving.mayJoin(lane);
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

  /** Has a line written to the log. */
  report(event: string, facts: Readonly<Record<string, string | number | boolean>>): void {
    this.reports.push({ event, facts });
  }

  /** Makes sure that the object is awake at `at`. */
  wake(at: number): void {
    this.wakeBy = this.wakeBy === null ? at : Math.min(this.wakeBy, at);
  }
}
