import { createHash } from "node:crypto";
import { forgetIsolate } from "../../src/isolate.ts";
import { UPDATE_KINDS } from "../../src/telegram/update-kinds.ts";
import { ACTS, WEIGHTS, type ActName } from "./actors/acts.ts";
import * as admins from "./actors/admins.ts";
import { CRM, HOOKS, simulatedDesk } from "./config.ts";
import { count, type Counts } from "./counts.ts";
import { Coverage } from "./coverage.ts";
import { SPELL_WEIGHTS, SPELLS, Weather, type SpellName } from "./faults/weather.ts";
import { Agreement } from "./invariants/agreement.ts";
import { Availability } from "./invariants/availability.ts";
import { HandingOut } from "./invariants/handing-out.ts";
import { Promises } from "./invariants/promises.ts";
import { Stored, type CopyParams } from "./invariants/stored.ts";
import { Ledger, type Fault } from "./ledger.ts";
import { profileFor } from "./profiles.ts";
import { BOT_API, Desk, DESK, TOKEN, WEBHOOK_SECRET } from "./runtime/desk.ts";
import { Dice } from "./runtime/dice.ts";
import { real, surroundWith } from "./runtime/globals.ts";
import { Invocations, type Plan, type Spent } from "./runtime/invocations.ts";
import { Unplugged, type ObjectHost } from "./runtime/objects.ts";
import { Telegram, type BotCallMade } from "./runtime/telegram.ts";
import { Endless, Timeline } from "./runtime/timeline.ts";
import { failedUnheard } from "./runtime/workers.ts";
import { Scene } from "./scene.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** A Monday morning in Berlin. */
const BEGINS_AT = Date.UTC(2026, 0, 5, 8);

export interface SimulationOptions {
  seed: number;
  /** Messages of customers and agents, after which it ends. */
  messages: number;
  groups?: number;
  /** Cloudflare's, whose limits hold. */
  plan?: Plan;
  /** Whether anything goes wrong. */
  faults?: boolean;
  /** Ends with the first law that is broken. */
  untilFault?: boolean;
  /** Prints what happens that reads like this. */
  watch?: RegExp;
  /** Ends after this act. */
  lastAct?: number;
  /** Only these acts and spells, by their numbers; all of them, where it is left out. */
  only?: Played;
}

/** Acts and spells by their numbers; with their names, because the next kind of act would have the dice name others. */
interface Played {
  acts: ReadonlyMap<number, ActName>;
  spells: ReadonlyMap<number, SpellName>;
}

export interface Simulated {
  seed: number;
  messages: number;
  acts: Counts;
  spells: Counts;
  struck: Counts;
  calls: Counts;
  logged: Counts;
  arrivals: Counts;
  outcomes: Counts;
  works: Counts;
  events: Counts;
  /** The most that one invocation of each kind did. */
  invocations: ReadonlyMap<string, Spent>;
  lastAct: number;
  played: Played;
  faults: Fault[];
  happened: number;
  simulatedMs: number;
  trace: string;
}

/** How many acts there are between two looks at whether everything has come to rest. */
const CALM_EVERY = 250;
/** The longest that something may wait once nothing goes wrong any more. */
const CALM_PATIENCE_MS = 3 * HOUR;
const PAUSE_MS = 5 * SECOND;

/** A desk, a Telegram, people and bad weather, on one clock. */
export class Simulation {
  readonly timeline = new Timeline(BEGINS_AT);
  readonly ledger = new Ledger(
    () => this.timeline.now,
    {
      carriedBy: (group, seq) => this.agreement.carriedBy(group, seq),
      numbered: (group, number) => this.agreement.numbered(group, number),
    },
    () => this.#quietSince(),
  );
  readonly invocations: Invocations;
  readonly weather: Weather;
  readonly desk: Desk;
  readonly telegram: Telegram;
  readonly scene: Scene;
  readonly agreement: Agreement;
  readonly promises: Promises;
  readonly availability: Availability;
  readonly handingOut: HandingOut;
  readonly stored: Stored;
  readonly coverage = new Coverage();
  readonly #configuredAt: number[] = [];
  #badUntil = 0;
  /** Until when Telegram asked the bot to be silent. */
  #floodedUntil = 0;
  #isNight = false;
  #keptRecord: { record: Uint8Array; gone: ReadonlySet<number>; held: ReadonlySet<number> } | null = null;
  #broughtBackAt = -Infinity;
  readonly #options: SimulationOptions;
  readonly #trace = createHash("sha256");
  readonly #acts = new Map() as Counts;
  readonly #spells = new Map() as Counts;
  readonly #calls = new Map() as Counts;
  readonly #logged = new Map() as Counts;
  readonly #played = { acts: new Map<number, ActName>(), spells: new Map<number, SpellName>() };
  #act = 0;
  #spell = 0;

