import type { Config, VersionedConfig } from "../domain/config/config.ts";
import { successorOf, type Succession } from "../domain/config/successors.ts";
import { defaultGroupOf, defaultQueueOf } from "../domain/ticket/policy.ts";
import { log } from "../log.ts";
import { ContactDetails } from "../record/contact-details.ts";
import { customerRoutesOf } from "../record/customer-routes.ts";
import { Successors } from "../record/successors.ts";
import { askGroup, configureGroup, hasGroup, onSubject } from "./ask.ts";

/** Who takes over from a group that is not in the configuration any more: who was named, or the default group. */
export function successorOfGroup(gone: string, config: Config, successors: Succession): string {
  const isThere = (group: string): boolean => group !== gone && hasGroup(config, group);
  return successorOf(gone, successors, isThere) ?? defaultGroupOf(config);
}

/**
 * Has the object of a group that was taken out hand over what it has, and gives its customers another home. Whoever
 * comes upon such a group calls it: it does once what there is to do. Answers who takes over.
 */
export async function retireGroup(env: Env, gone: string, versioned: VersionedConfig): Promise<string> {
  const { config, version } = versioned;
  const to = successorOfGroup(gone, config, await new Successors(env.DB, "group").all());
  const queue = defaultQueueOf(config, to);
  await configureGroup(env, to, versioned);
  // It may not have been there when they were blocked, so it hears of that before it hears of them.
  const blocked = await new ContactDetails(env.DB).blockedAt(gone);
  await onSubject(env.TOPIC_GROUP.getByName(to).privacy(), (privacy) => privacy.blockAll(blocked));
  const asked = await askGroup(env, gone, (stub) => stub.retire({ version, to, queue }));
  await customerRoutesOf(env.DB).rerouteAll(gone, to);
  log("info", "group.retired", { group: gone, to, reached: !("unreachable" in asked) });
  return to;
}
