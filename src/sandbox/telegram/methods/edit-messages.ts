import type { Message } from "grammy/types";
import { changeableChat } from "../access.ts";
import { failures, uncataloguedFailures } from "../errors.ts";
import { readMarkup, sameMarkup } from "../keyboards.ts";
import { captionPlace, mediaFromCall } from "../media.ts";
import { findMessage, renderMessage, renderSeen } from "../messages.ts";
import { Params } from "../params.ts";
import { pollOf } from "../polls.ts";
import type { Content, FileKind, SandboxChat, StoredMessage } from "../state.ts";
import { asCaption, asText, captionOf, readCaption, readText } from "../text/formatted-text.ts";
import { queueUpdate } from "../update-queue.ts";
import type { World } from "../world.ts";
import type { Method, Methods } from "./method.ts";

const CAPTIONED = new Set(["photo", "video", "animation", "audio", "document", "voice"]);
const EDITABLE_MEDIA = new Set(["photo", "video", "animation", "audio", "document"]);
const LIVE_FOREVER_SECONDS = 0x7fffffff;

/** Where a method finds the message to edit: among all, or among those that one member alone sees. */
interface Subject {
  message: StoredMessage;
  answer: (edited: StoredMessage) => unknown;
}

function ownMessage(world: World, params: Params): Subject {
  const id = params.integer("message_id");
  if (id === null) throw uncataloguedFailures.messageIdMissing();
  const chat = changeableChat(world, params);
  const message = findMessage(chat, id);
  if (!message) throw failures.editNotFound();
  const isOwn = message.senderId === world.botId && message.senderChatId === null;
  if (!isOwn || message.origin || message.kind === "service") throw failures.cantEdit();
  return { message, answer: (edited) => renderMessage(world, edited) };
}

function ephemeralMessage(world: World, params: Params): Subject {
  const chat = changeableChat(world, params);
  return { message: findEphemeral(world, chat, params), answer: () => true };
}

function findEphemeral(world: World, chat: SandboxChat, params: Params): StoredMessage {
  const message = chat.ephemeral[params.integer("ephemeral_message_id") ?? 0];
  const isSeen = message?.ephemeral?.receiverId === params.integer("receiver_user_id");
  if (!message || !isSeen || message.senderId !== world.botId) throw failures.editNotFound();
  return message;
}

/** An edit that changes nothing is refused; one without a keyboard takes the keyboard away. */
function apply(world: World, { message, answer }: Subject, params: Params, content: Content): unknown {
  const keyboard = readMarkup(params).inline;
  if (sameContent(content, message.content) && sameMarkup(keyboard, message.keyboard)) {
    throw failures.notModified();
  }
  message.content = content;
  message.keyboard = keyboard;
  message.editDate = world.nowSeconds;
  world.emit(() => ({
    type: "message_edited",
    chatId: message.chatId,
    message: renderSeen(world, message),
  }));
  return answer(message);
}

function sameContent(one: Content, other: Content): boolean {
  const fields = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...fields].every((field) => JSON.stringify(one[field]) === JSON.stringify(other[field]));
}

type FindSubject = (world: World, params: Params) => Subject;

function editText(find: FindSubject): Method {
  return (world, params) => {
    const text = readText(params);
    const subject = find(world, params);
    if (subject.message.kind !== "text") throw failures.noTextToEdit();
    const preview = params.object("link_preview_options", "link preview options");
    const content = { ...asText(text), ...(preview ? { link_preview_options: preview } : {}) };
    return apply(world, subject, params, content);
  };
}

function editCaption(find: FindSubject): Method {
  return (world, params) => {
    const caption = readCaption(params);
    const subject = find(world, params);
    if (!CAPTIONED.has(subject.message.kind)) throw failures.noCaptionToEdit();
    const {
      caption: _,
      caption_entities: __,
      show_caption_above_media: ___,
      ...media
    } = subject.message.content;
    // Where nothing is said about it, the caption is below from now on.
    return apply(world, subject, params, { ...media, ...asCaption(caption), ...captionPlace(params) });
  };
}

