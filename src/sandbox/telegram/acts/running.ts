import * as z from "zod";
import { noBudgets, realBudgets } from "../budgets.ts";
import { addFault } from "../faults.ts";
import { privateTopicsOf } from "../new-world.ts";
import { becomeBot, restoreAccount } from "../other-bots.ts";
import { ActRefused } from "../refusal.ts";
import type { BotAccount, Budgets, Fault, WorldSettings } from "../state.ts";
import { kindOf, queueUpdate } from "../update-queue.ts";
import { act } from "./act.ts";
import { remember } from "./remembering.ts";

const scopeFields = {
  methods: z.array(z.string()).optional(),
  chatId: z.number().int().optional(),
  times: z.number().int().min(1).optional(),
  after: z.number().int().min(0).optional(),
};
const deed = z.boolean().optional();

const faultSchema = z.discriminatedUnion("effect", [
  z.strictObject({ effect: z.literal("flood"), retryAfter: z.number().int().min(1), ...scopeFields }),
  z.strictObject({ effect: z.literal("server_error"), deed, ...scopeFields }),
  z.strictObject({ effect: z.literal("bad_gateway"), deed, ...scopeFields }),
  z.strictObject({ effect: z.literal("proxy_flood"), retryAfter: z.int().min(1).optional(), ...scopeFields }),
  z.strictObject({
    effect: z.literal("refuse"),
    code: z.number().int().min(400).max(599),
    description: z.string(),
    ...scopeFields,
  }),
  z.strictObject({ effect: z.literal("answer_lost"), ...scopeFields }),
  z.strictObject({ effect: z.literal("request_lost"), ...scopeFields }),
  z.strictObject({
    effect: z.literal("slow"),
    ms: z.number().int().min(1),
    upTo: z.number().int().min(1).optional(),
    ...scopeFields,
  }),
  z.strictObject({ effect: z.literal("hang"), deed, ...scopeFields }),
  z.strictObject({ effect: z.literal("down") }),
]);

/** Adds faults; those that are there stay. Without any, it only shows them. */
const faults = act(
  z.strictObject({ add: z.array(faultSchema).optional() }),
  (world, { add = [] }): Fault[] => {
    for (const settings of add) addFault(world, settings);
    if (add.length > 0) world.emit(() => ({ type: "faults", faults: world.state.faults }));
    return world.state.faults;
  },
);

const clearFaults = act(
  z.strictObject({ ids: z.array(z.number().int()).optional() }),
  (world, { ids }): true => {
    world.state.faults = ids ? world.state.faults.filter(({ id }) => !ids.includes(id)) : [];
    world.emit(() => ({ type: "faults", faults: world.state.faults }));
    return true;
  },
);

const limit = z.number().positive().nullable().optional();

/** "real" and "off" set all limits; anything else changes those that are given. */
const budgets = act(
  z.strictObject({
    all: z.enum(["real", "off"]).optional(),
    perGroupMinute: limit,
    perChatSecond: limit,
    chatBurst: z.number().positive().optional(),
    perSecond: limit,
    webhookEveryMs: limit,
  }),
  (world, { all, ...changes }): Budgets => {
    const state = world.state.budgets;
    const base = all === undefined ? state.limits : { ...(all === "real" ? realBudgets : noBudgets) };
    const given = Object.entries(changes).filter(([, value]) => value !== undefined);
    state.limits = { ...base, ...Object.fromEntries(given) };
    return state.limits;
  },
);

/** How much of its minute a group has used, and when. */
const budgetLeft = act(
  z.strictObject({ chatId: z.number().int() }),
  (world, { chatId }): { limit: number | null; used: number; freeAt: number | null; spentAt: number[] } => {
    const { limits, spent } = world.state.budgets;
    const counted = (spent[`chat:${chatId}`] ?? []).filter((at) => at + 60_000 > world.nowMs);
    const [oldest] = counted;
    return {
      limit: limits.perGroupMinute,
      used: counted.length,
      freeAt: oldest === undefined ? null : oldest + 60_000,
      spentAt: counted,
    };
  },
);

const deletedAnswer = z.enum(["message thread not found", "TOPIC_DELETED", "TOPIC_ID_INVALID"]);

const settings = act(
  z.strictObject({
    deletedTopicOnSend: deletedAnswer.optional(),
    deletedTopicOnEdit: deletedAnswer.optional(),
    ephemeralMessages: z.enum(["accept", "refuse"]).optional(),
  }),
  (world, changes): WorldSettings => {
    Object.assign(world.state.settings, changes);
    return world.state.settings;
  },
);

/**
 * Who the bot is; with settings given, it becomes another. A bot with another id has no private chats yet, is in no
 * group, and its messages and updates are numbered anew.
 */
const bot = act(
  z.strictObject({
    token: z
      .string()
      .regex(/^\d+:[\w-]+$/)
      .optional(),
    firstName: z.string().optional(),
    username: z.string().optional(),
    readsAllGroupMessages: z.boolean().optional(),
    privateTopics: z.enum(["off", "by_bot", "by_anyone"]).optional(),
  }),
  (world, changes): BotAccount => {
    const { token, profile } = world.state.bot;
    becomeBot(world, {
      token: changes.token ?? token,
      firstName: changes.firstName ?? profile.first_name,
      username: changes.username ?? profile.username,
      readsAllGroupMessages: changes.readsAllGroupMessages ?? profile.can_read_all_group_messages,
      privateTopics: changes.privateTopics ?? privateTopicsOf(world.state.bot),
    });
    return world.state.bot;
  },
);

/** The bot's account is made anew: the same id, but no private chat, and numbers that begin with 1. */
const restoredAccount = act(z.strictObject({}), (world): true => {
  restoreAccount(world);
  return true;
});

/**
 * Any update at all, as if Telegram had queued it. Null when its kind is not among those the bot asked for. With
 * `remember` its people and its message exist from now on, so that the bot can act on them.
 */
const inject = act(
  z.strictObject({
    update: z.looseObject({ update_id: z.number().int().optional() }),
    remember: z.boolean().optional(),
  }),
  (world, { update, remember: isTrue = false }): { updateId: number | null } => {
    const { update_id, ...content } = update;
    if (kindOf(content) === "") throw new ActRefused("an update needs something in it beside its id");
    if (isTrue) remember(world, content);
    return { updateId: queueUpdate(world, content, update_id) };
  },
);

export const runningActs = {
  faults,
  clearFaults,
  budgets,
  budgetLeft,
  settings,
  bot,
  restoredAccount,
  inject,
};
