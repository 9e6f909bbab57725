import type { ConfigInput } from "../../src/domain/config.ts";
import example from "../../src/sandbox/desk.example.json" with { type: "json" };

/** The example desk: groups `main` (SUP, the default) and `vip` (VIP). A copy to change at will. */
export function exampleDesk(): ConfigInput {
  return structuredClone(example) as ConfigInput;
}

/** Chat ids of the example desk's staff groups. */
export const MAIN_CHAT = -1_001_234_567_890;
export const VIP_CHAT = -1_001_234_567_891;