function editMedia(find: FindSubject): Method {
  return (world, params) => {
    const media = new Params(params.object("media", "input media") ?? {});
    const kind = media.text("type") as FileKind;
    const caption = captionOf(
      media.text("caption") ?? "",
      media.text("parse_mode"),
      media.list("caption_entities"),
    );
    const subject = find(world, params);
    const { message } = subject;
    const isReplaceable =
      EDITABLE_MEDIA.has(message.kind) || message.kind === "text" || message.kind === "rich_message";
    if (!isReplaceable || !EDITABLE_MEDIA.has(kind)) throw failures.cantEdit();
    if (message.albumId && familyOf(kind) !== familyOf(message.kind)) throw failures.wrongAlbumMedia();
    const reference = media.text("media") ?? "";
    const upload = params.attached(reference);
    const single = new Params({ ...media.raw, [kind]: reference }, upload ? { [kind]: upload } : {});
    const content = {
      ...mediaFromCall(world, single, kind),
      ...asCaption(caption),
      ...(media.flag("has_spoiler") ? { has_media_spoiler: true as const } : {}),
      ...captionPlace(media),
    };
    const answer = apply(world, subject, params, content);
    message.kind = kind;
    return answer;
  };
}

function familyOf(kind: string): string {
  return kind === "photo" || kind === "video" ? "pictures" : kind;
}

function editKeyboard(find: FindSubject): Method {
  return (world, params) => {
    const subject = find(world, params);
    return apply(world, subject, params, subject.message.content);
  };
}

/** A location is live until its time is over or it is stopped. */
export function isLive(world: World, message: StoredMessage): boolean {
  const period = message.content.location?.live_period;
  if (message.kind !== "location" || period === undefined) return false;
  return period === LIVE_FOREVER_SECONDS || world.nowSeconds < message.date + period;
}

const editMessageLiveLocation: Method = (world, params) => {
  const subject = ownMessage(world, params);
  const { location } = subject.message.content;
  if (!location || !isLive(world, subject.message)) throw failures.cantEdit();
  const moved = {
    ...location,
    latitude: params.number("latitude") ?? location.latitude,
    longitude: params.number("longitude") ?? location.longitude,
    ...(params.has("heading") ? { heading: params.integer("heading") ?? 0 } : {}),
  };
  return apply(world, subject, params, { location: moved });
};

const stopMessageLiveLocation: Method = (world, params) => {
  const subject = ownMessage(world, params);
  const { location } = subject.message.content;
  if (!location || !isLive(world, subject.message)) throw failures.cantEdit();
  const { latitude, longitude } = location;
  return apply(world, subject, params, { location: { latitude, longitude } });
};

const stopPoll: Method = (world, params) => {
  const { message } = ownMessage(world, params);
  const poll = pollOf(message);
  if (!poll) throw failures.cantEdit();
  if (poll.is_closed) throw uncataloguedFailures.pollAlreadyClosed();
  message.content.poll = { ...poll, is_closed: true };
  message.keyboard = readMarkup(params).inline;
  world.emit(() => ({
    type: "message_edited",
    chatId: message.chatId,
    message: renderSeen(world, message),
  }));
  queueUpdate(world, { poll: message.content.poll });
  return message.content.poll satisfies Message["poll"];
};

export const editMethods: Methods = {
  editMessageText: editText(ownMessage),
  editMessageCaption: editCaption(ownMessage),
  editMessageMedia: editMedia(ownMessage),
  editMessageReplyMarkup: editKeyboard(ownMessage),
  editEphemeralMessageText: editText(ephemeralMessage),
  editEphemeralMessageCaption: editCaption(ephemeralMessage),
  editEphemeralMessageMedia: editMedia(ephemeralMessage),
  editEphemeralMessageReplyMarkup: editKeyboard(ephemeralMessage),
  editMessageLiveLocation,
  stopMessageLiveLocation,
  stopPoll,
};
