import type { Chat, ExternalReplyInfo, Message, MessageOrigin } from "grammy/types";
import { presentable } from "../domain/visible.ts";

/** Whose words they were first. */
export interface Origin {
  /** As people know them; "" where nothing of it would be seen. */
  name: string;
  /** Address of the post, for readers who may see it. */
  url: string | null;
  /** A public channel or group, whose name is no secret. */
  isPublic: boolean;
}

/** A message or story in another chat that this message answers. */
export interface Elsewhere extends Origin {
  what: "message" | "story" | "photo" | "video" | "file" | "voice message" | "poll";
  /** The chat of that message, if Telegram tells it. */
  chatId: number | null;
  quote: string | null;
}

/** Who wrote or posted a message that was forwarded; null: it was not. */
export function originOf({ forward_origin }: Message): Origin | null {
  return forward_origin === undefined ? null : originNamed(forward_origin);
}

function originNamed(origin: MessageOrigin): Origin {
  switch (origin.type) {
    case "user": {
      const { first_name, last_name } = origin.sender_user;
      const name = [first_name, last_name].map((part) => presentable(part ?? "")).join(" ");
      return { name: name.trim(), url: null, isPublic: false };
    }
    case "hidden_user":
      return { name: presentable(origin.sender_user_name ?? ""), url: null, isPublic: false };
    case "chat":
      return placed(origin.sender_chat, null);
    case "channel":
      return placed(origin.chat, origin.message_id);
    default:
      // An origin of a kind that is not known yet.
      return { name: "", url: null, isPublic: false };
  }
}

function placed(chat: Chat | undefined, messageId: number | null, path = ""): Origin {
  const { title, username } = (chat ?? {}) as { title?: string; username?: string };
  const isPublic = username !== undefined && /^\w{3,64}$/.test(username);
  const url = isPublic ? `https://t.me/${username}${messageId === null ? "" : `${path}/${messageId}`}` : null;
  return { name: presentable(title ?? username ?? ""), url, isPublic };
}

/** What a message of another chat, or a story, it answers; null: none. */
export function elsewhereOf({ external_reply, reply_to_story, quote }: Message): Elsewhere | null {
  const quoted = quote === undefined || quote.text.trim() === "" ? null : quote.text;
  if (reply_to_story !== undefined) {
    const { chat, id } = reply_to_story;
    const owner = placed(chat, id, "/s");
    const person = chat as { first_name?: string };
    const name = owner.name === "" ? presentable(person?.first_name ?? "") : owner.name;
    return { ...owner, name, what: "story", chatId: chat?.id ?? null, quote: quoted };
  }
  if (external_reply === undefined) return null;
  const { chat, message_id, origin } = external_reply;
  const writer = origin === undefined ? placed(chat, null) : originNamed(origin);
  const place = placed(chat, message_id ?? null);
  return {
    name: writer.name === "" ? place.name : writer.name,
    url: place.url ?? writer.url,
    isPublic: place.isPublic,
    what: whatOf(external_reply),
    chatId: chat?.id ?? null,
    quote: quoted,
  };
}

function whatOf(reply: ExternalReplyInfo): Elsewhere["what"] {
  if (reply.photo !== undefined || reply.live_photo !== undefined) return "photo";
  if (reply.video !== undefined || reply.animation !== undefined || reply.video_note !== undefined)
    return "video";
  if (reply.voice !== undefined) return "voice message";
  if (reply.document !== undefined || reply.audio !== undefined) return "file";
  if (reply.poll !== undefined) return "poll";
  return reply.story === undefined ? "message" : "story";
}
