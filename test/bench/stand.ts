import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ConfigInput } from "../../src/domain/config/config.ts";
import { startLocalDesk } from "../../src/sandbox/desk/local-desk.ts";
import { SandboxTelegram, type Customer, type Group } from "../../src/sandbox/telegram/client.ts";
import type { HostedWorld } from "../../src/sandbox/telegram/hosted-world.ts";
import { startTelegramSandbox } from "../../src/sandbox/telegram/server.ts";
import { buildWorker } from "../../src/setup/worker/build.ts";
import { DeskApi, SECRETS } from "../support/desk-api.ts";
import { exampleDesk } from "../support/desks.ts";
import { before, builtIn } from "./checkout.ts";

/** A Worker that is served, and what its process has spent of a core, in ms: null where nobody says it. */
export type Served = DeskApi & { close(): Promise<void>; cpuMs(): Promise<number | null> };

/** A Telegram with the staff groups of the example desk in it, and Workers that talk to it. */
export class Stand {
  readonly world: HostedWorld;
  readonly telegram: SandboxTelegram;
  readonly config: ConfigInput;
  /** The staff groups, in the configuration's order. */
  readonly groups: Group[] = [];
  readonly #directory: string;
  readonly #remains: AsyncDisposableStack;
  #workers = 0;

  private constructor(
    parts: { world: HostedWorld; root: string; directory: string },
    remains: AsyncDisposableStack,
  ) {
    this.world = parts.world;
    this.telegram = new SandboxTelegram(`${parts.root}/control`);
    this.config = exampleDesk();
    // A setting of this release only, which one before could not read.
    delete this.config.desk.timeZone;
    this.config.intake = { greeting: this.config.intake?.greeting, fields: [] };
    withoutWebhooks(this.config);
    this.#directory = parts.directory;
    this.#remains = remains;
  }

  static async open(remains: AsyncDisposableStack): Promise<Stand> {
    const directory = await mkdtemp(join(tmpdir(), "topicdesk-bench-"));
    remains.defer(() => rm(directory, { recursive: true, force: true }));
    const sandbox = await startTelegramSandbox({ bot: { token: SECRETS.BOT_TOKEN } });
    remains.defer(() => sandbox.close());
    const stand = new Stand({ world: sandbox.world(), root: sandbox.url, directory }, remains);
    for (const { id, chatId } of stand.config.groups)
      stand.groups.push(await stand.telegram.group({ id: chatId, title: id, forum: true }));
    return stand;
  }

  /** Where a desk keeps its state: one that is served there again goes on where the former stopped. */
  statePath(): string {
    this.#workers += 1;
    return join(this.#directory, String(this.#workers));
  }

  /** Serves a Worker from workerd, without anything between it and its callers. */
  async serve(entry: string, statePath = this.statePath()): Promise<Served> {
    return this.serveBuilt(await buildWorker(entry, join(statePath, "bundle")), statePath);
  }

  /** Serves a Worker that is built already; `bundle` is the path of its main module. */
  async serveBuilt(bundle: string, statePath: string): Promise<Served> {
    const telegramRoot = this.telegram.apiRoot;
    const desk = await startLocalDesk({ statePath, port: 0, telegramRoot, secrets: SECRETS, bundle });
    let closed = false;
    const close = async (): Promise<void> => {
      if (!closed) await desk.close();
      closed = true;
    };
    this.#remains.defer(close);
    return Object.assign(new DeskApi(desk.url), { close, cpuMs: () => cpuMsOf(desk.pid) });
  }

  /**
   * Serves the Worker of the checkout that the chapter is to measure beside this one, on a copy of the state of a desk that does not
   * run; null where there is none.
   */
  async serveBefore(statePath: string): Promise<Served | null> {
    const checkout = before();
    if (checkout === null) return null;
    const own = this.statePath();
    await cp(join(statePath, "v3"), join(own, "v3"), { recursive: true });
    return this.serveBuilt(await builtIn(checkout, join(own, "bundle")), own);
  }

  /** Serves the desk with its configuration and without the limit of the staff group's lane, whose rate an object reads once. */
  async serveWithoutLimits(statePath: string): Promise<Served> {
    const entry = "test/bench/desk/limitless-desk.ts";
    const beforehand = await this.serve(entry, statePath);
    await beforehand.call("PUT", "/api/v1/config", this.config);
    await beforehand.call("POST", "/bench/limit?lift=1");
    await beforehand.close();
    return this.serve(entry, statePath);
  }

  customers(count: number): Promise<Customer[]> {
    return Promise.all(
      Array.from({ length: count }, (_, index) =>
        this.telegram.customer({ firstName: `Customer ${index + 1}`, languageCode: "en" }),
      ),
    );
  }
}

/** Of user and kernel, in hundredths of a second: proc(5). */
async function cpuMsOf(pid: number | null): Promise<number | null> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => null);
  if (stat === null) return null;
  // The second field, the program's name, may have blanks in it.
  const [user, kernel] = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .slice(11, 13)
    .map(Number);
  return (user + kernel) * 10;
}

/** No receiver takes them: retries are not to be measured. Promises stay in force. */
function withoutWebhooks(config: ConfigInput): void {
  config.webhooks = [];
  for (const { steps } of config.escalationPolicies ?? [])
    for (const step of steps) step.actions = step.actions.filter((action) => !("webhook" in action));
}
