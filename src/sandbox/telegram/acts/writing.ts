import type { Message, MessageOrigin } from "grammy/types";
import * as z from "zod";
import { profileOf } from "../accounts.ts";
import type { SeenMessage } from "../feed.ts";
import { post, tellBlocked } from "../hearing.ts";
import { isPresent, memberOf } from "../members.ts";
import { composeMessage, renderMessage, renderSeen } from "../messages.ts";
import type { Draft } from "../messages.ts";
import { ActRefused } from "../refusal.ts";
import { originOf } from "../replies.ts";
import { queueUpdate } from "../update-queue.ts";
import type { World } from "../world.ts";
import { act } from "./act.ts";
import { captionMaxOf, contentFields, contentOf, contentSchema } from "./content.ts";
import { whatItSays } from "./remembering.ts";
import {
  chatNamed,
  messageNamed,
  personOf,
  placeFields,
  replyFields,
  replyOf,
  speakerOf,
} from "./speaker.ts";
import type { Speaker } from "./speaker.ts";

const ALBUM_MAX = 10;
const PAYLOAD_MAX = 64;

function draftOf(speaker: Speaker): Omit<Draft, "kind" | "content"> {
  const { chat, topicId, senderId, senderChatId, signature } = speaker;
  return { chat, topicId, senderId, senderChatId, signature };
}

const write = act(
  z.strictObject({
    ...placeFields,
    ...replyFields,
    ...contentFields,
    /** Seen by the bot alone, as a command that is registered as ephemeral. */
    ephemeral: z.boolean().optional(),
  }),
  (world, input): SeenMessage => {
    const speaker = speakerOf(world, input);
    const replyTo = replyOf(world, speaker.chat, input);
    const draft = {
      ...draftOf(speaker),
      replyTo,
      ...contentOf(world, speaker.chat, input, captionMaxOf(speaker.user)),
    };
    return input.ephemeral ? whisper(world, draft) : renderSeen(world, post(world, draft));
  },
);

/** A message in the Bot API's own fields, just as they are given: what no other act knows how to compose. */
const writeAsIs = act(
  z.strictObject({
    ...placeFields,
    ...replyFields,
    message: z.looseObject({}),
    /** Unix time, for what Telegram brings late. */
    date: z.number().int().min(0).optional(),
  }),
  (world, { message, date, ...input }): SeenMessage => {
    const speaker = speakerOf(world, input);
    const says = whatItSays(world, message);
    const replyTo = replyOf(world, speaker.chat, input);
    const quote = (message as Partial<Message>).quote;
    const hangsOn = replyTo?.type === "message" && quote !== undefined ? { ...replyTo, quote } : replyTo;
    const draft = { ...draftOf(speaker), ...says, replyTo: hangsOn ?? says.replyTo ?? null };
    return renderSeen(world, post(world, date === undefined ? draft : { ...draft, date }));
  },
);

function whisper(world: World, draft: Draft): SeenMessage {
  const { chat } = draft;
  if (chat.type === "private") throw new ActRefused("nobody but the bot reads a private chat anyway");
  chat.lastEphemeralId += 1;
  const message = composeMessage(world, draft, 0);
  message.ephemeral = { id: chat.lastEphemeralId, receiverId: world.botId };
  chat.ephemeral[chat.lastEphemeralId] = message;
  world.emit(() => ({ type: "message", chatId: chat.id, message: renderSeen(world, message) }));
  if (isPresent(memberOf(chat, world.botId))) {
    queueUpdate(world, { message: renderMessage(world, message) } as object);
  }
  return renderSeen(world, message);
}

/** Several pictures, documents or pieces of music sent as one. */
const writeAlbum = act(
  z.strictObject({
    ...placeFields,
    ...replyFields,
    items: z.array(contentSchema).min(2).max(ALBUM_MAX),
  }),
  (world, input): SeenMessage[] => {
    const speaker = speakerOf(world, input);
    const replyTo = replyOf(world, speaker.chat, input);
    const contents = input.items.map((item) =>
      contentOf(world, speaker.chat, item, captionMaxOf(speaker.user)),
    );
    const isMixed = new Set(contents.map(({ kind }) => albumFamily(kind))).size > 1;
    if (isMixed) throw new ActRefused("pictures, documents and music do not mix in an album");
    const albumId = world.randomId();
    return contents.map((content) =>
      renderSeen(world, post(world, { ...draftOf(speaker), replyTo, albumId, ...content })),
    );
  },
);

function albumFamily(kind: string): string {
  if (kind === "photo" || kind === "video") return "pictures";
  if (kind === "document" || kind === "audio") return kind;
  throw new ActRefused(`a ${kind} cannot be part of an album`);
}

/** The START button of the private chat, or a link with a payload; it unblocks a blocked bot. */
const start = act(
  z.strictObject({ userId: z.number().int(), payload: z.string().optional() }),
  (world, { userId, payload }): SeenMessage => {
    if (payload !== undefined && !new RegExp(`^[\\w-]{1,${PAYLOAD_MAX}}$`).test(payload)) {
      throw new ActRefused(`a start payload has 1 to ${PAYLOAD_MAX} of A-Z a-z 0-9 _ -`);
    }
    const user = personOf(world, userId);
    if (user.hasBlockedBot) {
      user.hasBlockedBot = false;
      tellBlocked(world, userId, false);
    }
    const text = payload === undefined ? "/start" : `/start ${payload}`;
    return write.run(world, { userId, text });
  },
);

const forward = act(
  z.strictObject({
    ...placeFields,
    messages: z
      .array(z.strictObject({ chatId: z.number().int(), messageId: z.number().int() }))
      .min(1)
      .max(100),
    /** The first author hides who they are in forwards. */
    hideSender: z.boolean().optional(),
  }),
  (world, input): SeenMessage[] => {
    const speaker = speakerOf(world, input);
    return input.messages.map(({ chatId, messageId }) => {
      const source = chatNamed(world, chatId);
      const message = messageNamed(source, messageId);
      if (message.isProtected || source.isProtected) {
        throw new ActRefused(`message ${messageId} is protected from being forwarded`);
      }
      const origin = input.hideSender ? hidden(world, originOf(world, message)) : originOf(world, message);
      const { kind, content, isCopyable } = message;
      return renderSeen(world, post(world, { ...draftOf(speaker), kind, content, isCopyable, origin }));
    });
  },
);

function hidden(world: World, origin: MessageOrigin): MessageOrigin {
  const name = origin.type === "user" ? profileOf(world, origin.sender_user.id).first_name : "Somebody";
  return { type: "hidden_user", sender_user_name: name, date: origin.date };
}

export const writingActs = { write, writeAlbum, writeAsIs, start, forward };
