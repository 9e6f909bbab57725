import type { Config } from "../domain/config/config.ts";
import type { KnownSkills, SkillsKnown } from "../domain/team/skill-table.ts";
import { askGroups, hasGroup, onSubject } from "./ask.ts";

/**
 * What a configuration's skills service has told the live groups, so that a rehearsal goes by the same. Empty where the
 * configuration names no service; where a group has no word of it, why not. `inForce`: null where that is not known.
 */
export async function skillsKnown(
  env: Env,
  { routing: { skills } }: Config,
  groups: readonly string[],
  inForce: Config | null,
): Promise<SkillsKnown> {
  if (skills === undefined) return new Map();
  const isAsked = inForce?.routing.skills?.url === skills.url;
  const live = isAsked ? groups.filter((group) => hasGroup(inForce, group)) : [];
  const answers = await askGroups(env, live, (stub) => onSubject(stub.team(), (team) => team.skills()));
  const heard = new Map(
    answers.map((asked): [string, KnownSkills] => {
      if ("unreachable" in asked) return [asked.group, nothing("the group does not answer")];
      const { url, table } = asked.answer;
      if (url !== skills.url) return [asked.group, nothing("the group does not ask this service yet")];
      return [asked.group, table === null ? nothing("the service has not answered yet") : { table }];
    }),
  );
  const unasked = nothing(
    isAsked ? "the desk has no such group yet" : "the desk does not ask this service yet",
  );
  return new Map(groups.map((group) => [group, heard.get(group) ?? unasked]));
}

function nothing(why: string): KnownSkills {
  return { table: null, why };
}
