import { mkdtemp, rm } from "node:fs/promises";
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
  async serve(entry: string, statePath = this.statePath()): Promise<DeskApi & { close(): Promise<void> }> {
    return this.serveBuilt(await buildWorker(entry, join(statePath, "bundle")), statePath);
  }

  /** Serves a Worker that is built already; `bundle` is the path of its main module. */
  async serveBuilt(bundle: string, statePath: string): Promise<DeskApi & { close(): Promise<void> }> {
    const telegramRoot = this.telegram.apiRoot;
    const desk = await startLocalDesk({ statePath, port: 0, telegramRoot, secrets: SECRETS, bundle });
    let closed = false;
    const close = async (): Promise<void> => {
      if (!closed) await desk.close();
      closed = true;
    };
    this.#remains.defer(close);
    return Object.assign(new DeskApi(desk.url), { close });
  }

  /** Serves the desk with its configuration and without the limit of the staff group's lane, whose rate an object reads once. */
  async serveWithoutLimits(statePath: string): Promise<DeskApi & { close(): Promise<void> }> {
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

/** No receiver takes them: retries are not to be measured. Promises stay in force. */
function withoutWebhooks(config: ConfigInput): void {
  config.webhooks = [];
  for (const { steps } of config.escalationPolicies ?? [])
    for (const step of steps) step.actions = step.actions.filter((action) => !("webhook" in action));
}
