import { availableParallelism } from "node:os";
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { realNow } from "./src/real-clock.ts";
import { makeAssets } from "./src/setup/api-docs/files.ts";
import { moveDate } from "./test/support/moved-date.ts";
import { oneModule } from "./test/support/one-module.ts";
import { hideLostConnections } from "./test/support/quiet.ts";

process.env["CLOUDFLARE_CF_FETCH_ENABLED"] = "false";
process.env["WRANGLER_SEND_METRICS"] = "false";
await makeAssets();
hideLostConnections();

/**
 * `TEST_DATE=2028-02-29T12:00:00Z` plays the tests as if they began then: in this process, where the tests' servers run,
 * and in every realm that runs tests.
 */
const testDate = process.env["TEST_DATE"];
// Kept in the environment: this file may be read more than once, and the date has moved then.
const movedBy = (process.env["TEST_DATE_MOVED_BY_MS"] ??= String(
  testDate === undefined ? 0 : Date.parse(testDate) - realNow(),
));
const dateMovedByMs = Number(movedBy);
if (Number.isNaN(dateMovedByMs)) throw new Error(`TEST_DATE must be an instant, not ${testDate}`);
moveDate(dateMovedByMs);

/** `FC_SEED=7` tries other random cases; by default every run tries the same. */
const fastCheckSeed = Number(process.env["FC_SEED"] ?? 1);
const provide = { dateMovedByMs, fastCheckSeed };
const setupFiles = ["test/support/setup.ts"];
/** Files at a time, of whatever project: many of them wait for alarms and answers, so four share two cores well. */
const maxWorkers = 2 * availableParallelism();
/** Set-up writes thousands of rows, builds Workers, starts browsers: a slow disk must not fail a test. */
const hookTimeout = 240_000;

/** These start the desk in a process of its own, which has the machine's date. */
const OF_OWN_PROCESSES = [
  "test/sandbox/whole-sandbox.test.ts",
  "test/sandbox/product-bundle.test.ts",
  "test/simulation/simulation.test.ts",
];

/** Plain Node: the pure core, the sandbox's Telegram, the set-up, and the rules of this house. */
const node = {
  name: "node",
  include: ["test/{core,house,sandbox,setup,simulation}/**/*.test.ts"],
  exclude: testDate === undefined ? [] : OF_OWN_PROCESSES,
  setupFiles,
  provide,
  // Only for what hangs: some tests start processes, and a busy machine takes its time.
  testTimeout: 120_000,
  hookTimeout,
  maxWorkers,
};

/** The real runtime: the desk in workerd, against the sandbox's Telegram over HTTP on loopback. */
const worker = {
  name: "worker",
  include: ["test/worker/**/*.test.ts"],
  globalSetup: ["test/support/telegram-server.ts", "test/support/endpoint-server.ts"],
  setupFiles,
  provide,
  testTimeout: 120_000,
  hookTimeout,
  maxWorkers,
};

const MAIN = "src/sandbox/desk/worker.ts";
/** All files are asked for, once: `vitest run` and nothing else. */
const isWholeRun = process.argv.slice(2).join(" ") === "run" || process.env["ONE_MODULE"] !== undefined;

const runtime = cloudflareTest(async ({ inject }) => ({
  main: MAIN,
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
}));

/** The sandbox's page in a real Chromium, with the desk and its Telegram behind it. */
const browser = {
  name: "browser",
  include: ["test/browser/**/*.test.ts"],
  globalSetup: ["test/browser/unpacked-chromium.ts"],
  testTimeout: 300_000,
  hookTimeout,
  maxWorkers,
  expect: { poll: { timeout: 90_000 } },
};

/** The desk as a process of its own, killed and started again while everybody writes. */
const crash = {
  name: "crash",
  include: ["test/crash/**/*.test.ts"],
  testTimeout: 240_000,
  hookTimeout: 600_000,
  maxWorkers,
};

/** They take minutes each. */
const LONG = [
  "crash-matrix",
  "killed-desk",
  "whole-sandbox",
  "routing-laws",
  "desk-routing",
  "desk-numbers-begin-anew",
  "desk-moving",
  "api-contract.test",
  "desk-erasure",
  "test/browser/",
];

function isLong({ moduleId }: TestSpecification): boolean {
  return LONG.some((part) => moduleId.includes(part));
}

/** The long files begin first, so that no core idles while the last of them ends. */
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

/** Where a machine-readable report goes, beside what people read. */
const report = process.env["TEST_REPORT"];

export default defineConfig({
  test: {
    reporters: report === undefined ? ["default"] : ["default", "json"],
    ...(report === undefined ? {} : { outputFile: { json: report } }),

    // The desk's own log lines: in tests they are about what a test does on purpose.
    onConsoleLog: (log) => (/^\{"(level|event)":/.test(log) ? false : undefined),
    sequence: { sequencer: LongFirst },
    projects: [
      { test: node },
      { test: browser },
      { test: crash },
      { test: worker, plugins: isWholeRun ? [runtime, await oneModule(MAIN)] : [runtime] },
    ],
  },
});
