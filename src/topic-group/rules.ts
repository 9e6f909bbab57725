import { ConfigDocument, type Config, type GroupConfig, type VersionedConfig } from "../domain/config.ts";
import { policyOf, type Policy } from "../domain/policy.ts";

/** What the object works by while a configuration is in force. */
export interface Rules {
  version: number;
  config: Config;
  group: GroupConfig;
  policy: Policy;
  botId: number;
  /** Since when they are in force here, in ms since 1970. */
  since: number;
}

/** A configuration as the object keeps it. */
export interface ConfigInForce extends VersionedConfig {
  since: number;
}

/** The rules of a group, `null` if the configuration has no such group. */
export function rulesOf(
  group: string,
  { version, config: stored, since }: ConfigInForce,
  botId: number,
): Rules | null {
  // A newer release may know more settings than the stored document: the schema fills in their defaults.
  const config = ConfigDocument.parse(stored);
  const policy = policyOf(config, group, since);
  const groupConfig = config.groups.find((candidate) => candidate.id === group);
  return policy === undefined || groupConfig === undefined
    ? null
    : { version, config, group: groupConfig, policy, botId, since };
}
