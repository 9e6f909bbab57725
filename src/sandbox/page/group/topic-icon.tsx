import type { Topic } from "../../telegram/client.ts";
import { firstLetter, iconOf } from "../chat/words.ts";

/** A topic's emoji, or its first letter in its colour; a hash for General. */
export function TopicIcon({ topic }: { topic: Topic | null }) {
  if (topic === null) {
    return (
      <span class="topic-icon general" aria-hidden="true">
        #
      </span>
    );
  }
  const emoji = iconOf(topic);
  const color = `#${topic.iconColor.toString(16).padStart(6, "0")}`;
  return emoji === null ? (
    <span class="topic-icon letter" style={{ background: color }} aria-hidden="true">
      {firstLetter(topic.name)}
    </span>
  ) : (
    <span class="topic-icon" aria-hidden="true">
      {emoji}
    </span>
  );
}
