import * as z from "zod";
import { privateChat, profileOf } from "../accounts.ts";
import { changeMember, post, tellBlocked } from "../hearing.ts";
import { isPresent, memberOf, nameOf } from "../members.ts";
import { NO_RIGHTS, USUAL_RIGHTS } from "../new-world.ts";
import { ActRefused } from "../refusal.ts";
import type { AdministratorRights, Member, SandboxChat } from "../state.ts";
import type { World } from "../world.ts";
import { act } from "./act.ts";
import { groupNamed, personOf } from "./speaker.ts";
import { permissionsSchema, rightsSchema } from "./stage.ts";

/** Stops the bot, as the menu of the private chat offers it. */
const block = act(z.strictObject({ userId: z.number().int() }), (world, { userId }): true => {
  const user = personOf(world, userId);
  if (user.hasBlockedBot) throw new ActRefused(`${nameOf(world, userId)} has blocked the bot already`);
  user.hasStarted = true;
  privateChat(world, userId);
  setBlocked(world, userId, true);
  return true;
});

const unblock = act(z.strictObject({ userId: z.number().int() }), (world, { userId }): true => {
  const user = personOf(world, userId);
  if (!user.hasBlockedBot) throw new ActRefused(`${nameOf(world, userId)} has not blocked the bot`);
  setBlocked(world, userId, false);
  return true;
});

function setBlocked(world: World, userId: number, isBlocked: boolean): void {
  const user = personOf(world, userId);
  user.hasBlockedBot = isBlocked;
  tellBlocked(world, userId, isBlocked);
  world.emit(() => ({
    type: "user",
    userId,
    profile: user.profile,
    hasBlockedBot: isBlocked,
    isDeactivated: user.isDeactivated,
  }));
}

export function ownerOf(chat: SandboxChat): number {
  const owner = Object.entries(chat.members).find(([, { status }]) => status === "creator");
  if (!owner) throw new ActRefused(`“${chat.title}” has no owner: say who does it`);
  return Number(owner[0]);
}

const inGroup = { userId: z.number().int(), chatId: z.number().int() };
/** Who does it; the group's owner unless said. */
const byField = { byId: z.number().int().optional() };
const botInGroup = { chatId: z.number().int(), ...byField };

function enter(world: World, chat: SandboxChat, userId: number, byId: number, to: Member): void {
  if (isPresent(memberOf(chat, userId)))
    throw new ActRefused(`${nameOf(world, userId)} is in “${chat.title}” already`);
  changeMember(world, { chat, userId, byId, to });
  if (chat.type === "channel") return;
  const entered = profileOf(world, userId);
  post(world, {
    chat,
    senderId: byId,
    kind: "service",
    content: { new_chat_participant: entered, new_chat_member: entered, new_chat_members: [entered] },
  });
}

function exit(world: World, chat: SandboxChat, userId: number, byId: number, to: Member): void {
  if (!isPresent(memberOf(chat, userId)))
    throw new ActRefused(`${nameOf(world, userId)} is not in “${chat.title}”`);
  // Said while the bot is still there: its own removal is the last thing it hears.
  if (chat.type !== "channel") {
    const gone = profileOf(world, userId);
    post(world, {
      chat,
      senderId: byId,
      kind: "service",
      content: { left_chat_participant: gone, left_chat_member: gone },
    });
  }
  changeMember(world, { chat, userId, byId, to });
}

const join = act(z.strictObject(inGroup), (world, { userId, chatId }): true => {
  personOf(world, userId);
  const chat = groupNamed(world, chatId);
  if (memberOf(chat, userId).status === "kicked") {
    throw new ActRefused(`${nameOf(world, userId)} is banned from “${chat.title}”`);
  }
  enter(world, chat, userId, userId, { status: "member" });
  return true;
});

const leave = act(z.strictObject(inGroup), (world, { userId, chatId }): true => {
  personOf(world, userId);
  exit(world, groupNamed(world, chatId), userId, userId, { status: "left" });
  return true;
});

const kick = act(z.strictObject({ ...inGroup, ...byField }), (world, { userId, chatId, byId }): true => {
  const chat = groupNamed(world, chatId);
  exit(world, chat, userId, byId ?? ownerOf(chat), { status: "kicked" });
  return true;
});

function administrator(rights: Partial<AdministratorRights> | undefined, base: AdministratorRights): Member {
  return { status: "administrator", isAnonymous: false, title: null, rights: { ...base, ...rights } };
}

const promote = act(
  z.strictObject({ ...inGroup, ...byField, rights: rightsSchema.optional() }),
  (world, { userId, chatId, byId, rights }): true => {
    const chat = groupNamed(world, chatId);
    personOf(world, userId);
    changeMember(world, { chat, userId, byId: byId ?? ownerOf(chat), to: administrator(rights, NO_RIGHTS) });
    return true;
  },
);

const demote = act(z.strictObject({ ...inGroup, ...byField }), (world, { userId, chatId, byId }): true => {
  const chat = groupNamed(world, chatId);
  changeMember(world, { chat, userId, byId: byId ?? ownerOf(chat), to: { status: "member" } });
  return true;
});

const addBot = act(
  z.strictObject({ ...botInGroup, administrator: z.boolean().optional(), rights: rightsSchema.optional() }),
  (world, input): true => {
    const chat = groupNamed(world, input.chatId);
    const byId = input.byId ?? ownerOf(chat);
    enter(world, chat, world.botId, byId, { status: "member" });
    if (input.administrator ?? input.rights !== undefined) {
      changeMember(world, { chat, userId: world.botId, byId, to: administrator(input.rights, USUAL_RIGHTS) });
    }
    return true;
  },
);

/** With rights given, those change and the others stay; a bot that was no administrator gets the usual ones. */
const promoteBot = act(
  z.strictObject({ ...botInGroup, rights: rightsSchema.optional() }),
  (world, { chatId, byId, rights }): true => {
    const chat = groupNamed(world, chatId);
    const before = botMember(world, chat);
    const base = before.status === "administrator" ? before.rights : USUAL_RIGHTS;
    const to = administrator(rights, base);
    changeMember(world, { chat, userId: world.botId, byId: byId ?? ownerOf(chat), to });
    return true;
  },
);

const demoteBot = act(z.strictObject(botInGroup), (world, { chatId, byId }): true => {
  const chat = groupNamed(world, chatId);
  botMember(world, chat);
  changeMember(world, { chat, userId: world.botId, byId: byId ?? ownerOf(chat), to: { status: "member" } });
  return true;
});

const restrictBot = act(
  z.strictObject({ ...botInGroup, permissions: permissionsSchema }),
  (world, { chatId, byId, permissions }): true => {
    const chat = groupNamed(world, chatId);
    botMember(world, chat);
    const to: Member = {
      status: "restricted",
      isMember: true,
      permissions: { ...chat.permissions, ...permissions },
    };
    changeMember(world, { chat, userId: world.botId, byId: byId ?? ownerOf(chat), to });
    return true;
  },
);

const kickBot = act(z.strictObject(botInGroup), (world, { chatId, byId }): true => {
  const chat = groupNamed(world, chatId);
  exit(world, chat, world.botId, byId ?? ownerOf(chat), { status: "kicked" });
  return true;
});

function botMember(world: World, chat: SandboxChat): Member {
  const member = memberOf(chat, world.botId);
  if (!isPresent(member)) throw new ActRefused(`the bot is not in “${chat.title}”`);
  return member;
}

export const membershipActs = {
  block,
  unblock,
  join,
  leave,
  kick,
  promote,
  demote,
  addBot,
  promoteBot,
  demoteBot,
  restrictBot,
  kickBot,
};
