import type { Config, VersionedConfig } from "../domain/config/config.ts";
import { successorOf, type Succession } from "../domain/config/successors.ts";
import { defaultGroupOf, defaultQueueOf } from "../domain/ticket/policy.ts";
import { log } from "../log.ts";
import { ContactDetails } from "../record/contact-details.ts";
import { customerRoutesOf } from "../record/customer-routes.ts";
import { Successors } from "../record/successors.ts";
import { askGroup, configureGroup, hasGroup, onSubject } from "./ask.ts";

/** The group that takes over from a group no longer in the configuration: the named one, or the default group. */
export function successorOfGroup(gone: string, config: Config, successors: Succession): string {
  const isThere = (group: string): boolean => group !== gone && hasGroup(config, group);
  return successorOf(gone, successors, isThere) ?? defaultGroupOf(config);
}

/**
 * Has the object of a removed group hand over its work, and gives its customers another home. Safe to call whenever
 * such a group is met: the work is done once. Returns the group that takes over.
 */
export async function retireGroup(env: Env, gone: string, versioned: VersionedConfig): Promise<string> {
  const { config, version } = versioned;
  const to = successorOfGroup(gone, config, await new Successors(env.DB, "group").all());
  const queue = defaultQueueOf(config, to);
  await configureGroup(env, to, versioned);
  // The new home may not have existed when they were blocked, so it is told of blocks before it gets the customers.
  const blocked = await new ContactDetails(env.DB).blockedAt(gone);
  await onSubject(env.TOPIC_GROUP.getByName(to).privacy(), (privacy) => privacy.blockAll(blocked));
  const asked = await askGroup(env, gone, (stub) => stub.retire({ version, to, queue }));
  await customerRoutesOf(env.DB).rerouteAll(gone, to);
  log("info", "group.retired", { group: gone, to, reached: !("unreachable" in asked) });
  return to;
}
