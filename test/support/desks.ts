import type { ConfigInput } from "../../src/domain/config.ts";
import example from "../../src/sandbox/desk.example.json" with { type: "json" };

/** Where nobody listens: what a desk under test calls leaves the machine as little as the test does. */
const NOWHERE = "http://127.0.0.1:9/desk";

/** The example desk without its CRM: groups `main` (SUP, the default) and `vip` (VIP). A copy to change at will. */
export function exampleDesk(webhooksTo = NOWHERE): ConfigInput {
  const config = structuredClone(example) as ConfigInput;
  for (const webhook of config.webhooks ?? []) webhook.url = webhooksTo;
  delete config.routing.enrichment;
  return config;
}

/** For scenes that are about something else: the desk promises nothing, so nothing falls due. */
export function promisesNothing(config: ConfigInput): void {
  Object.assign(config, { tiers: {}, slaPolicies: [], escalationPolicies: [], webhooks: [] });
  config.routing.rules = (config.routing.rules ?? []).filter(({ when }) => when.tier === undefined);
}

/** Chat ids of the example desk's staff groups. */
export const MAIN_CHAT = -1_001_234_567_890;
export const VIP_CHAT = -1_001_234_567_891;
