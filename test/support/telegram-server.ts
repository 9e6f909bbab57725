import type { TestProject } from "vitest/node";
import { startTelegramSandbox } from "../../src/sandbox/telegram/server.ts";

declare module "vitest" {
  interface ProvidedContext {
    telegramUrl: string;
  }
}

/** One sandbox Telegram on loopback for all tests; every scene has a world of its own in it. */
export default async function telegramServer(project: TestProject): Promise<() => Promise<void>> {
  const server = await startTelegramSandbox();
  project.provide("telegramUrl", server.url);
  return () => server.close();
}
