import type { Caller } from "../../domain/desk/audit.ts";
import { firstResponseDueAt } from "../../domain/sla/clocks.ts";
import { promisesOf } from "../../domain/sla/promised.ts";
import type { Worker } from "../../domain/ticket/actor.ts";
import type { RoutingStory } from "../../domain/ticket/routing-story.ts";
import { explainTicket, type TicketSla } from "../../domain/ticket/sla-story.ts";
import type { Executed, ProgramAct, TicketOrder } from "../../domain/ticket/work-order.ts";
import { recordedRow, type RecordedRow } from "../../record/projection.ts";
import { receiptView } from "../../telegram/receipt-view.ts";
import { ticketForPrograms } from "../../texts/for-programs.ts";
import { languageOf } from "../../texts/languages.ts";
import { actAsAsked, openTicket, type Done } from "../arrivals/program.ts";
import { handingQueues } from "../assigning/handing-out.ts";
import { routingStory } from "../assigning/routing-story.ts";
import type { Transaction } from "../commit/transaction.ts";
import { leave, retiredTo } from "../new-rules/retired.ts";
import { GroupRpc } from "./group-rpc.ts";

/** Events of a ticket that an explanation looks through. */
const EXPLAINED_EVENTS_MAX = 5_000;

type NotDone = Exclude<Executed<RecordedRow>, { status: "done" }>;

/** What programs do with tickets, and why a ticket is as it is. */
export class TicketsRpc extends GroupRpc {
  /** Opens a ticket for a program, once for each cause. The customer's home is this group. */
  open(cause: string, caller: Caller, order: TicketOrder, configVersion: number): Executed<RecordedRow> {
    return this.#execute(
      cause,
      caller,
      configVersion,
      (tx, by) => openTicket(tx, by, order),
      (_tx, done) => done,
    );
  }

  /** Does what a program asks of a ticket, once for each cause. `ref`: the reference that it must have; null: any. */
  act(
    cause: string,
    caller: Caller,
    ticketId: string,
    what: ProgramAct,
    configVersion: number,
    ref: string | null,
  ): Executed<RecordedRow> {
    return this.#execute(
      cause,
      caller,
      configVersion,
      (tx, by) => {
        const number = tx.tickets.numberOf(ticketId, tx.rules.group.id);
        if (number === null || (ref !== null && tx.tickets.get(number)?.ticket.ref !== ref))
          return { status: "unknown" };
        tx.advance(number);
        const { ticket } = tx.tickets.get(number)!;
        const retired = retiredTo(tx.facts);
        if (retired !== null && ticket.movedTo === null) {
          leave(tx, tx.tickets.get(number)!, retired);
          return { status: "elsewhere", group: retired.to };
        }
        if (ticket.movedTo !== null) return { status: "elsewhere", group: ticket.movedTo };
        return actAsAsked(tx, by, ticket, what);
      },
      // The cause went along with a ticket that has moved since, and how it is now is known there.
      (tx, done) => {
        const movedTo = tx.tickets.get(done.number)?.ticket.movedTo ?? null;
        return movedTo === null ? done : { status: "elsewhere", group: movedTo };
      },
    );
  }

  /** Every clock of a ticket with its state, segments and escalations; null if there is no such ticket. */
  sla(ticketId: string): TicketSla | null {
    return this.byRules(null, ({ group, policy }) => {
      const { tickets, history } = this.inside.tables;
      const number = tickets.numberOf(ticketId, group.id);
      if (number === null) return null;
      // Looking shows what is: what time has done by now comes first.
      this.inside.commit((tx) => tx.advance(number));
      const ticket = tickets.get(number)?.ticket;
      if (ticket === undefined) return null;
      const events = history.after(number, 0, EXPLAINED_EVENTS_MAX);
      return explainTicket(ticket, events, policy, this.inside.now());
    });
  }

  /** How a ticket got where it is, who could take it now and what changes next; null if there is no such ticket. */
  routing(ticketId: string): RoutingStory | null {
    return this.byRules(null, ({ group }) => {
      const number = this.inside.tables.tickets.numberOf(ticketId, group.id);
      if (number === null) return null;
      this.inside.commit((tx) => tx.advance(number));
      return this.inside.commit((tx) => routingStory(tx, number, handingQueues(tx.rules)));
    });
  }

  #execute(
    cause: string,
    { id, name, origin }: Caller,
    configVersion: number,
    work: (tx: Transaction, by: Worker) => Done | NotDone,
    follow: (tx: Transaction, done: Done) => Done | NotDone,
  ): Executed<RecordedRow> {
    const { inside } = this;
    const { facts, tickets } = inside.tables;
    const rules = inside.rules();
    const isOld = rules !== null && rules.version < configVersion && retiredTo(facts) === null;
    if (rules === null || isOld) return { status: "config_needed" };
    if (inside.isFull()) return { status: "full" };
    const done = inside.commit((tx) => {
      const known = tx.inbox.known(cause);
      if (known !== undefined) return follow(tx, known.answer as Done);
      tx.origin = origin;
      const outcome = work(tx, { kind: "key", id, name });
      // What is refused has changed nothing, and may be asked again.
      if ("number" in outcome) tx.inbox.settle(cause, tx.now, outcome);
      return outcome;
    });
    if (!("number" in done)) return done;
    const row = tickets.get(done.number);
    // Done before, and its ticket erased since.
    if (row === undefined) return { status: "unknown" };
    const { ticket, dueAt } = row;
    const language = languageOf(ticket.language);
    const { text } = receiptView(ticket, rules.policy, null, inside.now(), language).text;
    return {
      status: "done",
      ticket: recordedRow(
        ticketForPrograms(ticket),
        { dueAt, promises: promisesOf(ticket, rules.policy.sla) },
        inside.now(),
      ),
      already: done.already,
      confirmation: text,
      firstResponseDueAt: firstResponseDueAt(ticket, rules.policy.sla),
    };
  }
}
