import { spawnSync } from "node:child_process";
import { join, resolve } from "node:path";

/*
 * Plays on other days the tests that could tell one day from another: `npm run test:dates -- 2028-02-29T12:00:00Z …`
 * The date is moved in Node and inside the isolates, not under them.
 *
 * Which tests: everything in plain Node, because it is quick; and in the real runtime the files in which the real clock
 * is read, which are those about the callers of `realNow` (src/real-clock.ts): signatures of webhooks and of questions,
 * dates in `Retry-After`, keys of an issuer and its tokens, the emergency drain, and the wheel of a seed. Not the tests
 * that start processes of their own, which have the machine's date: browser, crash, the whole sandbox.
 */
const FILES = [
  "test/core",
  "test/house",
  "test/setup",
  "test/sandbox",
  "test/worker/api-oauth",
  "test/worker/enrichment",
  "test/worker/hubspot",
  "test/worker/same-day",
  "test/worker/webhook-call",
  "test/worker/webhook-delivery",
];

/** A leap day that ends while the tests run. */
const DATES = ["2028-02-29T23:59:00Z"];

const given = process.argv.slice(2);
const vitest = join(resolve(import.meta.dirname, ".."), "node_modules/vitest/vitest.mjs");
let failed = false;
for (const date of given.length > 0 ? given : DATES) {
  console.log(`\nThe tests that look at the clock, as if it were ${date}`);
  const env = { ...process.env, TEST_DATE: date, TEST_REPORT: undefined };
  const run = spawnSync(process.execPath, [vitest, "run", ...FILES], { stdio: "inherit", env });
  failed ||= run.status !== 0;
}
process.exitCode = failed ? 1 : 0;
