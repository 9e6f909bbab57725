import { acts } from "./acts/all.ts";
import type { ActInput, ActName, ActResult } from "./acts/all.ts";
import { callMethod, finishCall } from "./calling.ts";
import type { CallResult } from "./calling.ts";
import { TelegramFailure } from "./errors.ts";
import type { ChangeListener } from "./feed.ts";
import { fileAtPath } from "./media.ts";
import { newWorldState } from "./new-world.ts";
import type { BotSettings } from "./new-world.ts";
import type { Upload } from "./params.ts";
import { ActRefused } from "./refusal.ts";
import type { StoredFile, WorldState } from "./state.ts";
import { forgetDeliveries, nextDueAt, settleDelivery, takeDue } from "./webhook-delivery.ts";
import type { Delivery, DeliveryOutcome } from "./webhook-delivery.ts";
import { World } from "./world.ts";

export interface CoreOptions {
  /** World time, in milliseconds. */
  now: () => number;
  /** The same seed makes the same ids, dice and pauses. */
  seed?: number | undefined;
  bot?: BotSettings | undefined;
}

/**
 * A Telegram with one bot in it, without input or output of its own: its host carries calls in and updates out, and
 * lets time pass.
 */
export class TelegramCore {
  readonly #world: World;
  readonly #seed: number;
  readonly #bot: BotSettings;

  constructor({ now, seed = 1, bot = {} }: CoreOptions) {
    this.#seed = seed;
    this.#bot = bot;
    this.#world = new World(now, newWorldState(seed, bot));
  }

  /** One call of the Bot API, and how its answer is to travel. */
  call(
    token: string,
    method: string,
    params: Record<string, unknown> = {},
    uploads: Record<string, Upload> = {},
  ): CallResult {
    return callMethod(this.#world, token, method, params, uploads);
  }

  /** To be told once the answer has left (or got lost): closes the call's entry in the log. */
  finished(callId: number, tookMs: number): void {
    finishCall(this.#world, callId, tookMs);
  }

  /** Something a person does, or a look at the world. Throws ActRefused where Telegram would not let them. */
  act<Name extends ActName>(name: Name, input: ActInput<Name>): ActResult<Name> {
    const { input: schema, run } = acts[name];
    const parsed = schema.safeParse(input);
    if (!parsed.success) {
      const problems = parsed.error.issues.map(({ path, message }) =>
        path.length > 0 ? `${path.join(".")}: ${message}` : message,
      );
      throw new ActRefused(`${name}: ${problems.join("; ")}`);
    }
    try {
      return (run as (world: World, input: unknown) => ActResult<Name>)(this.#world, parsed.data);
    } catch (error) {
      if (error instanceof TelegramFailure) throw new ActRefused(`${name}: ${error.description}`);
      throw error;
    }
  }

  /** The updates to be sent now; each is on its way until `delivered` is called for it. */
  due(): Delivery[] {
    return takeDue(this.#world);
  }

  /** False for a delivery that is no longer known. */
  delivered(deliveryId: string, outcome: DeliveryOutcome): boolean {
    return settleDelivery(this.#world, deliveryId, outcome);
  }

  nextDueAt(): number | null {
    return nextDueAt(this.#world);
  }

  on(listener: ChangeListener): () => void {
    return this.#world.on(listener);
  }

  file(path: string): StoredFile | null {
    return fileAtPath(this.#world, path);
  }

  get token(): string {
    return this.#world.state.bot.token;
  }

  snapshot(): WorldState {
    return structuredClone(this.#world.state);
  }

  /** What was on its way to the webhook when the snapshot was taken is sent once more. */
  restore(state: WorldState): void {
    this.#world.state = structuredClone(state);
    forgetDeliveries(this.#world);
    this.#world.emit(() => ({ type: "reset" }));
  }

  /** Everything from the beginning, with the bot it was made with, or parts of it changed. */
  reset(bot: BotSettings = {}, seed = this.#seed): void {
    this.#world.state = newWorldState(seed, { ...this.#bot, ...bot });
    this.#world.emit(() => ({ type: "reset" }));
  }
}
