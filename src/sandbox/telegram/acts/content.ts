import type { Chat, Location } from "grammy/types";
import * as z from "zod";
import { renderChat } from "../accounts.ts";
import { newFile } from "../media.ts";
import { newPoll } from "../polls.ts";
import { ActRefused } from "../refusal.ts";
import type { Content, ContentKind, FileKind, SandboxChat, SandboxUser } from "../state.ts";
import {
  asCaption,
  asText,
  CAPTION_MAX,
  checkEntities,
  cleaned,
  lengthOf,
  TEXT_MAX,
} from "../text/formatted-text.ts";
import type { FormattedText } from "../text/parsing.ts";
import type { World } from "../world.ts";
import { checkUpload } from "./upload-check.ts";

const fileSchema = z.strictObject({
  fileName: z.string().optional(),
  mimeType: z.string().optional(),
  /** In bytes. */
  size: z.number().int().min(0).optional(),
  width: z.number().int().optional(),
  height: z.number().int().optional(),
  /** In seconds. */
  duration: z.number().optional(),
  emoji: z.string().optional(),
  setName: z.string().optional(),
  title: z.string().optional(),
  performer: z.string().optional(),
  contentBase64: z.string().optional(),
});

const entitySchema = z.looseObject({ type: z.string(), offset: z.number(), length: z.number() });
const placeSchema = { latitude: z.number().min(-90).max(90), longitude: z.number().min(-180).max(180) };

/** One message's worth of content: exactly one kind, and a caption where it takes one. */
export const contentFields = {
  text: z.string().optional(),
  photo: fileSchema.optional(),
  video: fileSchema.optional(),
  animation: fileSchema.optional(),
  audio: fileSchema.optional(),
  document: fileSchema.optional(),
  voice: fileSchema.optional(),
  videoNote: fileSchema.optional(),
  sticker: fileSchema.optional(),
  location: z
    .strictObject({
      ...placeSchema,
      /** In seconds; with it the location is live. */
      livePeriod: z.number().int().min(1).optional(),
      heading: z.number().int().optional(),
      accuracy: z.number().optional(),
    })
    .optional(),
  venue: z.strictObject({ ...placeSchema, title: z.string(), address: z.string() }).optional(),
  contact: z
    .strictObject({
      phoneNumber: z.string(),
      firstName: z.string(),
      lastName: z.string().optional(),
      userId: z.number().optional(),
    })
    .optional(),
  poll: z
    .strictObject({
      question: z.string(),
      options: z.array(z.string()).min(1),
      quiz: z.boolean().optional(),
      /** Left out, the bot does not get to know the right answers, and cannot copy the quiz. */
      correctOptionIds: z.array(z.number().int()).optional(),
      anonymous: z.boolean().optional(),
      multipleAnswers: z.boolean().optional(),
    })
    .optional(),
  dice: z.strictObject({ emoji: z.string().optional(), value: z.number().int().optional() }).optional(),
  story: z.strictObject({ chatId: z.number().optional(), id: z.number().int().optional() }).optional(),
  paidMedia: z.strictObject({ stars: z.number().int() }).optional(),
  invoice: z
    .strictObject({ title: z.string(), totalAmount: z.number().int(), currency: z.string() })
    .optional(),
  giveaway: z.strictObject({ winnerCount: z.number().int() }).optional(),
  /** Message fields of a kind that this release does not know. */
  unknown: z.record(z.string(), z.unknown()).optional(),
  caption: z.string().optional(),
  entities: z.array(entitySchema).optional(),
  spoiler: z.boolean().optional(),
  captionAbove: z.boolean().optional(),
};
export const contentSchema = z.strictObject(contentFields);
export type ContentInput = z.output<typeof contentSchema>;

export interface PersonsContent {
  kind: ContentKind;
  content: Content;
}

const fileKinds = {
  photo: "photo",
  video: "video",
  animation: "animation",
  audio: "audio",
  document: "document",
  voice: "voice",
  videoNote: "video_note",
  sticker: "sticker",
} as const satisfies Record<string, FileKind>;

const kindNames = [
  "text",
  ...Object.keys(fileKinds),
  "location",
  "venue",
  "contact",
  "poll",
  "dice",
  "story",
  "paidMedia",
  "invoice",
  "giveaway",
  "unknown",
] as const;

const WITHOUT_CAPTION: readonly string[] = ["videoNote", "sticker"];
const DICE_SIDES = 6;

/** Captions of Premium accounts may be longer; no bot may write such. */
const PREMIUM_CAPTION_MAX = 4096;

export function captionMaxOf(user: SandboxUser | undefined): number {
  return user?.profile.is_premium === true ? PREMIUM_CAPTION_MAX : CAPTION_MAX;
}

