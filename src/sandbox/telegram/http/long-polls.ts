import { failures } from "../errors.ts";
import type { TelegramFailure } from "../errors.ts";
import type { HostedWorld } from "../hosted-world.ts";

/** The one `getUpdates` that may wait: a second one, or a webhook, puts an end to it. */
export class LongPolls {
  readonly #world: HostedWorld;
  #interrupt: ((failure: TelegramFailure | null) => void) | null = null;

  constructor(world: HostedWorld) {
    this.#world = world;
  }

  /** Resolves when something has come, when time is up, or with the reason why waiting was ended. */
  wait(timeoutMs: number, isGone: AbortSignal): Promise<TelegramFailure | null> {
    return new Promise((resolve) => {
      const finish = (failure: TelegramFailure | null): void => {
        clearTimeout(timer);
        stop();
        if (this.#interrupt === finish) this.#interrupt = null;
        resolve(failure);
      };
      const timer = setTimeout(() => finish(null), timeoutMs);
      const stop = this.#world.on((change) => {
        if (change.type === "update_queued" || change.type === "reset") finish(null);
      });
      isGone.addEventListener("abort", () => finish(null), { once: true });
      this.#interrupt = finish;
    });
  }

  endedByOther(): void {
    this.#interrupt?.(failures.otherGetUpdates());
  }

  endedByWebhook(): void {
    this.#interrupt?.(failures.terminatedBySetWebhook());
  }
}
