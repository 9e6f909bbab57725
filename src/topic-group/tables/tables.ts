import { Agents } from "./agents.ts";
import { Blocked } from "./blocked.ts";
import { Clocks } from "./clocks.ts";
import { Contacts } from "./contacts.ts";
import { CustomerTickets } from "./customer-tickets.ts";
import type { Database } from "./database.ts";
import { Erasures } from "./erasures.ts";
import { FACTS, Facts } from "./facts.ts";
import { FilledSlots } from "./filled-slots.ts";
import { History } from "./history.ts";
import { Inbox } from "./inbox.ts";
import { LaneRates } from "./lane-rates.ts";
import { Messages } from "./messages.ts";
import { Once } from "./once.ts";
import { OpenTickets } from "./open-tickets.ts";
import type { WorkKind } from "./outbox-work.ts";
import { Outbox } from "./outbox.ts";
import { ParkedMessages } from "./parked-messages.ts";
import { People } from "./people.ts";
import { PersonMessages } from "./person-messages.ts";
import { SeenUpdates } from "./seen-updates.ts";
import { Sequence } from "./sequence.ts";
import { Tickets } from "./tickets.ts";
import { Topics } from "./topics.ts";
import { Turns } from "./turns.ts";
import { Unrecorded } from "./unrecorded.ts";
import { Views } from "./views.ts";
import { Waiting } from "./waiting.ts";
import { Waits } from "./waits.ts";
import { WebhookLog } from "./webhook-log.ts";

/** The object's tables. Every method is synchronous and belongs into the transaction of its caller. */
export interface Tables {
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
  readonly sequence: Sequence;
  readonly agents: Agents;
  readonly waiting: Waiting;
  readonly webhookLog: WebhookLog;
  readonly blocked: Blocked;
  readonly erasures: Erasures;
}

/**
 * `isHere`: whether a message or topic of the staff group is in the chat that the group has now. `agentKinds`: what is an
 * agent's own, even where that agent was once a customer.
 */
export function tablesOf(
  db: Database,
  sql: SqlStorage,
  isHere: (number: number) => boolean,
  agentKinds: readonly WorkKind[],
): Tables {
  const facts = new Facts(db);
  const once = new Once(db);
  const contacts = new Contacts(db);
  const { memory } = db;
  const waits = memory.of("outbox", memory.of("messages", new Waits(db)));
  const messages = new Messages(db, waits);
  const history = new History(db);
  const topics = new Topics(db);
  const filledSlots = new FilledSlots(db);
  const tickets = new Tickets(db, { facts, history, topics, filledSlots }, isHere);
  return {
    facts,
    once,
    contacts,
    tickets,
    openTickets: new OpenTickets(db, facts, tickets),
    customerTickets: new CustomerTickets(db, tickets),
    history,
    topics,
    views: new Views(db, tickets),
    clocks: new Clocks(db, tickets),
    filledSlots,
    unrecorded: new Unrecorded(db, { tickets, contacts, facts }),
    laneRates: new LaneRates(db),
    people: new People(db),
    messages,
    parkedMessages: new ParkedMessages(db, messages),
    personMessages: new PersonMessages(db),
    turns: new Turns(db),
    outbox: new Outbox(db, sql, waits, agentKinds),
    inbox: new Inbox(db),
    seenUpdates: new SeenUpdates(db),
    agents: new Agents(db),
    waiting: new Waiting(db),
    webhookLog: new WebhookLog(db),
    blocked: new Blocked(db, once),
    erasures: new Erasures(db),
    sequence: new Sequence(
      () => Number(facts.get(FACTS.sequence) ?? 0),
      (reserved) => facts.set(FACTS.sequence, reserved),
    ),
  };
}
