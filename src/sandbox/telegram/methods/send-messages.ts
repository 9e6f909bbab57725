import type { Location, Venue } from "grammy/types";
import { writableChat, topicForSending } from "../access.ts";
import { failures, uncataloguedFailures } from "../errors.ts";
import { captionPlace, mediaFromCall } from "../media.ts";
import { renderMessage } from "../messages.ts";
import { Params } from "../params.ts";
import { newPoll } from "../polls.ts";
import { isRollable, rolled } from "../rolling.ts";
import type { Content, FileKind } from "../state.ts";
import { asCaption, asText, captionOf, readCaption, readText } from "../text/formatted-text.ts";
import type { World } from "../world.ts";
import type { Method, Methods } from "./method.ts";
import { readTarget, send, sendOne } from "./sending.ts";

const ALBUM_MAX = 10;
/** What may share an album: pictures with one another, documents and music each among themselves. */
const ALBUM_FAMILIES: Partial<Record<FileKind, string>> = {
  photo: "pictures",
  video: "pictures",
  audio: "music",
  document: "documents",
};

function sendFile(kind: FileKind, takesCaption = true): Method {
  return (world, params) => {
    const caption = takesCaption ? asCaption(readCaption(params)) : {};
    const target = readTarget(world, params, [kind]);
    const content = { ...mediaFromCall(world, params, kind), ...caption, ...presentation(params) };
    return renderMessage(world, send(world, target, { kind, content }));
  };
}

function presentation(params: Params): Content {
  return {
    ...(params.flag("has_spoiler") ? { has_media_spoiler: true as const } : {}),
    ...captionPlace(params),
  };
}

const sendMessage: Method = (world, params) => {
  const text = readText(params);
  const preview = params.object("link_preview_options", "link preview options");
  const content = { ...asText(text), ...(preview ? { link_preview_options: preview } : {}) };
  return sendOne(world, params, "text", content);
};

const sendMediaGroup: Method = (world, params) => {
  const items = (params.list("media", "media") ?? []).map(
    (item) => new Params(item as Record<string, unknown>),
  );
  if (items.length === 0) throw uncataloguedFailures.albumEmpty();
  if (items.length > ALBUM_MAX) throw failures.albumTooLong();
  if (items.length < 2) throw uncataloguedFailures.albumTooShort();
  const kinds = items.map((item) => item.text("type") as FileKind);
  const families = new Set(kinds.map((kind) => ALBUM_FAMILIES[kind]));
  if (families.size !== 1 || families.has(undefined)) throw failures.wrongAlbumMedia();
  const captions = items.map((item) =>
    captionOf(item.text("caption") ?? "", item.text("parse_mode"), item.list("caption_entities")),
  );
  const target = readTarget(world, params, kinds);
  const albumId = world.randomId();
  const contents = items.map((item, index) => ({
    ...albumMedia(world, params, item, kinds[index] as FileKind),
    ...asCaption(captions[index] ?? { text: "", entities: [] }),
    ...presentation(item),
  }));
  return contents.map((content, index) =>
    renderMessage(world, send(world, target, { kind: kinds[index] as FileKind, content, albumId })),
  );
};

function albumMedia(world: World, params: Params, item: Params, kind: FileKind): Content {
  const reference = item.text("media") ?? "";
  const upload = params.attached(reference);
  const single = new Params({ ...item.raw, [kind]: reference }, upload ? { [kind]: upload } : {});
  return mediaFromCall(world, single, kind);
}

function readLocation(params: Params): Location {
  const latitude = params.number("latitude");
  const longitude = params.number("longitude");
  if (latitude === null || longitude === null || Math.abs(latitude) > 90 || Math.abs(longitude) > 180) {
    throw uncataloguedFailures.wrongParameter("wrong latitude or longitude specified");
  }
  const optional = ["horizontal_accuracy", "live_period", "heading", "proximity_alert_radius"] as const;
  const given = optional.flatMap((name) => {
    const value = params.number(name);
    return value === null || value === 0 ? [] : [[name, value] as const];
  });
  return { latitude, longitude, ...Object.fromEntries(given) };
}

const sendVenue: Method = (world, params) => {
  const venue: Venue = {
    location: readLocation(params),
    title: params.text("title") ?? "",
    address: params.text("address") ?? "",
  };
  return sendOne(world, params, "venue", { venue, location: venue.location });
};

const sendContact: Method = (world, params) => {
  const lastName = params.text("last_name");
  const contact = {
    phone_number: params.text("phone_number") ?? "",
    first_name: params.text("first_name") ?? "",
    ...(lastName ? { last_name: lastName } : {}),
  };
  if (contact.phone_number === "" || contact.first_name === "") {
    throw uncataloguedFailures.wrongParameter("phone number and first name must be non-empty");
  }
  return sendOne(world, params, "contact", { contact });
};

const sendDice: Method = (world, params) => {
  const emoji = params.text("emoji") ?? "🎲";
  if (!isRollable(emoji)) throw uncataloguedFailures.wrongParameter("EMOTICON_INVALID");
  const target = readTarget(world, params, ["dice"]);
  const content = { dice: rolled(world, emoji) };
  return renderMessage(world, send(world, target, { kind: "dice", content }));
};

const sendPoll: Method = (world, params) => {
  const options = (params.list("options") ?? []).map((option) =>
    typeof option === "string" ? option : ((option as { text?: string }).text ?? ""),
  );
  if (options.length === 0) throw uncataloguedFailures.pollOptions();
  const question = params.text("question") ?? "";
  if (question.trim() === "") throw uncataloguedFailures.pollQuestion();
  const legacyCorrect = params.integer("correct_option_id");
  const correct = params.list("correct_option_ids") ?? (legacyCorrect === null ? null : [legacyCorrect]);
  const target = readTarget(world, params, ["poll"]);
  const poll = newPoll(world, {
    question,
    options,
    type: params.text("type") === "quiz" ? "quiz" : "regular",
    isAnonymous: params.has("is_anonymous") ? params.flag("is_anonymous") : true,
    allowsMultipleAnswers: params.flag("allows_multiple_answers"),
    correctOptionIds: correct?.map(Number) ?? null,
    explanation: params.text("explanation"),
  });
  return renderMessage(world, send(world, target, { kind: "poll", content: { poll } }));
};

/** Shown for a few seconds; nothing is stored. */
const sendChatAction: Method = (world, params) => {
  const action = params.text("action") ?? "";
  if (!/^(typing|choose_sticker|find_location|(upload|record)_[a-z_]+)$/.test(action)) {
    throw uncataloguedFailures.wrongParameter("wrong parameter action in request");
  }
  const chat = writableChat(world, params);
  const topicId = topicForSending(world, chat, params);
  world.emit(() => ({ type: "chat_action", chatId: chat.id, topicId, action }));
  return true;
};

export const sendMethods: Methods = {
  sendMessage,
  sendPhoto: sendFile("photo"),
  sendVideo: sendFile("video"),
  sendAnimation: sendFile("animation"),
  sendAudio: sendFile("audio"),
  sendDocument: sendFile("document"),
  sendVoice: sendFile("voice"),
  sendVideoNote: sendFile("video_note", false),
  sendSticker: sendFile("sticker", false),
  sendMediaGroup,
  sendLocation: (world, params) => sendOne(world, params, "location", { location: readLocation(params) }),
  sendVenue,
  sendContact,
  sendDice,
  sendPoll,
  sendChatAction,
};
