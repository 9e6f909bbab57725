/** Who calls the API. */
export interface Principal {
  /** The name of the key, as it stands in the history of what it changed. */
  name: string;
}

/** What handlers find in their context. */
export interface Desk {
  Bindings: Env;
  Variables: {
    /** Tells the time, in ms since 1970. */
    now: () => number;
    /** Who calls; set on every path behind `authenticated`. */
    principal: Principal;
  };
}
