import type { Config, GroupConfig } from "../../domain/config/config.ts";
import { readStored, type StoredVersion } from "../../domain/config/stored.ts";
import { rosterOf } from "../../domain/team/roster.ts";
import type { SkillTable } from "../../domain/team/skill-table.ts";
import { policyOf, type Policy } from "../../domain/ticket/policy.ts";
import { epochsOf, type Epochs, type Numbering } from "../tables/numbering.ts";
import type { Sources } from "./sources.ts";

/** What the object works by while a configuration is in force. */
export interface Rules {
  version: number;
  config: Config;
  group: GroupConfig;
  policy: Policy;
  botId: number;
  /** By which the messages of the staff group and of private chats are numbered. */
  epochs: Epochs;
  /** The last answer of a skills service, which the policy's roster goes by; null: no service, or no answer yet. */
  skills: SkillTable | null;
  sources: Sources;
  /** Since when they are in force here, in ms since 1970. */
  since: number;
}

/** A configuration as the object keeps it. */
export interface ConfigInForce extends StoredVersion {
  since: number;
  /** Left out by an earlier release. */
  sources?: Sources;
}

/** The rules of a group; null if the configuration has no such group, or cannot be read by this release. */
export function rulesOf(
  group: string,
  { version, config: stored, since, sources = { enrichment: 0, skills: 0 } }: ConfigInForce,
  botId: number,
  skills: SkillTable | null,
  numbering: Numbering | undefined,
): Rules | null {
  const config = readStored(stored);
  if (config === null) return null;
  const policy = policyOf(config, group, since, skills);
  const groupConfig = config.groups.find((candidate) => candidate.id === group);
  if (policy === undefined || groupConfig === undefined) return null;
  const epochs = epochsOf(numbering, groupConfig.chatId, botId);
  return { version, config, group: groupConfig, policy, botId, epochs, skills, sources, since };
}

/** The same rules once a skills service has said something new. */
export function withSkills(rules: Rules, skills: SkillTable): Rules {
  const roster = rosterOf(rules.config, rules.group.id, skills);
  return { ...rules, skills, policy: { ...rules.policy, roster } };
}
