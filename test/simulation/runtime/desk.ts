import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { everyMinute } from "../../../src/cron/scheduled.ts";
import type { Outcome } from "../../../src/domain/desk/outcome.ts";
import { appWith } from "../../../src/http/app.ts";
import { CallMeter } from "../../../src/metering/call-meter.ts";
import { project } from "../../../src/record/projection.ts";
import { outsideOf } from "../../../src/topic-group/drain/outside.ts";
import type { OutsideCall } from "../../../src/topic-group/drain/work-handler.ts";
import { TopicGroup } from "../../../src/topic-group/topic-group.ts";
import { D1 } from "./d1.ts";
import { Dice } from "./dice.ts";
import { Namespace, type ObjectState, type ObjectWorld } from "./objects.ts";

export const TOKEN = "7000000001:simulated";
export const BOT_API = "https://bot-api.example";
export const DESK = "https://desk.example";
export const WEBHOOK_SECRET = "simulated-webhook-secret";
const ADMIN_TOKEN = "simulated-admin-token";

const MIGRATIONS = join(import.meta.dirname, "../../../migrations/record");

export interface DeskWorld extends ObjectWorld {
  seed: number;
  /** By how much an object's clock is wrong. */
  clockIsAheadBy(group: string): number;
  /** Whether one group's object does not reach another's now. */
  isApart(from: string, to: string): boolean;
  /** What came of a call of an object. */
  came(of: string, outcome: Outcome): void;
}

/** The desk as it is deployed, on a platform in this process. */
export class Desk {
  readonly env: Env;
  readonly d1: D1;
  readonly groups: Namespace;
  readonly #app: ReturnType<typeof appWith>;
  readonly #world: DeskWorld;
  readonly #meters: Namespace;

  constructor(world: DeskWorld) {
    const { timeline, seed } = world;
    this.#world = world;
    this.d1 = new D1(timeline, new Dice(seed, "d1"), world.invocations, recordMigrations());
    this.groups = new Namespace(world, (state) => this.#group(world, state));
    this.#meters = new Namespace(world, (state) => new CallMeter(state as never, this.env));
    this.env = {
      DB: this.d1,
      TOPIC_GROUP: this.groups,
      CALL_METER: this.#meters,
      TELEGRAM_API_ROOT: BOT_API,
      BOT_TOKEN: TOKEN,
      WEBHOOK_SECRET,
      ADMIN_TOKEN,
      ALLOW_LOOPBACK: "false",
    } as unknown as Env;
    this.#app = appWith(() => Math.floor(timeline.now), { bootstraps: false });
  }

  fetch(request: Request): Promise<Response> {
    const ctx = { waitUntil: () => undefined, passThroughOnException: () => undefined, props: {} };
    const { pathname } = new URL(request.url);
    const what = `${request.method} ${pathname.replace(/\d{3,}|[A-Z]+-\d+/g, "…")}`;
    return this.#world.invocations.during(what, async () =>
      this.#app.fetch(request, this.env, ctx as unknown as ExecutionContext),
    );
  }

  /** A request of its administrator. */
  api(method: string, path: string, body?: unknown): Promise<Response> {
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, "content-type": "application/json" };
    return this.fetch(
      new Request(`${DESK}${path}`, {
        method,
        headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    );
  }

  cron(scheduledAt: number): Promise<void> {
    return this.#world.invocations.during("Cron", () => everyMinute(this.env, scheduledAt));
  }

  #group(world: DeskWorld, state: ObjectState): TopicGroup {
    const { timeline, seed } = world;
    const { host } = state;
    const outside = outsideOf(this.env);
    const dice = new Dice(seed, "object", host.name, host.lives);
    const now = (): number => Math.floor(timeline.now) + world.clockIsAheadBy(host.name);
    const ahead = (): number => now() - Math.floor(timeline.now);
    return new TopicGroup(state as unknown as DurableObjectState, this.env, {
      clock: { now, ringAt: (at) => at - ahead(), atOfRing: (ring) => ring + ahead() },
      call: (call) =>
        state.outgoing(async () => {
          // Nothing leaves an object before what it has written is safe.
          await state.safe();
          world.mayFail(`before ${nameOf(call)}`, host);
          if ("peer" in call && world.isApart(host.name, call.peer))
            return { kind: "retry", code: "peer_unreachable" };
          const outcome = await outside.call(call);
          world.came(nameOf(call), outcome);
          world.mayFail(`after ${nameOf(call)}`, host);
          return outcome;
        }),
      project: (batch) =>
        state.outgoing(async () => {
          await state.safe();
          world.mayFail("before the record", host);
          await project(this.env.DB, batch);
          world.mayFail("after the record", host);
        }),
      random: () => dice.roll(),
    });
  }
}

function nameOf(call: OutsideCall): string {
  if ("webhook" in call) return "a webhook";
  if ("skills" in call) return "skills";
  if ("peer" in call) return "a peer";
  if ("channel" in call) return `a message by ${call.channel}`;
  return "enrichment" in call ? "enrichment" : call.method;
}

function recordMigrations(): string[] {
  const files = readdirSync(MIGRATIONS).filter((name) => name.endsWith(".sql"));
  return files.sort().map((name) => readFileSync(join(MIGRATIONS, name), "utf8"));
}
