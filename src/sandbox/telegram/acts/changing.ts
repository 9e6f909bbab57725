import * as z from "zod";
import { GROUP_ANONYMOUS_BOT } from "../accounts.ts";
import type { SeenMessage } from "../feed.ts";
import { tellEdited } from "../hearing.ts";
import { hasRight, isAdministrator, memberOf, nameOf } from "../members.ts";
import { deleteMessages, renderSeen } from "../messages.ts";
import { isLive } from "../methods/edit-messages.ts";
import { pin } from "../pins.ts";
import { ActRefused } from "../refusal.ts";
import type { SandboxChat, StoredMessage } from "../state.ts";
import { asCaption, asText } from "../text/formatted-text.ts";
import type { World } from "../world.ts";
import { act } from "./act.ts";
import { captionMaxOf, contentFields, contentOf, writtenCaption, writtenText } from "./content.ts";
import { whatItSays } from "./remembering.ts";
import { chatFor, messageNamed } from "./speaker.ts";

const subjectFields = {
  userId: z.number().int(),
  chatId: z.number().int().optional(),
  messageId: z.number().int(),
};
const subjectSchema = z.strictObject(subjectFields);
type Subject = z.output<typeof subjectSchema>;

function subjectOf(world: World, input: Subject): { chat: SandboxChat; message: StoredMessage } {
  const chat = chatFor(world, input.userId, input.chatId);
  return { chat, message: messageNamed(chat, input.messageId) };
}

function ownMessage(world: World, input: Subject): StoredMessage {
  const { chat, message } = subjectOf(world, input);
  const isTheirs =
    message.senderId === input.userId ||
    (message.senderId === GROUP_ANONYMOUS_BOT && isAdministrator(chat, input.userId)) ||
    (chat.type === "channel" && isAdministrator(chat, input.userId));
  if (!isTheirs || message.origin || message.kind === "service") {
    throw new ActRefused(`message ${message.id} is not ${nameOf(world, input.userId)}'s to edit`);
  }
  return message;
}

function edited(world: World, message: StoredMessage): SeenMessage {
  message.editDate = world.nowSeconds;
  const seen = renderSeen(world, message);
  world.emit(() => ({ type: "message_edited", chatId: message.chatId, message: seen }));
  tellEdited(world, message);
  return seen;
}

/** A new text, a new caption, or other media in the place of the old. */
const edit = act(z.strictObject({ ...subjectFields, ...contentFields }), (world, input): SeenMessage => {
  const { userId, chatId, messageId, ...given } = input;
  const message = ownMessage(world, input);
  const captionMax = captionMaxOf(world.user(userId));
  if (given.text !== undefined) {
    if (message.kind !== "text")
      throw new ActRefused(`message ${messageId} is a ${message.kind}: it has no text`);
    message.content = asText(writtenText(given.text, given.entities));
    return edited(world, message);
  }
  const { caption, entities, ...media } = given;
  if (Object.values(media).every((value) => value === undefined)) {
    if (caption === undefined) throw new ActRefused("an edit needs a text, a caption or other media");
    const { caption: _, caption_entities: __, ...kept } = message.content;
    if (message.kind === "text") throw new ActRefused(`message ${messageId} is a text: it has no caption`);
    message.content = { ...kept, ...asCaption(writtenCaption(caption, entities, captionMax)) };
    return edited(world, message);
  }
  const chat = chatFor(world, userId, chatId);
  const replaced = contentOf(world, chat, given, captionMax);
  message.kind = replaced.kind;
  message.content = replaced.content;
  return edited(world, message);
});

/** The same in the Bot API's own fields, just as they are given: any kind may become any other. */
const editAsIs = act(
  z.strictObject({ ...subjectFields, message: z.looseObject({}) }),
  (world, { message: given, ...input }): SeenMessage => {
    const message = ownMessage(world, input);
    const { kind, content } = whatItSays(world, given);
    message.kind = kind;
    message.content = content;
    return edited(world, message);
  },
);

/** A live location's tick. */
const moveLocation = act(
  z.strictObject({
    ...subjectFields,
    latitude: z.number(),
    longitude: z.number(),
    heading: z.number().optional(),
  }),
  (world, input): SeenMessage => {
    const message = ownMessage(world, input);
    const { location } = message.content;
    if (!location || !isLive(world, message))
      throw new ActRefused(`message ${message.id} is no live location`);
    const { latitude, longitude, heading } = input;
    message.content = {
      ...message.content,
      location: { ...location, latitude, longitude, ...(heading === undefined ? {} : { heading }) },
    };
    return edited(world, message);
  },
);

const stopLocation = act(subjectSchema, (world, input): SeenMessage => {
  const message = ownMessage(world, input);
  const { location } = message.content;
  if (!location || !isLive(world, message)) throw new ActRefused(`message ${message.id} is no live location`);
  const { live_period: _, heading: __, proximity_alert_radius: ___, ...place } = location;
  message.content = { ...message.content, location: place };
  return edited(world, message);
});

/** Deleted for both sides; no update tells a bot. */
const deleteMessage = act(
  z.strictObject({
    userId: z.number().int(),
    chatId: z.number().int().optional(),
    messageIds: z.array(z.number().int()).min(1),
  }),
  (world, { userId, chatId, messageIds }): true => {
    const chat = chatFor(world, userId, chatId);
    for (const messageId of messageIds) {
      const message = messageNamed(chat, messageId);
      const mayDelete =
        chat.type === "private" ||
        message.senderId === userId ||
        hasRight(chat, userId, "can_delete_messages");
      if (!mayDelete)
        throw new ActRefused(`message ${messageId} is not ${nameOf(world, userId)}'s to delete`);
    }
    deleteMessages(world, chat, messageIds);
    return true;
  },
);

function mayPin(chat: SandboxChat, userId: number): boolean {
  const member = memberOf(chat, userId);
  if (chat.type === "private" || hasRight(chat, userId, "can_pin_messages")) return true;
  return member.status !== "restricted" && chat.permissions.can_pin_messages;
}

const pinMessage = act(subjectSchema, (world, input): true => {
  const { chat, message } = subjectOf(world, input);
  if (!mayPin(chat, input.userId))
    throw new ActRefused(`${nameOf(world, input.userId)} may not pin messages`);
  pin(world, chat, { id: input.userId }, message);
  return true;
});

const unpinMessage = act(subjectSchema, (world, input): true => {
  const { chat, message } = subjectOf(world, input);
  if (!mayPin(chat, input.userId))
    throw new ActRefused(`${nameOf(world, input.userId)} may not unpin messages`);
  chat.pinned = chat.pinned.filter((id) => id !== message.id);
  return true;
});

export const changingActs = {
  edit,
  editAsIs,
  moveLocation,
  stopLocation,
  deleteMessages: deleteMessage,
  pinMessage,
  unpinMessage,
};
