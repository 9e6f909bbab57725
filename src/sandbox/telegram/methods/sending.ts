import { checkMayBeSent, checkTopicOpen, topicForSending, writableChat } from "../access.ts";
import { failures } from "../errors.ts";
import { post } from "../hearing.ts";
import { readMarkup } from "../keyboards.ts";
import type { Markup } from "../keyboards.ts";
import { isAdministrator, isPresent, memberOf } from "../members.ts";
import { composeMessage, renderMessage, renderSeen } from "../messages.ts";
import { Params } from "../params.ts";
import { readReply } from "../replies.ts";
import type { Content, ContentKind, ReplyTarget, SandboxChat, StoredMessage } from "../state.ts";
import type { World } from "../world.ts";

/** Where a message goes and what it hangs on, all of it checked. */
export interface Target {
  chat: SandboxChat;
  topicId: number | null;
  replyTo: ReplyTarget | null;
  markup: Markup;
  isProtected: boolean;
  ephemeralFor: number | null;
}

const EPHEMERAL_ANSWER_MS = 15_000;

/** Checks in Telegram's order: markup, chat, thread, reply, then what may be sent. */
export function readTarget(world: World, params: Params, kinds: readonly ContentKind[]): Target {
  const markup = readMarkup(params);
  const chat = writableChat(world, params);
  const threadId = topicForSending(world, chat, params);
  const { replyTo, topicId } = readReply(world, chat, params, threadId);
  checkTopicOpen(world, chat, topicId);
  for (const kind of kinds) checkMayBeSent(world, chat, kind);
  return {
    chat,
    topicId,
    replyTo,
    markup,
    isProtected: params.flag("protect_content"),
    ephemeralFor: readEphemeral(world, chat, params),
  };
}

/** An administrator may whisper to any member; others only in answer to a button pressed just now. */
function readEphemeral(world: World, chat: SandboxChat, params: Params): number | null {
  const given = params.object("ephemeral_message_parameters", "ephemeral message parameters");
  if (!given) return null;
  const wanted = new Params(given);
  const receiverId = wanted.integer("receiver_user_id");
  if (receiverId === null || chat.type === "private") throw failures.userNotFound();
  if (!isPresent(memberOf(chat, receiverId))) throw failures.userNotFound();
  const query = world.state.callbacks[wanted.text("callback_query_id") ?? ""];
  const isAnswer =
    query !== undefined && query.userId === receiverId && world.nowMs - query.at <= EPHEMERAL_ANSWER_MS;
  const mayWhisper = isAdministrator(chat, world.botId) || isAnswer;
  if (world.state.settings.ephemeralMessages === "refuse" || !mayWhisper) throw failures.adminRequired();
  return receiverId;
}

export interface Sent {
  kind: ContentKind;
  content: Content;
  albumId?: string | null;
  origin?: StoredMessage["origin"];
  isCopyable?: boolean;
}

export function send(world: World, target: Target, sent: Sent): StoredMessage {
  const draft = {
    chat: target.chat,
    senderId: world.botId,
    kind: sent.kind,
    content: sent.content,
    topicId: target.topicId,
    replyTo: target.replyTo,
    keyboard: target.markup.inline,
    otherMarkup: target.markup.other,
    isProtected: target.isProtected,
    albumId: sent.albumId ?? null,
    origin: sent.origin ?? null,
    ...(sent.isCopyable === undefined ? {} : { isCopyable: sent.isCopyable }),
  };
  if (target.ephemeralFor === null) return post(world, draft);
  const { chat } = target;
  chat.lastEphemeralId += 1;
  const message = composeMessage(world, draft, 0);
  message.ephemeral = { id: chat.lastEphemeralId, receiverId: target.ephemeralFor };
  chat.ephemeral[chat.lastEphemeralId] = message;
  world.emit(() => ({ type: "message", chatId: chat.id, message: renderSeen(world, message) }));
  return message;
}

export function sendOne(world: World, params: Params, kind: ContentKind, content: Content): unknown {
  return renderMessage(world, send(world, readTarget(world, params, [kind]), { kind, content }));
}
