import type { AgentConfig, VersionedConfig } from "../domain/config/config.ts";
import { homeOf } from "../domain/team/agent.ts";
import type { Presence, Unavailable } from "../domain/team/presence.ts";
import { askGroup, askGroups, configureGroup, onSubject } from "./ask.ts";

/** An agent by the configuration, and by what the groups' objects say. Instants in ms since 1970. */
export interface AgentState {
  agent: AgentConfig;
  /** The group that keeps their availability. */
  home: string;
  /** Null while their home does not answer. */
  presence: (Presence & { unavailableBecause: Unavailable | null }) | null;
  /** Tickets that they have, by group; a group that does not answer is left out. */
  openByGroup: Record<string, number>;
  lastAssignedAt: number | null;
}

/** How agents are: each of their groups is asked once. */
export async function agentStates(
  env: Env,
  agents: readonly AgentConfig[],
): Promise<{ states: AgentState[]; unreachableGroups: string[] }> {
  const groups = [...new Set(agents.flatMap((agent) => agent.groups))];
  const answers = await askGroups(env, groups, (stub) => onSubject(stub.team(), (team) => team.agents()));
  const known = new Map(
    answers.flatMap((one) =>
      "unreachable" in one ? [] : [[one.group, new Map(one.answer.map((here) => [here.id, here]))] as const],
    ),
  );
  const states = agents.map((agent): AgentState => {
    const home = agent.groups[0]!;
    const here = known.get(home)?.get(agent.telegramId);
    const everywhere = agent.groups.flatMap((group) => {
      const one = known.get(group)?.get(agent.telegramId);
      return one === undefined ? [] : [{ group, ...one }];
    });
    const assigned = everywhere.flatMap(({ lastAssignedAt: at }) => (at === null ? [] : [at]));
    return {
      agent,
      home,
      presence:
        here === undefined
          ? null
          : {
              availability: here.availability,
              until: here.until,
              unavailableBecause: here.unavailableBecause,
            },
      openByGroup: Object.fromEntries(everywhere.map(({ group, open }) => [group, open])),
      lastAssignedAt: assigned.length === 0 ? null : Math.max(...assigned),
    };
  });
  return { states, unreachableGroups: groups.filter((group) => !known.has(group)) };
}

/** Tells an agent's home how they are; an object with an older configuration is given ours first. */
export async function tellPresence(
  env: Env,
  { version, config }: VersionedConfig,
  agent: number,
  presence: Presence,
  cause: string,
): Promise<"done" | "unknown" | "unreachable"> {
  const home = homeOf(config, agent);
  if (home === null) return "unknown";
  const asked = await askGroup(env, home, async (stub) => {
    const said = await onSubject(stub.team(), (team) => team.setPresence(agent, presence, cause, version));
    if (said !== "config_needed") return said;
    await configureGroup(env, home, { version, config });
    return onSubject(stub.team(), (team) => team.setPresence(agent, presence, cause, version));
  });
  return "unreachable" in asked || asked.answer === "config_needed" ? "unreachable" : asked.answer;
}
