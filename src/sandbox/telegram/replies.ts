import type { ExternalReplyInfo, MessageOrigin, TextQuote } from "grammy/types";
import { findChat } from "./access.ts";
import { profileOf, renderChat } from "./accounts.ts";
import { failures } from "./errors.ts";
import { findMessage } from "./messages.ts";
import { Params } from "./params.ts";
import type { ReplyTarget, SandboxChat, StoredMessage } from "./state.ts";
import { lengthOf, parse, QUOTE_MAX } from "./text/formatted-text.ts";
import type { World } from "./world.ts";

export interface ResolvedReply {
  replyTo: ReplyTarget | null;
  /** A reply without a thread of its own goes where the replied message is. */
  topicId: number | null;
}

const NO_REPLY: ResolvedReply = { replyTo: null, topicId: null };

/** `reply_parameters` of a call, or its older spelling. */
export function readReply(
  world: World,
  chat: SandboxChat,
  params: Params,
  topicId: number | null,
): ResolvedReply {
  const given = params.object("reply_parameters", "reply parameters");
  const wanted = new Params(
    given ?? {
      message_id: params.integer("reply_to_message_id"),
      allow_sending_without_reply: params.flag("allow_sending_without_reply"),
    },
  );
  const messageId = wanted.integer("message_id");
  if (messageId === null) return { ...NO_REPLY, topicId };
  const source = wanted.has("chat_id") ? findChat(world, wanted) : chat;
  const replied = source ? findMessage(source, messageId) : undefined;
  if (!source || !replied) {
    if (wanted.flag("allow_sending_without_reply")) return { ...NO_REPLY, topicId };
    throw failures.repliedNotFound();
  }
  const quote = readQuote(wanted, replied);
  const isElsewhere = source.id !== chat.id || (topicId !== null && replied.topicId !== topicId);
  if (isElsewhere) {
    return { replyTo: { type: "external", info: externalReply(world, source, replied), quote }, topicId };
  }
  return { replyTo: { type: "message", messageId, quote }, topicId: topicId ?? replied.topicId };
}

function readQuote(wanted: Params, replied: StoredMessage): TextQuote | null {
  const raw = wanted.text("quote");
  if (!raw) return null;
  const quote = parse(raw, wanted.text("quote_parse_mode"), wanted.list("quote_entities"));
  const text = replied.content.text ?? replied.content.caption ?? "";
  return quoteFrom(text, quote.text, quote.entities, wanted.integer("quote_position"));
}

/** Something that was not said cannot be quoted. */
export function quoteFrom(
  text: string,
  quoted: string,
  entities: TextQuote["entities"],
  near: number | null,
): TextQuote {
  const at = near === null ? -1 : text.indexOf(quoted, near);
  const position = at >= 0 ? at : text.indexOf(quoted);
  if (position < 0 || lengthOf(quoted) > QUOTE_MAX) throw failures.quoteInvalid();
  return {
    text: quoted,
    ...(entities && entities.length > 0 ? { entities } : {}),
    position,
    is_manual: true,
  };
}

export function externalReply(world: World, chat: SandboxChat, message: StoredMessage): ExternalReplyInfo {
  const { text: _, entities: __, caption: ___, caption_entities: ____, ...media } = message.content;
  return {
    origin: originOf(world, message),
    ...(chat.type === "private" ? {} : { chat: renderChat(world, chat), message_id: message.id }),
    ...media,
  };
}

/** Who said something first: what a forward carries along. */
export function originOf(world: World, message: StoredMessage): MessageOrigin {
  if (message.origin) return message.origin;
  const chat = world.chat(message.chatId);
  const { date } = message;
  const signature = message.signature ? { author_signature: message.signature } : {};
  if (chat?.type === "channel") {
    const rendered = renderChat(world, chat) as Extract<MessageOrigin, { type: "channel" }>["chat"];
    return { type: "channel", chat: rendered, message_id: message.id, date, ...signature };
  }
  const senderChat = message.senderChatId === null ? undefined : world.chat(message.senderChatId);
  if (senderChat) {
    return { type: "chat", sender_chat: renderChat(world, senderChat), date, ...signature };
  }
  return { type: "user", sender_user: profileOf(world, message.senderId), date };
}
