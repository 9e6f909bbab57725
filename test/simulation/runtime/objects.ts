import type { Dice } from "./dice.ts";
import type { Invocations } from "./invocations.ts";
import { asRow, Sqlite, type Row } from "./sqlite.ts";
import type { Happening, Timeline } from "./timeline.ts";
import { RpcTarget } from "./workers.ts";

/** How long a call travels, and how long a write takes until it would survive a crash. */
const TRAVELS_MS = [0.2, 3] as const;
const FLUSH_MS = [1, 8] as const;
const ALARM_LATE_MS = [0, 40] as const;
const ALARM_RETRY_MS = 2_000;
const ALARM_RETRIES = 6;
/** An object that rests is evicted after some time like this. */
const RESTS_MS = [10_000, 140_000] as const;

type Maker = (state: ObjectState) => object;
type Step = readonly [name: string, given: readonly unknown[]];

/** What objects ask of the world they are in. */
export interface ObjectWorld {
  timeline: Timeline;
  chance: Dice;
  invocations: Invocations;
  /** How late an alarm rings, beyond what is usual, and whether it rings a second time. */
  alarmFate(): { lateMs: number; twice: boolean };
  /** A step at which the machine may fail. */
  mayFail(step: string, object: ObjectHost): void;
  /** An object's own code has failed in what it was called for. */
  failed(what: string, error: unknown): void;
}

/** The plug was pulled on the object that runs this. */
export class Unplugged extends Error {
  override readonly name = "Unplugged";
}

/** Objects of one class, by their names. */
export class Namespace {
  readonly hosts = new Map<string, ObjectHost>();
  readonly #world: ObjectWorld;
  readonly #make: Maker;

  constructor(world: ObjectWorld, make: Maker) {
    this.#world = world;
    this.#make = make;
  }

