import type { ConfigInput } from "../../../src/domain/config/config.ts";
import type { TicketHistory } from "./agreement.ts";
import type { Availability } from "./availability.ts";
import type { StoredEvent } from "./promises.ts";

interface Held {
  group: string;
  agent: number | null;
  /** Since when it fills a slot of its agent's without a break; null while it fills none. */
  since: number | null;
  requireSkills: Record<string, number>;
}

const RELEASES = /^(ticket_unclaimed|assignment_declined|assignment_ignored)$/;
/** By how much clocks of two groups may differ. */
const SKEW_MS = 10_000;
/** How long what one group knows of an agent's tickets may take to reach another. */
const TOLD_WITHIN_MS = 10 * 60_000;

/**
 * Whom the desk gave tickets by itself: nobody has more than their capacity that way, and everybody has what their queue
 * requires. What people take by hand counts, and is not refused.
 */
export class HandingOut {
  readonly #held = new Map<string, Held>();
  readonly #availability: Availability;
  #configs: ConfigInput[];

  constructor(config: ConfigInput, availability: Availability) {
    this.#availability = availability;
    this.#configs = [structuredClone(config)];
  }

  /** From now on this configuration holds as well; `isQuiet`: and none before it. */
  put(config: ConfigInput, isQuiet = false): void {
    this.#configs = [...(isQuiet ? [] : this.#configs), structuredClone(config)];
  }

  /** What happened to all tickets since the last time; each one's events in their order. */
  read(histories: readonly TicketHistory[]): string[] {
    const found: string[] = [];
    const happened = histories.flatMap(({ id, isGone, events }) => {
      if (isGone) this.#held.delete(id);
      return events.map((event) => ({ id, event }));
    });
    happened.sort((one, other) => one.event.at - other.event.at);
    for (const [place, { id, event }] of happened.entries()) {
      const held = this.#held.get(id) ?? { group: "", agent: null, since: null, requireSkills: {} };
      this.#held.set(id, held);
      if (event.type === "ticket_assigned" && event.routing !== undefined)
        for (const what of this.#judged(held, event, releasedSoon(happened, place)))
          found.push(
            `ticket ${id} was given to ${event.assignee} at ${new Date(event.at).toISOString()}: ${what}`,
          );
      this.#happened(held, event);
    }
    return found;
  }

  /** `releasedSoon`: the tickets that were given back in the same moment, by a clock that is a little wrong. */
  *#judged(
    held: Held,
    { assignee, at, routing }: StoredEvent,
    releasedSoon: ReadonlySet<string>,
  ): Iterable<string> {
    const agents = this.#configs.flatMap(({ agents: all = [] }) =>
      all.filter(({ telegramId }) => telegramId === assignee),
    );
    const room = Math.max(0, ...agents.map(({ capacity = 5 }) => capacity));
    const filled = [...this.#held].filter(
      ([id, { agent, since }]) =>
        agent === assignee && since !== null && since < at - TOLD_WITHIN_MS && !releasedSoon.has(id),
    ).length;
    if (filled >= room) yield `they had ${filled} tickets already, and room for ${room}`;
    if (this.#availability.wasAway(held.group, assignee!, at)) yield "they were away";
    if (!agents.some(({ groups }) => groups.includes(held.group))) yield `they do not serve ${held.group}`;
    if (routing!.stage.kind === "override") return;
    const queue = this.#configs[0].queues.find(({ id }) => id === routing!.queue);
    for (const [skill, level] of Object.entries({ ...held.requireSkills, ...queue?.requireSkills })) {
      const has = agents.some(({ skills = {} }) => (skills[skill]?.level ?? 0) >= level);
      if (!has) yield `${skill} ${level} is required`;
    }
  }

  #happened(held: Held, event: StoredEvent): void {
    const before = held.agent;
    if (event.type === "ticket_assigned") held.agent = event.assignee!;
    if (event.type === "ticket_claimed") held.agent = event.by?.id ?? null;
    if (RELEASES.test(event.type)) held.agent = null;
    if (event.requireSkills !== undefined) held.requireSkills = event.requireSkills;
    // In another group it has no assignee yet.
    if (event.group !== undefined && event.type !== "ticket_opened" && event.type !== "ticket_arrived")
      held.agent = null;
    held.group = event.group ?? held.group;
    const status = event.to;
    if (held.agent === null || status === "waiting" || status === "resolved" || status === "closed")
      held.since = null;
    else if (held.agent !== before || (status !== undefined && held.since === null)) held.since = event.at;
  }
}

function releasedSoon(happened: readonly { id: string; event: StoredEvent }[], place: number): Set<string> {
  const until = happened[place].event.at + SKEW_MS;
  const released = new Set<string>();
  for (let next = place + 1; next < happened.length && happened[next].event.at <= until; next += 1)
    if (RELEASES.test(happened[next].event.type)) released.add(happened[next].id);
  return released;
}
