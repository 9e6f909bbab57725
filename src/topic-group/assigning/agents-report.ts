import { unavailableBecause, type Presence, type Unavailable } from "../../domain/team/presence.ts";
import type { Transaction } from "../commit/transaction.ts";
import type { Rules } from "../rules/rules.ts";
import type { Agents } from "../tables/agents.ts";
import type { FilledSlots } from "../tables/filled-slots.ts";

/** An agent as a group's object knows them. Instants in ms since 1970. */
export interface AgentHere {
  id: number;
  availability: "online" | "away" | "offline";
  /** Until when they are away; null: until they say otherwise. */
  until: number | null;
  /** why they are given nothing now; null: they are there. */
  unavailableBecause: Unavailable | null;
  /** Tickets of this group that they have. */
  open: number;
  /** When the desk last gave them one of this group. */
  lastAssignedAt: number | null;
}

/** How this group's agents are at an instant, in ms since 1970, and what they have of this group. */
export function agentsHere(
  { agents, rules, filledSlots }: { agents: Agents; rules: Rules; filledSlots: FilledSlots },
  at: number,
): AgentHere[] {
  const loads = filledSlots.byAgent(rules.policy.countsWaiting);
  return rules.policy.roster.agents.map(({ id, shift }) => {
    const { availability, until, lastAssignedAt } = agents.get(id);
    // A break that is over has ended by itself.
    const isOver = availability === "away" && until !== null && until <= at;
    const presence: Presence = isOver ? { availability: "online", until: null } : { availability, until };
    return {
      id,
      ...presence,
      unavailableBecause: unavailableBecause(presence, shift, at),
      open: loads.get(id) ?? 0,
      lastAssignedAt,
    };
  });
}

/**
 * Sets the availability of an agent of this group; a repeated cause changes nothing. Returns whether the id is an
 * agent's.
 */
export function setPresence(
  tx: Transaction,
  id: number,
  { availability, until }: Presence,
  cause: string,
): boolean {
  if (!tx.rules.policy.roster.agents.some((agent) => agent.id === id)) return false;
  if (tx.inbox.known(cause) !== undefined) return true;
  tx.agentIs(id, availability, until);
  tx.inbox.settle(cause, tx.now);
  return true;
}
