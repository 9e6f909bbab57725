import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { realNow } from "../../src/real-clock.ts";
import { SandboxTelegram, type Group, type Member } from "../../src/sandbox/telegram/client.ts";
import type { HostedWorld } from "../../src/sandbox/telegram/hosted-world.ts";
import { startTelegramSandbox } from "../../src/sandbox/telegram/server.ts";
import { buildWorker } from "../../src/setup/worker/build.ts";
import { DeskApi, SECRETS } from "../support/desk-api.ts";
import { exampleDesk } from "../support/desks.ts";
import type { Dice } from "../support/dice.ts";
import { hastyClock, HASTY_MORNING } from "../support/hasty-clock.ts";
import { until } from "../support/until.ts";
import { KillableDesk } from "./killable-desk.ts";
import { Traffic } from "./traffic.ts";

const HURRY_EVERY_MS = 20;
/** For everything that people wrote, on a machine that has other things to do. */
const PATIENCE_MS = 180_000;

/** A desk that can be killed, with a Telegram that outlives it, and people who write without end. */
export class Scene {
  /** Telegram from within, to see what happens while it happens. */
  readonly world: HostedWorld;
  readonly telegram: SandboxTelegram;
  readonly desk: KillableDesk;
  readonly api: DeskApi;
  readonly group: Group;
  readonly agents: Member[];
  readonly traffic: Traffic;
  readonly dice: Dice;

  private constructor(parts: Pick<Scene, "world" | "telegram" | "desk" | "group" | "agents" | "dice">) {
    this.world = parts.world;
    this.telegram = parts.telegram;
    this.desk = parts.desk;
    this.api = new DeskApi(parts.desk.url);
    this.group = parts.group;
    this.agents = parts.agents;
    this.dice = parts.dice;
    this.traffic = new Traffic(this.telegram, this.group, this.dice.fork());
  }

  /** `remains` takes what has to be put away, however the scene ends. */
  static async open(dice: Dice, remains: AsyncDisposableStack): Promise<Scene> {
    const statePath = await mkdtemp(join(tmpdir(), "topicdesk-crash-"));
    remains.defer(() => rm(statePath, { recursive: true, force: true }));
    const bundle = await buildWorker("test/crash/hasty-desk.ts", join(statePath, "bundle"));

    const sandbox = await startTelegramSandbox({ bot: { token: SECRETS.BOT_TOKEN } });
    remains.defer(() => sandbox.close());
    const world = sandbox.world();
    const startedAt = realNow();
    const clock = hastyClock(startedAt);
    const hurry = (): void => void world.control("clock", { set: clock.now() });
    hurry();
    const hurrying = setInterval(hurry, HURRY_EVERY_MS);
    remains.defer(() => clearInterval(hurrying));

    const clockOffsetMs = HASTY_MORNING - startedAt;
    const options = { statePath, telegramRoot: sandbox.url, secrets: SECRETS, bundle, clockOffsetMs };
    const desk = await KillableDesk.open(options);
    remains.defer(() => desk.kill());

    const telegram = new SandboxTelegram(`${sandbox.url}/control`);
    await telegram.budgets("off");
    const config = exampleDesk();
    config.intake = { greeting: config.intake?.greeting, fields: [] };
    const [main, ...others] = config.groups;
    const group = await telegram.group({ id: main.chatId, title: "Support", forum: true });
    for (const { chatId } of others) await telegram.group({ id: chatId, title: "More support", forum: true });
    const agents = [
      await group.member({ id: 9002, firstName: "Olga" }),
      await group.member({ id: 9003, firstName: "Boris" }),
    ];
    const scene = new Scene({ world, telegram, desk, group, agents, dice });
    await scene.api.call("PUT", "/api/v1/config", config);
    await scene.api.hearsOf(sandbox.url);
    return scene;
  }

  /** Waits until Telegram has delivered everything, and the desk too. */
  async quiet(): Promise<void> {
    await until(
      "Telegram and the desk have delivered everything",
      async () => {
        if ((await this.pendingUpdates()) > 0) return false;
        const { groups } = await this.api.call<{ groups: GroupHealth[] }>("GET", "/healthz");
        const done = groups.every(
          (group) => group.reachable && group.waiting.length + group.unrecorded === 0,
        );
        // What left the desk meanwhile may have made Telegram say something.
        return done && (await this.pendingUpdates()) === 0;
      },
      PATIENCE_MS,
    );
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
