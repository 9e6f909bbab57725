import type { User } from "grammy/types";
import * as z from "zod";
import { newUser, renderChat } from "../accounts.ts";
import { isPresent, memberOf } from "../members.ts";
import { addChat, EVERYTHING_PERMITTED, NO_RIGHTS, USUAL_RIGHTS } from "../new-world.ts";
import { ActRefused } from "../refusal.ts";
import type { AdministratorRights, Member, SandboxChat } from "../state.ts";
import type { World } from "../world.ts";
import { act } from "./act.ts";
import { groupNamed, personOf } from "./speaker.ts";

/** Owns the groups that are made without saying whose they are. */
const DEFAULT_OWNER: User = { id: 1_000_000_001, is_bot: false, first_name: "Owner", language_code: "en" };
const FIRST_SUPERGROUP_ID = -1_002_000_000_000;

const rightNames = Object.keys(USUAL_RIGHTS) as (keyof AdministratorRights)[];
export const rightsSchema = z.partialRecord(
  z.enum(rightNames as [keyof AdministratorRights, ...(keyof AdministratorRights)[]]),
  z.boolean(),
);
const permissionNames = Object.keys(EVERYTHING_PERMITTED) as (keyof SandboxChat["permissions"])[];
export const permissionsSchema = z.partialRecord(
  z.enum(permissionNames as [keyof SandboxChat["permissions"], ...(keyof SandboxChat["permissions"])[]]),
  z.boolean(),
);

/** Makes a person, or changes what is known of one. Nothing of it reaches the bot before they act. */
const user = act(
  z.strictObject({
    id: z.number().int().positive().optional(),
    /** Deleted accounts have an empty one. */
    firstName: z.string().optional(),
    lastName: z.string().nullable().optional(),
    username: z.string().nullable().optional(),
    languageCode: z.string().nullable().optional(),
    isPremium: z.boolean().optional(),
    isBot: z.boolean().optional(),
    isDeactivated: z.boolean().optional(),
    refusesVoiceMessages: z.boolean().optional(),
  }),
  (world, input): User => {
    const id = input.id ?? world.count("user");
    if (id === world.botId) throw new ActRefused(`${id} is the bot`);
    const known = (world.state.users[id] ??= newUser({
      id,
      is_bot: input.isBot ?? false,
      first_name: input.firstName ?? `User ${id}`,
    }));
    known.profile = {
      ...known.profile,
      ...(input.firstName === undefined ? {} : { first_name: input.firstName }),
    };
    setOrClear(known.profile, "last_name", input.lastName);
    setOrClear(known.profile, "username", input.username);
    setOrClear(known.profile, "language_code", input.languageCode);
    setOrClear(
      known.profile,
      "is_premium",
      input.isPremium === undefined ? undefined : input.isPremium || null,
    );
    known.isDeactivated = input.isDeactivated ?? known.isDeactivated;
    known.refusesVoiceMessages = input.refusesVoiceMessages ?? known.refusesVoiceMessages;
    world.emit(() => ({
      type: "user",
      userId: id,
      profile: { ...known.profile },
      hasBlockedBot: known.hasBlockedBot,
      isDeactivated: known.isDeactivated,
    }));
    return known.profile;
  },
);

function setOrClear(profile: User, field: keyof User, value: unknown): void {
  if (value === undefined) return;
  const fields = profile as unknown as Record<string, unknown>;
  if (value === null) delete fields[field];
  else fields[field] = value;
}

const botPlace = z.enum(["administrator", "member", "absent"]);

/** Sets up a group as if it had long been there: no update tells of it. Set up again, it is only changed. */
const group = act(
  z.strictObject({
    id: z.number().int().negative().optional(),
    title: z.string().min(1),
    type: z.enum(["supergroup", "group"]).optional(),
    forum: z.boolean().optional(),
    username: z.string().optional(),
    ownerId: z.number().int().optional(),
    bot: botPlace.optional(),
    botRights: rightsSchema.optional(),
    permissions: permissionsSchema.optional(),
    /** The reactions that may be set here; null: all that there are. */
    reactions: z.array(z.string()).nullable().optional(),
  }),
  (world, input) => {
    const type = input.type ?? "supergroup";
    if (input.forum && type === "group") throw new ActRefused("only a supergroup can be a forum");
    const id = input.id ?? FIRST_SUPERGROUP_ID - world.count("chat");
    const known = world.chat(id);
    const chat =
      known ??
      addChat(world, { id, type, title: input.title, username: input.username, isForum: input.forum });
    chat.title = input.title;
    chat.isForum = input.forum ?? chat.isForum;
    Object.assign(chat.permissions, input.permissions);
    if (input.reactions === null) delete chat.reactionsTaken;
    else if (input.reactions) chat.reactionsTaken = input.reactions;
    placeOwner(world, chat, input.ownerId);
    if (!known || input.bot || input.botRights) {
      placeBot(world, chat, input.bot ?? "administrator", input.botRights);
    }
    return renderChat(world, chat);
  },
);

