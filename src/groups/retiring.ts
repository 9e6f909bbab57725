import type { Config, VersionedConfig } from "../domain/config.ts";
import { defaultGroupOf, defaultQueueOf } from "../domain/policy.ts";
import { log } from "../log.ts";
import { ContactDetails } from "../record/contact-details.ts";
import { customerRoutesOf } from "../record/customer-routes.ts";
import { queueSuccessors, Successors, type SuccessorsOf } from "../record/successors.ts";
import { askGroup, hasGroup } from "./ask.ts";

/** Who takes over from a group that is not in the configuration any more: who was named, or the default group. */
export function successorOf(gone: string, config: Config, successors: SuccessorsOf): string {
  let group: string | undefined = gone;
  // Whoever took over may have been taken out as well.
  for (let hop = 0; group !== undefined && hop < 20; hop += 1) {
    if (group !== gone && hasGroup(config, group)) return group;
    group = successors[group];
  }
  return defaultGroupOf(config);
}

/**
 * Has the object of a group that was taken out hand over what it has, and gives its customers another home. Whoever
 * comes upon such a group calls it: it does once what there is to do. Answers who takes over.
 */
export async function retireGroup(env: Env, gone: string, versioned: VersionedConfig): Promise<string> {
  const { config, version } = versioned;
  const to = successorOf(gone, config, await new Successors(env.DB, "group").all());
  const queue = defaultQueueOf(config, to);
  const successor = env.TOPIC_GROUP.getByName(to);
  await successor.configure(to, versioned, await queueSuccessors(env.DB));
  // It may not have been there when they were blocked, so it hears of that before it hears of them.
  await successor.blockAll(await new ContactDetails(env.DB).blockedAt(gone));
  const asked = await askGroup(env, gone, (stub) => stub.retire({ version, to, queue }));
  await customerRoutesOf(env.DB).rerouteAll(gone, to);
  log("info", "group.retired", { group: gone, to, reached: !("unreachable" in asked) });
  return to;
}
