import type { ConfigInput } from "../../src/domain/config/config.ts";
import example from "../../src/sandbox/desk.example.json" with { type: "json" };

/** An address without a server: calls of a desk under test stay on the machine. */
const NOWHERE = "http://127.0.0.1:9/desk";

export interface ExampleDeskOptions {
  webhooks?: string;
  /** Without one the desk asks no CRM. */
  crm?: string;
}

/** The example desk: groups `main` (SUP, the default) and `vip` (VIP). A copy to change at will. */
export function exampleDesk({ webhooks = NOWHERE, crm }: ExampleDeskOptions = {}): ConfigInput {
  const config = structuredClone(example) as ConfigInput;
  for (const webhook of config.webhooks ?? []) webhook.url = webhooks;
  if (crm === undefined) delete config.routing.enrichment;
  else config.routing.enrichment!.url = crm;
  return config;
}

/** As it is written, with addresses that lead nowhere: a sandbox leads them to itself. */
export function exampleDeskAsWritten(): ConfigInput {
  return structuredClone(example) as ConfigInput;
}

/** Links to `?start=vip` lead to the group vip. */
export function entersVip(config: ConfigInput): void {
  config.groups.find(({ id }) => id === "vip")!.entry = ["vip"];
}

/** For scenes that are about something else: the desk promises nothing, so nothing falls due. */
export function promisesNothing(config: ConfigInput): void {
  Object.assign(config, { tiers: {}, slaPolicies: [], escalationPolicies: [], webhooks: [] });
  config.routing.rules = (config.routing.rules ?? []).filter(({ when }) => when.tier === undefined);
}

/** Chat ids of the example desk's staff groups. */
export const MAIN_CHAT = -1_001_234_567_890;
export const VIP_CHAT = -1_001_234_567_891;
