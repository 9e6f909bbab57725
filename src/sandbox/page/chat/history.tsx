import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { SeenMessage } from "../../telegram/client.ts";
import { dayWords } from "../model/clock.ts";
import { markRead } from "../model/scene.ts";
import { chatMirror, keyOf, messagesOf } from "../model/world.ts";
import { Bubble } from "./bubble.tsx";
import type { Place } from "./place.ts";
import { serviceWords } from "./words.ts";

/** Messages that belong together: one sender, close in time; an album is one of them. */
interface Run {
  messages: SeenMessage[][];
}

type Entry = { day: string } | { service: SeenMessage } | { run: Run };

const RUN_GAP_S = 300;
/** How near to its end the reader must be for the history to follow what arrives. */
const NEAR_END_PX = 120;

export function History({ place, label }: { place: Place; label: string }) {
  const messages = messagesOf(place.chatId, place.thread, place.viewer);
  const list = useRef<HTMLDivElement>(null);
  const wasNearEnd = useRef(true);
  const last = messages.at(-1);
  const lastKey = last === undefined ? "" : keyOf(last);
  const isLastOwn = last !== undefined && isOwn(last, place);

  useLayoutEffect(() => {
    wasNearEnd.current = true;
  }, [place.chatId, place.thread, place.viewer]);
  // After sending, the history shows the sent message, wherever it stood.
  useLayoutEffect(() => {
    if (isLastOwn) wasNearEnd.current = true;
  }, [lastKey]);
  useLayoutEffect(() => {
    const box = list.current!;
    if (wasNearEnd.current) box.scrollTop = box.scrollHeight;
  });
  // The drawer takes room away without anything being drawn anew here.
  useEffect(() => {
    const box = list.current!;
    const observer = new ResizeObserver(() => {
      if (wasNearEnd.current) box.scrollTop = box.scrollHeight;
    });
    observer.observe(box);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    const read = messages.findLast((message) => message.message_id > 0);
    if (read !== undefined) markRead(place.viewer, place.chatId, place.thread, read.message_id);
  }, [lastKey, place.chatId, place.thread, place.viewer]);

  const isGroup = place.chatId !== place.viewer;
  return (
    <div
      class="history"
      ref={list}
      role="log"
      aria-label={label}
      tabIndex={0}
      onScroll={({ currentTarget: box }) => {
        wasNearEnd.current = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_END_PX;
      }}
    >
      <div class="history-inner">
        {messages.length === 0 && <p class="pill empty-history">No messages here yet</p>}
        {entriesOf(messages, place.thread).map((entry) => {
          if ("day" in entry) {
            return (
              <p key={`d${entry.day}`} class="pill day">
                {entry.day}
              </p>
            );
          }
          if ("service" in entry) {
            return (
              <p key={keyOf(entry.service)} class="pill" data-message={entry.service.message_id}>
                {serviceWords(entry.service)}
              </p>
            );
          }
          const { run } = entry;
          return (
            <div
              key={keyOf(run.messages[0]![0]!)}
              class={`run ${isOwn(run.messages[0]![0]!, place) ? "own" : ""}`}
            >
              {run.messages.map((album, index) => (
                <Bubble
                  key={keyOf(album[0]!)}
                  album={album}
                  place={place}
                  isGroup={isGroup}
                  isFirst={index === 0}
                  isLast={index === run.messages.length - 1}
                  pinned={chatMirror(place.chatId)?.seen.pinned.includes(album[0]!.message_id) ?? false}
                />
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function isOwn(message: SeenMessage, { viewer }: Place): boolean {
  return message.from?.id === viewer && message.sender_chat === undefined;
}

function entriesOf(messages: readonly SeenMessage[], thread: number | null): Entry[] {
  const entries: Entry[] = [];
  let day = "";
  for (const message of messages) {
    const itsDay = dayWords(message.date * 1_000);
    if (itsDay !== day) {
      day = itsDay;
      entries.push({ day });
    }
    if (serviceWords(message) !== null) {
      // A topic's first message says no more than its name.
      if (message.message_id !== thread || messages.length === 1) entries.push({ service: message });
      continue;
    }
    const last = entries.at(-1);
    if (last !== undefined && "run" in last && belongs(message, last.run)) add(message, last.run);
    else entries.push({ run: { messages: [[message]] } });
  }
  return entries;
}

function belongs(message: SeenMessage, run: Run): boolean {
  const before = run.messages.at(-1)!.at(-1)!;
  return (
    before.from?.id === message.from?.id &&
    before.sender_chat?.id === message.sender_chat?.id &&
    before.only_for_user_id === message.only_for_user_id &&
    message.date - before.date < RUN_GAP_S
  );
}

function add(message: SeenMessage, run: Run): void {
  const before = run.messages.at(-1)!;
  const isSameAlbum =
    message.media_group_id !== undefined && before[0]!.media_group_id === message.media_group_id;
  if (isSameAlbum) before.push(message);
  else run.messages.push([message]);
}
