import { DurableObject } from "cloudflare:workers";
import type { VersionedConfig } from "../domain/config.ts";
import { systemClock, type Clock } from "./clock.ts";
import type { GroupHealth, ParkedDelivery, Receipt } from "./receipt.ts";

/** The Durable Object of one topic group: its live tickets and everything that is on its way out. */
export class TopicGroup extends DurableObject<Env> {
  readonly #clock: Clock;

  constructor(ctx: DurableObjectState, env: Env, clock: Clock = systemClock) {
    super(ctx, env);
    this.#clock = clock;
  }

  /** Takes one Telegram update; `configVersion` is the newest that the caller knows. */
  receive(_update: unknown, _configVersion: number): Receipt {
    return { status: "failed", retryAfterS: this.#clock.now() > 0 ? 5 : 0 };
  }

  /** Takes a configuration; an older one than the object has changes nothing. Answers the version in force. */
  configure(_group: string, versioned: VersionedConfig): number {
    return versioned.version;
  }

  /** Whether this customer has written to this group before. */
  knows(_customer: number): boolean {
    return false;
  }

  health(): GroupHealth {
    return { group: "", configVersion: 0, waiting: [], parked: 0, unrecorded: 0, troubles: [] };
  }

  /** Parked and uncertain deliveries, oldest first; `after` is the id of the last one of the page before. */
  parked(_after: string | null, _limit: number): ParkedDelivery[] {
    return [];
  }

  /** Sends a parked delivery again. `gone`: there is no such delivery, or it is on its way already. */
  replay(_id: string): "replayed" | "gone" {
    return "gone";
  }

  /** Sends every ticket, event and contact to the record again. Answers how many tickets. */
  reproject(): number {
    return 0;
  }
}
