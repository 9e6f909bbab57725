/** What is said by itself: rows of the outbox name these texts. */

export * from "./agent.ts";
export { usageHint } from "./commands.ts";
export * from "./customer.ts";
export * from "./delivery.ts";
export * from "./hints.ts";
export * from "./lists.ts";
export * from "./topic.ts";
export * from "./trouble.ts";
