import type { AgentConfig, Config } from "../config/config.ts";
import type { Unavailable } from "./presence.ts";

/** Why an agent does not keep a ticket: they left its group, or are not available. */
export type GoneBecause = "left" | Unavailable;

/** The agents who work in a group. */
export function agentsOf(config: Config, groupId: string): AgentConfig[] {
  return config.agents.filter((agent) => agent.groups.includes(groupId));
}

/** Whether an agent may act for others in a group: a lead by role who works there, or named in the group's `leads`. */
export function isLeadOf(config: Config, groupId: string, agent: AgentConfig): boolean {
  if (agent.role === "lead" && agent.groups.includes(groupId)) return true;
  return config.groups.find((group) => group.id === groupId)?.leads.includes(agent.telegramId) ?? false;
}

/** The group whose object keeps an agent's availability and slots: the first of theirs; null for no agent. */
export function homeOf({ agents }: Config, id: number): string | null {
  return agents.find(({ telegramId }) => telegramId === id)?.groups[0] ?? null;
}
