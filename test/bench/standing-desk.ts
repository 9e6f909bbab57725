import type { DeskApi } from "../support/desk-api.ts";
import { until } from "../support/until.ts";
import type { Counts } from "./desk/counts.ts";
import type { Stand } from "./stand.ts";

export const MORNING = Date.UTC(2026, 10, 20, 9);
/** Longer than cards and icons ever wait. */
export const A_WHILE_MS = 90_000;

/** A desk whose clock, and Telegram's with it, stands still until it is moved; see `desk/counting-desk.ts`. */
export class StandingDesk {
  readonly api: DeskApi;
  now = MORNING;
  readonly #stand: Stand;
  readonly #groups: string[];

  constructor(stand: Stand, api: DeskApi, groups: string[]) {
    this.#stand = stand;
    this.api = api;
    this.#groups = groups;
  }

  async door<T>(name: string, params: Record<string, string | number> = {}): Promise<T> {
    const query = new URLSearchParams(Object.entries(params).map(([key, value]) => [key, String(value)]));
    return this.api.call("POST", `/bench/${name}?${query.toString()}`);
  }

  async moveTo(at: number): Promise<void> {
    this.now = at;
    await this.#stand.telegram.clock({ freezeAt: at });
    await this.door("now", { at });
  }

  /** Lets everything happen that is due within a time, in its order. */
  async settle(withinMs: number): Promise<void> {
    const end = this.now + withinMs;
    for (;;) {
      await until("Telegram has delivered everything", () => this.#hasDelivered());
      const wakes = await Promise.all(
        this.#groups.map(async (group) => ({
          group,
          at: await this.door<number | null>("settled", { group }),
        })),
      );
      const due = wakes.filter(({ at }) => at !== null && at <= this.now);
      for (const { group } of due) await this.door("ring", { group });
      if (due.length > 0 || !this.#hasDelivered()) continue;
      const next = Math.min(...wakes.map(({ at }) => at ?? Infinity));
      await this.moveTo(Math.min(next, end));
      if (next > end) return;
    }
  }

  #hasDelivered(): boolean {
    return this.#stand.world.core.nextDueAt() === null && this.#pending() === 0;
  }

  #pending(): number {
    return this.#stand.world.core.act("updates", {}).queues.length;
  }

  counts(): Promise<Counts> {
    return this.door("counts");
  }
}
