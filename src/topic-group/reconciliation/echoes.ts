import type { Outcome } from "../../domain/desk/outcome.ts";
import type { Acts, GroupFindings } from "../../domain/desk/reconciliation.ts";
import { ECHO_PATIENCE_MS } from "../../domain/limits.ts";
import type { OutsideCall } from "../drain/work-handler.ts";

/** Whether an echo is of something that the desk did, as far as the desk knows without remembering it. */
export type Belonging = "ours" | "unknown" | "contradicts";

/** Acts of the bot on a topic that come back as service messages. */
type Act = "topic_created" | "topic_closed" | "topic_reopened" | "topic_edited";

const ACTS: Readonly<Record<string, Act>> = {
  createForumTopic: "topic_created",
  closeForumTopic: "topic_closed",
  reopenForumTopic: "topic_reopened",
  editForumTopic: "topic_edited",
};

/** Unmatched calls and service messages of one kind for one topic; each by its instant, in ms since 1970, oldest first. */
interface Open {
  act: Act;
  /** Null for topics that are made: which one it is is known only afterwards. */
  topicId: number | null;
  acts: number[];
  echoes: number[];
  /** Acts whose outcome is unknown: an echo counts as theirs, and none is missed. */
  perhaps: number[];
  /** Echoes of something that is the desk's for certain: an act is theirs, and none is missed. */
  ours: number[];
}

/** An echo that waits for its act; `at`: since when, in ms since 1970. */
export interface OpenEcho {
  act: Act;
  topicId: number;
  at: number;
}

/** What is kept: what was found, and what must outlast a restart. */
export type EchoesFound = Pick<GroupFindings, "unechoed" | "foreign"> & { waiting: OpenEcho[] };

/** Echoes by the number of their update that are remembered, because Telegram may bring one twice; and acts whose echo was given up. */
const REMEMBERED_MAX = 1_000;
/** Telegram's dates are full seconds: an act just after a start may have happened before it. */
const BEFORE_START_MS = 1_000;

/**
 * Compares what the desk does to topics with the service messages by which Telegram tells of it. The two come in no
 * order. Acts live in memory: an echo of what was done before
 * this start is foreign only where it contradicts what the desk knows of the topic.
 */
export class Echoes {
  readonly #startedAt: number;
  readonly #open = new Map<string, Open>();
  readonly #heard = new Set<number>();
  /** Acts whose echo was given up, by what they were; should it still come, it takes that back. */
  readonly #givenUp = new Map<string, number>();
  /** Echoes that came after they had been given up, by this object or before its start. */
  #cameLate = 0;

  constructor(startedAt: number) {
    this.#startedAt = startedAt;
  }

  /** A call has come back. */
  did(call: OutsideCall, outcome: Outcome, now: number): void {
    if (!("method" in call)) return;
    const act = ACTS[call.method];
    if (act === undefined) return;
    // What held already happens without a service message.
    const happened = outcome.kind === "done" && outcome.result !== null;
    if (!happened && outcome.kind !== "uncertain") return;
    const key = keyOf(act, Number(call.params["message_thread_id"]));
    const open = this.#entry(key, act);
    if (open.echoes.shift() === undefined && open.ours.shift() === undefined)
      (happened ? open.acts : open.perhaps).push(now);
    this.#tidy(key, open);
  }

  /**
   * A service message of the bot's own has come. `at`: when that happened, by Telegram's clock; `is`: whether the desk
   * knows it for its own, or knows the topic to be otherwise.
   */
  heard(
    act: Act,
    { topicId, updateId, at, is }: { topicId: number; updateId: number; at: number; is: Belonging },
    now: number,
  ): void {
    if (this.#heard.has(updateId)) return;
    this.#heard.add(updateId);
    trim(this.#heard);
    const key = keyOf(act, topicId);
    const open = this.#entry(key, act, topicId);
    const isMatched = open.acts.shift() !== undefined || open.perhaps.shift() !== undefined;
    const givenUp = this.#givenUp.get(key) ?? 0;
    if (!isMatched && givenUp > 0) {
      this.#givenUp.set(key, givenUp - 1);
      this.#cameLate += 1;
    } else if (!isMatched && is === "ours") open.ours.push(now);
    else if (!isMatched && is === "unknown" && at < this.#startedAt + BEFORE_START_MS) this.#cameLate += 1;
    else if (!isMatched) open.echoes.push(now);
    this.#tidy(key, open);
  }

  /** Echoes that wait for their act. */
  get waiting(): OpenEcho[] {
    return [...this.#open.values()].flatMap(({ act, topicId, echoes }) =>
      echoes.map((at) => ({ act, topicId: topicId ?? 0, at })),
    );
  }

  /** What waited before a restart waits again. */
  restore(waiting: readonly OpenEcho[]): void {
    for (const { act, topicId, at } of waiting)
      this.#entry(keyOf(act, topicId), act, topicId).echoes.push(at);
  }

  /** When something has waited long enough for its partner; null: nothing waits. */
  get dueAt(): number | null {
    let first = Infinity;
    for (const { acts, echoes } of this.#open.values())
      first = Math.min(first, acts[0] ?? Infinity, echoes[0] ?? Infinity);
    return first === Infinity ? null : first + ECHO_PATIENCE_MS;
  }

  /**
   * Takes out what has waited long enough, and adds it to what was found before. `touched`: topics that something other
   * than the desk changed.
   */
  overdue(
    now: number,
    before: Pick<EchoesFound, "unechoed" | "foreign">,
  ): EchoesFound & { touched: number[] } {
    let unechoed = fewer(before.unechoed, this.#cameLate);
    let { foreign } = before;
    this.#cameLate = 0;
    const touched: number[] = [];
    for (const [key, open] of this.#open) {
      const acts = takeOld(open.acts, now);
      const echoes = takeOld(open.echoes, now);
      takeOld(open.perhaps, now);
      takeOld(open.ours, now);
      if (acts.length > 0) {
        unechoed = more(unechoed, acts);
        this.#givenUp.set(key, (this.#givenUp.get(key) ?? 0) + acts.length);
        trim(this.#givenUp);
      }
      if (echoes.length > 0) {
        foreign = more(foreign, echoes);
        if (open.topicId !== null) touched.push(open.topicId);
      }
      this.#tidy(key, open);
    }
    return { unechoed, foreign, waiting: this.waiting, touched };
  }

  #entry(key: string, act: Act, topicId: number | null = null): Open {
    let open = this.#open.get(key);
    if (open === undefined) {
      open = { act, topicId: null, acts: [], echoes: [], perhaps: [], ours: [] };
      this.#open.set(key, open);
    }
    if (act !== "topic_created") open.topicId ??= topicId;
    return open;
  }

  #tidy(key: string, { acts, echoes, perhaps, ours }: Open): void {
    if (acts.length + echoes.length + perhaps.length + ours.length === 0) this.#open.delete(key);
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
