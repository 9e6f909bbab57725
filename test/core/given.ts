import { expect } from "vitest";
import { contactId } from "../../src/domain/contact/contact-id.ts";
import { NO_SLA } from "../../src/domain/sla/sla-policy.ts";
import { NO_ROSTER } from "../../src/domain/team/roster.ts";
import type { AgentActor } from "../../src/domain/ticket/actor.ts";
import type { TicketCommand } from "../../src/domain/ticket/command.ts";
import { decide } from "../../src/domain/ticket/decide.ts";
import type { Decision } from "../../src/domain/ticket/decision.ts";
import type { TicketEvent } from "../../src/domain/ticket/event.ts";
import { evolve } from "../../src/domain/ticket/evolve.ts";
import type { Policy } from "../../src/domain/ticket/policy.ts";
import type { Ticket } from "../../src/domain/ticket/ticket.ts";

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Monday noon; every history begins here. */
export const NOON = Date.parse("2026-03-02T12:00:00Z");

export const CUSTOMER = contactId(5001);
export const OLGA: AgentActor = { kind: "agent", id: 9001, name: "Olga" };
export const BORIS: AgentActor = { kind: "agent", id: 9002, name: "Boris" };

export const POLICY: Policy = {
  group: "main",
  prefix: "SUP",
  defaultQueue: "general",
  reopenWithinMs: 72 * HOUR,
  autoCloseResolvedAfterMs: 48 * HOUR,
  claimOnAnswer: true,
  intakeFields: [],
  intakeHoldMs: 15 * MINUTE,
  sla: NO_SLA,
  zoneFor: () => "UTC",
  roster: NO_ROSTER,
  routing: { defaultQueue: "general", rules: [] },
  queues: new Map(),
  profileStaleAfterMs: null,
  showsReason: false,
  countsWaiting: false,
};

export function wrote(more: Partial<Extract<TicketCommand, { type: "customer_wrote" }>> = {}): TicketCommand {
  return {
    type: "customer_wrote",
    customer: CUSTOMER,
    gratitude: false,
    opening: {
      number: 1042,
      customer: CUSTOMER,
      subject: "Printer",
      payload: null,
      language: "en",
      followUpOf: null,
    },
    ...more,
  };
}

/** A history of commands, a minute apart; every one of them must be accepted. */
export function given(...history: (TicketCommand | { after: number })[]) {
  return new Scene(POLICY).given(...history);
}

export class Scene {
  readonly policy: Policy;
  ticket: Ticket | null = null;
  events: TicketEvent[] = [];
  now = NOON;
  decision: Decision = { events: [] };

  constructor(policy: Policy) {
    this.policy = policy;
  }

  given(...history: (TicketCommand | { after: number })[]): this {
    for (const step of history) {
      this.when(step);
      expect(this.decision, JSON.stringify(step)).toHaveProperty("events");
    }
    return this;
  }

  when(step: TicketCommand | { after: number }): this {
    if ("after" in step) {
      this.now += step.after;
      return this;
    }
    this.now += MINUTE;
    this.decision = decide(step, this.ticket, this.policy, this.now);
    if ("events" in this.decision) {
      this.events.push(...this.decision.events);
      this.ticket = this.decision.events.reduce<Ticket | null>(evolve, this.ticket);
    }
    return this;
  }

  /** The types of the events that the last command caused. */
  then(...types: TicketEvent["type"][]): this {
    expect(this.decision).toHaveProperty("events");
    expect("events" in this.decision && this.decision.events.map((event) => event.type)).toEqual(types);
    return this;
  }

  thenStatus(status: Ticket["status"]): this {
    expect(this.ticket?.status).toBe(status);
    return this;
  }

  thenRefused(refusal: Record<string, unknown>): this {
    expect(this.decision).toEqual({ refused: expect.objectContaining(refusal) });
    return this;
  }

  thenAlready(already: Record<string, unknown>): this {
    expect(this.decision).toEqual({ already: expect.objectContaining(already) });
    return this;
  }
}
