import { ECHO_PATIENCE_MS } from "../domain/limits.ts";
import type { Acts, Noticed } from "../domain/reconciliation.ts";
import type { Outcome } from "../telegram/outcome.ts";
import type { OutsideCall } from "./drain/delivery.ts";

/** What the bot does to a topic and hears of by a service message of its own. */
type Act = "topic_created" | "topic_closed" | "topic_reopened" | "topic_edited";

const ACTS: Readonly<Record<string, Act>> = {
  createForumTopic: "topic_created",
  closeForumTopic: "topic_closed",
  reopenForumTopic: "topic_reopened",
  editForumTopic: "topic_edited",
};

/** What of one kind, on one topic, has found no partner yet; each by its instant, in ms since 1970, oldest first. */
interface Open {
  /** Null for topics that are made: which one it is is known only afterwards. */
  topicId: number | null;
  acts: number[];
  echoes: number[];
  /** Acts of which nobody knows whether they happened: an echo is theirs, and none is missed. */
  perhaps: number[];
}

export type EchoesFound = Pick<Noticed, "unechoed" | "foreign">;

/** Echoes by the number of their update that are remembered, because Telegram may bring one twice; and acts whose echo was given up. */
const REMEMBERED_MAX = 1_000;
/** What was done before a start is not known after it. */
const UNSURE_AFTER_START_MS = 5 * 60_000;

/**
 * Compares what the desk does to topics with the service messages by which Telegram tells of it. The two come in no
 * order. It lives in memory: what a restart forgets is not judged.
 */
export class Echoes {
  readonly #startedAt: number;
  readonly #open = new Map<string, Open>();
  readonly #heard = new Set<number>();
  /** Acts whose echo was given up, by what they were; should it still come, it takes that back. */
  readonly #givenUp = new Map<string, number>();
  #cameLate = 0;

  constructor(startedAt: number) {
    this.#startedAt = startedAt;
  }

  /** A call has come back. */
  did(call: OutsideCall, outcome: Outcome, now: number): void {
    if (!("method" in call)) return;
    const act = ACTS[call.method];
    if (act === undefined) return;
    const open = this.#entry(act, Number(call.params["message_thread_id"]));
    if (outcome.kind === "uncertain") open.perhaps.push(now);
    // What held already happens without a service message.
    if (outcome.kind === "done" && outcome.result !== null && open.echoes.shift() === undefined)
      open.acts.push(now);
  }

  /** A service message of the bot's own has come. */
  heard(act: Act, topicId: number, update: number, now: number): void {
    if (this.#heard.has(update)) return;
    this.#heard.add(update);
    trim(this.#heard);
    const open = this.#entry(act, topicId);
    if (open.acts.shift() !== undefined || open.perhaps.shift() !== undefined) return;
    const givenUp = this.#givenUp.get(keyOf(act, topicId)) ?? 0;
    if (givenUp > 0) {
      this.#givenUp.set(keyOf(act, topicId), givenUp - 1);
      this.#cameLate += 1;
    } else if (now - this.#startedAt >= UNSURE_AFTER_START_MS) open.echoes.push(now);
  }

  /** When something has waited long enough for its partner; null: nothing waits. */
  get dueAt(): number | null {
    if (this.#cameLate > 0) return 0;
    const waiting = [...this.#open.values()].flatMap(({ acts, echoes }) => [
      ...acts.slice(0, 1),
      ...echoes.slice(0, 1),
    ]);
    return waiting.length === 0 ? null : Math.min(...waiting) + ECHO_PATIENCE_MS;
  }

  /**
   * Takes out what has waited long enough, and adds it to what was found before. `touched`: topics to which somebody
   * else did something.
   */
  overdue(now: number, before: EchoesFound): EchoesFound & { touched: number[] } {
    let unechoed = fewer(before.unechoed, this.#cameLate);
    let { foreign } = before;
    this.#cameLate = 0;
    const touched: number[] = [];
    for (const [key, open] of this.#open) {
      const acts = takeOld(open.acts, now);
      const echoes = takeOld(open.echoes, now);
      takeOld(open.perhaps, now);
      if (acts.length > 0) {
        unechoed = more(unechoed, acts);
        this.#givenUp.set(key, (this.#givenUp.get(key) ?? 0) + acts.length);
        trim(this.#givenUp);
      }
      if (echoes.length > 0) {
        foreign = more(foreign, echoes);
        if (open.topicId !== null) touched.push(open.topicId);
      }
      if (open.acts.length + open.echoes.length + open.perhaps.length === 0) this.#open.delete(key);
    }
    return { unechoed, foreign, touched };
  }

  #entry(act: Act, topicId: number): Open {
    const key = keyOf(act, topicId);
    let open = this.#open.get(key);
    if (open === undefined) {
      open = { topicId: act === "topic_created" ? null : topicId, acts: [], echoes: [], perhaps: [] };
      this.#open.set(key, open);
    }
    return open;
  }
}

function keyOf(act: Act, topicId: number): string {
  return act === "topic_created" ? act : `${act} ${topicId}`;
}

function takeOld(times: number[], now: number): number[] {
  const kept = times.findIndex((at) => now - at < ECHO_PATIENCE_MS);
  return times.splice(0, kept === -1 ? times.length : kept);
}

function fewer(sum: Acts | null, by: number): Acts | null {
  return sum === null || sum.acts <= by ? null : { acts: sum.acts - by, since: sum.since };
}

function more(sum: Acts | null, times: readonly number[]): Acts {
  return { acts: (sum?.acts ?? 0) + times.length, since: Math.min(sum?.since ?? Infinity, ...times) };
}

/** Keeps the newest only. */
function trim(remembered: Set<unknown> | Map<unknown, unknown>): void {
  if (remembered.size > REMEMBERED_MAX) remembered.delete(remembered.keys().next().value);
}
