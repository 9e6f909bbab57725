import type { SeenMessage } from "../../telegram/client.ts";
import { act } from "../model/telegram.ts";
import { Menu, type MenuItem } from "../ui/menu.tsx";
import { changeDraft, whereOf, type Place } from "./place.ts";

const QUICK_REACTIONS = ["👍", "❤", "🔥", "🎉", "😁", "😢", "🙏", "👎"];

interface MessageMenuProps {
  message: SeenMessage;
  place: Place;
  at: { x: number; y: number };
  pinned: boolean;
  onClose: () => void;
}

/** What can be done with a message: what Telegram offers, as far as the desk reacts to it. */
export function MessageMenu({ message, place, at, pinned, onClose }: MessageMenuProps) {
  const { userId, chatId } = whereOf(place);
  const here = chatId === undefined ? { userId } : { userId, chatId };
  const { message_id: messageId } = message;
  const isOwn = message.from?.id === place.viewer;
  const current = message.reactions?.find((one) => one.userId === place.viewer)?.reaction ?? [];
  const selection = window.getSelection()?.toString().trim() ?? "";
  const words = message.text ?? message.caption ?? "";

  const react = (emoji: string): void => {
    const isSet = current.some((one) => one.type === "emoji" && one.emoji === emoji);
    void act("react", { ...here, messageId, emoji: isSet ? [] : [emoji] });
    onClose();
  };
  const items: MenuItem[] = [
    {
      words: "Reply",
      icon: "↩",
      do: () => changeDraft(place, { replyTo: message, quote: null, editing: null }),
    },
    ...(selection !== "" && words.includes(selection)
      ? [
          {
            words: "Quote the selection",
            icon: "❝",
            do: () => changeDraft(place, { replyTo: message, quote: selection, editing: null }),
          },
        ]
      : []),
    ...(isOwn && (message.text ?? message.caption ?? message.photo) !== undefined
      ? [
          {
            words: "Edit",
            icon: "✎",
            do: () => changeDraft(place, { editing: message, replyTo: null, quote: null, text: words }),
          },
        ]
      : []),
    ...(isOwn && message.photo !== undefined
      ? [{ words: "Replace the photo", icon: "🖼", do: () => act("edit", { ...here, messageId, photo: {} }) }]
      : []),
    ...(isOwn && message.location?.live_period !== undefined
      ? [
          {
            words: "Move on the map",
            icon: "➶",
            do: () => act("moveLocation", { ...here, messageId, ...elsewhere(message) }),
          },
          { words: "Stop sharing", icon: "■", do: () => act("stopLocation", { ...here, messageId }) },
        ]
      : []),
    pinned
      ? { words: "Unpin", icon: "📌", do: () => act("unpinMessage", { ...here, messageId }) }
      : { words: "Pin", icon: "📌", do: () => act("pinMessage", { ...here, messageId }) },
    {
      words: "Delete",
      icon: "🗑",
      danger: true,
      do: () => act("deleteMessages", { ...here, messageIds: [messageId] }),
    },
  ];
  return (
    <Menu at={at} items={items} label="Message" onClose={onClose}>
      <div class="quick-reactions" role="group" aria-label="React">
        {QUICK_REACTIONS.map((emoji) => (
          <button
            type="button"
            key={emoji}
            role="menuitemcheckbox"
            aria-checked={current.some((one) => one.type === "emoji" && one.emoji === emoji)}
            aria-label={`React with ${emoji}`}
            onClick={() => react(emoji)}
          >
            {emoji}
          </button>
        ))}
      </div>
    </Menu>
  );
}

function elsewhere(message: SeenMessage): { latitude: number; longitude: number } {
  const { latitude, longitude } = message.location!;
  return { latitude: latitude + 0.002, longitude: longitude + 0.003 };
}
