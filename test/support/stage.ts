import { applyD1Migrations, evictDurableObject, reset, runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { inject } from "vitest";
import type { ConfigInput } from "../../src/domain/config/config.ts";
import { forgetIsolate } from "../../src/isolate.ts";
import { localClock } from "../../src/sandbox/desk/local-clock.ts";
import { localDice } from "../../src/sandbox/desk/local-dice.ts";
import { localFaults } from "../../src/sandbox/desk/local-faults.ts";
import { localPlug } from "../../src/sandbox/desk/local-plug.ts";
import desk, { type TopicGroup } from "../../src/sandbox/desk/worker.ts";
import type { Scenario } from "../../src/sandbox/scenarios/scenario.ts";
import { Stage as ScenarioStage, type Director } from "../../src/sandbox/scenarios/stage.ts";
import {
  SandboxTelegram,
  type Customer,
  type Delivery,
  type Group,
  type Member,
  type SeenMessage,
} from "../../src/sandbox/telegram/client.ts";
import { UPDATE_KINDS } from "../../src/telegram/update-kinds.ts";
import { SceneCrm } from "./crm.ts";
import { exampleDesk } from "./desks.ts";
import { until } from "./until.ts";

/** Friday morning in Berlin; every scene begins here. */
export const MORNING = Date.parse("2026-11-20T09:00:00Z");
const TOKEN = "7000000001:sandbox";
const WEBHOOK = "https://desk.example/telegram/webhook";

export interface StageOptions {
  /** Telegram's real limits; off by default, so that scenes are about something else. */
  budgets?: "real" | "off";
  config?: (config: ConfigInput) => void;
  intake?: boolean;
  /** Whether the desk asks the scene's CRM; otherwise it asks none. */
  asksCrm?: boolean;
  /** The same seed plays the same scene again: pauses, ids, dice. */
  seed?: number;
}

/** How long people look at one thing in a scenario, and how long they wait for one to be seen. */
const PAUSE_MS = 1_500;
const PATIENCE_MS = 15 * 60_000;

/** The scene before this one. */
let latest: Stage | undefined;
let worlds = 0;
/** The last number of a customer. */
let people = 0;

/**
 * A desk in the real runtime, a Telegram that answers over HTTP, and one clock for both, which stands still until
 * the scene moves it. Nothing happens between two steps but what the step caused.
 */
export class Stage implements Director {
  readonly telegram: SandboxTelegram;
  readonly crm = new SceneCrm();
  readonly config: ConfigInput;
  /** The staff group of the desk's group "main". */
  group!: Group;
  lead!: Member;
  olga!: Member;
  boris!: Member;
  now = MORNING;
  /** Every group that this scene's configurations ever had: the object of one that was taken out still has work. */
  readonly groupIds = new Set<string>();
  /** Every webhook delivery of this scene, retries included. */
  readonly deliveries: (Delivery & { status: number })[] = [];

  private constructor(root: string, config: ConfigInput) {
    this.telegram = new SandboxTelegram(`${root}/control`);
    this.config = config;
  }

  static async open({
    budgets = "off",
    config: change,
    intake = false,
    asksCrm = false,
    seed = 1,
  }: StageOptions = {}): Promise<Stage> {
    await latest?.comeToRest();
    await reset();
    await applyD1Migrations(env.DB, env.RECORD_MIGRATIONS);
    localClock.frozenAt = MORNING;
    localFaults.recordDown = false;
    localFaults.apart.clear();
    localFaults.held.clear();
    localFaults.holding = 0;
    localPlug.arm(null);
    localDice.seed = seed;
    forgetIsolate();
    worlds += 1;
    people = 5_000;
    const root = `${inject("telegramUrl")}/w/${crypto.randomUUID().slice(0, 8)}-${worlds}`;
    env.TELEGRAM_API_ROOT = root;
    env.BOT_TOKEN = TOKEN;

    const config = exampleDesk();
    const stage = new Stage(root, config);
    latest = stage;
    if (asksCrm) config.routing.enrichment = exampleDesk({ crm: stage.crm.url }).routing.enrichment;
    if (!intake) config.intake = { greeting: config.intake?.greeting, fields: [] };
    change?.(config);
    await stage.telegram.reset({ bot: { token: TOKEN }, delivery: "pull", freezeAt: MORNING, budgets, seed });
    const chats = config.groups.map((group) => group.chatId);
    stage.group = await stage.telegram.group({ id: chats[0], title: "Support", forum: true });
    stage.lead = await stage.group.member({
      id: 9001,
      firstName: "Lena",
      username: "lena",
      status: "administrator",
      rights: { can_manage_topics: true, can_pin_messages: true, can_delete_messages: true },
    });
    stage.olga = await stage.group.member({ id: 9002, firstName: "Olga", username: "olga" });
    stage.boris = await stage.group.member({ id: 9003, firstName: "Boris", username: "boris" });
    for (const id of chats.slice(1)) await stage.telegram.group({ id, title: "More support", forum: true });
    await stage.setWebhook();
    await stage.configure();
    await stage.settle();
    return stage;
  }

  /** The desk gets the token of another bot, which is made an administrator of all its groups. */
  async anotherBot(token: string): Promise<void> {
    await this.telegram.bot({ token });
    for (const { chatId, title } of this.config.groups.map(({ chatId, id }) => ({ chatId, title: id })))
      await this.telegram.group({ id: chatId, title, bot: "administrator" });
    env.BOT_TOKEN = token;
    for (const { id } of this.config.groups) await evictDurableObject(this.groupStub(id));
    await this.setWebhook();
  }

  async setWebhook(): Promise<void> {
    await fetch(`${this.telegram.apiRoot}/bot${env.BOT_TOKEN}/setWebhook`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ url: WEBHOOK, secret_token: env.WEBHOOK_SECRET, allowed_updates: UPDATE_KINDS }),
    });
  }

  /** Stores the scene's configuration; `reassign` says where work in hand of what is taken out goes. */
  async configure(reassign?: string): Promise<void> {
    const query = reassign === undefined ? "" : `?reassign=${reassign}`;
    const response = await this.api("PUT", `/api/v1/config${query}`, this.config);
    if (!response.ok) throw new Error(await response.text());
  }

  /** A request to the desk's own API, by its administrator. */
  api(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return this.fetch(
      new Request(`https://desk.example${path}`, {
        method,
        headers: {
          authorization: `Bearer ${env.ADMIN_TOKEN}`,
          "content-type": "application/json",
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    );
  }

  /** A request to the desk with these headers. */
  request(
    path: string,
    init: { method?: string; headers?: Record<string, string>; body?: string | undefined },
  ): Promise<Response> {
    const { body, ...rest } = init;
    const request = new Request(`https://desk.example${path}`, {
      ...rest,
      ...(body === undefined ? {} : { body }),
    });
    return this.fetch(request);
  }

  async get<T = Record<string, unknown>>(path: string): Promise<T> {
    return (await this.api("GET", path)).json();
  }

  /**
   * Holds back what Telegram answers to the next call of this name, which `cause` brings about, until `meanwhile` has
   * happened.
   */
  async whileHeld(
    name: string,
    cause: () => Promise<unknown>,
    meanwhile: () => Promise<unknown>,
  ): Promise<void> {
    localFaults.held.add(name);
    try {
      await cause();
      await until(`${name} is on its way`, () => localFaults.holding > 0);
      await meanwhile();
    } finally {
      localFaults.held.delete(name);
    }
  }

  /** What the desk answers, as its Worker does. */
  async fetch(request: Request): Promise<Response> {
    const waits: Promise<unknown>[] = [];
    const ctx = {
      waitUntil: (promise: Promise<unknown>) => void waits.push(promise),
      passThroughOnException: () => undefined,
      props: {},
    } as unknown as ExecutionContext;
    const response = await desk.fetch(request as never, env, ctx);
    await Promise.all(waits);
    return response;
  }

  /** A new customer; their id is the next one. */
  async customer(settings: Parameters<SandboxTelegram["customer"]>[0] = {}): Promise<Customer> {
    people += 1;
    return this.telegram.customer({ id: people, firstName: "Ada", languageCode: "en", ...settings });
  }

  groupStub(id = "main"): DurableObjectStub<TopicGroup> {
    return env.TOPIC_GROUP.getByName(id) as unknown as DurableObjectStub<TopicGroup>;
  }

  /** Delivers what Telegram has queued, as Telegram would, and answers the statuses. */
  async deliver(): Promise<number> {
    const sent = await this.telegram.deliverDue(async (delivery) => {
      const response = await this.fetch(
        new Request(WEBHOOK, {
          method: "POST",
          headers: { "content-type": "application/json", ...delivery.headers },
          body: JSON.stringify(delivery.update),
        }),
      );
      this.deliveries.push({ ...delivery, status: response.status });
      return response;
    });
    return sent.length;
  }

  /** Lets everything happen that is due at this instant. */
  async settleNow(): Promise<void> {
    for (;;) {
      const delivered = await this.deliver();
      const wakes = await this.#wakes();
      const due = wakes.filter((wake) => wake.at !== null && wake.at <= this.now);
      for (const { stub } of due) await ring(stub);
      if (delivered === 0 && due.length === 0) return;
    }
  }

  /** Waits for the calls that are under way: an object that is reset in the middle of one writes its rows into the next scene. */
  async comeToRest(): Promise<void> {
    await Promise.allSettled([...this.groupIds].map((id) => settled(() => this.groupStub(id))));
  }

  /** Lets everything happen that is due within this time, in its order; albums, cards and icons settle in less than a minute and a half. */
  async settle(withinMs = 90_000): Promise<void> {
    const until = this.now + withinMs;
    for (;;) {
      await this.settleNow();
      const next = await this.nextDueAt();
      if (next === null || next > until) return;
      await this.moveTo(next);
    }
  }

  /** Lets this much time pass, and everything happen that is due in it. */
  async pass(ms: number): Promise<void> {
    const until = this.now + ms;
    await this.settle(ms);
    await this.moveTo(until);
    await this.settleNow();
  }

  /** Plays a scenario of the sandbox, on this stage's clock. */
  async play(scenario: Scenario): Promise<void> {
    if (scenario.withLimits) await this.telegram.budgets("real");
    await scenario.play(await ScenarioStage.open(this.telegram, this.config, this));
  }

  async pause(): Promise<void> {
    await this.pass(PAUSE_MS);
  }

  /** Looks, and lets the next due work happen, until the look finds something. */
  async until<T>(what: string, look: () => Promise<T | null | undefined | false>): Promise<T> {
    const latest = this.now + PATIENCE_MS;
    for (;;) {
      await this.settleNow();
      const found = await look();
      if (found !== null && found !== undefined && found !== false) return found;
      const next = await this.nextDueAt();
      if (next === null || next > latest) throw new Error(`never seen: ${what}`);
      await this.moveTo(next);
    }
  }

  seen(what: string, holds: boolean): void {
    if (!holds) throw new Error(`not seen: ${what}`);
  }

  /** When the desk or Telegram has something to do next. */
  async nextDueAt(): Promise<number | null> {
    const wakes = await this.#wakes();
    const due = [await this.telegram.nextDueAt(), ...wakes.map((wake) => wake.at)].filter(
      (at) => at !== null,
    );
    return due.length === 0 ? null : Math.min(...due);
  }

  async moveTo(at: number): Promise<void> {
    this.now = Math.max(this.now, at);
    localClock.frozenAt = this.now;
    await this.telegram.clock({ freezeAt: this.now });
  }

  async #wakes() {
    for (const { id } of this.config.groups) this.groupIds.add(id);
    return Promise.all(
      [...this.groupIds].map(async (id) => {
        const at = await settled(() => this.groupStub(id));
        return { stub: this.groupStub(id), at };
      }),
    );
  }

  /** The topic of a ticket, by its reference or the beginning of its name. */
  async topic(ref: string) {
    const topics = await this.group.topics();
    const found = topics.filter((topic) => topic.name.startsWith(`${ref} `));
    if (found.length !== 1)
      throw new Error(`${found.length} topics for ${ref}: ${topics.map((one) => one.name).join(", ")}`);
    return found[0];
  }

  /** What people read in a ticket's topic, without service messages and the card. */
  async inTopic(ref: string): Promise<SeenMessage[]> {
    const topic = await this.topic(ref);
    const messages = await this.group.messages({ threadId: topic.id });
    return messages.filter((message) => !isService(message) && !isCard(message));
  }

  async card(ref: string): Promise<SeenMessage> {
    const topic = await this.topic(ref);
    const messages = await this.group.messages({ threadId: topic.id });
    const cards = messages.filter(isCard);
    if (cards.length !== 1) throw new Error(`${cards.length} cards in ${ref}`);
    return cards[0];
  }
}

/** Rings the alarm. An object that fails while it rings is woken again, as the platform does. */
async function ring(stub: DurableObjectStub<TopicGroup>): Promise<void> {
  try {
    await runDurableObjectAlarm(stub);
  } catch (error) {
    if (localPlug.pulled === null) throw error;
  }
}

/** An object that fails while a call waits for it starts anew with the next request, from another stub. */
async function settled(stub: () => DurableObjectStub<TopicGroup>): Promise<number | null> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await stub().settled();
    } catch (error) {
      if (localPlug.pulled === null || tries === 5) throw error;
    }
  }
}

export function isCard(message: SeenMessage): boolean {
  return (
    /^[A-Z]+-\d+ · (Open|In progress|Waiting|Escalated|Resolved|Closed|Moved)/.test(message.text ?? "") &&
    message.from?.is_bot === true
  );
}

export function isService(message: SeenMessage): boolean {
  return Object.keys(message).some((key) => key.startsWith("forum_topic_") || key === "pinned_message");
}

/** The texts and captions of messages. */
export function texts(messages: readonly SeenMessage[]): string[] {
  return messages.map((message) => message.text ?? message.caption ?? "");
}
