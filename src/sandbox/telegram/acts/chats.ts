import * as z from "zod";
import { GROUP_ANONYMOUS_BOT, renderChat, SERVICE_NOTIFICATIONS } from "../accounts.ts";
import type { SeenMessage } from "../feed.ts";
import { post } from "../hearing.ts";
import { renderSeen } from "../messages.ts";
import { addChat } from "../new-world.ts";
import { ActRefused } from "../refusal.ts";
import { originOf } from "../replies.ts";
import { act } from "./act.ts";
import { contentFields, contentOf } from "./content.ts";
import { ownerOf } from "./membership.ts";
import { groupNamed } from "./speaker.ts";
import { permissionsSchema } from "./stage.ts";

const FIRST_UPGRADED_ID = -1_003_000_000_000;

/** A post of a channel; in the linked group it appears by itself, forwarded by Telegram. */
const postInChannel = act(
  z.strictObject({ chatId: z.number().int(), signature: z.string().optional(), ...contentFields }),
  (world, { chatId, signature, ...given }): { post: SeenMessage; forwarded: SeenMessage | null } => {
    const chat = groupNamed(world, chatId);
    if (chat.type !== "channel") throw new ActRefused(`“${chat.title}” is no channel`);
    const content = contentOf(world, chat, given);
    const posted = post(world, {
      chat,
      senderId: ownerOf(chat),
      senderChatId: chat.id,
      signature: signature ?? null,
      ...content,
    });
    const discussion = chat.linkedChatId === null ? undefined : world.chat(chat.linkedChatId);
    if (!discussion) return { post: renderSeen(world, posted), forwarded: null };
    const forwarded = post(world, {
      chat: discussion,
      senderId: SERVICE_NOTIFICATIONS,
      senderChatId: chat.id,
      origin: originOf(world, posted),
      isAutomaticForward: true,
      ...content,
    });
    return { post: renderSeen(world, posted), forwarded: renderSeen(world, forwarded) };
  },
);

/** A basic group becomes a supergroup, under a new id and with nothing of its history. */
const upgrade = act(
  z.strictObject({ chatId: z.number().int(), newId: z.number().int().negative().optional() }),
  (world, { chatId, newId }) => {
    const chat = groupNamed(world, chatId);
    if (chat.type !== "group") throw new ActRefused(`“${chat.title}” is no basic group`);
    if (chat.upgradedTo !== null)
      throw new ActRefused(`chat ${chatId} has become ${chat.upgradedTo} already`);
    const id = newId ?? FIRST_UPGRADED_ID - world.count("chat");
    const upgraded = addChat(world, { id, type: "supergroup", title: chat.title });
    upgraded.members = structuredClone(chat.members);
    upgraded.permissions = { ...chat.permissions };
    post(world, { chat, senderId: ownerOf(chat), kind: "service", content: { migrate_to_chat_id: id } });
    chat.upgradedTo = id;
    post(world, {
      chat: upgraded,
      senderId: GROUP_ANONYMOUS_BOT,
      senderChatId: id,
      kind: "service",
      content: { migrate_from_chat_id: chatId },
    });
    return renderChat(world, upgraded);
  },
);

const deleteGroup = act(z.strictObject({ chatId: z.number().int() }), (world, { chatId }): true => {
  const chat = groupNamed(world, chatId);
  if (chat.type !== "group") throw new ActRefused("only a basic group can be deleted under the bot's feet");
  chat.isDeleted = true;
  return true;
});

/** What the owner sets for the whole group; only a new title is told. */
const changeChat = act(
  z.strictObject({
    chatId: z.number().int(),
    title: z.string().min(1).optional(),
    protectContent: z.boolean().optional(),
    permissions: permissionsSchema.optional(),
  }),
  (world, { chatId, title, protectContent, permissions }) => {
    const chat = groupNamed(world, chatId);
    chat.isProtected = protectContent ?? chat.isProtected;
    Object.assign(chat.permissions, permissions);
    if (title !== undefined && title !== chat.title) {
      chat.title = title;
      const service = { kind: "service" as const, content: { new_chat_title: title } };
      if (chat.type !== "channel") post(world, { chat, senderId: ownerOf(chat), ...service });
    }
    world.emit(() => ({ type: "chat", chatId, isForum: chat.isForum, title: chat.title }));
    return renderChat(world, chat);
  },
);

export const chatActs = { postInChannel, upgrade, deleteGroup, changeChat };
