import { errorFacts } from "../domain/error-facts.ts";
import { log } from "../log.ts";
import { configCacheOf } from "../record/config-cache.ts";
import { customerRoutesOf } from "../record/customer-routes.ts";
import type { Envelope } from "../telegram/envelope.ts";
import { addresseeOf, type Addressee } from "./addressee.ts";
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

/** One that has an older configuration is given ours first. */
async function hand(update: unknown, { group, versioned, remembered }: Addressee, env: Env) {
  try {
    const stub = env.TOPIC_GROUP.getByName(group);
    const receive = () => stub.receive(update, versioned.version, remembered !== undefined);
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
