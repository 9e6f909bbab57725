import type { Channel as ChannelName } from "../domain/contact/route.ts";
import type { BotCall } from "../telegram/api.ts";
import type { Channel, ChannelCall, Incoming, Made, OwnChannel } from "./channel.ts";
import { TELEGRAM } from "./telegram/telegram.ts";

/** Every channel by which customers can write: one that is missing does not compile. */
export const CHANNELS: { readonly [Name in ChannelName]: Channel<BotCall> | OwnChannel } = {
  telegram: TELEGRAM,
};

/** Makes a call of a channel's own. Never throws. */
export async function makeBy({ channel, does }: ChannelCall, env: Env): Promise<Made> {
  return ownOf(channel).make(does, env);
}

/** What came to a channel's door; null: it is no customer's message. */
export async function readBy(channel: ChannelName, came: unknown, env: Env): Promise<Incoming | null> {
  return ownOf(channel).read(came, env);
}

function ownOf(name: ChannelName): OwnChannel {
  const channel = CHANNELS[name];
  // Telegram's calls are made by the drain, and its updates are read by the object.
  if (!("make" in channel)) throw new Error(`the channel ${name} makes no calls of its own`);
  return channel;
}
