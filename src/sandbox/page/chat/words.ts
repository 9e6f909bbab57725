import type { SeenMessage, Topic } from "../../telegram/client.ts";
import { topicIcons } from "../../telegram/icon-stickers.ts";
import { nameOf } from "../model/world.ts";

const COLORS = ["#3581d8", "#b0572a", "#3e8247", "#a04fb4", "#c03d4f", "#2d7f8e", "#7a5fd0"];

/** Always the same colour for the same person, legible on white. */
export function colorOf(id: number): string {
  return COLORS[Math.abs(id) % COLORS.length]!;
}

export function initialsOf(name: string): string {
  const words = name.split(/\s+/).filter((word) => /\p{L}|\p{N}/u.test(word));
  return words.slice(0, 2).map(firstLetter).join("").toUpperCase() || "?";
}

export function firstLetter(text: string): string {
  return String.fromCodePoint(text.codePointAt(0) ?? 0x3f);
}

const icons = new Map(topicIcons.map((sticker) => [sticker.custom_emoji_id, sticker.emoji]));

/** The emoji of a topic's icon, or the first letter of its name. */
export function iconOf(topic: Topic): string | null {
  return topic.iconCustomEmojiId === null ? null : (icons.get(topic.iconCustomEmojiId) ?? null);
}

/** Who a message is shown to be from. */
export function senderName(message: SeenMessage): string {
  const { sender_chat: chat, from } = message;
  if (chat !== undefined && "title" in chat) return chat.title ?? "";
  if (from === undefined) return "";
  return from.is_bot ? from.first_name : nameOf(from.id);
}

/** A message in one line, for lists and replies. */
export function previewOf(message: SeenMessage): string {
  const text = message.text ?? message.caption;
  const kind = kindWords(message);
  if (kind === null) return text ?? serviceWords(message) ?? "Message";
  return text === undefined ? kind : `${kind.split(" ")[0]} ${text}`;
}

function kindWords(message: SeenMessage): string | null {
  if (message.photo) return "🖼 Photo";
  if (message.animation) return "🎞 GIF";
  if (message.video) return "🎬 Video";
  if (message.audio) return `🎵 ${message.audio.title ?? message.audio.file_name ?? "Music"}`;
  if (message.document) return `📎 ${message.document.file_name ?? "File"}`;
  if (message.voice) return "🎤 Voice message";
  if (message.video_note) return "📹 Video message";
  if (message.sticker) return `${message.sticker.emoji ?? ""} Sticker`;
  if (message.venue) return `📍 ${message.venue.title}`;
  if (message.location) return message.location.live_period ? "📍 Live location" : "📍 Location";
  if (message.contact) return `👤 ${message.contact.first_name}`;
  if (message.poll) return `📊 ${message.poll.question}`;
  if (message.dice) return message.dice.emoji;
  if (message.story) return "📖 Story";
  if (message.invoice) return `🧾 ${message.invoice.title}`;
  if (message.paid_media) return "⭐ Paid media";
  if (message.giveaway) return "🎁 Giveaway";
  return null;
}

/** What a service message says; null for every other one. */
export function serviceWords(message: SeenMessage): string | null {
  const who = senderName(message);
  if (message.forum_topic_created) return `${who} created the topic “${message.forum_topic_created.name}”`;
  if (message.forum_topic_edited) {
    const { name, icon_custom_emoji_id: icon } = message.forum_topic_edited;
    const shown = icon === undefined ? null : icon === "" ? "no icon" : (icons.get(icon) ?? "a new icon");
    if (name !== undefined && shown !== null) return `${who} changed the topic to “${name}” and ${shown}`;
    return name === undefined
      ? `${who} set the topic's icon to ${shown}`
      : `${who} renamed the topic to “${name}”`;
  }
  if (message.forum_topic_closed) return `${who} closed the topic`;
  if (message.forum_topic_reopened) return `${who} reopened the topic`;
  if (message.general_forum_topic_hidden) return `${who} hid General`;
  if (message.general_forum_topic_unhidden) return `${who} shows General again`;
  if (message.pinned_message) {
    const pinned = message.pinned_message as SeenMessage;
    return pinned.date === 0 ? `${who} pinned a message` : `${who} pinned “${shortened(previewOf(pinned))}”`;
  }
  if (message.new_chat_members) {
    const names = message.new_chat_members.map(({ first_name }) => first_name).join(", ");
    return message.new_chat_members[0]?.id === message.from?.id ? `${names} joined` : `${who} added ${names}`;
  }
  if (message.left_chat_member) {
    const { id, first_name } = message.left_chat_member;
    return id === message.from?.id ? `${first_name} left` : `${who} removed ${first_name}`;
  }
  if (message.new_chat_title) return `${who} named the group “${message.new_chat_title}”`;
  if (message.migrate_to_chat_id ?? message.migrate_from_chat_id) return "The group became a supergroup";
  return null;
}

function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

export function bytesWords(bytes: number): string {
  if (bytes < 1_024) return `${bytes} B`;
  if (bytes < 1_048_576) return `${(bytes / 1_024).toFixed(1)} KB`;
  return `${(bytes / 1_048_576).toFixed(1)} MB`;
}

export function secondsOfPlay(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
}
