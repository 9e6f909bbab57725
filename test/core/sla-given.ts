import { ConfigDocument, type ConfigInput } from "../../src/domain/config/config.ts";
import type { TeamAt } from "../../src/domain/routing/taking-over.ts";
import { clocksOf, stateOf } from "../../src/domain/sla/clocks.ts";
import type { SlaPolicy } from "../../src/domain/sla/sla-policy.ts";
import { unavailableBecause } from "../../src/domain/team/presence.ts";
import { dueAt } from "../../src/domain/ticket/advance.ts";
import type { TicketCommand } from "../../src/domain/ticket/command.ts";
import type { TicketEvent } from "../../src/domain/ticket/event.ts";
import { policyOf, type Policy } from "../../src/domain/ticket/policy.ts";
import { NOON, OLGA, Scene } from "./given.ts";

type Part<Section extends "slaPolicies" | "escalationPolicies"> = Partial<
  NonNullable<ConfigInput[Section]>[number]
>;

/** Every hour counts, and half the minutes are easy to reckon: an answer in 1 h, the next in 30 m, done in 8 h. */
export const TARGETS = { normal: { firstResponse: "1h", nextResponse: "30m", resolution: "8h" } };

const ALL_DAY = ["00:00-24:00"];
const CALENDARS: ConfigInput["calendars"] = [
  {
    id: "always",
    timeZone: "UTC",
    weekly: {
      mon: ALL_DAY,
      tue: ALL_DAY,
      wed: ALL_DAY,
      thu: ALL_DAY,
      fri: ALL_DAY,
      sat: ALL_DAY,
      sun: ALL_DAY,
    },
  },
  {
    id: "office",
    timeZone: "Europe/Berlin",
    weekly: {
      mon: ["09:00-17:00"],
      tue: ["09:00-17:00"],
      wed: ["09:00-17:00"],
      thu: ["09:00-17:00"],
      fri: ["09:00-17:00"],
    },
  },
];

export const LEAD = { id: 9100, name: "Lena" };
export const SENIOR = { id: 9101, name: "Sam" };

/** A desk with one SLA policy and one ladder. */
export function deskWith(
  sla: Part<"slaPolicies"> = {},
  ladder: Part<"escalationPolicies"> = { steps: [] },
  more: Partial<ConfigInput> = {},
): Policy {
  const config = ConfigDocument.parse({
    desk: { name: "Shop" },
    groups: [{ id: "main", chatId: -1001, prefix: "SUP" }],
    tiers: {},
    queues: [{ id: "general", group: "main", slaPolicy: "only" }],
    agents: [
      { telegramId: LEAD.id, name: LEAD.name, role: "lead", groups: ["main"], capacity: 0 },
      { telegramId: SENIOR.id, name: SENIOR.name, role: "senior", groups: ["main"], capacity: 2 },
      { telegramId: OLGA.id, name: OLGA.name, groups: ["main"] },
      { telegramId: 9002, name: "Boris", groups: ["main"] },
    ],
    calendars: CALENDARS,
    slaPolicies: [{ id: "only", calendar: "always", targets: TARGETS, escalation: "ladder", ...sla }],
    escalationPolicies: [{ id: "ladder", cooldown: "0s", steps: [], ...ladder }],
    routing: { defaultQueue: "general" },
    ...more,
  } satisfies ConfigInput);
  return policyOf(config, "main", 0)!;
}

/** A history on a desk, with time advanced to every due instant. */
export class SlaScene extends Scene {
  /** Agent id → tickets that they have. */
  loads: ReadonlyMap<number, number> = new Map();
  /** Who is away. */
  readonly away = new Set<number>();

  get sla(): SlaPolicy {
    return this.policy.sla.policyFor(this.ticket!)!;
  }

  /** Time passes, stopping at every due instant. */
  pass(ms: number): this {
    const until = this.now + ms;
    for (;;) {
      const due = this.ticket === null ? null : dueAt(this.ticket, this.policy);
      if (due === null || due > until) break;
      this.advanceAt(due);
    }
    this.now = until;
    return this;
  }

  /** Time advances once, however much is due. */
  advanceAt(at: number): this {
    this.now = at - 60_000;
    return this.when({ type: "clock_struck", team: this.#team });
  }

  readonly #team: TeamAt = (at) =>
    this.policy.roster.agents.map((agent) => {
      const presence = { availability: this.away.has(agent.id) ? "away" : "online", until: null } as const;
      const because = unavailableBecause(presence, agent.shift, at);
      const open = this.loads.get(agent.id) ?? 0;
      return {
        agent,
        available: because === null,
        unavailableBecause: because,
        open,
        lastAssignedAt: null,
        history: 0,
      };
    });

  /** Does a command at an instant `ms` after the ticket's first day began at noon. */
  at(ms: number, command: TicketCommand): this {
    this.pass(NOON + ms - this.now);
    this.now -= 60_000;
    return this.when(command);
  }

  /** `metric#instance state` of every clock that has begun. */
  states(): string[] {
    return clocksOf(this.ticket!, this.sla).map(
      (clock) => `${clock.metric}#${clock.instance} ${stateOf(clock, this.sla, this.now)}`,
    );
  }

  /** When each running clock is due, in minutes after noon. */
  dues(): Record<string, number | string> {
    return Object.fromEntries(
      clocksOf(this.ticket!, this.sla)
        .filter(({ endedAt }) => endedAt === null)
        .map(({ metric, due }) => [metric, due.kind === "at" ? (due.at - NOON) / 60_000 : due.kind]),
    );
  }

  of<Type extends TicketEvent["type"]>(...types: Type[]): Extract<TicketEvent, { type: Type }>[] {
    return this.events.filter((event): event is Extract<TicketEvent, { type: Type }> =>
      (types as string[]).includes(event.type),
    );
  }
}