const channel = act(
  z.strictObject({
    id: z.number().int().negative().optional(),
    title: z.string().min(1),
    username: z.string().optional(),
    ownerId: z.number().int().optional(),
    /** Posts of the channel appear in this group by themselves. */
    discussionGroupId: z.number().int().optional(),
    bot: botPlace.optional(),
    botRights: rightsSchema.optional(),
  }),
  (world, input) => {
    const id = input.id ?? FIRST_SUPERGROUP_ID - world.count("chat");
    const chat =
      world.chat(id) ?? addChat(world, { id, type: "channel", title: input.title, username: input.username });
    placeOwner(world, chat, input.ownerId);
    placeBot(world, chat, input.bot ?? "absent", input.botRights);
    if (input.discussionGroupId !== undefined) {
      const discussion = groupNamed(world, input.discussionGroupId);
      chat.linkedChatId = discussion.id;
      discussion.linkedChatId = chat.id;
    }
    return renderChat(world, chat);
  },
);

function placeOwner(world: World, chat: SandboxChat, ownerId: number | undefined): void {
  const hasOwner = Object.values(chat.members).some(({ status }) => status === "creator");
  if (ownerId === undefined && hasOwner) return;
  const id = ownerId ?? DEFAULT_OWNER.id;
  world.state.users[id] ??= newUser({ ...DEFAULT_OWNER, id });
  chat.members[id] = { status: "creator", isAnonymous: false, title: null };
}

function placeBot(
  world: World,
  chat: SandboxChat,
  place: z.output<typeof botPlace>,
  rights: Partial<AdministratorRights> | undefined,
): void {
  if (place === "absent") delete chat.members[world.botId];
  else {
    chat.members[world.botId] =
      place === "member"
        ? { status: "member" }
        : {
            status: "administrator",
            isAnonymous: false,
            title: null,
            rights: { ...USUAL_RIGHTS, ...rights },
          };
  }
}

/** Places a person in a group as if they had long been in it; a present member keeps their status. */
const member = act(
  z.strictObject({
    chatId: z.number().int(),
    userId: z.number().int(),
    status: z.enum(["creator", "administrator", "member", "restricted", "left", "kicked"]).optional(),
    rights: rightsSchema.optional(),
    permissions: permissionsSchema.optional(),
    title: z.string().optional(),
    anonymous: z.boolean().optional(),
  }),
  (world, input): Member => {
    const chat = groupNamed(world, input.chatId);
    personOf(world, input.userId);
    const before = memberOf(chat, input.userId);
    const placed = input.status === undefined && isPresent(before) ? before : memberAs(input);
    chat.members[input.userId] = placed;
    world.emit(() => ({ type: "member", chatId: chat.id, userId: input.userId, member: placed }));
    return placed;
  },
);

function memberAs(input: {
  status?: Member["status"] | undefined;
  rights?: Partial<AdministratorRights> | undefined;
  permissions?: Partial<SandboxChat["permissions"]> | undefined;
  title?: string | undefined;
  anonymous?: boolean | undefined;
}): Member {
  const shown = { isAnonymous: input.anonymous ?? false, title: input.title ?? null };
  const { status = "member" } = input;
  switch (status) {
    case "creator":
      return { status, ...shown };
    case "administrator":
      return { status, ...shown, rights: { ...NO_RIGHTS, ...input.rights } };
    case "restricted":
      return { status, isMember: true, permissions: { ...EVERYTHING_PERMITTED, ...input.permissions } };
    case "member":
    case "left":
    case "kicked":
      return { status };
    default:
      return status satisfies never;
  }
}

export const stageActs = { user, group, channel, member };
