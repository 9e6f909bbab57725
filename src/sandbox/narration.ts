import { styleText } from "node:util";
import type { ConfigInput } from "../domain/config/config.ts";
import { realNow } from "../real-clock.ts";
import type { SeenMessage } from "./telegram/client.ts";
import type { Change } from "./telegram/feed.ts";
import type { HostedWorld } from "./telegram/hosted-world.ts";

/** Prints what people see in a world, as it happens. Answers how to stop. */
export function narrate(world: HostedWorld, config: ConfigInput): () => void {
  const groups = new Set(config.groups.map((group) => group.chatId));
  const topics = new Map<number, string>();

  return world.on((change: Change) => {
    switch (change.type) {
      case "message":
        return tell(change.message, "");
      case "message_edited":
        return tell(change.message, " (edited)");
      case "topic": {
        const { id, name, isClosed } = change.topic;
        const ref = name.split(" ")[0]!;
        if (!topics.has(id)) line("the desk", "opens a topic", name);
        else if (isClosed) line("the desk", "closes the topic", ref);
        topics.set(id, ref);
        return;
      }
      case "callback_answered":
        if (change.answer.text !== null) line("the desk", "shows", change.answer.text);
        return;
      default:
    }
  });

  function tell(message: SeenMessage, how: string): void {
    const text = message.text ?? message.caption;
    if (text === undefined) return;
    const inGroup = groups.has(message.chat.id);
    const writer = message.from?.is_bot === true ? "the desk" : nameOf(message);
    const to = inGroup
      ? `in ${topics.get(message.message_thread_id ?? 0) ?? "the group"}`
      : message.from?.is_bot === true
        ? `to ${chatName(message)}`
        : "to the bot";
    const first = text.split("\n").filter((part) => part !== "");
    line(writer, `${to}${how}`, first.slice(0, 2).join(" / "));
  }
}

function nameOf(message: SeenMessage): string {
  return [message.from?.first_name, message.from?.last_name].filter(Boolean).join(" ");
}

function chatName(message: SeenMessage): string {
  return message.chat.first_name ?? String(message.chat.id);
}

function line(who: string, what: string, text: string): void {
  const time = new Date(realNow()).toTimeString().slice(0, 8);
  console.log(`  ${styleText("dim", time)}  ${who.padEnd(15)} ${styleText("cyan", what.padEnd(20))} ${text}`);
}
