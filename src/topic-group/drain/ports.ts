import type { Outcome } from "../../domain/desk/outcome.ts";
import type { Inside } from "../commit/inside.ts";
import type { Outside } from "./outside.ts";
import type { Deliveries, OutsideCall } from "./work-handler.ts";

/** What the drain needs of the object and of the world; it has no clock, network or storage of its own. */
export interface DrainPorts extends Inside {
  outside: Pick<Outside, "call" | "random">;
  deliveries: Deliveries;
  /** Resolves when everything that was committed would survive a crash. */
  safe(): Promise<void>;
  /** What came of a call, whatever it was. */
  called(call: OutsideCall, outcome: Outcome): void;
  /** Delivers to the record; answers when to look again, `null` if there is nothing more. */
  record(): Promise<number | null>;
  /** A lane has something to do at this instant. */
  wakeBy(at: number): void;
}
