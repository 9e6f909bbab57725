import type { Stage } from "./stage.ts";

/** A short play that shows how the desk behaves, and proves it: it fails where something is not to be seen. */
export interface Scenario {
  id: string;
  title: string;
  /** What it is about, in one sentence. */
  shows: string;
  /** Telegram's limits matter to it: where they are off, they are switched on. */
  withLimits?: boolean;
  play(stage: Stage): Promise<void>;
}
