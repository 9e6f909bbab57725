import { Composer } from "../chat/composer.tsx";
import { History } from "../chat/history.tsx";
import { previewOf } from "../chat/words.ts";
import { timeWords } from "../model/clock.ts";
import { agent, thread, unreadCount } from "../model/scene.ts";
import { act } from "../model/telegram.ts";
import { messagesOf, nameOf, people } from "../model/world.ts";
import { Icon } from "../ui/icon.tsx";

/** The way to what the bot tells this agent alone: why a ticket is theirs, what is late. */
export function OwnChatRow() {
  const id = agent.value;
  const last = messagesOf(id, null, id).at(-1);
  const unread = unreadCount(id, id, null);
  return (
    <button
      type="button"
      class="topic-row own-chat-row"
      aria-current={thread.value === "own" ? "true" : undefined}
      onClick={() => (thread.value = "own")}
    >
      <BotIcon />
      <span class="topic-words">
        <span class="topic-name">
          <b>The bot, in private</b>
          <time class="dim">{last === undefined ? "" : timeWords(last.date * 1_000)}</time>
        </span>
        <span class="topic-preview">
          <span class="dim">
            {last === undefined ? "It may not write to you before you do" : previewOf(last)}
          </span>
          {unread > 0 && (
            <span class="count" aria-label={`${unread} unread`}>
              {unread}
            </span>
          )}
        </span>
      </span>
    </button>
  );
}

/** An agent's private chat with the bot, which begins with Start as every private chat does. */
export function OwnChat() {
  const id = agent.value;
  const person = people().get(id);
  const place = { viewer: id, chatId: id, thread: null };
  const isEmpty = person?.hasStarted !== true && messagesOf(id, null, id).length === 0;
  return (
    <div class="topic" data-place={`${id}:${id}`}>
      <header class="chat-header">
        <button
          type="button"
          class="icon-button back"
          aria-label="Back to the topics"
          onClick={() => (thread.value = undefined)}
        >
          <Icon name="back" />
        </button>
        <BotIcon />
        <div class="chat-title">
          <h2>The bot, in private</h2>
          <span class="dim">only {nameOf(id)} reads this</span>
        </div>
      </header>
      <History place={place} label={`What the bot tells ${nameOf(id)}`} />
      {person?.hasBlockedBot === true ? (
        <button type="button" class="wide-button" onClick={() => void act("unblock", { userId: id })}>
          Unblock the bot
        </button>
      ) : isEmpty ? (
        <button type="button" class="wide-button" onClick={() => void act("start", { userId: id })}>
          Let the bot write to {nameOf(id)}
        </button>
      ) : (
        <Composer place={place} placeholder={`Write to the bot as ${nameOf(id)}`} />
      )}
    </div>
  );
}

function BotIcon() {
  return (
    <span class="topic-icon" aria-hidden="true">
      🤖
    </span>
  );
}
