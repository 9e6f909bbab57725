import type { Presence } from "../../domain/team/presence.ts";
import type { SkillTable } from "../../domain/team/skill-table.ts";
import { agentsHere, setPresence, type AgentHere } from "../assigning/agents-report.ts";
import { GroupRpc } from "./group-rpc.ts";

/** The agents of this group. */
export class TeamRpc extends GroupRpc {
  /** Which skills service this group asks, and what it last said; null: none, or nothing yet. */
  skills(): { url: string | null; table: SkillTable | null } {
    const rules = this.inside.rules();
    return { url: rules?.config.routing.skills?.url ?? null, table: rules?.skills ?? null };
  }

  /** How the agents of this group are. */
  agents(): AgentHere[] {
    return this.byRules([], (rules) => agentsHere({ ...this.inside.tables, rules }, this.inside.now()));
  }

  /** Sets an agent's availability, at their home; `cause` tells a repetition. `unknown`: not an agent of this group. */
  setPresence(
    id: number,
    presence: Presence,
    cause: string,
    configVersion: number,
  ): "done" | "unknown" | "config_needed" {
    const rules = this.inside.rules();
    if (rules === null || rules.version < configVersion) return "config_needed";
    return this.inside.commit((tx) => setPresence(tx, id, presence, cause)) ? "done" : "unknown";
  }
}
