import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { makeAssets } from "./src/setup/api-docs/files.ts";

process.env["CLOUDFLARE_CF_FETCH_ENABLED"] = "false";
process.env["WRANGLER_SEND_METRICS"] = "false";
await makeAssets();

/** Plain Node: the pure core, the sandbox's Telegram, the set-up, and the rules of this house. */
const node = { name: "node", include: ["test/{core,house,sandbox,setup}/**/*.test.ts"] };

/** The real runtime: the desk in workerd, against the sandbox's Telegram over HTTP on loopback. */
const worker = {
  name: "worker",
  include: ["test/worker/**/*.test.ts"],
  globalSetup: ["test/support/telegram-server.ts", "test/support/endpoint-server.ts"],
  testTimeout: 30_000,
};

/** The sandbox's page in a real Chromium, with the desk and its Telegram behind it. */
const browser = {
  name: "browser",
  include: ["test/browser/**/*.test.ts"],
  testTimeout: 30_000,
  // Each file has a sandbox of its own; more than two at a time would only wait for each other.
  maxWorkers: 2,
  expect: { poll: { timeout: 10_000 } },
};

/** The desk as a process of its own, killed and started again while everybody writes. */
const crash = {
  name: "crash",
  include: ["test/crash/**/*.test.ts"],
  testTimeout: 120_000,
  hookTimeout: 300_000,
};

/** Where a machine-readable report goes, beside what people read. */
const report = process.env["TEST_REPORT"];

export default defineConfig({
  test: {
    reporters: report === undefined ? ["default"] : ["default", "json"],
    ...(report === undefined ? {} : { outputFile: { json: report } }),

    // The desk's own log lines: in tests they are about what a test does on purpose.
    onConsoleLog: (log) => (/^\{"(level|event)":/.test(log) ? false : undefined),
    projects: [
      { test: node },
      { test: browser },
      { test: crash },
      {
        test: worker,
        plugins: [
          cloudflareTest(async ({ inject }) => ({
            main: "src/sandbox/desk/worker.ts",
            wrangler: { configPath: "wrangler.toml" },
            miniflare: {
              bindings: {
                BOT_TOKEN: "7000000001:sandbox",
                WEBHOOK_SECRET: "test-webhook-secret",
                ADMIN_TOKEN: "test-admin-token",
                ALLOW_LOOPBACK: "true",
                TELEGRAM_API_ROOT: inject<string>("telegramUrl"),
                RECORD_MIGRATIONS: await readD1Migrations("migrations/record"),
              },
            },
          })),
        ],
      },
    ],
  },
});
