import { useState } from "preact/hooks";
import { Composer } from "../chat/composer.tsx";
import { History } from "../chat/history.tsx";
import { ask, facts } from "../model/sandbox.ts";
import { agent, group, thread } from "../model/scene.ts";
import { act } from "../model/telegram.ts";
import { chatMirror, nameOf } from "../model/world.ts";
import { Icon } from "../ui/icon.tsx";
import { OwnChat, OwnChatRow } from "./own-chat.tsx";
import { StaffHeader } from "./staff-header.tsx";
import { TopicIcon } from "./topic-icon.tsx";
import { TopicList } from "./topic-list.tsx";
import { TopicMenu } from "./topic-menu.tsx";

/** The right side: the staff group, as one of its agents sees it. */
export function Staff() {
  const open = group.value;
  const mirror = open === null ? undefined : chatMirror(open.chatId);
  if (open === null || mirror === undefined) return <section class="side staff" aria-label="Staff group" />;
  return (
    <section
      class="side staff"
      aria-label="Staff group"
      data-open={thread.value === undefined ? "list" : "topic"}
    >
      <div class="topics-column">
        <StaffHeader />
        <OwnChatRow />
        <TopicList chatId={open.chatId} />
      </div>
      <div class="topic-column">
        {thread.value === undefined ? (
          <Welcome isNew={mirror.topics.size === 0} />
        ) : thread.value === "own" ? (
          <OwnChat key={agent.value} />
        ) : (
          <OpenTopic key={`${open.chatId}:${thread.value}`} chatId={open.chatId} at={thread.value} />
        )}
      </div>
    </section>
  );
}

function Welcome({ isNew }: { isNew: boolean }) {
  if (!isNew) return <p class="empty">Choose a topic.</p>;
  const [first] = facts.value?.scenarios ?? [];
  return (
    <div class="welcome">
      <h2>Play both sides</h2>
      <ol>
        <li>Press Start on the phone to the left, and write as a customer.</li>
        <li>A topic opens here for the ticket: open it, press Claim, and answer.</li>
        <li>Under the hood, at the top right, shows what happens meanwhile.</li>
      </ol>
      {first !== undefined && (
        <button type="button" class="primary" onClick={() => void ask("play", { scenario: first.id })}>
          <Icon name="play" /> Show me: {first.title}
        </button>
      )}
    </div>
  );
}

function OpenTopic({ chatId, at }: { chatId: number; at: number | null }) {
  const [menuAt, openMenu] = useState<{ x: number; y: number } | null>(null);
  const [isAnonymous, setAnonymous] = useState(false);
  const mirror = chatMirror(chatId)!;
  const topic = at === null ? undefined : mirror.topics.get(at);
  const viewer = agent.value;
  const member = mirror.members.get(viewer);
  const isPresent = member !== undefined && member.status !== "left" && member.status !== "kicked";
  const isAdmin = member?.status === "administrator" || member?.status === "creator";
  const name =
    at === null ? (mirror.seen.isForum ? mirror.seen.general.name : "All messages") : (topic?.name ?? "");
  const isClosed = topic?.isClosed ?? (at === null && mirror.seen.general.isClosed);
  const mayWrite = isPresent && (!isClosed || isAdmin);

  return (
    <div class="topic" data-place={`${viewer}:${chatId}`}>
      <header class="chat-header">
        <button
          type="button"
          class="icon-button back"
          aria-label="Back to the topics"
          onClick={() => (thread.value = undefined)}
        >
          <Icon name="back" />
        </button>
        <TopicIcon topic={topic ?? null} />
        <div class="chat-title">
          <h2>{name}</h2>
          <span class="dim">{isClosed ? "closed" : `as ${nameOf(viewer)}`}</span>
        </div>
        <button
          type="button"
          class="icon-button"
          aria-label="What can be done with this topic"
          aria-haspopup="menu"
          onClick={({ currentTarget }) => {
            const { right, bottom } = currentTarget.getBoundingClientRect();
            openMenu({ x: right - 230, y: bottom + 4 });
          }}
        >
          <Icon name="more" />
        </button>
      </header>
      <History place={{ viewer, chatId, thread: at }} label={`Messages in ${name}`} />
      {mayWrite ? (
        <Composer
          place={{ viewer, chatId, thread: at }}
          placeholder={isAnonymous ? "Write anonymously" : `Message as ${nameOf(viewer)}`}
          anonymous={isAnonymous && isAdmin}
        />
      ) : isPresent ? (
        <p class="wide-note">The topic is closed</p>
      ) : (
        <button
          type="button"
          class="wide-button"
          onClick={() => void act("join", { userId: viewer, chatId })}
        >
          Join the group
        </button>
      )}
      {menuAt !== null && (
        <TopicMenu
          at={menuAt}
          chatId={chatId}
          topic={topic ?? null}
          isAdmin={isAdmin}
          isAnonymous={isAnonymous}
          onAnonymous={() => setAnonymous(!isAnonymous)}
          onClose={() => openMenu(null)}
        />
      )}
    </div>
  );
}
