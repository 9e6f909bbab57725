import type { Config } from "../../src/domain/config/config.ts";
import { PRIORITIES } from "../../src/domain/priority.ts";
import type { QueueRouting } from "../../src/domain/routing/assignment.ts";
import { unavailableBecause, type Presence } from "../../src/domain/team/presence.ts";
import type { RosterAgent } from "../../src/domain/team/roster.ts";
import { highest, levelOf } from "../../src/domain/team/skills.ts";
import type { TicketEvent } from "../../src/domain/ticket/event.ts";
import { evolve } from "../../src/domain/ticket/evolve.ts";
import { policyOf } from "../../src/domain/ticket/policy.ts";
import type { Ticket } from "../../src/domain/ticket/ticket.ts";
import type { Stage } from "./stage.ts";

/** What happened to a ticket, by when the desk noted it: what time does is stamped with when it was due. */
interface Noted {
  at: number;
  event: TicketEvent;
}

/** The desk gives an agent a ticket. Several of one instant have no order between them. */
export interface Giving {
  ref: string;
  agent: number;
  at: number;
}

/** Everything that happened on a desk, as its API tells it, and what people said of themselves. */
export class DeskHistory {
  readonly givings: Giving[] = [];
  readonly refs: string[];
  readonly #config: Config;
  readonly #tickets: ReadonlyMap<string, readonly Noted[]>;
  readonly #said: ReadonlyMap<number, readonly { at: number; presence: Presence }[]>;
  readonly #queues: ReadonlyMap<string, QueueRouting>;
  readonly #roster: ReadonlyMap<string, readonly RosterAgent[]>;

  private constructor(
    config: Config,
    tickets: ReadonlyMap<string, readonly Noted[]>,
    said: ReadonlyMap<number, readonly { at: number; presence: Presence }[]>,
  ) {
    this.#config = config;
    this.#tickets = tickets;
    this.refs = [...tickets.keys()];
    const away = new Map([...said].map(([id, all]) => [id, [...all]]));
    for (const [ref, events] of tickets) {
      for (const { at, event } of events) {
        if (event.type === "ticket_assigned" && event.by.kind === "system") {
          this.givings.push({ ref, agent: event.assignee, at });
        }
        if (event.type !== "assignment_ignored") continue;
        const presence: Presence = { availability: "away", until: null };
        away.set(event.agent, [...(away.get(event.agent) ?? []), { at, presence }]);
      }
    }
    for (const all of away.values()) all.sort((a, b) => a.at - b.at);
    this.#said = away;
    const policies = config.groups.map(({ id }) => policyOf(config, id, 0)!);
    this.#queues = policies[0].queues;
    this.#roster = new Map(policies.map(({ group, roster }) => [group, roster.agents]));
  }

  static async read(
    stage: Stage,
    config: Config,
    said: ReadonlyMap<number, readonly { at: number; presence: Presence }[]>,
  ): Promise<DeskHistory> {
    const tickets = new Map<string, Noted[]>();
    for (const { ref } of await allTickets(stage)) {
      const { items } = await stage.get<{ items: ApiEvent[] }>(`/api/v1/tickets/${ref}/events?limit=100`);
      tickets.set(
        ref,
        items.map(({ at, notedAt, data, type, by, from, to, note }) => ({
          at: Date.parse(notedAt ?? at),
          event: { ...data, type, by, from, to, note, at: Date.parse(at) } as unknown as TicketEvent,
        })),
      );
    }
    return new DeskHistory(config, tickets, said);
  }

  queue(id: string): QueueRouting {
    return this.#queues.get(id)!;
  }

  team(group: string): readonly RosterAgent[] {
    return this.#roster.get(group)!;
  }

  /** A ticket as it was at the end of an instant, or before it. */
  ticket(ref: string, at: number, when: "after" | "before" = "after"): Ticket | null {
    const past = this.#tickets
      .get(ref)!
      .filter(({ at: noted }) => (when === "after" ? noted <= at : noted < at));
    return past.reduce<Ticket | null>((ticket, { event }) => evolve(ticket, event), null);
  }

  /** Whether the ticket was ever handed over to another group. */
  hasMoved(ref: string): boolean {
    return this.#tickets.get(ref)!.some(({ event }) => event.type === "ticket_arrived");
  }

  /** Whether an agent has ever let a ticket go. */
  hasRefused(agent: number, ref: string, at: number): boolean {
    return this.#tickets
      .get(ref)!
      .some(
        ({ at: noted, event }) =>
          noted <= at &&
          (event.type === "assignment_declined" || event.type === "assignment_ignored") &&
          event.agent === agent,
      );
  }

