import { waitUntil } from "cloudflare:workers";
import type { Config, VersionedConfig } from "../domain/config/config.ts";
import type { ContactId } from "../domain/contact/contact-id.ts";
import { contactOfChat } from "../domain/contact/route.ts";
import { homeOf } from "../domain/team/agent.ts";
import { defaultGroupOf, groupOfPayload } from "../domain/ticket/policy.ts";
import { log } from "../log.ts";
import { configCacheOf } from "../record/config-cache.ts";
import { ConfigStore } from "../record/config-store.ts";
import { ContactDetails } from "../record/contact-details.ts";
import { customerRoutesOf } from "../record/customer-routes.ts";
import { RecordUnreachable } from "../record/reach.ts";
import type { Envelope } from "../telegram/envelope.ts";
import { askGroups, groupIds, hasGroup, newestConfigVersion, onSubject } from "./ask.ts";
import { retireGroup } from "./retiring.ts";

/** The group whose object an update is for, and the configuration by which that was found. */
export interface Addressee {
  group: string;
  versioned: VersionedConfig;
  /** The customer whose home this isolate remembered; a customer erased since may get another home. */
  remembered?: ContactId;
}

/**
 * Finds the object for an update: a customer's chat belongs to their home, a staff group to itself, and everything
 * else to the default group, which ignores it politely. `null` while the desk has no configuration. Throws
 * `RecordUnreachable` if only D1 could tell and does not answer.
 */
export async function addresseeOf(envelope: Envelope, env: Env, now: number): Promise<Addressee | null> {
  const known = await configCacheOf(env.DB).get(waitUntil);
  if (known === null) return null;
  const versioned = await withChatMoved(envelope, known, env, now);
  const { chat } = envelope;
  if (chat === null) return { group: defaultGroupOf(versioned.config), versioned };
  if (!chat.private) return staffGroup(chat.id, envelope, versioned, env);
  // Who works here is no customer: their own group's object answers them.
  const works = homeOf(versioned.config, chat.id);
  if (works !== null && hasGroup(versioned.config, works)) return { group: works, versioned };
  return home(contactOfChat(chat.id), envelope, versioned, env, now);
}

/** The home of a contact who writes by another channel than Telegram: their first message gives them one. */
export async function homeOfContact(contact: ContactId, env: Env, now: number): Promise<Addressee | null> {
  const versioned = await configCacheOf(env.DB).get(waitUntil);
  if (versioned === null) return null;
  return home(contact, { kind: "message", startPayload: null }, versioned, env, now);
}

/**
 * A staff group that becomes a supergroup gets another chat id. The configuration follows before the update goes on,
 * so that the first message from the new chat finds its group.
 */
async function withChatMoved(
  { migration }: Envelope,
  versioned: VersionedConfig,
  env: Env,
  now: number,
): Promise<VersionedConfig> {
  if (migration === null || groupOfChat(versioned.config, migration.from) === undefined) return versioned;
  const above = await newestConfigVersion(env, groupIds(versioned.config));
  const moved = await new ConfigStore(env.DB).moveChat(migration.from, migration.to, now, above);
  if (moved === null) {
    log("error", "config.chat_not_moved", migration);
    return versioned;
  }
  configCacheOf(env.DB).learn(moved);
  log("info", "config.chat_moved", { ...migration, version: moved.version });
  return moved;
}

async function staffGroup(
  chat: number,
  { migration }: Envelope,
  versioned: VersionedConfig,
  env: Env,
): Promise<Addressee> {
  const find = (config: Config): string | undefined =>
    groupOfChat(config, chat) ?? (migration === null ? undefined : groupOfChat(config, migration.to));
  const group = find(versioned.config);
  if (group !== undefined) return { group, versioned };
  // It may have been configured a moment ago, by a request that another isolate served.
  const fresh = (await configCacheOf(env.DB).freshFor(chat)) ?? versioned;
  return { group: find(fresh.config) ?? defaultGroupOf(fresh.config), versioned: fresh };
}

function groupOfChat(config: Config, chat: number): string | undefined {
  return config.groups.find(({ chatId }) => chatId === chat)?.id;
}

async function home(
  customer: ContactId,
  envelope: Pick<Envelope, "kind" | "startPayload">,
  versioned: VersionedConfig,
  env: Env,
  now: number,
): Promise<Addressee> {
  const routes = customerRoutesOf(env.DB);
  const remembered = routes.remembered(customer);
  if (remembered !== undefined && hasGroup(versioned.config, remembered))
    return { group: remembered, versioned, remembered: customer };
  try {
    return await storedHome(customer, envelope, versioned, env, now);
  } catch (error) {
    if (!(error instanceof RecordUnreachable)) throw error;
    // Conversations go on without D1: the object that has this customer's tickets knows them.
    const group = await groupThatKnows(customer, versioned.config, env);
    if (group === undefined) throw error;
    routes.remember(customer, group);
    return { group, versioned };
  }
}

async function storedHome(
  customer: ContactId,
  envelope: Pick<Envelope, "kind" | "startPayload">,
  versioned: VersionedConfig,
  env: Env,
  now: number,
): Promise<Addressee> {
  const routes = customerRoutesOf(env.DB);
  let group = await routes.lookup(customer);
  if (group === null) {
    const ours = defaultGroupOf(versioned.config);
    // Only a message makes someone a customer. Other kinds may overtake the `/start` that names the home.
    if (envelope.kind !== "message") return { group: ours, versioned };
    const named =
      envelope.startPayload === null ? undefined : groupOfPayload(versioned.config, envelope.startPayload);
    const via = named === undefined ? "default" : "payload";
    group = await routes.assign(customer, named ?? ours, via, now);
  }
  if (hasGroup(versioned.config, group)) {
    routes.remember(customer, group);
    return { group, versioned };
  }
  // A home that we do not know is either gone or newer than our configuration: only D1 can tell which.
  const certain = (await configCacheOf(env.DB).certain()) ?? versioned;
  if (!hasGroup(certain.config, group)) {
    log("warn", "customer.rerouted", { customer, from: group });
    group = await reroute(env, customer, group, certain);
  }
  routes.remember(customer, group);
  return { group, versioned: certain };
}

/**
 * Moves a customer from the former group `gone` to a new home and returns it. The group is told of a block first: it
 * may not have existed when the customer was blocked.
 */
export async function reroute(
  env: Env,
  customer: ContactId,
  gone: string,
  versioned: VersionedConfig,
): Promise<string> {
  // Their tickets are there before they are.
  const group = await retireGroup(env, gone, versioned);
  const details = await new ContactDetails(env.DB).find(customer);
  if (details !== null && details.blockedAt !== null)
    await onSubject(env.TOPIC_GROUP.getByName(group).privacy(), (privacy) =>
      privacy.block(customer, details.blockedAt),
    );
  return customerRoutesOf(env.DB).reroute(customer, gone, group);
}

async function groupThatKnows(customer: ContactId, config: Config, env: Env): Promise<string | undefined> {
  const answers = await askGroups(env, groupIds(config), (stub) => stub.knows(customer));
  return answers.find((answer) => "answer" in answer && answer.answer)?.group;
}