  getByName(name: string): unknown {
    return stubOf((path) => this.#send(this.host(name), path));
  }

  host(name: string): ObjectHost {
    let host = this.hosts.get(name);
    if (host === undefined) {
      host = new ObjectHost(name, this.#world, this.#make);
      this.hosts.set(name, host);
    }
    return host;
  }

  async #send(host: ObjectHost, path: readonly Step[]): Promise<unknown> {
    const { timeline, chance, invocations } = this.#world;
    invocations.spend();
    const sent = path.map(([name, given]) => [name, structuredClone(given)] as const);
    await timeline.wait(chance.between(...TRAVELS_MS));
    let answer: { value: unknown } | { error: unknown };
    try {
      const what = `an object's ${path.map(([name]) => name).join(".")}`;
      answer = { value: await invocations.during(what, () => host.call(sent)) };
    } catch (error) {
      answer = { error };
      if (!isOfPlatform(error))
        this.#world.failed(`${host.name}.${path.map(([name]) => name).join(".")}`, error);
    }
    await timeline.wait(chance.between(...TRAVELS_MS));
    // An error loses its class on the way.
    if ("error" in answer) throw new Error((answer.error as Error).message);
    const { value } = answer;
    return value instanceof RpcTarget
      ? stubOf((further) => this.#send(host, [...path, ...further]))
      : structuredClone(value);
  }
}

/**
 * Methods by their names, as a stub has them. What is called on an answer before it has come travels together with the
 * first call.
 */
function stubOf(send: (path: readonly Step[]) => Promise<unknown>): unknown {
  return new Proxy(Object.create(null) as object, {
    get: (_, name) => {
      if (typeof name === "symbol") return undefined;
      // A stub is no promise.
      if (name === "then") return undefined;
      return (...given: unknown[]) => answerOf(send, [name, given]);
    },
  });
}

function answerOf(send: (path: readonly Step[]) => Promise<unknown>, step: Step): unknown {
  let answer: Promise<unknown> | null = null;
  let isPipelined = false;
  const sendNow = (): Promise<unknown> => (answer ??= send([step]));
  queueMicrotask(() => {
    if (!isPipelined) sendNow().catch(() => undefined);
  });
  return new Proxy(Object.create(null) as object, {
    get: (_, name) => {
      if (name === "then" || name === "catch" || name === "finally")
        return (...given: unknown[]) => Reflect.apply(Promise.prototype[name], sendNow(), given);
      if (typeof name === "symbol") return undefined;
      isPipelined = true;
      return (...given: unknown[]) => answerOf((path) => send([step, ...path]), [name, given]);
    },
  });
}

/** One object, through all its lives: its file, its alarm, and whoever lives now. */
export class ObjectHost {
  readonly name: string;
  readonly sqlite = new Sqlite();
  readonly world: ObjectWorld;
  readonly #make: Maker;
  life: ObjectState | null = null;
  lives = 0;
  /** What getAlarm answers; set and rolled back with the rows. */
  alarm: number | null = null;
  safeAlarm: number | null = null;
  #ring: (Happening & { for: number }) | null = null;
  #isRinging = false;
  #failedRings = 0;

  constructor(name: string, world: ObjectWorld, make: Maker) {
    this.name = name;
    this.world = world;
    this.#make = make;
  }

  /** Calls the living object, which is started if there is none; rejects where it dies meanwhile. */
  async call(path: readonly Step[]): Promise<unknown> {
    const life = this.#living();
    try {
      return await life.during(async () => {
        await life.ready;
        let target = life.object as Record<string, (...given: unknown[]) => unknown>;
        for (const [name, given] of path)
          target = (await Reflect.apply(target[name], target, given)) as typeof target;
        await life.safe();
        return target;
      });
    } catch (error) {
      // Whatever its code makes of it: the plug was pulled.
      throw life.isAlive ? error : new Unplugged("Network connection lost.");
    }
  }

  /** Its memory is gone, and what was not safe is lost or not; who waits for it hears an error. */
  unplug(): void {
    const { life } = this;
    if (life === null) return;
    this.life = null;
    life.end(this.world.chance.chance(0.5));
    if (this.#isRinging) this.#rang(false);
    this.armed();
  }

  /** Forgets the object if nothing is under way. */
  evict(): boolean {
    const { life } = this;
    if (life === null || life.underWay > 0) return false;
    life.flush();
    this.life = null;
    life.end(false);
    return true;
  }

  /** The alarm as it would survive a crash is what rings. */
  armed(): void {
    const at = this.safeAlarm;
    if (this.#isRinging || this.#ring?.for === at) return;
    if (this.#ring !== null) this.world.timeline.cancel(this.#ring);
    this.#ring = null;
    if (at === null) return;
    const { timeline, chance } = this.world;
    const { lateMs, twice } = this.world.alarmFate();
    const ringsAt = Math.max(at, timeline.now) + chance.between(...ALARM_LATE_MS) + lateMs;
    this.#ring = Object.assign(
      timeline.at(ringsAt, () => void this.#rings()),
      { for: at },
    );
    if (twice) timeline.at(ringsAt + chance.between(1, 5_000), () => void this.#rings());
  }

  async #rings(): Promise<void> {
    if (this.#isRinging) return;
    this.#isRinging = true;
    this.#ring = null;
    const life = this.#living();
    try {
      await this.world.invocations.during("an object's alarm", () =>
        life.during(async () => {
          await life.ready;
          this.alarm = null;
          await (life.object as { alarm(): Promise<void> }).alarm();
          await life.safe();
        }),
      );
      if (this.life === life) this.#rang(true);
    } catch (error) {
      if (life.isAlive && !isOfPlatform(error)) this.world.failed(`${this.name}.alarm`, error);
      if (this.life === life) this.#rang(false);
    }
  }

  #rang(well: boolean): void {
    this.#isRinging = false;
    this.#failedRings = well ? 0 : this.#failedRings + 1;
    if (!well && this.#failedRings <= ALARM_RETRIES) {
      const again = this.world.timeline.now + ALARM_RETRY_MS * 2 ** (this.#failedRings - 1);
      this.alarm = Math.min(this.alarm ?? Infinity, again);
    }
    this.safeAlarm = this.alarm;
    this.armed();
  }

  #living(): ObjectState {
    if (this.life !== null) return this.life;
    this.lives += 1;
    this.alarm = this.safeAlarm;
    const life = new ObjectState(this);
    this.life = life;
    life.begin(this.#make);
    return life;
  }

  /** Called whenever nothing is under way any more. */
  rests(life: ObjectState): void {
    const { timeline, chance } = this.world;
    const { calls } = life;
    timeline.after(chance.between(...RESTS_MS), () => {
      if (this.life === life && life.calls === calls) this.evict();
    });
  }
}

/** One life of an object: what it is given as its `DurableObjectState`. */
export class ObjectState {
  readonly id: { name: string; toString(): string };
  readonly storage: Storage;
  readonly host: ObjectHost;
  ready: Promise<unknown> = Promise.resolve();
  object: object | null = null;
  isAlive = true;
  underWay = 0;
  calls = 0;
  #flushing: { safe: Promise<void>; done: () => void } | null = null;
  /** Who waits for what this life does: told when it ends. */
  readonly #waiting = new Set<(error: Error) => void>();

  constructor(host: ObjectHost) {
    this.host = host;
    this.id = { name: host.name, toString: () => host.name };
    this.storage = new Storage(this);
  }

  begin(make: Maker): void {
    this.object = make(this);
  }

  blockConcurrencyWhile<T>(work: () => Promise<T>): Promise<T> {
    const done = work();
    this.ready = done;
    return done;
  }

  waitUntil(): void {}

  /** Keeps the object from being evicted while this is under way; ends with an error where the object dies first. */
  during<T>(work: () => Promise<T>): Promise<T> {
    this.underWay += 1;
    this.calls += 1;
    return new Promise<T>((resolve, reject) => {
      const over = (): void => {
        this.#waiting.delete(reject);
        this.underWay -= 1;
        if (this.underWay === 0 && this.isAlive) this.host.rests(this);
      };
      this.#waiting.add(reject);
      work().then(resolve, reject).finally(over);
    });
  }

  /** A call of the object's own: a life that has ended hears no answer, and goes on with nothing. */
  async outgoing<T>(work: () => Promise<T>): Promise<T> {
    this.underWay += 1;
    this.calls += 1;
    try {
      return await work();
    } finally {
      this.underWay -= 1;
      if (!this.isAlive) await never();
      if (this.underWay === 0) this.host.rests(this);
    }
  }

  /** Resolves once everything written so far would survive a crash; never, where it does not. */
  async safe(): Promise<void> {
    await this.#flushing?.safe;
    if (!this.isAlive) await never();
  }

  /** Writes of this life begin to be lost with it, until they are flushed. */
  touched(): void {
    if (!this.isAlive) throw new Unplugged("the object is dead");
    if (this.#flushing !== null) return;
    this.host.sqlite.run("BEGIN");
    let done!: () => void;
    const safe = new Promise<void>((resolve) => (done = resolve));
    this.#flushing = { safe, done };
    const { timeline, chance } = this.host.world;
    timeline.after(chance.between(...FLUSH_MS), () => this.flush());
  }

  flush(): void {
    if (!this.isAlive || this.#flushing === null) return;
    const { done } = this.#flushing;
    this.#flushing = null;
    this.host.sqlite.run("COMMIT");
    this.host.safeAlarm = this.host.alarm;
    this.host.armed();
    done();
  }

  end(keepsUnsafe: boolean): void {
    this.isAlive = false;
    if (this.#flushing !== null) {
      this.storage.abandon();
      this.host.sqlite.run(keepsUnsafe ? "COMMIT" : "ROLLBACK");
      if (keepsUnsafe) this.host.safeAlarm = this.host.alarm;
      this.#flushing = null;
    }
    for (const tell of this.#waiting) tell(new Unplugged("Network connection lost."));
    this.#waiting.clear();
  }
}

function isOfPlatform(error: unknown): boolean {
  return error instanceof Unplugged;
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}

class Storage {
  readonly sql: { exec: (sql: string, ...bound: unknown[]) => Cursor };
  readonly #life: ObjectState;
  #depth = 0;
  #alarmBefore: number | null = null;

  constructor(life: ObjectState) {
    this.#life = life;
    const { sqlite } = life.host;
    this.sql = {
      exec: (sql, ...bound) => {
        life.touched();
        life.host.world.mayFail("in a statement", life.host);
        if (bound.length === 0 && isSeveral(sql)) {
          sqlite.run(sql);
          return new Cursor([], []);
        }
        const { columns, rows } = sqlite.rows(sql, bound);
        return new Cursor(columns, rows);
      },
    };
  }

  transactionSync<T>(work: () => T): T {
    const life = this.#life;
    const { host } = life;
    life.touched();
    const { sqlite } = host;
    const before = host.alarm;
    if (this.#depth === 0) this.#alarmBefore = before;
    this.#depth += 1;
    const point = `tx${this.#depth}`;
    sqlite.run(`SAVEPOINT ${point}`);
    let result: T;
    try {
      result = work();
      if (this.#depth === 1) host.world.mayFail("before a commit", host);
    } catch (error) {
      this.#depth -= 1;
      if (life.isAlive) {
        sqlite.run(`ROLLBACK TO ${point}`);
        sqlite.run(`RELEASE ${point}`);
        host.alarm = before;
      }
      throw error;
    }
    this.#depth -= 1;
    sqlite.run(`RELEASE ${point}`);
    if (this.#depth === 0) host.world.mayFail("after a commit", host);
    return result;
  }

  /** The life ends within a transaction: nothing of it is kept, whatever is kept of those before it. */
  abandon(): void {
    if (this.#depth === 0) return;
    this.#life.host.sqlite.run("ROLLBACK TO tx1");
    this.#life.host.alarm = this.#alarmBefore;
  }

  sync(): Promise<void> {
    return this.#life.safe();
  }

  async getAlarm(): Promise<number | null> {
    return this.#life.host.alarm;
  }

  async setAlarm(at: number | null): Promise<void> {
    // Nobody awaits this, so a life that has ended is not told.
    if (!this.#life.isAlive) return;
    this.#life.touched();
    this.#life.host.alarm = at;
  }

  deleteAlarm(): Promise<void> {
    return this.setAlarm(null);
  }
}

const several = new Map<string, boolean>();

function isSeveral(sql: string): boolean {
  let known = several.get(sql);
  if (known === undefined) {
    known = /;\s*\S/.test(sql) || /^\s*(--[^\n]*\n\s*)*(CREATE|ALTER|DROP|PRAGMA)/i.test(sql);
    several.set(sql, known);
  }
  return known;
}

class Cursor {
  readonly columnNames: string[];
  readonly #rows: unknown[][];
  #at = 0;

  constructor(columns: string[], rows: unknown[][]) {
    this.columnNames = columns;
    this.#rows = rows;
  }

  next(): { done?: boolean; value?: Row } {
    if (this.#at >= this.#rows.length) return { done: true };
    this.#at += 1;
    return { value: asRow(this.columnNames, this.#rows[this.#at - 1]) };
  }

  toArray(): Row[] {
    return this.#rows.map((row) => asRow(this.columnNames, row));
  }

  one(): Row {
    if (this.#rows.length !== 1) throw new Error("Expected exactly one result from SQL query");
    return asRow(this.columnNames, this.#rows[0]);
  }

  raw(): { toArray(): unknown[][]; [Symbol.iterator](): Iterator<unknown[]> } {
    const rows = this.#rows;
    return { toArray: () => rows, [Symbol.iterator]: () => rows[Symbol.iterator]() };
  }

  [Symbol.iterator](): Iterator<Row> {
    return this.toArray()[Symbol.iterator]();
  }
}
