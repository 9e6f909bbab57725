import type { Standing } from "./standing.ts";

/** What a meter says of a call: whether it may go on, how many are left, and in how many ms all are there again. */
export interface Metered {
  allowed: boolean;
  left: number;
  resetMs: number;
}

/** What a meter says of a call with a key: only one with a valid secret is counted. `unreachable`: D1's code. */
export type Admitted =
  | { standing: Extract<Standing, { is: "valid" }>; metered: Metered }
  | { standing: Exclude<Standing, { is: "valid" }> }
  | { unreachable: string };
