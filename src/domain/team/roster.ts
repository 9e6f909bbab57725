import { BusinessCalendar } from "../calendar/calendar.ts";
import { DAY_MS, dayOf, TimeZone } from "../calendar/zone.ts";
import type { AgentConfig, Config } from "../config/config.ts";
import { agentsOf, isLeadOf } from "./agent.ts";
import { skillsBy, type SkillTable } from "./skill-table.ts";
import type { HeldSkills } from "./skills.ts";

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
  /** The leads, who are told what no other agent can do. */
  leads: readonly { id: number; name: string }[];
}

/** How many tickets each agent has now, by agent id; absent: none. */
export type Loads = ReadonlyMap<number, number>;

export const NO_ROSTER: Roster = { agents: [], leads: [] };

/** `table`: the skills service's answer, in place of the configuration; null: no service, or no answer yet. */
export function rosterOf(config: Config, groupId: string, table: SkillTable | null = null): Roster {
  const agents = agentsOf(config, groupId);
  return {
    agents: agents.map((agent) => rosterAgent(agent, config, table)),
    leads: config.agents
      .filter((agent) => isLeadOf(config, groupId, agent))
      .map(({ telegramId, name }) => ({ id: telegramId, name })),
  };
}

/** A certificate holds to the end of its last day, where the agent is; in ms since 1970. */
export function certificateEnd(expiresOn: string, timeZone: string): number {
  return TimeZone.of(timeZone).instantOf((dayOf(expiresOn) + 1) * DAY_MS);
}

function rosterAgent(agent: AgentConfig, config: Config, table: SkillTable | null): RosterAgent {
  const shift = config.calendars.find(({ id }) => id === agent.shift);
  const calendar = shift === undefined ? null : BusinessCalendar.of(shift);
  const skills = Object.entries(agent.skills).map(([skill, { level, expiresOn }]) => {
    const until = expiresOn === undefined ? null : certificateEnd(expiresOn, calendar?.timeZone ?? "UTC");
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
    skills: skillsBy(table, { id: agent.telegramId, skills: new Map(skills) }),
  };
}