  /** Whether an agent claimed something at an instant, or a customer took up again what they had: not the desk's doing. */
  cameByThemselves(agent: number, at: number): boolean {
    return this.refs.some((ref) =>
      this.#tickets
        .get(ref)!
        .some(
          ({ at: noted, event }) =>
            noted === at &&
            (event.type === "ticket_reopened" || event.type === "ticket_claimed") &&
            this.ticket(ref, at)?.assignee?.id === agent,
        ),
    );
  }

  /** How many tickets an agent has that wait for them, at the end of an instant. */
  openOf(agent: number, at: number): number {
    return this.refs.filter((ref) => {
      const ticket = this.ticket(ref, at);
      return ticket?.assignee?.id === agent && !["waiting", "resolved", "closed"].includes(ticket.status);
    }).length;
  }

  /** Whether an agent is available at the end of an instant, or (`during`) at some moment of it. */
  isThere(agent: RosterAgent, at: number, during = false): boolean {
    const said = this.#said.get(agent.id) ?? [];
    const then = said.filter((one) => one.at <= at).at(-1)?.presence ?? ONLINE;
    const before = said.filter((one) => one.at < at).at(-1)?.presence ?? ONLINE;
    return (during ? [then, before] : [then]).some(
      (presence) => unavailableBecause(presence, agent.shift, at) === null,
    );
  }

  /** An agent's availability as they set it, at the end of an instant. */
  availability(agent: number, at: number): Presence["availability"] {
    const said = (this.#said.get(agent) ?? []).filter((one) => one.at <= at).at(-1)?.presence ?? ONLINE;
    return said.until !== null && said.until <= at ? "online" : said.availability;
  }

  /** Whether a waiting ticket may go to an agent, as far as skills and refusals are concerned. */
  suits(ticket: Ticket, agent: RosterAgent, at: number): boolean {
    const { requireSkills, preferSkills, relaxAfterMs, overrideAfterMs, group } = this.queue(ticket.queue);
    const team = this.team(group);
    if (!team.some(({ id }) => id === agent.id) || ticket.declined.includes(agent.id)) return false;
    const waited = at - ticket.waitingSince;
    if (overrideAfterMs !== null && waited >= overrideAfterMs) return true;
    const own = highest(requireSkills, ticket.requireSkills);
    const has = (skill: string, level: number): boolean => levelOf(agent.skills, skill, at) >= level;
    if (!Object.entries(own).every(([skill, level]) => has(skill, level))) return false;
    const dropped = relaxAfterMs.filter((after) => waited >= after).length;
    if (dropped >= relaxAfterMs.length) return true;
    return Object.entries(preferSkills).every(([skill, level]) => {
      const left = level - dropped;
      const anybody = team.some((one) => levelOf(one.skills, skill, at) >= left);
      return left <= 0 || !anybody || has(skill, left);
    });
  }

  /** Whether one ticket is to be handed out before another: more urgent, of a higher score, or older. */
  precedes(one: Ticket, other: Ticket): boolean {
    const [a, b] = [one, other].map((ticket) => [
      PRIORITIES.indexOf(ticket.priority),
      -(ticket.profile?.priorityScore ?? this.#config.tiers[ticket.tier ?? ""]?.score ?? 0),
      ticket.openedAt,
      ticket.number,
    ]);
    const place = a.findIndex((value, index) => value !== b[index]);
    return place >= 0 && a[place] < b[place];
  }
}

const ONLINE: Presence = { availability: "online", until: null };

/** Whether a ticket waits for an agent in a queue whose tickets the desk hands out. */
export function waits(ticket: Ticket | null, history: DeskHistory): ticket is Ticket {
  return (
    ticket !== null &&
    ticket.assignee === null &&
    ticket.heldUntil === null &&
    (ticket.status === "open" || ticket.status === "escalated") &&
    history.queue(ticket.queue).auto
  );
}

interface ApiEvent {
  at: string;
  notedAt: string | null;
  type: string;
  by: object;
  from: string | null;
  to: string | null;
  note: string | null;
  data: Record<string, unknown>;
}

export interface ApiTicket {
  ref: string;
  group: string;
  queue: string;
  status: string;
  priority: string;
  assignee: { id: number } | null;
  topicId: number | null;
  customer: { id: number };
}

/** All tickets as the record has them, opened first first. */
export async function allTickets(stage: Stage): Promise<ApiTicket[]> {
  const all: ApiTicket[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const page: { items: ApiTicket[]; nextCursor: string | null } = await stage.get(
      `/api/v1/tickets?limit=100${cursor === "" ? "" : `&cursor=${cursor}`}`,
    );
    all.push(...page.items);
    cursor = page.nextCursor;
  }
  return all.toReversed();
}
