/**
 * The object's answer to an update.
 *
 * - `accepted`: committed; `duplicate`: it was before, and nothing changed
 * - `ignored`: nothing to do; `set_aside`: our code could not apply it, it is kept for inspection
 * - `config_needed`: the caller has a newer configuration and must hand it over first
 * - `config_old`: the object has a newer configuration than the caller, by which the update is for another group
 * - `home_needed`: the caller only remembers that the customer is at home here, and they are not known here (any more)
 * - `full`, `failed`: not taken; the sender should come again after `retryAfterS` seconds
 */
export type Receipt =
  | { status: "accepted" | "duplicate" | "ignored" | "set_aside" }
  | { status: "config_needed" | "config_old" | "home_needed" }
  | { status: "full" | "failed"; retryAfterS: number };
