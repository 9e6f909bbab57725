import { readableChat } from "../access.ts";
import { failures } from "../errors.ts";
import { captionPlace } from "../media.ts";
import { findMessage, isService, renderMessage } from "../messages.ts";
import type { Params } from "../params.ts";
import { copyOfPoll, pollOf } from "../polls.ts";
import { originOf } from "../replies.ts";
import { rolled } from "../rolling.ts";
import type { Content, SandboxChat, StoredMessage } from "../state.ts";
import { asCaption, CAPTION_MAX, lengthOf, readCaption } from "../text/formatted-text.ts";
import type { World } from "../world.ts";
import type { Method, Methods } from "./method.ts";
import { readTarget, send } from "./sending.ts";

const IDS_MAX = 100;

function isCopyable(chat: SandboxChat, message: StoredMessage): boolean {
  if (isService(message) || !message.isCopyable || message.isProtected) return false;
  const poll = pollOf(message);
  const isOpenQuiz = poll?.type === "quiz" && poll.correct_option_ids === undefined;
  return !isOpenQuiz && !chat.isProtected;
}

/**
 * What a copy takes along (TDLib, dup_message_content): the content, without its votes; a live location as where it
 * stands now; a die is rolled anew.
 */
function copiedContent(world: World, message: StoredMessage): Content {
  const { poll, location, dice } = message.content;
  if (dice) return { dice: rolled(world, dice.emoji) };
  if (poll) return { ...message.content, poll: copyOfPoll(world, poll) };
  if (message.kind === "location" && location) {
    const { latitude, longitude, horizontal_accuracy } = location;
    const accuracy = horizontal_accuracy === undefined ? {} : { horizontal_accuracy };
    return { ...message.content, location: { latitude, longitude, ...accuracy } };
  }
  return message.content;
}

function withoutCaption(content: Content): Content {
  const { caption: _, caption_entities: __, show_caption_above_media: ___, ...kept } = content;
  return kept;
}

const copyMessage: Method = (world, params) => {
  const source = readableChat(world, params, "from_chat_id");
  const newCaption = params.has("caption") ? readCaption(params) : null;
  const message = findMessage(source, params.integer("message_id") ?? 0);
  if (!message) throw failures.copyNotFound();
  if (!isCopyable(source, message)) throw failures.cantCopy();
  // Long captions of Premium accounts are copied as they are; a copy with a reply or a keyboard is a message of the bot's own
  // (TDLib, MessageCopyOptions::is_supported_server_side).
  const isOwn = ["reply_parameters", "reply_to_message_id", "reply_markup"].some((name) => params.has(name));
  if (isOwn && newCaption === null && lengthOf(message.content.caption ?? "") > CAPTION_MAX)
    throw failures.captionTooLong();
  const target = readTarget(world, params, [message.kind]);
  const copied = copiedContent(world, message);
  const takesCaption = "caption" in copied || TAKES_CAPTION.has(message.kind);
  const content =
    newCaption && takesCaption
      ? { ...withoutCaption(copied), ...asCaption(newCaption), ...captionPlace(params) }
      : copied;
  return { message_id: send(world, target, { kind: message.kind, content }).id };
};

const TAKES_CAPTION = new Set(["photo", "video", "animation", "audio", "document", "voice"]);

const forwardMessage: Method = (world, params) => {
  const source = readableChat(world, params, "from_chat_id");
  const message = findMessage(source, params.integer("message_id") ?? 0);
  if (!message) throw failures.forwardNotFound();
  if (message.isProtected || source.isProtected) throw failures.protectedContent();
  if (isService(message)) throw failures.forwardNotFound();
  const target = readTarget(world, params, [message.kind]);
  const sent = send(world, target, {
    kind: message.kind,
    content: message.content,
    origin: originOf(world, message),
    isCopyable: message.isCopyable,
  });
  return renderMessage(world, sent);
};

function readIds(params: Params): number[] {
  const ids = (params.list("message_ids", "message identifiers") ?? []).map(Number);
  if (ids.length > IDS_MAX) throw failures.tooManyToForward();
  if (ids.length === 0) throw failures.nothingToForward();
  if (ids.some((id, index) => index > 0 && id <= (ids[index - 1] ?? 0))) throw failures.idsNotIncreasing();
  return ids;
}

/** What is missing or must not travel is skipped; albums stay albums, as far as more than one item is left. */
function sendMany(
  world: World,
  params: Params,
  maySend: (source: SandboxChat, message: StoredMessage) => boolean,
  sent: (message: StoredMessage) => Pick<StoredMessage, "content"> & { origin?: StoredMessage["origin"] },
): unknown {
  const ids = readIds(params);
  const source = readableChat(world, params, "from_chat_id");
  const messages = ids.flatMap((id) => {
    const message = findMessage(source, id);
    return message && maySend(source, message) ? [message] : [];
  });
  if (messages.length === 0) {
    readTarget(world, params, []);
    throw failures.nothingToForward();
  }
  const target = readTarget(
    world,
    params,
    messages.map((message) => message.kind),
  );
  const albums = new Map<string, string>();
  for (const { albumId } of messages) {
    const isShared = messages.filter((other) => other.albumId === albumId).length > 1;
    if (albumId && isShared && !albums.has(albumId)) albums.set(albumId, world.randomId());
  }
  return messages.map((message) => {
    const albumId = message.albumId ? (albums.get(message.albumId) ?? null) : null;
    return { message_id: send(world, target, { kind: message.kind, albumId, ...sent(message) }).id };
  });
}

const copyMessages: Method = (world, params) =>
  sendMany(world, params, isCopyable, (message) => {
    const content = copiedContent(world, message);
    return { content: params.flag("remove_caption") ? withoutCaption(content) : content };
  });

const forwardMessages: Method = (world, params) =>
  sendMany(
    world,
    params,
    (source, message) => !isService(message) && !message.isProtected && !source.isProtected,
    (message) => ({ content: message.content, origin: originOf(world, message) }),
  );

export const copyMethods: Methods = { copyMessage, copyMessages, forwardMessage, forwardMessages };
