import { afterAll, beforeAll } from "vitest";
import { SandboxTelegram } from "../../src/sandbox/telegram/client.ts";
import { startTelegramSandbox } from "../../src/sandbox/telegram/server.ts";
import type { TelegramSandbox } from "../../src/sandbox/telegram/server.ts";

/** One server for the tests of a file, and a world of its own for each that asks for one. */
export function aSandbox() {
  let sandbox: TelegramSandbox;
  let worlds = 0;
  beforeAll(async () => {
    sandbox = await startTelegramSandbox();
  });
  afterAll(() => sandbox.close());

  return {
    get url() {
      return sandbox.url;
    },
    get server() {
      return sandbox;
    },
    /** A fresh world without limits, whose updates wait to be taken unless they are to be pushed. */
    async world(options: Parameters<SandboxTelegram["reset"]>[0] = {}): Promise<SandboxTelegram> {
      worlds += 1;
      const tg = new SandboxTelegram(`${sandbox.url}/w/test-${worlds}/control`);
      await tg.reset({ delivery: "pull", budgets: "off", ...options });
      return tg;
    },
  };
}
