import type { VersionedConfig } from "../domain/config/config.ts";
import type { Scope } from "../domain/desk/scope.ts";
import type { Metered } from "../metering/metered.ts";

/** Who calls the API. */
export interface Principal {
  /** The id of a key, `admin` for `ADMIN_TOKEN`, or `oauth:` and a digest of issuer and subject. */
  id: string;
  /** The name of the key, as it stands in the history of what it changed. */
  name: string;
  scopes: readonly Scope[];
  /** Null: as many as any. */
  callsPerMinute: number | null;
}

/** What handlers find in their context. */
export interface Desk {
  Bindings: Env;
  Variables: {
    /** Tells the time, in ms since 1970. */
    now: () => number;
    /** Whether `ADMIN_TOKEN` only makes keys once there is one that could make others. */
    bootstraps: boolean;
    /** How long a call waits to be counted, in ms of real time. */
    meterPatienceMs: number;
    /** Whether the answer is for Telegram alone, and needs nothing that browsers are told. */
    isForTelegram?: true;
    /** Who calls; set on every path behind `authenticated`. */
    principal: Principal;
    /** How many calls they have left; null if they are not counted. */
    metered: Metered | null;
    /** The configuration in force; set for every operation that is `configured`. */
    versioned: VersionedConfig;
    /** The cause key of what this call changes; set on every route that changes something. */
    cause: string;
  };
}
