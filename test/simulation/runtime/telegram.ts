import type { ActInput, ActName, ActResult } from "../../../src/sandbox/telegram/acts/all.ts";
import { acts } from "../../../src/sandbox/telegram/acts/all.ts";
import { callMethod } from "../../../src/sandbox/telegram/calling.ts";
import { TelegramFailure } from "../../../src/sandbox/telegram/errors.ts";
import { addFault } from "../../../src/sandbox/telegram/faults.ts";
import type { SeenMessage } from "../../../src/sandbox/telegram/feed.ts";
import { newWorldState } from "../../../src/sandbox/telegram/new-world.ts";
import { ActRefused } from "../../../src/sandbox/telegram/refusal.ts";
import type { FaultSettings } from "../../../src/sandbox/telegram/state.ts";
import {
  nextDueAt,
  settleDelivery,
  takeDue,
  type Delivery,
  type DeliveryOutcome,
} from "../../../src/sandbox/telegram/webhook-delivery.ts";
import { World } from "../../../src/sandbox/telegram/world.ts";
import type { Dice } from "./dice.ts";
import type { Happening, Timeline } from "./timeline.ts";

/** What Telegram needs of time: the world's own, or a hurried real one. */
export type Time = Pick<Timeline, "now" | "at" | "after" | "wait" | "cancel">;

/** What becomes of one call of the bot's. */
export interface CallFate {
  askMs: number;
  answerMs: number;
  fault: FaultSettings | null;
  /** It is done, and what comes back is cut off or no JSON. */
  garbled: boolean;
}

/** What becomes of one update on its way to the desk. */
export interface UpdateFate {
  travelMs: number;
  answerMs: number;
  /** Telegram does not hear the answer, and brings the update again. */
  answerLost: boolean;
  /** It comes a second time, whatever was answered, after so long. */
  againAfterMs: number | null;
}

export interface BotCallMade {
  method: string;
  params: Record<string, unknown>;
}

/** What the world wants to know of Telegram. */
export interface TelegramEars {
  /** The bot has written a message; `place` counts those of one call. */
  botWrote(message: SeenMessage, call: BotCallMade, place: number): void;
  called(call: BotCallMade, status: number, isFault: boolean, answer: unknown): void;
  deliver(delivery: Delivery): Promise<DeliveryOutcome>;
  callFate(call: BotCallMade): CallFate;
  updateFate(): UpdateFate;
}

/** The sandbox's Telegram on the world's clock, with a network between it and the desk. */
export class Telegram {
  readonly world: World;
  readonly #timeline: Time;
  readonly #ears: TelegramEars;
  #pump: Happening | null = null;
  #calling: (BotCallMade & { place: number }) | null = null;

  constructor(timeline: Time, seed: number, token: string, ears: TelegramEars) {
    this.#timeline = timeline;
    this.#ears = ears;
    this.world = new World(() => timeline.now, newWorldState(seed, { token }));
    this.world.on((change) => {
      if (change.type !== "message" || this.#calling === null) return;
      this.#ears.botWrote(change.message, this.#calling, this.#calling.place);
      this.#calling.place += 1;
    });
  }

  /** What a user does. Throws ActRefused where Telegram would not let them. */
  act<Name extends ActName>(name: Name, input: ActInput<Name>): ActResult<Name> {
    const { input: schema, run } = acts[name];
    try {
      const parsed = schema.parse(input);
      return (run as (world: World, input: unknown) => ActResult<Name>)(this.world, parsed);
    } catch (error) {
      if (error instanceof TelegramFailure) throw new ActRefused(error.description);
      throw error;
    } finally {
      this.pump();
    }
  }

  async call(token: string, method: string, body: string, signal: AbortSignal | null): Promise<Answer> {
    const call = { method, params: JSON.parse(body) as Record<string, unknown> };
    const fate = this.#ears.callFate(call);
    await this.#timeline.wait(fate.askMs);
    const fault = fate.fault === null ? null : addFault(this.world, { ...fate.fault, times: 1 });
    this.#calling = { ...call, place: 0 };
    const result = callMethod(this.world, token, method, call.params);
    this.#calling = null;
    // The log is for people who look; the worlds here are long.
    this.world.state.calls.length = 0;
    this.#ears.called(call, result.status, fault !== null, result.body);
    this.pump();
    if (result.wire.fate === "hang") return new Promise((_, reject) => abortsWith(signal, reject));
    await this.#timeline.wait(fate.answerMs + result.wire.delayMs);
    if (signal?.aborted === true) throw new Error("aborted");
    if (result.wire.fate === "reset") throw new TypeError("fetch failed");
    const text = typeof result.body === "string" ? result.body : JSON.stringify(result.body);
    return answerOf(
      result.status,
      fate.garbled ? text.slice(0, text.length >> 1) : text,
      result.headers ?? {},
    );
  }

  /** Brings what is due, and looks again when more is. */
  pump(): void {
    const due = nextDueAt(this.world);
    if (due === null) return;
    if (this.#pump !== null) {
      if (this.#pump.at <= due) return;
      this.#timeline.cancel(this.#pump);
    }
    this.#pump = this.#timeline.at(due, () => {
      this.#pump = null;
      for (const delivery of takeDue(this.world)) void this.#bring(delivery);
      this.pump();
    });
  }

  async #bring(delivery: Delivery): Promise<void> {
    const { travelMs, answerMs, answerLost, againAfterMs } = this.#ears.updateFate();
    await this.#timeline.wait(travelMs);
    if (againAfterMs !== null)
      this.#timeline.after(againAfterMs, () => void this.#ears.deliver(delivery).catch(() => undefined));
    const outcome = await this.#ears.deliver(delivery);
    await this.#timeline.wait(answerMs);
    settleDelivery(this.world, delivery.deliveryId, answerLost ? { error: "Connection timed out" } : outcome);
    this.pump();
  }
}

/** As much of a response as the desk looks at. */
export interface Answer {
  status: number;
  headers: { get(name: string): string | null };
  text(): Promise<string>;
}

function answerOf(status: number, text: string, headers: Record<string, string>): Answer {
  return {
    status,
    headers: { get: (name) => headers[name.toLowerCase()] ?? null },
    text: () => Promise.resolve(text),
  };
}

function abortsWith(signal: AbortSignal | null, reject: (error: Error) => void): void {
  signal?.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
}

/** Few milliseconds, as between machines that are well. */
export function usualCallFate(chance: Dice): CallFate {
  return { askMs: chance.between(10, 60), answerMs: chance.between(10, 60), fault: null, garbled: false };
}

export function usualUpdateFate(chance: Dice): UpdateFate {
  return {
    travelMs: chance.between(5, 80),
    answerMs: chance.between(5, 40),
    answerLost: false,
    againAfterMs: null,
  };
}
