import type { SeenMessage, Topic } from "../../telegram/client.ts";
import { previewOf, senderName, serviceWords } from "../chat/words.ts";
import { timeWords } from "../model/clock.ts";
import { agent, thread, unreadCount } from "../model/scene.ts";
import { chatMirror, messagesOf, type Thread } from "../model/world.ts";
import { Icon } from "../ui/icon.tsx";
import { TopicIcon } from "./topic-icon.tsx";

/** The topics, the latest spoken in first; without topics the group is one chat. */
export function TopicList({ chatId }: { chatId: number }) {
  const { seen, topics } = chatMirror(chatId)!;
  const viewer = agent.value;
  const rows: { topic: Topic | null; name: string; at: Thread; last: SeenMessage | undefined }[] =
    seen.isForum
      ? [...topics.values()].map((topic) => ({
          topic,
          name: topic.name,
          at: topic.id,
          last: lastOf(chatId, topic.id, viewer),
        }))
      : [];
  rows.sort((one, other) => dateOf(other.last) - dateOf(one.last) || (other.at ?? 0) - (one.at ?? 0));
  if (!seen.general.isHidden || !seen.isForum) {
    const name = seen.isForum ? seen.general.name : "All messages";
    rows.push({ topic: null, name, at: null, last: lastOf(chatId, null, viewer) });
  }
  return (
    <nav class="topic-list" aria-label="Topics">
      {!seen.isForum && <p class="warning">Topics are switched off in this group.</p>}
      {rows.map(({ topic, name, at, last }) => {
        const unread = unreadCount(viewer, chatId, at);
        const isClosed = topic?.isClosed ?? false;
        return (
          <button
            type="button"
            key={at ?? 0}
            class={`topic-row ${isClosed ? "closed" : ""}`}
            aria-current={thread.value === at ? "true" : undefined}
            data-topic={at ?? 0}
            onClick={() => (thread.value = at)}
          >
            <TopicIcon topic={topic} />
            <span class="topic-words">
              <span class="topic-name">
                <b>{name}</b>
                {isClosed && (
                  <span class="lock" role="img" aria-label="closed" title="Closed">
                    <Icon name="lock" />
                  </span>
                )}
                <time class="dim">{last === undefined ? "" : timeWords(last.date * 1_000)}</time>
              </span>
              <span class="topic-preview">
                <span class="dim">{last === undefined ? "" : lineOf(last)}</span>
                {unread > 0 && (
                  <span class="count" aria-label={`${unread} unread`}>
                    {unread}
                  </span>
                )}
              </span>
            </span>
          </button>
        );
      })}
    </nav>
  );
}

/** The last thing said; only where nothing was, the last that happened. */
function lastOf(chatId: number, at: Thread, viewer: number): SeenMessage | undefined {
  const messages = messagesOf(chatId, at, viewer);
  return messages.findLast((message) => serviceWords(message) === null) ?? messages.at(-1);
}

function dateOf(message: SeenMessage | undefined): number {
  return message === undefined ? 0 : message.date + message.message_id / 1_000_000;
}

function lineOf(message: SeenMessage): string {
  const service = serviceWords(message);
  return service ?? `${senderName(message)}: ${previewOf(message)}`;
}
