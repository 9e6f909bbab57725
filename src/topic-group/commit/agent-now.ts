import type { AgentNow } from "../../domain/routing/assignment.ts";
import type { GoneBecause } from "../../domain/team/agent.ts";
import { unavailableBecause } from "../../domain/team/presence.ts";
import type { RosterAgent } from "../../domain/team/roster.ts";
import type { Rules } from "../rules/rules.ts";
import type { AgentRow, Agents } from "../tables/agents.ts";
import type { FilledSlots } from "../tables/filled-slots.ts";

interface Known {
  agents: Agents;
  rules: Rules;
  filledSlots: FilledSlots;
}

/** How an agent is at an instant, in ms since 1970, as far as this group knows; what they have is as it is now. */
export function agentNow(tx: Known, agent: RosterAgent, at: number): AgentNow {
  const row = tx.agents.get(agent.id);
  const because = unavailableBecause(row, agent.shift, at);
  return {
    agent,
    available: because === null,
    unavailableBecause: because,
    open: openOf(tx, agent, row),
    lastAssignedAt: row.lastAssignedAt,
    history: 0,
  };
}

/**
 * Why an agent does not keep a ticket of a queue when it is taken up again; null: they do. Between two shifts an agent
 * keeps it where agents claim; where the desk hands out, an agent on shift gets it.
 */
export function goneBecause(tx: Known, id: number, queue: string, at: number): GoneBecause | null {
  const { policy } = tx.rules;
  const agent = policy.roster.agents.find((one) => one.id === id);
  if (agent === undefined) return "left";
  const { availability, until } = tx.agents.get(id);
  if (availability === "offline") return "offline";
  if (availability === "away" && (until === null || at < until)) return "away";
  const isOff = agent.shift !== null && !agent.shift.isOpen(at);
  return isOff && policy.queues.get(queue)?.auto === true ? "off_shift" : null;
}

/** An agent's home knows all their tickets; elsewhere its last report counts, and what is here at least. */
function openOf(tx: Known, agent: RosterAgent, { openElsewhere }: AgentRow): number {
  const here = tx.filledSlots.byAgent(tx.rules.policy.countsWaiting).get(agent.id) ?? 0;
  // An agent who serves no other group any more may still have tickets there.
  if (agent.home === tx.rules.group.id) return here + tx.agents.slotsOf(agent.id);
  return Math.max(here, openElsewhere);
}
