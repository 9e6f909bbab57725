import { agentsOf, isLeadOf } from "./agent.ts";
import type { AgentConfig, Config } from "./config.ts";
import type { HeldSkills } from "./routing/skills.ts";
import { BusinessCalendar } from "./sla/calendar.ts";
import { DAY_MS, dayOf, TimeZone } from "./sla/zone.ts";

/** An agent as far as work is handed out by the desk. */
export interface RosterAgent {
  id: number;
  name: string;
  role: AgentConfig["role"];
  /** The group whose object knows their availability and hands out their slots: the first of theirs. */
  home: string;
  /** The other groups that they serve. */
  elsewhere: readonly string[];
  /** Tickets at once, all groups together. */
  capacity: number;
  /** Null: always on shift. */
  shift: BusinessCalendar | null;
  skills: HeldSkills;
}

/** Who works in a group. */
export interface Roster {
  agents: readonly RosterAgent[];
  /** The leads, who are told what nobody else can do. */
  leads: readonly { id: number; name: string }[];
}

/** How many tickets each agent has now, by agent id; who is not there has none. */
export type Loads = ReadonlyMap<number, number>;

export const NO_ROSTER: Roster = { agents: [], leads: [] };

export function rosterOf(config: Config, groupId: string): Roster {
  const agents = agentsOf(config, groupId);
  return {
    agents: agents.map((agent) => rosterAgent(agent, config)),
    leads: config.agents
      .filter((agent) => isLeadOf(config, groupId, agent))
      .map(({ telegramId, name }) => ({ id: telegramId, name })),
  };
}

function rosterAgent(agent: AgentConfig, config: Config): RosterAgent {
  const shift = config.calendars.find(({ id }) => id === agent.shift);
  const calendar = shift === undefined ? null : BusinessCalendar.of(shift);
  const zone = TimeZone.of(calendar?.timeZone ?? "UTC");
  const skills = Object.entries(agent.skills).map(([skill, { level, expiresOn }]) => {
    // A certificate holds to the end of its last day, where the agent is.
    const until = expiresOn === undefined ? null : zone.instantOf((dayOf(expiresOn) + 1) * DAY_MS);
    return [skill, { level, until }] as const;
  });
  return {
    id: agent.telegramId,
    name: agent.name,
    role: agent.role,
    home: agent.groups[0]!,
    elsewhere: agent.groups.slice(1),
    capacity: agent.capacity,
    shift: calendar,
    skills: new Map(skills),
  };
}
