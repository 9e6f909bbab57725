import type { Channel as ChannelName } from "../domain/contact/route.ts";
import type { BotCall } from "../telegram/api.ts";
import type { Channel } from "./channel.ts";
import { TELEGRAM } from "./telegram/telegram.ts";

/** Every channel by which customers can write: one that is missing does not compile. */
export const CHANNELS: { readonly [Name in ChannelName]: Channel<BotCall> } = {
  telegram: TELEGRAM,
};