export function contentOf(
  world: World,
  chat: SandboxChat,
  input: ContentInput,
  captionMax = CAPTION_MAX,
): PersonsContent {
  const given = kindNames.filter((name) => input[name as keyof ContentInput] !== undefined);
  const [name] = given;
  if (given.length !== 1 || !name) {
    throw new ActRefused(
      `a message is exactly one of ${kindNames.join(", ")}; this is ${given.length === 0 ? "none" : given.join(" and ")}`,
    );
  }
  if (name === "text")
    return { kind: "text", content: asText(writtenText(input.text ?? "", input.entities)) };
  if (name in fileKinds) return fileContent(world, name as keyof typeof fileKinds, input, captionMax);
  return otherContent(world, chat, input);
}

export function writtenText(text: string, entities: ContentInput["entities"] = []): FormattedText {
  const formatted = cleaned({ text, entities: checkEntities(text, entities) });
  if (formatted.text === "") throw new ActRefused("a text needs at least one character that is not blank");
  const length = lengthOf(formatted.text);
  if (length > TEXT_MAX)
    throw new ActRefused(`a text has at most ${TEXT_MAX} characters; this one has ${length}`);
  return formatted;
}

export function writtenCaption(
  caption: string,
  entities: ContentInput["entities"] = [],
  max = CAPTION_MAX,
): FormattedText {
  const formatted = cleaned({ text: caption, entities: checkEntities(caption, entities) });
  const length = lengthOf(formatted.text);
  if (length > max) {
    throw new ActRefused(`a caption has at most ${max} characters; this one has ${length}`);
  }
  return formatted;
}

function fileContent(
  world: World,
  name: keyof typeof fileKinds,
  input: ContentInput,
  captionMax: number,
): PersonsContent {
  if (input.caption !== undefined && WITHOUT_CAPTION.includes(name)) {
    throw new ActRefused(`a ${name} has no caption`);
  }
  const kind = fileKinds[name];
  checkUpload(kind, input[name] ?? {});
  const caption = writtenCaption(input.caption ?? "", input.entities, captionMax);
  const content = {
    ...newFile(world, kind, input[name] ?? {}),
    ...asCaption(caption),
    ...(input.spoiler ? { has_media_spoiler: true as const } : {}),
    ...(input.captionAbove ? { show_caption_above_media: true as const } : {}),
  };
  return { kind, content };
}

function otherContent(world: World, chat: SandboxChat, input: ContentInput): PersonsContent {
  const { location, venue, contact, poll, dice, story, paidMedia, invoice, giveaway } = input;
  if (location) return { kind: "location", content: { location: locationOf(location) } };
  if (venue) {
    const { title, address, ...place } = venue;
    return { kind: "venue", content: { venue: { location: place, title, address }, location: place } };
  }
  if (contact) {
    const { phoneNumber, firstName, lastName, userId } = contact;
    return {
      kind: "contact",
      content: {
        contact: {
          phone_number: phoneNumber,
          first_name: firstName,
          ...(lastName ? { last_name: lastName } : {}),
          ...(userId ? { user_id: userId } : {}),
        },
      },
    };
  }
  if (poll) {
    const made = newPoll(world, {
      question: poll.question,
      options: poll.options,
      type: poll.quiz ? "quiz" : "regular",
      isAnonymous: poll.anonymous ?? true,
      allowsMultipleAnswers: poll.multipleAnswers ?? false,
      correctOptionIds: poll.correctOptionIds ?? null,
    });
    return { kind: "poll", content: { poll: made } };
  }
  if (dice) {
    const value = dice.value ?? 1 + Math.floor(world.random() * DICE_SIDES);
    return { kind: "dice", content: { dice: { emoji: dice.emoji ?? "🎲", value } } };
  }
  if (story) {
    const owner = story.chatId === undefined ? chat : world.chat(story.chatId);
    if (!owner) throw new ActRefused(`there is no chat ${story.chatId} to take a story from`);
    return { kind: "story", content: { story: { chat: renderChat(world, owner), id: story.id ?? 1 } } };
  }
  if (paidMedia) {
    const preview = [{ type: "preview" as const, width: 640, height: 360 }];
    return {
      kind: "paid_media",
      content: { paid_media: { star_count: paidMedia.stars, paid_media: preview } },
    };
  }
  if (invoice) {
    const { title, totalAmount, currency } = invoice;
    return {
      kind: "invoice",
      content: {
        invoice: { title, description: title, start_parameter: "", currency, total_amount: totalAmount },
      },
    };
  }
  if (giveaway) {
    const chats: Chat[] = [renderChat(world, chat)];
    return {
      kind: "giveaway",
      content: {
        giveaway: {
          chats,
          winners_selection_date: world.nowSeconds + 86_400,
          winner_count: giveaway.winnerCount,
        },
      },
    };
  }
  return { kind: "unknown", content: input.unknown ?? {} };
}

function locationOf(location: NonNullable<ContentInput["location"]>): Location {
  const { latitude, longitude, livePeriod, heading, accuracy } = location;
  return {
    latitude,
    longitude,
    ...(livePeriod === undefined ? {} : { live_period: livePeriod }),
    ...(heading === undefined ? {} : { heading }),
    ...(accuracy === undefined ? {} : { horizontal_accuracy: accuracy }),
  };
}
