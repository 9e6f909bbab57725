import { setTimeout as sleep } from "node:timers/promises";
import type { HostedWorld } from "../telegram/hosted-world.ts";
import type { DeskLine } from "./desk-line.ts";

const MINUTE_MS = 60_000;
/** How often it is looked whether everything due has happened. */
const LOOK_EVERY_MS = 15;
/** A stand-in that does not answer, because a fault says so, must not stop time. */
const PATIENCE_MS = 2_000;
/** However much is due on the way, people do not watch longer than this. */
const JOURNEY_MAX_MS = 20_000;

/** One time for Telegram and the desk: the world's clock leads, and the desk's follows. */
export class SandboxTime {
  readonly #world: HostedWorld;
  readonly #groups: readonly string[];
  #desk: DeskLine;
  #minute: number;
  #timer: NodeJS.Timeout | null = null;
  #journey: Promise<void> = Promise.resolve();

  constructor(world: HostedWorld, desk: DeskLine, groups: readonly string[]) {
    this.#world = world;
    this.#desk = desk;
    this.#groups = groups;
    this.#minute = this.#thisMinute();
    this.#waitForMinute();
  }

  /** The desk was started anew. */
  follow(desk: DeskLine): void {
    this.#desk = desk;
    this.#minute = this.#thisMinute();
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  now(): number {
    return this.#world.clock.now();
  }

  /** When the desk or Telegram has something to do next. */
  async nextDueAt(): Promise<number | null> {
    const standings = await Promise.all(this.#groups.map((group) => this.#desk.standing(group)));
    const due = [this.#world.core.nextDueAt(), ...standings.map(({ wakeAt }) => wakeAt)].filter(
      (at) => at !== null,
    );
    return due.length === 0 ? null : Math.min(...due);
  }

  /** Lets time pass, and everything happen in its order that is due on the way. One journey at a time. */
  travel(to: number): Promise<void> {
    const journey = this.#journey.catch(() => undefined).then(() => this.#travel(to));
    this.#journey = journey;
    return journey;
  }

  async #travel(to: number): Promise<void> {
    const begin = performance.now();
    await this.#quiet();
    while (performance.now() - begin < JOURNEY_MAX_MS) {
      const next = await this.nextDueAt();
      if (next === null || next >= to) break;
      await this.#moveTo(next);
      await this.#quiet();
    }
    await this.#moveTo(to);
    await this.#quiet();
  }

  async #moveTo(at: number): Promise<void> {
    if (at > this.now()) this.#world.control("clock", { set: at });
    await this.#desk.setClock(this.#world.clock.state.offsetMs, this.#groups);
    await this.#strike();
  }

  /** Fires the platform's minute once for however many have passed: nothing may depend on when it ran. */
  async #strike(): Promise<void> {
    const minute = this.#thisMinute();
    if (minute > this.#minute) {
      this.#minute = minute;
      await this.#desk.scheduled();
    }
    this.#waitForMinute();
  }

  #thisMinute(): number {
    return Math.floor(this.now() / MINUTE_MS);
  }

  #waitForMinute(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    const wait = (this.#thisMinute() + 1) * MINUTE_MS - this.now();
    this.#timer = setTimeout(() => {
      // A desk that is away, or starts over, has its next minute.
      this.#strike().catch(() => this.#waitForMinute());
    }, wait).unref();
  }

  /** Resolves when nothing that is due by now is left to do. */
  async #quiet(): Promise<void> {
    for (const begin = performance.now(); performance.now() - begin < PATIENCE_MS;) {
      const standings = await Promise.all(this.#groups.map((group) => this.#desk.standing(group)));
      const now = this.now();
      const isDeskBusy = standings.some(({ wakeAt, busy }) => busy || (wakeAt !== null && wakeAt <= now));
      if (!isDeskBusy && !this.#isTelegramBusy(now)) return;
      await sleep(LOOK_EVERY_MS);
    }
  }

  #isTelegramBusy(now: number): boolean {
    const due = this.#world.core.nextDueAt();
    if (due !== null && due <= now) return true;
    const { queues } = this.#world.core.act("updates", {});
    return queues.some(({ updates }) => updates[0]?.deliveryId != null);
  }
}