  constructor(options: SimulationOptions) {
    this.#options = options;
    const { seed, groups = 3 } = options;
    const { timeline } = this;
    this.weather = new Weather(new Dice(seed, "weather"));
    surroundWith({
      timeline,
      chance: new Dice(seed, "globals"),
      fetch: (url, init) => this.invocations.connected(() => this.#fetch(url, init)),
      log: (level, line) => this.#log(level, line),
    });
    forgetIsolate();
    this.invocations = new Invocations(options.plan ?? "paid", (what, spent, isTooMuch) => {
      if (isTooMuch)
        this.ledger.fail(
          "limits",
          `${what} makes ${spent.subrequests} subrequests, ${spent.requests} of them to others, ${spent.queries} statements`,
        );
      this.coverage.spent(what, spent);
    });
    this.desk = new Desk({
      timeline,
      seed,
      invocations: this.invocations,
      chance: new Dice(seed, "platform"),
      alarmFate: () => this.weather.alarmFate(),
      mayFail: (step, object) => this.#mayFail(step, object),
      failed: (what, error) => this.#failed(what, error),
      clockIsAheadBy: (group) => this.weather.clockIsAheadBy(group),
      isApart: () => this.weather.isApart(),
      came: (of, outcome) =>
        count(this.coverage.outcomes, `${of} ${outcome.kind}${"code" in outcome ? ` ${outcome.code}` : ""}`),
    });
    this.desk.d1.weather = () => this.weather.d1Fate();
    this.telegram = new Telegram(timeline, seed, TOKEN, {
      botWrote: (message, call, place) => {
        this.ledger.botWrote(message, call, place);
        const topic = message.message_thread_id;
        if (message.chat.id < 0 && message.is_topic_message === true && topic !== undefined)
          if (this.ledger.ownerOf(message.chat.id, topic) !== undefined)
            this.scene.heardIn(message.chat.id, topic);
      },
      called: (call, status, isFault) => {
        this.#note(`${call.method} ${isFault ? "struck " : ""}${status} ${JSON.stringify(call.params)}`);
        const chat = Number(call.params["chat_id"] ?? 0) < 0 ? " in a group" : "";
        count(
          this.#calls,
          `${call.method} ${isFault ? "struck" : status}${status === 429 && !isFault ? chat : ""}`,
        );
        if (status === 200) this.ledger.called(call);
        if (status >= 500 && call.method.startsWith("copyMessage"))
          this.stored.failedToCopy(call.params as unknown as CopyParams);
        if (status === 429 && !isFault) this.#beyondBudget(call);
      },
      deliver: async (delivery) => {
        this.coverage.arrived(delivery.update, this.scene.config.groups);
        const response = await this.desk.fetch(
          new Request(delivery.url, {
            method: "POST",
            headers: delivery.headers,
            body: JSON.stringify(delivery.update),
          }),
        );
        this.#note(`update ${response.status} ${JSON.stringify(delivery.update)}`);
        count(this.#calls, `update ${response.status}`);
        const { message } = delivery.update;
        if (response.ok && message !== undefined) this.ledger.accepted(message.chat.id, message.message_id);
        const retryAfter = response.headers.get("retry-after");
        return {
          status: response.status,
          ...(retryAfter === null ? {} : { retryAfterSeconds: Number(retryAfter) }),
        };
      },
      callFate: (call) => {
        const fate = this.weather.callFate(call);
        if (fate.fault !== null && "retryAfter" in fate.fault)
          this.#floodedUntil = Math.max(
            this.#floodedUntil,
            timeline.now + (fate.fault.retryAfter ?? 0) * SECOND,
          );
        return fate;
      },
      updateFate: () => this.weather.updateFate(),
    });
    this.scene = new Scene({
      telegram: this.telegram,
      desk: this.desk,
      ledger: this.ledger,
      config: simulatedDesk(groups),
      later: (ms, act) => void this.timeline.after(ms, act),
      configured: (config) => {
        this.#configuredAt.push(timeline.now);
        this.handingOut.put(config);
      },
    });
    this.agreement = new Agreement(this.desk, this.telegram);
    this.promises = new Promises(structuredClone(this.scene.config), this.#configuredAt);
    this.availability = new Availability(this.desk);
    this.handingOut = new HandingOut(this.scene.config, this.availability);
    this.stored = new Stored(this.desk, this.scene);
  }

  async run(): Promise<Simulated> {
    const { timeline, scene, ledger } = this;
    const { messages, lastAct = Infinity } = this.#options;
    try {
      await this.#open();
      while (scene.messages < messages && this.#act < lastAct && !this.#isOver()) {
        await this.#live(Math.min(this.#act + CALM_EVERY, lastAct));
        await this.#calm();
        if (await this.#rest()) await this.#calm();
      }
    } catch (error) {
      if (!(error instanceof Endless)) throw error;
      ledger.fail("endless", error.message);
    }
    return {
      seed: this.#options.seed,
      messages: scene.messages,
      acts: this.#acts,
      spells: this.#spells,
      struck: this.weather.struck,
      calls: this.#calls,
      logged: this.#logged,
      arrivals: this.coverage.arrivals,
      outcomes: this.coverage.outcomes,
      works: this.coverage.works(this.desk),
      events: this.coverage.events(this.desk),
      invocations: this.coverage.invocations,
      lastAct: this.#act,
      played: this.#played,
      faults: ledger.faults,
      happened: timeline.happened,
      simulatedMs: timeline.now - BEGINS_AT,
      trace: this.#trace.digest("hex").slice(0, 16),
    };
  }

  #isOver(): boolean {
    return this.#options.untilFault === true && this.ledger.faults.length > 0;
  }

  async #open(): Promise<void> {
    this.scene.open();
    this.telegram.act("clearFaults", {});
    await this.#until(
      this.telegram.call(
        TOKEN,
        "setWebhook",
        JSON.stringify({
          url: `${DESK}/telegram/webhook`,
          secret_token: WEBHOOK_SECRET,
          allowed_updates: UPDATE_KINDS,
        }),
        null,
      ),
    );
    const put = await this.#until(this.desk.api("PUT", "/api/v1/config", this.scene.config));
    if (put.status !== 200) throw new Error(`the configuration was refused: ${await put.text()}`);
    await this.#until(this.desk.api("PUT", "/api/v1/desk/address", { url: DESK }));
    this.#everyMinute();
    await this.timeline.runUntil(this.timeline.now + 5 * MINUTE);
    this.coverage.watchWorks(this.desk);
    this.availability.watch(() => Math.floor(this.timeline.now));
  }

