import * as z from "zod";
import { acts } from "./acts/all.ts";
import type { ActInput, ActName } from "./acts/all.ts";
import { WorldClock } from "./clock.ts";
import type { ClockState } from "./clock.ts";
import { TelegramCore } from "./core.ts";
import type { Change, ChangeListener } from "./feed.ts";
import type { BotSettings } from "./new-world.ts";
import { ActRefused } from "./refusal.ts";
import type { WorldState } from "./state.ts";
import type { Delivery } from "./webhook-delivery.ts";

/** `push`: the host sends updates itself. `pull`: the controlling program takes them and reports the outcome. */
export type DeliveryMode = "push" | "pull";

export interface WorldSnapshot {
  clock: ClockState;
  delivery: DeliveryMode;
  core: WorldState;
}

const instant = z.union([z.number(), z.iso.datetime({ offset: true })]);

const botSettings = z.strictObject({
  token: z
    .string()
    .regex(/^\d+:[\w-]+$/)
    .optional(),
  firstName: z.string().optional(),
  username: z.string().optional(),
  readsAllGroupMessages: z.boolean().optional(),
  privateTopics: z.enum(["off", "by_bot", "by_anyone"]).optional(),
});

interface Command<Schema extends z.ZodType, Result> {
  input: Schema;
  run: (world: HostedWorld, input: z.output<Schema>) => Result;
}

function command<Schema extends z.ZodType, Result>(
  input: Schema,
  run: (world: HostedWorld, input: z.output<Schema>) => Result,
): Command<Schema, Result> {
  return { input, run };
}

export interface WorldStatus {
  name: string;
  /** World time, in milliseconds. */
  now: number;
  isFrozen: boolean;
  delivery: DeliveryMode;
  nextDueAt: number | null;
  token: string;
}

/** What can be done to a world from outside of its Telegram. */
export const commands = {
  status: command(z.strictObject({}), (world): WorldStatus => world.status),

  /** Applied in this order: set or freeze, advance, run. */
  clock: command(
    z.strictObject({
      set: instant.optional(),
      /** `true` stops the clock where it is. */
      freezeAt: z.union([instant, z.literal(true)]).optional(),
      advanceMs: z.number().min(0).optional(),
      run: z.literal(true).optional(),
    }),
    (world, { set, freezeAt, advanceMs, run }): WorldStatus => {
      const { clock } = world;
      if (set !== undefined) clock.set(toMs(set));
      if (freezeAt !== undefined) clock.freeze(freezeAt === true ? undefined : toMs(freezeAt));
      if (advanceMs !== undefined) clock.advance(advanceMs);
      if (run) clock.run();
      world.tell({ type: "clock", now: clock.now(), isFrozen: clock.isFrozen });
      return world.status;
    },
  ),

  delivery: command(z.strictObject({ mode: z.enum(["push", "pull"]) }), (world, { mode }): DeliveryMode => {
    world.delivery = mode;
    world.tell({ type: "delivery_mode", mode });
    return mode;
  }),

  takeDue: command(z.strictObject({}), (world): Delivery[] => {
    if (world.delivery !== "pull")
      throw new ActRefused("updates are pushed here; set the delivery to pull first");
    return world.core.due();
  }),

  delivered: command(
    z.strictObject({
      deliveryId: z.string(),
      status: z.number().int().optional(),
      retryAfterSeconds: z.number().optional(),
      error: z.string().optional(),
    }),
    (world, { deliveryId, status, retryAfterSeconds, error }): boolean => {
      if (error !== undefined) return world.core.delivered(deliveryId, { error });
      if (status === undefined) throw new ActRefused("a delivery ends with a status or an error");
      return world.core.delivered(deliveryId, { status, retryAfterSeconds });
    },
  ),

  nextDueAt: command(z.strictObject({}), (world): number | null => world.core.nextDueAt()),

  /** An empty world with a running clock, unless said otherwise. */
  reset: command(
    z.strictObject({
      bot: botSettings.optional(),
      delivery: z.enum(["push", "pull"]).optional(),
      freezeAt: instant.optional(),
      budgets: z.enum(["real", "off"]).optional(),
      /** The same seed makes the same ids, dice and pauses; otherwise they follow from the world's name. */
      seed: z.number().int().optional(),
    }),
    (world, { bot, delivery = "push", freezeAt, budgets, seed }): WorldStatus => {
      world.clock.state = { offsetMs: 0, frozenAt: freezeAt === undefined ? null : toMs(freezeAt) };
      world.delivery = delivery;
      world.core.reset(bot, seed);
      if (budgets !== undefined) world.core.act("budgets", { all: budgets });
      return world.status;
    },
  ),

  snapshot: command(z.strictObject({}), (world): WorldSnapshot => world.snapshot()),

  restore: command(z.strictObject({ snapshot: z.unknown() }), (world, { snapshot }): WorldStatus => {
    if (!isSnapshot(snapshot)) throw new ActRefused("this is no snapshot of a world");
    world.restore(snapshot);
    return world.status;
  }),
};

