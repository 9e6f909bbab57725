import { CARD_SETTLE_MS, LATE_DELIVERY_MS, SAID_LATE_MAX_MS, TURN_SETTLE_MS } from "../../domain/limits.ts";
import type { AgentNow } from "../../domain/routing/assignment.ts";
import { firstDue, promisesOf } from "../../domain/sla/promised.ts";
import { homeOf } from "../../domain/team/agent.ts";
import { dueAt } from "../../domain/ticket/advance.ts";
import { showsTheSame } from "../../domain/ticket/card.ts";
import type { TicketCommand } from "../../domain/ticket/command.ts";
import { decide } from "../../domain/ticket/decide.ts";
import type { Decision } from "../../domain/ticket/decision.ts";
import type { Effect } from "../../domain/ticket/effect.ts";
import type { TicketEvent } from "../../domain/ticket/event.ts";
import { factsOfEvent } from "../../domain/ticket/events.ts";
import type { EscalationCall } from "../../domain/ticket/events/sla.ts";
import { evolve } from "../../domain/ticket/evolve.ts";
import { react } from "../../domain/ticket/react.ts";
import type { Ticket } from "../../domain/ticket/ticket.ts";
import { ticketFacts, wants, webhookData, webhookTypeOf } from "../../domain/ticket/webhook-event.ts";
import { eventForPrograms, ticketForPrograms } from "../../texts/for-programs.ts";
import { notice } from "../../texts/notice.ts";
import { isDisabled } from "../rules/webhook-status.ts";
import { holdKey, webhookLane, peerLane, RECORD, type Lane } from "../tables/lane.ts";
import type { WebhookWork } from "../tables/outbox-work.ts";
import type { Availability } from "../tables/peer-message.ts";
import { isUnassigned, slotFilledBy } from "../tables/ticket-place.ts";
import type { TicketRow } from "../tables/tickets.ts";
import { agentNow, goneBecause } from "./agent-now.ts";
import { Saying } from "./saying.ts";

/** A decision with the ticket before and after it. */
export type Applied = { decision: Decision; before: Ticket | null; ticket: Ticket | null };

/**
 * Everything that one cause may do, inside the one transaction: read and change tickets, relay messages, queue work.
 * Nothing here awaits; the caller commits or rolls back all of it.
 */
export class Transaction extends Saying {
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
    this.#notifyHome(before, ticket);
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
  #notifyHome(before: Ticket | null, ticket: Ticket): void {
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
    if (turns && row !== undefined && showsTheSame(row.ticket, ticket, this.rules.policy, this.now))
      return current;
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
        this.notifyCustomer(ticket, notice("customerNotice", effect.notice));
        return;
      case "topic_notice":
        if (effect.notice.code === "customer.unreachable")
          this.tellUnsent(ticket.number, null, notice("topicNotice", effect.notice));
        else this.notifyTopic(ticket.number, notice("topicNotice", effect.notice));
        return;
      case "agent_notice":
        this.notifyAgent(effect.agent, ticket.number, effect.notice);
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
        ticketForPrograms(ticket),
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
      ticket: ticketFacts(ticketForPrograms(ticket), this.due(ticket), desk.textInWebhooks && asksForText),
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
