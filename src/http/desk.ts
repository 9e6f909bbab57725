import type { Context } from "hono";
import type { SchemaProblem } from "../domain/config/schema-problems.ts";
import type { Scope } from "../domain/desk/scope.ts";

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
    /** Answers a request of which some part is not valid. */
    invalid: (c: Context<Desk>) => Promise<Response>;
    /** What does not fit this desk, of the keys of a body that are valid by themselves; set behind `fitting`. */
    misfits?: (sound: object) => Promise<SchemaProblem[]> | SchemaProblem[];
    /** Who calls; set on every path behind `authenticated`. */
    principal: Principal;
    /** The cause key of what this call changes; set on every route that changes something. */
    cause: string;
  };
}
