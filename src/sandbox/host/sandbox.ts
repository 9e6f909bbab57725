import { randomBytes, randomUUID } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { ConfigInput } from "../../domain/config/config.ts";
import { ms } from "../../domain/duration.ts";
import { builtLocalWorker, startLocalDesk, type LocalDesk } from "../desk/local-desk.ts";
import { scenarios } from "../scenarios/all.ts";
import { furnish } from "../scenarios/furnish.ts";
import { SandboxTelegram } from "../telegram/client.ts";
import type { HostedWorld, WorldSnapshot } from "../telegram/hosted-world.ts";
import { startTelegramSandbox, type Neighbour } from "../telegram/server.ts";
import { asksCrmHere, crmDoor, LocalCrm, withCrmHere, type CrmKept } from "./crm.ts";
import { DeskLine } from "./desk-line.ts";
import { backstageDoors, type Backstage } from "./doors.ts";
import { Newsroom } from "./newsroom.ts";
import { builtPage } from "./page-build.ts";
import { Player } from "./player.ts";
import { claim } from "./running.ts";
import { SandboxTime } from "./time.ts";
import { webhookReceiver, withWebhooksHere } from "./webhook-receiver.ts";

export interface SandboxOptions {
  /** Where everything is kept. */
  statePath: string;
  /** 0: any free port. */
  port: number;
  deskPort: number;
  secrets: { BOT_TOKEN: string; WEBHOOK_SECRET: string; ADMIN_TOKEN: string };
  /** The desk's configuration on the first start. */
  config: ConfigInput;
  /** How long people look at one step of a scenario. */
  paceMs: number;
  /** The scenario that is played once everything has started over; none by default. */
  opening?: string;
}

export interface Sandbox {
  /** The page, the Bot API and the control interface. */
  url: string;
  deskUrl: string;
  /** Random for each start; changing requests must carry it, and only the page knows it. */
  token: string;
  telegram: SandboxTelegram;
  world: HostedWorld;
  config: ConfigInput;
  /** Whether nothing has happened here before. */
  isNew: boolean;
  /** Plays a scenario to its end. */
  play(id: string): Promise<void>;
  close(): Promise<void>;
}

const SAVE_EVERY_MS = 1_000;
/** Who is there to play with from the start. */
const FIRST_CUSTOMERS = [
  { firstName: "Ada", lastName: "Byron", languageCode: "en" },
  { firstName: "Grace", lastName: "Weber", languageCode: "de", isPremium: true },
];

