import { useState } from "preact/hooks";
import type { SeenMessage } from "../../telegram/client.ts";
import { timeWords } from "../model/clock.ts";
import { act } from "../model/telegram.ts";
import { chatMirror, nameOf } from "../model/world.ts";
import { Icon } from "../ui/icon.tsx";
import { Content } from "./content.tsx";
import { Keyboard } from "./keyboard.tsx";
import { MessageMenu } from "./message-menu.tsx";
import { whereOf, type Place } from "./place.ts";
import { colorOf, initialsOf, previewOf, senderName } from "./words.ts";

interface BubbleProps {
  /** One message, or the items of one album. */
  album: readonly SeenMessage[];
  place: Place;
  isGroup: boolean;
  isFirst: boolean;
  isLast: boolean;
  pinned: boolean;
}

export function Bubble({ album, place, isGroup, isFirst, isLast, pinned }: BubbleProps) {
  const message = album[0]!;
  const [menuAt, openMenu] = useState<{ x: number; y: number } | null>(null);
  const isOwn = message.from?.id === place.viewer && message.sender_chat === undefined;
  const isBare =
    message.sticker !== undefined || message.dice !== undefined || message.video_note !== undefined;
  const isEphemeral = message.only_for_user_id !== undefined;
  const isMedia = (message.photo ?? message.video ?? message.animation) !== undefined;
  const sender = senderName(message);
  const color = colorOf(message.sender_chat?.id ?? message.from?.id ?? 0);
  const classes = [
    "bubble",
    isOwn ? "own" : "",
    isLast ? "tail" : "",
    isBare ? "bare" : "",
    isMedia ? "media" : "",
  ];
  const captioned = album.some((item) => item.caption !== undefined);

  return (
    <article
      class="message"
      data-message={message.message_id}
      data-menu={menuAt === null ? undefined : "open"}
      aria-label={`${isOwn ? "You" : sender}, ${timeWords(message.date * 1_000)}`}
      onContextMenu={(event) => {
        if (window.getSelection()?.toString()) return;
        event.preventDefault();
        openMenu({ x: event.clientX, y: event.clientY });
      }}
    >
      {isGroup && !isOwn && (
        <span
          class="avatar small"
          style={{ background: color, visibility: isLast ? "visible" : "hidden" }}
          aria-hidden="true"
        >
          {message.from?.is_bot ? "🤖" : initialsOf(sender)}
        </span>
      )}
      <div class="stack">
        <div
          class={[...classes, isEphemeral ? "ephemeral" : "", captioned ? "captioned" : ""]
            .filter(Boolean)
            .join(" ")}
        >
          {isGroup && !isOwn && isFirst && (
            <div
              class="sender"
              style={{ color: `color-mix(in oklab, ${color} var(--name-mix), var(--name-toward))` }}
            >
              {sender}
              {message.author_signature !== undefined && (
                <span class="dim"> · {message.author_signature}</span>
              )}
            </div>
          )}
          <Forwarded message={message} />
          <Reply message={message} place={place} />
          <Content message={message} album={album} viewer={place.viewer} />
          <span class="meta">
            {isEphemeral && <span title="Only one person sees this message">only you see this</span>}
            {pinned && <span title="Pinned">📌</span>}
            {album.some((item) => item.edit_date !== undefined) && <span>edited</span>}
            <time dateTime={new Date(message.date * 1_000).toISOString()}>
              {timeWords(message.date * 1_000)}
            </time>
          </span>
          <Reactions album={album} place={place} />
        </div>
        <Keyboard message={message} place={place} />
      </div>
      {!isEphemeral && (
        <button
          type="button"
          class="message-more"
          aria-label="What to do with this message"
          aria-haspopup="menu"
          onClick={({ currentTarget }) => {
            const { left, bottom } = currentTarget.getBoundingClientRect();
            openMenu({ x: left, y: bottom });
          }}
        >
          <Icon name="more" />
        </button>
      )}
      {menuAt !== null && (
        <MessageMenu
          message={message}
          place={place}
          at={menuAt}
          pinned={pinned}
          onClose={() => openMenu(null)}
        />
      )}
    </article>
  );
}

function Forwarded({ message }: { message: SeenMessage }) {
  const origin = message.forward_origin;
  if (origin === undefined) return null;
  const from =
    origin.type === "user"
      ? origin.sender_user.first_name
      : origin.type === "hidden_user"
        ? origin.sender_user_name
        : "a channel";
  return (
    <div class="forwarded">
      Forwarded from <b>{from}</b>
    </div>
  );
}

/** The message that is replied to; inside a topic everything hangs on its first message, which is no reply. */
function Reply({ message, place }: { message: SeenMessage; place: Place }) {
  const replied = message.reply_to_message as SeenMessage | undefined;
  const external = message.external_reply;
  if (external !== undefined)
    return <QuoteBlock name="Another chat" words={message.quote?.text ?? "A message"} />;
  if (replied === undefined || replied.message_id === message.message_thread_id) return null;
  const there = chatMirror(place.chatId)?.messages.get(`m${replied.message_id}`);
  return (
    <QuoteBlock
      name={senderName(replied)}
      words={message.quote?.text ?? (there === undefined ? "Deleted message" : previewOf(there))}
      isQuote={message.quote !== undefined}
      color={colorOf(replied.from?.id ?? 0)}
      onOpen={() => {
        const target = document.querySelector(
          `[data-place="${place.viewer}:${place.chatId}"] [data-message="${replied.message_id}"]`,
        );
        target?.scrollIntoView({ block: "center", behavior: "smooth" });
        target?.classList.add("found");
        setTimeout(() => target?.classList.remove("found"), 1_500);
      }}
    />
  );
}

function QuoteBlock({ name, words, isQuote = false, color = "var(--accent)", onOpen }: QuoteProps) {
  return (
    <button
      type="button"
      class={`quote ${isQuote ? "partial" : ""}`}
      style={{ "--quote": color }}
      onClick={onOpen}
    >
      <b>{name}</b>
      <span>{words}</span>
    </button>
  );
}

interface QuoteProps {
  name: string;
  words: string;
  isQuote?: boolean;
  color?: string;
  onOpen?: () => void;
}

function Reactions({ album, place }: { album: readonly SeenMessage[]; place: Place }) {
  const chips = new Map<string, number[]>();
  for (const { userId, reaction } of album.flatMap((item) => item.reactions ?? [])) {
    for (const one of reaction) {
      const shown = one.type === "emoji" ? one.emoji : "💎";
      chips.set(shown, [...(chips.get(shown) ?? []), userId]);
    }
  }
  if (chips.size === 0) return null;
  const toggle = (emoji: string, isMine: boolean): void => {
    const { userId, chatId } = whereOf(place);
    const at = chatId === undefined ? { userId } : { userId, chatId };
    void act("react", { ...at, messageId: album[0]!.message_id, emoji: isMine ? [] : [emoji] });
  };
  return (
    <div class="reactions">
      {[...chips].map(([emoji, userIds]) => {
        const isMine = userIds.includes(place.viewer);
        const names = userIds.map((id) => nameOf(id)).join(", ");
        return (
          <button
            type="button"
            key={emoji}
            class="chip"
            aria-pressed={isMine}
            aria-label={`${emoji} by ${names}`}
            title={names}
            onClick={() => toggle(emoji, isMine)}
          >
            {emoji}
            {userIds.length > 1 && <span>{userIds.length}</span>}
          </button>
        );
      })}
    </div>
  );
}