  /** Lets time pass until this has been answered. */
  async #until<T>(promise: Promise<T>): Promise<T> {
    let isDone = false;
    const done = promise.finally(() => (isDone = true));
    await this.timeline.runUntil(this.timeline.now + HOUR, () => isDone);
    return done;
  }

  /** By night Cron comes as it likes: nothing may depend on it. */
  #everyMinute(): void {
    const minutes = this.#isNight ? new Dice(this.#options.seed, "cron", this.timeline.now).whole(5, 90) : 1;
    const at = Math.ceil((this.timeline.now + 1) / MINUTE) * MINUTE + (minutes - 1) * MINUTE;
    this.timeline.at(at, () => {
      this.desk.cron(at).catch((error: unknown) => this.#failed("cron", error));
      this.#everyMinute();
    });
  }

  /** People act and the weather changes, until this act is done. */
  async #live(until: number): Promise<void> {
    const { timeline, scene } = this;
    let isLive = true;
    const { seed, faults = false } = this.#options;
    const next = (): void => {
      if (!isLive) return;
      const number = (this.#act += 1);
      const dice = new Dice(seed, "act", number);
      const isRush = Math.floor(number / 120) % 4 === 3;
      timeline.after(dice.longTailed(isRush ? PAUSE_MS / 4 : PAUSE_MS, MINUTE), () => {
        this.#do(number, dice);
        if (number >= until || scene.messages >= this.#options.messages) isLive = false;
        next();
      });
    };
    next();
    if (faults) this.#changeWeather(() => isLive);
    await timeline.runUntil(Infinity, () => !isLive || this.#isOver());
    isLive = false;
  }

  #do(number: number, dice: Dice): void {
    const { only } = this.#options;
    const rolled = dice.weighted<ActName>(WEIGHTS);
    const name = only === undefined ? rolled : only.acts.get(number);
    if (name === undefined) return;
    this.#played.acts.set(number, name);
    const isDone = ACTS[name].act(this.scene, dice);
    if (isDone) count(this.#acts, name);
    this.#note(`act ${number} ${name} ${isDone}`);
  }

  #changeWeather(isLive: () => boolean): void {
    const number = (this.#spell += 1);
    const dice = new Dice(this.#options.seed, "spell", number);
    this.timeline.after(dice.longTailed(2 * MINUTE, 15 * MINUTE), () => {
      if (!isLive()) return;
      const { only } = this.#options;
      const rolled = dice.weighted<SpellName>(SPELL_WEIGHTS);
      const name = only === undefined ? rolled : only.spells.get(number);
      if (name !== undefined) {
        this.#played.spells.set(number, name);
        count(this.#spells, name);
        this.#note(`spell ${number} ${name}`);
        const end = this.weather.begin(name, dice);
        const [least, most] = SPELLS[name].lastsMs;
        this.timeline.after(dice.between(least, most), () => {
          this.#badUntil = this.timeline.now;
          end();
        });
        if (this.weather.isForgetful) this.#forget(dice);
        if ("deploys" in SPELLS[name]) this.#deploy();
        if (name === "the record is brought back to an older day") this.#bringBack();
      }
      this.#changeWeather(isLive);
    });
  }

  /** What admins have done since is done again by them. */
  #bringBack(): void {
    const { scene, ledger } = this;
    const kept = this.#keptRecord;
    if (kept === null) return;
    this.desk.d1.sqlite.bringBack(kept.record);
    count(this.weather.struck, "the record is brought back to an older day");
    this.#broughtBackAt = this.timeline.now;
    const held = new Set(scene.held);
    scene.held.clear();
    for (const id of kept.held)
      if (held.has(id)) scene.held.add(id);
      else void admins.lift(scene, id);
    for (const id of ledger.gone) if (!kept.gone.has(id)) void admins.erase(scene, id);
  }

  /** A deployment ends every isolate and object, and what is under way in them. */
  #deploy(): void {
    forgetIsolate();
    for (const host of this.desk.groups.hosts.values()) host.unplug();
    count(this.weather.struck, "the desk is deployed anew");
  }

  /** Another isolate answers from now on, and objects that rest are evicted. */
  #forget(dice: Dice): void {
    if (!this.weather.isForgetful) return;
    forgetIsolate();
    for (const host of this.desk.groups.hosts.values()) if (dice.chance(0.5)) host.evict();
    this.timeline.after(dice.between(SECOND, 20 * SECOND), () => this.#forget(dice));
  }

  /** Nothing goes wrong any more, and nobody does anything: everything that waits has to come out. */
  async #calm(): Promise<void> {
    const { timeline, ledger } = this;
    const since = timeline.now;
    this.#badUntil = Math.max(this.#badUntil, this.#quietSince());
    this.weather.calm();
    let waits: string[] = [];
    for (
      let step = MINUTE;
      timeline.now < Math.max(since, this.#floodedUntil) + CALM_PATIENCE_MS && !this.#isOver();
      step = Math.min(step * 1.5, HOUR)
    ) {
      await timeline.runUntil(timeline.now + step);
      waits = this.agreement.waiting();
      for (const id of this.scene.erasing) waits.push(`customer ${id} is still to be erased`);
      // The reconciliation compares closed tickets in turns.
      if (this.#broughtBackAt > since - HOUR) waits.push(...this.agreement.differences());
      if (waits.length === 0) break;
    }
    if (this.#isOver()) return;
    for (const what of waits) ledger.fail("waits", what);
    for (const what of this.agreement.differences()) ledger.fail("record", what);
    for (const what of this.agreement.appliedTwice()) ledger.fail("applied twice", what);
    for (const what of this.agreement.left(ledger.gone)) ledger.fail("erased", what);
    for (const what of this.agreement.missing(this.scene.held)) ledger.fail("held", what);
    for (const what of this.stored.rows(timeline.now)) ledger.fail("rows", what);
    for (const what of this.stored.givenUp(timeline.now)) ledger.fail("given up", what);
    for (const what of this.stored.words()) ledger.fail("words", what);
    for (const what of this.stored.slots()) ledger.fail("slots", what);
    this.#reckon();
    ledger.settleAll(since - 2 * HOUR);
    if (this.#keptRecord === null || new Dice(this.#options.seed, "kept", this.#act).chance(0.3))
      this.#keptRecord = {
        record: this.desk.d1.sqlite.kept(),
        gone: new Set(ledger.gone),
        held: new Set(this.scene.held),
      };
    for (const error of failedUnheard.splice(0)) this.#failed("unheard", error);
  }

  /** What happened to tickets, against what had to. */
  #reckon(): void {
    const { ledger, promises, scene } = this;
    const histories = this.agreement.happened(ledger.gone);
    for (const what of this.agreement.vanished()) ledger.fail("lost", what);
    for (const { id, isGone, events } of histories) {
      if (isGone) promises.forget(id);
      for (const what of promises.read(id, events)) ledger.fail("promise", what);
      for (const event of events) this.#note(`event of ${id} ${JSON.stringify(event)}`);
    }
    for (const what of promises.unsaid(this.timeline.now)) ledger.fail("promise", what);
    for (const what of this.handingOut.read(histories)) ledger.fail("handing out", what);
    if (this.agreement.isConfigured) this.handingOut.put(scene.config, true);
  }

  /** Since when nothing goes wrong. */
  #quietSince(): number {
    return this.weather.isBad ? this.timeline.now : Math.max(this.#badUntil, this.#floodedUntil);
  }

  /** What an object had not saved when the plug was pulled it may spend again, within the minute. */
  #beyondBudget({ method, params }: BotCallMade): void {
    const chat = Number(params["chat_id"] ?? 0);
    const isCustomers = chat > 0 && !this.ledger.staff.has(chat);
    if ((chat < 0 || isCustomers) && this.#quietSince() < this.timeline.now - 2 * MINUTE)
      this.ledger.fail("budget", `${method} in ${chat} is refused by Telegram: it is one call too many`);
  }

  /** Nights and weekends, in which promises fall due and nobody does anything. Answers whether there was one. */
  async #rest(): Promise<boolean> {
    const dice = new Dice(this.#options.seed, "rest", this.#act);
    if (this.#isOver() || dice.chance(0.4)) return false;
    const hours = dice.chance(0.1) ? dice.between(14, 80) : dice.longTailed(4, 14);
    this.#isNight = true;
    await this.timeline.runUntil(this.timeline.now + hours * HOUR);
    this.#isNight = false;
    return true;
  }

  #mayFail(step: string, object: ObjectHost): void {
    if (this.weather.unplugs(step, object)) throw new Unplugged(`the plug was pulled ${step}`);
  }

  async #fetch(url: string, init: RequestInit): Promise<Response> {
    const body = init.body ?? "";
    if (typeof body !== "string") throw new Error(`a call of ${url} has a body that is no text`);
    const signal = init.signal ?? null;
    if (url.startsWith(`${BOT_API}/bot`)) {
      const [token, method] = url.slice(BOT_API.length + 4).split("/");
      return (await this.telegram.call(token, method, body, signal)) as unknown as Response;
    }
    const fate = this.weather.others();
    await this.timeline.wait(40);
    if (fate === "refused") throw new TypeError("fetch failed");
    if (fate === "hang")
      return new Promise((_, reject) =>
        signal?.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError"))),
      );
    if (fate !== null) return new Response("failed", { status: fate });
    if (url === HOOKS) return new Response("", { status: 200 });
    if (url === CRM) return new Response(JSON.stringify(profileFor(body)), { status: 200 });
    throw new TypeError(`nothing answers at ${url}`);
  }

  #log(level: string, line: string): void {
    let event = line.slice(0, 80);
    try {
      const said = JSON.parse(line) as Record<string, unknown>;
      event = `${level} ${String(said["event"])}${typeof said["code"] === "string" ? ` ${said["code"]}` : ""}${Array.isArray(said["kinds"]) ? ` ${[...new Set(said["kinds"].map((kind) => String(kind).replace(/[ :].*/s, "")))].join(" ")}` : ""}${typeof said["what"] === "string" ? ` ${said["what"].replace(/\d+/g, "…")}` : ""}${typeof said["error"] === "string" ? `: ${said["error"]}` : ""}`;
      if (said["event"] === "group.failed" && !isOfTheWeather(line)) this.ledger.fail("own code", line);
      if (said["event"] === "internal.error") this.ledger.fail("own code", line);
    } catch {
      // Not a line of the desk's.
    }
    count(this.#logged, event);
    this.#note(`log ${line}`);
  }

  #failed(what: string, error: unknown): void {
    if (isOfTheWeather(String(error))) return;
    this.ledger.fail(
      "own code",
      `${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
  }

  #note(what: string): void {
    this.#trace.update(`${this.timeline.now} ${what}\n`);
    if (this.#options.watch?.test(what) === true)
      real.print(`${new Date(this.timeline.now).toISOString()} ${what}`);
  }
}

function isOfTheWeather(said: string): boolean {
  // What an object failed in is told where it failed; elsewhere it is an error without a class.
  return /Unplugged|RecordUnreachable|Network connection lost|at #send |at D1\.ask /.test(said);
}
