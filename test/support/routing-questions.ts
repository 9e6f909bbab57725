import type { ConfigInput } from "../../src/domain/config/config.ts";
import { exampleDesk } from "./desks.ts";

export const json = async <T>(answer: Response | Promise<Response>): Promise<T> => (await answer).json();

export interface Problems {
  code: string;
  problems: { pointer: string; message: string }[];
}

/** Friday, 10:00 in Berlin. */
export const NOW = "2026-11-20T09:00:00Z";

export const [LEAD, SENIOR, GENERALIST] = [9001, 9002, 9003];

/** Premium customers have a queue, and so has billing; with one thing changed. */
export function changed(change: (config: ConfigInput) => void = () => undefined): ConfigInput {
  const config = exampleDesk();
  config.routing.rules = [
    { when: { tier: "premium" }, queue: "premium" },
    { when: { category: "billing" }, queue: "billing" },
  ];
  change(config);
  return config;
}