/**
 * The desk in the real runtime, a Telegram of its own, and the page to play with both: all on loopback. Throws
 * AlreadyRunning if a sandbox with the same state runs already.
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { statePath, secrets } = options;
  const token = randomBytes(32).toString("base64url");
  const instance = randomUUID();
  const telegramState = join(statePath, "telegram.json");
  const crmState = join(statePath, "crm.json");
  let backstage: Backstage | null = null;
  const newsroom = new Newsroom();
  const crm = new LocalCrm((inside) => newsroom.tell({ type: "crm", crm: inside }));
  const sandbox = await startTelegramSandbox({
    port: options.port,
    bot: { token: secrets.BOT_TOKEN },
    token,
    beside: neighbours(
      webhookReceiver(
        secrets.WEBHOOK_SECRET,
        () => world.clock.now(),
        (received) => newsroom.tellWebhook(received),
      ),
      crmDoor(crm, secrets.WEBHOOK_SECRET),
      backstageDoors(token, instance, () => backstage),
    ),
  });
  const world = sandbox.world();
  const running = { pid: process.pid, url: sandbox.url, deskUrl: null, deskPid: null, instance };
  const lock = await claim(statePath, running).catch(async (error: unknown) => {
    await sandbox.close();
    throw error;
  });
  const telegram = new SandboxTelegram(`${sandbox.url}/control`, token);
  const keptTelegram = readKept(telegramState) as WorldSnapshot | null;
  if (keptTelegram !== null) world.restore(keptTelegram);
  const keptCrm = readKept(crmState) as CrmKept | null;
  if (keptCrm !== null) crm.restore(keptCrm);

  const [bundle, pagePath] = await Promise.all([builtLocalWorker(), builtPage()]);
  let desk = await startDesk(options.deskPort);
  const isNew = (await telegram.chats()).length === 0;
  lock.update({ ...running, deskUrl: desk.url, deskPid: desk.pid });
  let config = await settleIn();
  const groups = (): string[] => config.groups.map(({ id }) => id);
  let line = openLine();
  const time = new SandboxTime(world, line, groups());
  const player = new Player({
    world,
    telegram,
    crm,
    time,
    config,
    paceMs: options.paceMs,
    tell: (playing) => newsroom.tell({ type: "playing", playing }),
  });
  const saving = setInterval(save, SAVE_EVERY_MS);

  backstage = {
    pagePath,
    facts: () => ({
      desk: config.desk.name,
      groups: config.groups.map(({ id, chatId }) => ({ id, chatId })),
      agents: (config.agents ?? []).map(({ telegramId, name, role, groups: ids }) => ({
        id: telegramId,
        name,
        role: role ?? "agent",
        groups: ids,
      })),
      scenarios: scenarios.map(({ id, title, shows }) => ({ id, title, shows })),
      crm: asksCrmHere(config, sandbox.url)
        ? {
            tiers: Object.keys(config.tiers ?? {}),
            staleAfterMs: ms(config.routing.enrichment?.staleAfter ?? "7d"),
          }
        : null,
    }),
    subscribe: (reader) => newsroom.subscribe(reader),
    ticket: (group, number) => line.ticket(group, number),
    async travel(advanceMs) {
      const to = advanceMs === null ? await time.nextDueAt() : time.now() + advanceMs;
      if (to === null) return;
      newsroom.tell({ type: "moving", to });
      try {
        await time.travel(to);
      } finally {
        newsroom.tell({ type: "moving", to: null });
        save();
      }
    },
    async setRecordDown(down) {
      await line.setRecordDown(down);
      newsroom.tell({ type: "record", down });
    },
    setCrmState: (state) => crm.is(state),
    setCrmRecord: (customer, record) => crm.says(customer, record),
    play(id) {
      const scenario = scenarios.find((one) => one.id === id);
      if (scenario === undefined || player.isPlaying) return false;
      player.begin(scenario);
      return true;
    },
    stopPlaying: () => player.stop(),
    async startOver() {
      await player.stop();
      newsroom.tell({ type: "starting_over", done: false });
      line.close();
      await desk.close();
      await rm(join(statePath, "v3"), { recursive: true, force: true });
      world.control("reset", { bot: { token: secrets.BOT_TOKEN } });
      crm.forget();
      // Under the same address, which people may have at hand.
      desk = await startDesk(Number(new URL(desk.url).port));
      lock.update({ ...running, deskUrl: desk.url, deskPid: desk.pid });
      config = await settleIn();
      line = openLine();
      time.follow(line);
      save();
      newsroom.tell({ type: "record", down: false });
      newsroom.tell({ type: "playing", playing: null });
      newsroom.tell({ type: "starting_over", done: true });
      if (options.opening !== undefined) backstage!.play(options.opening);
    },
  };

  return {
    url: sandbox.url,
    deskUrl: desk.url,
    token,
    telegram,
    world,
    config,
    isNew,
    async play(id) {
      player.begin(scenarios.find((one) => one.id === id)!);
      await player.ended();
    },
    async close() {
      await player.stop();
      clearInterval(saving);
      time.close();
      line.close();
      save();
      await desk.close();
      await sandbox.close();
      lock.release();
    },
  };

  function startDesk(port: number): Promise<LocalDesk> {
    return startLocalDesk({
      statePath,
      port,
      telegramRoot: sandbox.url,
      secrets,
      doorsToken: token,
      bundle,
      clockOffsetMs: world.clock.state.offsetMs,
    });
  }

  function openLine(): DeskLine {
    const opened = new DeskLine(desk.url, token);
    for (const group of groups()) {
      opened.watch(group, (inside) => newsroom.tell({ type: "inside", inside: { ...inside, group } }));
    }
    return opened;
  }

  /** The desk introduces itself to its groups as soon as it is configured, so they are there before. */
  async function settleIn(): Promise<ConfigInput> {
    const door = configDoor(desk.url, secrets.ADMIN_TOKEN);
    const stored = await door.get();
    const settled = withCrmHere(withWebhooksHere(stored ?? options.config, sandbox.url), sandbox.url);
    const isEmpty = (await telegram.chats()).length === 0;
    await furnish(telegram, settled);
    if (isEmpty) for (const customer of FIRST_CUSTOMERS) await telegram.customer(customer);
    // One that is in force already changes nothing.
    await door.put(settled);
    // Before its first look: its port may be another one than the last time.
    await tellAddress(desk.url, secrets.ADMIN_TOKEN);
    return settled;
  }

  function save(): void {
    mkdirSync(statePath, { recursive: true });
    keep(telegramState, world.snapshot());
    keep(crmState, crm.kept());
  }
}

/** Never half a file, whenever the plug is pulled. */
function keep(path: string, state: unknown): void {
  writeFileSync(`${path}.new`, JSON.stringify(state));
  renameSync(`${path}.new`, path);
}

/** Null before there is any. */
function readKept(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as unknown;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return null;
  }
}

/** The desk's configuration, behind its API; null before there is one. */
function configDoor(deskUrl: string, token: string) {
  const url = `${deskUrl}/api/v1/config`;
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  return {
    async get(): Promise<ConfigInput | null> {
      const stored = await fetch(url, { headers });
      return stored.ok ? ((await stored.json()) as ConfigInput) : null;
    },
    async put(config: ConfigInput): Promise<void> {
      const put = await fetch(url, { method: "PUT", headers, body: JSON.stringify(config) });
      if (!put.ok) throw new Error(`the configuration was refused: ${await put.text()}`);
    },
  };
}

/** Tells the desk where it is, upon which it leads Telegram's updates there. */
async function tellAddress(deskUrl: string, token: string): Promise<void> {
  const put = await fetch(`${deskUrl}/api/v1/desk/address`, {
    method: "PUT",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ url: deskUrl }),
  });
  const answer = (await put.json()) as { webhook?: { set: boolean } };
  if (answer.webhook?.set !== true) throw new Error(`the desk's address: ${JSON.stringify(answer)}`);
}

/** The first of several stand-ins that takes a request. */
function neighbours(...all: Neighbour[]): Neighbour {
  return async (request, response, address) => {
    for (const neighbour of all) if (await neighbour(request, response, address)) return true;
    return false;
  };
}
