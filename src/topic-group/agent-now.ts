import type { RosterAgent } from "../domain/roster.ts";
import type { AgentNow } from "../domain/routing/assignment.ts";
import { unavailableBecause } from "../domain/routing/presence.ts";
import type { Rules } from "./rules.ts";
import type { AgentRow, Agents } from "./tables/agents.ts";
import type { Store } from "./tables/store.ts";

interface Known {
  agents: Agents;
  rules: Rules;
  store: Store;
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

/** An agent's home knows all that they have; elsewhere its last word counts, and what is here at least. */
function openOf(tx: Known, agent: RosterAgent, { openElsewhere }: AgentRow): number {
  const here = tx.store.loads().get(agent.id) ?? 0;
  // Whoever serves no other group any more may still have tickets there.
  if (agent.home === tx.rules.group.id) return here + tx.agents.slotsOf(agent.id);
  return Math.max(here, openElsewhere);
}