type Commands = typeof commands;
export type CommandName = keyof Commands;
export type CommandInput<Name extends CommandName> = z.input<Commands[Name]["input"]>;
export type CommandResult<Name extends CommandName> = ReturnType<Commands[Name]["run"]>;

function toMs(at: number | string): number {
  return typeof at === "number" ? at : Date.parse(at);
}

function isSnapshot(value: unknown): value is WorldSnapshot {
  const fields = value as Partial<WorldSnapshot> | null;
  return typeof fields === "object" && fields?.clock !== undefined && fields.core?.bot !== undefined;
}

/** A world with its own time, and the controls that people and tests hold it by. */
export class HostedWorld {
  readonly name: string;
  readonly clock: WorldClock;
  readonly core: TelegramCore;
  delivery: DeliveryMode = "push";
  readonly #listeners = new Set<ChangeListener>();

  constructor(name: string, realNow: () => number, bot?: BotSettings) {
    this.name = name;
    this.clock = new WorldClock(realNow);
    this.core = new TelegramCore({ now: this.clock.now, seed: seedOf(name), bot });
  }

  get status(): WorldStatus {
    return {
      name: this.name,
      now: this.clock.now(),
      isFrozen: this.clock.isFrozen,
      delivery: this.delivery,
      nextDueAt: this.core.nextDueAt(),
      token: this.core.token,
    };
  }

  /** Hears of everything that changes, the clock included. */
  on(listener: ChangeListener): () => void {
    this.#listeners.add(listener);
    const stop = this.core.on(listener);
    return () => {
      this.#listeners.delete(listener);
      stop();
    };
  }

  tell(change: Change): void {
    for (const listener of this.#listeners) listener(change);
  }

  /** An act or a command by its name, its input not yet checked. Throws ActRefused. */
  control(name: string, input: unknown): unknown {
    if (Object.hasOwn(acts, name)) {
      return this.core.act(name as ActName, input as ActInput<ActName>);
    }
    if (!Object.hasOwn(commands, name)) throw new ActRefused(`there is no control “${name}”`);
    const { input: schema, run } = commands[name as CommandName];
    const parsed = schema.safeParse(input);
    if (!parsed.success) throw new ActRefused(`${name}: ${z.prettifyError(parsed.error)}`);
    return (run as (world: HostedWorld, given: unknown) => unknown)(this, parsed.data);
  }

  snapshot(): WorldSnapshot {
    return { clock: this.clock.state, delivery: this.delivery, core: this.core.snapshot() };
  }

  restore(snapshot: WorldSnapshot): void {
    this.clock.state = snapshot.clock;
    this.delivery = snapshot.delivery;
    this.core.restore(snapshot.core);
  }
}

/** Worlds differ in their random ids, and each is the same in every run. */
function seedOf(name: string): number {
  let seed = 7;
  for (const char of name) seed = Math.imul(seed, 31) + (char.codePointAt(0) ?? 0);
  return seed;
}
