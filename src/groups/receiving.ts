import type { Incoming } from "../channels/channel.ts";
import { readBy } from "../channels/channels.ts";
import type { Channel as ChannelName } from "../domain/contact/route.ts";
import { errorFacts } from "../domain/error-facts.ts";
import { log } from "../log.ts";
import { configCacheOf } from "../record/config-cache.ts";
import { customerRoutesOf } from "../record/customer-routes.ts";
import type { Envelope } from "../telegram/envelope.ts";
import { addresseeOf, homeOfContact, type Addressee } from "./addressee.ts";
import { configureGroup } from "./ask.ts";
import { RETRY_S, RETRY_UNCONFIGURED_S } from "./limits.ts";

/**
 * What became of an update. `again`: it was not committed, and Telegram should send it again after that many seconds at
 * the earliest; in all other cases its object has committed it.
 */
export type Received =
  | { status: "accepted" | "duplicate" | "ignored" | "set_aside" }
  | {
      status: "again";
      because: "config.missing" | "group.full" | "group.unreachable";
      afterS: number;
    };

/** Hands an update that comes now to the object that it is for. Throws `RecordUnreachable` if only D1 could tell which, and does not. */
export async function receive(update: unknown, envelope: Envelope, env: Env, now: number): Promise<Received> {
  const addressee = await addresseeOf(envelope, env, now);
  if (addressee === null) return again("config.missing", RETRY_UNCONFIGURED_S);
  const receipt = await hand(update, addressee, env);
  if (receipt.status === "home_needed") customerRoutesOf(env.DB).forget(addressee.remembered!);
  // Groups have exchanged their chats, and this isolate has not heard of it.
  else if (receipt.status === "config_old") await configCacheOf(env.DB).certain();
  else return receivedOf(receipt);
  const { group, versioned } = (await addresseeOf(envelope, env, now)) ?? addressee;
  return receivedOf(await hand(update, { group, versioned }, env));
}

/**
 * Hands what came to a channel's door to the object of its customer's home. Throws `RecordUnreachable` if only D1 could tell
 * which, and does not.
 */
export async function receiveBy(
  channel: ChannelName,
  came: unknown,
  env: Env,
  now: number,
): Promise<Received> {
  const incoming = await readBy(channel, came, env);
  if (incoming === null) return { status: "ignored" };
  const { id } = incoming.contact;
  const addressee = await homeOfContact(id, env, now);
  if (addressee === null) return again("config.missing", RETRY_UNCONFIGURED_S);
  const receipt = await handBy(incoming, addressee, env);
  if (receipt.status !== "home_needed") return receivedOf(receipt);
  customerRoutesOf(env.DB).forget(id);
  return receivedOf(await handBy(incoming, (await homeOfContact(id, env, now)) ?? addressee, env));
}

function receivedOf(receipt: Awaited<ReturnType<typeof hand>>): Received {
  switch (receipt.status) {
    case "accepted":
    case "duplicate":
    case "ignored":
    case "set_aside":
      return { status: receipt.status };
    case "full":
      return again("group.full", receipt.retryAfterS);
    case "failed":
      return again("group.unreachable", receipt.retryAfterS);
    case "config_needed":
    case "config_old":
    case "home_needed":
      return again("group.unreachable", RETRY_S);
    default:
      return receipt satisfies never;
  }
}

async function hand(update: unknown, to: Addressee, env: Env) {
  return handTo(to, env, (stub, version, remembered) => stub.receive(update, version, remembered));
}

async function handBy(incoming: Incoming, to: Addressee, env: Env) {
  return handTo(to, env, (stub, version, remembered) => stub.receiveBy(incoming, version, remembered));
}

/** An object that has an older configuration is given ours first. */
async function handTo(
  { group, versioned, remembered }: Addressee,
  env: Env,
  give: (
    stub: ReturnType<Env["TOPIC_GROUP"]["getByName"]>,
    version: number,
    remembered: boolean,
  ) => ReturnType<ReturnType<Env["TOPIC_GROUP"]["getByName"]>["receive"]>,
) {
  try {
    const stub = env.TOPIC_GROUP.getByName(group);
    const receive = () => give(stub, versioned.version, remembered !== undefined);
    const receipt = await receive();
    if (receipt.status !== "config_needed") return receipt;
    await configureGroup(env, group, versioned);
    return await receive();
  } catch (error) {
    log("error", "group.failed", { group, ...errorFacts(error) });
    return { status: "failed" as const, retryAfterS: RETRY_S };
  }
}

function again(
  because: Extract<Received, { status: "again" }>["because"],
  afterS: number,
): Extract<Received, { status: "again" }> {
  return { status: "again", because, afterS };
}
