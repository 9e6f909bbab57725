import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildWorker } from "../../src/sandbox/desk/local-desk.ts";
import { SandboxTelegram, type Group, type Member } from "../../src/sandbox/telegram/client.ts";
import type { HostedWorld } from "../../src/sandbox/telegram/hosted-world.ts";
import { startTelegramSandbox } from "../../src/sandbox/telegram/server.ts";
import { exampleDesk } from "../support/desks.ts";
import type { Dice } from "../support/dice.ts";
import { hastyClock } from "../support/hasty-clock.ts";
import { until } from "../support/until.ts";
import { KillableDesk, lastingPort } from "./killable-desk.ts";
import { Traffic } from "./traffic.ts";

const secrets = {
  BOT_TOKEN: "7000000001:sandbox",
  WEBHOOK_SECRET: "webhook-secret",
  ADMIN_TOKEN: "admin-token",
};
const UPDATES = [
  "message",
  "edited_message",
  "callback_query",
  "message_reaction",
  "my_chat_member",
  "chat_member",
];
const HURRY_EVERY_MS = 20;

/** A desk that can be killed, with a Telegram that outlives it, and people who write without end. */
export class Scene {
  /** Telegram from within, to see what happens while it happens. */
  readonly world: HostedWorld;
  readonly telegram: SandboxTelegram;
  readonly desk: KillableDesk;
  readonly group: Group;
  readonly agents: Member[];
  readonly traffic: Traffic;
  readonly dice: Dice;

  private constructor(parts: Pick<Scene, "world" | "telegram" | "desk" | "group" | "agents" | "dice">) {
    this.world = parts.world;
    this.telegram = parts.telegram;
    this.desk = parts.desk;
    this.group = parts.group;
    this.agents = parts.agents;
    this.dice = parts.dice;
    this.traffic = new Traffic(this.telegram, this.group, this.dice.fork());
  }

  /** `atTheEnd` takes what has to be put away, last things first, however the scene ends. */
  static async open(dice: Dice, atTheEnd: (putAway: () => unknown) => void): Promise<Scene> {
    const statePath = await mkdtemp(join(tmpdir(), "topicdesk-crash-"));
    atTheEnd(() => rm(statePath, { recursive: true, force: true }));
    const bundle = await buildWorker("test/crash/hasty-desk.ts", join(statePath, "bundle"));

    const sandbox = await startTelegramSandbox({ bot: { token: secrets.BOT_TOKEN } });
    atTheEnd(() => sandbox.close());
    const world = sandbox.world();
    const hurry = (): void => void world.control("clock", { set: hastyClock.now() });
    hurry();
    const hurrying = setInterval(hurry, HURRY_EVERY_MS);
    atTheEnd(() => clearInterval(hurrying));

    const port = await lastingPort();
    const desk = new KillableDesk({ statePath, port, telegramRoot: sandbox.url, secrets, bundle });
    atTheEnd(() => desk.kill());

    const telegram = new SandboxTelegram(`${sandbox.url}/control`);
    await telegram.budgets("off");
    const config = exampleDesk();
    config.intake = { greeting: config.intake?.greeting, fields: [] };
    const [main, ...others] = config.groups;
    const group = await telegram.group({ id: main!.chatId, title: "Support", forum: true });
    for (const { chatId } of others) await telegram.group({ id: chatId, title: "More support", forum: true });
    const agents = [
      await group.member({ id: 9002, firstName: "Olga" }),
      await group.member({ id: 9003, firstName: "Boris" }),
    ];
    const scene = new Scene({ world, telegram, desk, group, agents, dice });
    await desk.start();
    await scene.api("PUT", "/api/v1/config", config);
    await scene.#setWebhook();
    return scene;
  }

  async #setWebhook(): Promise<void> {
    const webhook = {
      url: `${this.desk.url}/telegram/webhook`,
      secret_token: secrets.WEBHOOK_SECRET,
      allowed_updates: UPDATES,
    };
    const answer = await fetch(`${this.telegram.apiRoot}/bot${secrets.BOT_TOKEN}/setWebhook`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(webhook),
    });
    if (!answer.ok) throw new Error(await answer.text());
  }

  /** A request to the desk's own API, by its administrator. */
  async api<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await fetch(`${this.desk.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${secrets.ADMIN_TOKEN}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  /** Waits until Telegram has delivered everything, and the desk too. */
  async quiet(): Promise<void> {
    await until("Telegram and the desk have delivered everything", async () => {
      if ((await this.pendingUpdates()) > 0) return false;
      const { groups } = await this.api<{ groups: GroupHealth[] }>("GET", "/healthz");
      const done = groups.every((group) => group.reachable && group.waiting.length + group.unrecorded === 0);
      // What left the desk meanwhile may have made Telegram say something.
      return done && (await this.pendingUpdates()) === 0;
    });
  }

  async pendingUpdates(): Promise<number> {
    const { queues } = await this.telegram.updates();
    return queues.reduce((sum, { updates }) => sum + updates.length, 0);
  }
}

interface GroupHealth {
  reachable: boolean;
  waiting: unknown[];
  unrecorded: number;
}
