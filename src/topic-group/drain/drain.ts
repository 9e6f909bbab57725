import { SAFETY_WAKE_MS } from "../../domain/limits.ts";
import { maySoonestTry } from "../../domain/routing/breaker.ts";
import type { Outcome } from "../../telegram/outcome.ts";
import { putOffQuestion } from "../enriching.ts";
import { passTurn } from "../peers/hook-turns.ts";
import { goAfterTicket } from "../peers/moving.ts";
import type { Rules } from "../rules.ts";
import { breakerOf, noteAsking } from "../systems.ts";
import type { MessageRow } from "../tables/messages.ts";
import type { OriginalKey } from "../tables/shapes.ts";
import type { TicketRow } from "../tables/store.ts";
import type { Transaction } from "../transaction.ts";
import { addressed, numberedOutcome } from "./addressing.ts";
import { callOf, mustNotRepeat, rowsCarried, type DeliveryContext, type OutsideCall } from "./delivery.ts";
import { Gate } from "./gate.ts";
import {
  BOT_RATE,
  GROUP_RATE,
  HOOK_RATE,
  LaneRate,
  PEER_RATE,
  PRIVATE_RATE,
  type RateRule,
  type RateState,
} from "./lane-rate.ts";
import {
  BOT,
  isCrmLane,
  isForOthers,
  isOutsideLane,
  isPeerLane,
  RECORD,
  SKILLS_LANE,
  STAFF,
  type Lane,
} from "./lane.ts";
import { isPressed, planChat, planHook, planStaff, type Job, type Plan, type Queues } from "./plan.ts";
import { settle } from "./settle.ts";
import { retryPauseMs, type Settled, type Trouble } from "./settled.ts";
import type { ViewContext } from "./topic-view.ts";

/** What the drain needs of the world; it has no clock, network or storage of its own. */
export interface DrainPorts {
  now(): number;
  /** From 0 up to 1, exclusive; `of` names what it is drawn for. */
  random(of: string): number;
  /** Makes a call, one try, and says what came of it. Never throws. */
  call(call: OutsideCall): Promise<Outcome>;
  queues: Queues;
  /** The rules in force, `null` before the first configuration. */
  rules(): Rules | null;
  /** Runs work in one transaction of the object. */
  commit(work: (tx: Transaction) => void): void;
  /** Resolves when everything that was committed would survive a crash. */
  safe(): Promise<void>;
  viewContextOf(row: TicketRow): ViewContext | null;
  /** What a lane remembered over a restart. */
  rateOf(lane: Lane): RateState | undefined;
  saveRate(lane: Lane, state: RateState): void;
  /** What came of a call, whatever it was. */
  called(call: OutsideCall, outcome: Outcome): void;
  /** What kept the staff group's lane from working when it last tried. */
  trouble(): Trouble | null;
  /** A lane cannot work until people mend something; `null` when it works again. */
  troubled(trouble: Trouble | null): void;
  /** Delivers to the record; answers when to look again, `null` if there is nothing more. */
  record(): Promise<number | null>;
  /** A lane has something to do at this instant. */
  wakeBy(at: number): void;
  /** A delivery has left its lane. */
  delivered(lane: Lane): void;
  /** Our own code failed on a job. */
  failed(what: string, error: unknown): void;
}

interface LaneState {
  rate: LaneRate;
  /** What a restart would know of the rate. */
  savedRate: RateState | undefined;
  running: boolean;
  /** Asked to run while it was running: it looks once more before it stops. */
  again: boolean;
  /** Failures in a row without any answer: the lane slows down, whatever the job. */
  silent: number;
  /** Nothing is tried before this instant. */
  restsUntil: number;
  wakeAt: number | null;
  /**
   * The group was seen without topics: whether it has them again must be asked before anything is sent there, because
   * copies would land in its main chat without an error.
   */
  hasNoTopics: boolean;
}

/** How long a lane in trouble rests before it looks whether it was mended: it doubles up to the maximum. */
const TROUBLE_REST_MS = 30_000;
const TROUBLE_REST_MAX_MS = 600_000;
/** A lane that gets no answers rests this long, doubling. */
const SILENT_REST_MS = 2_000;
const SILENT_REST_MAX_MS = 60_000;

/**
 * Brings out what waits, lane by lane. Each lane has one runner, so its order is kept; lanes do not wait for each
 * other. Every call is made once per decision: what came of it is committed before the next decision is made.
 */
export class Drain {
  readonly #ports: DrainPorts;
  readonly #lanes = new Map<Lane, LaneState>();
  readonly #inFlight = new Set<string>();
  /** Failures of a job since it last worked, and when the last one was. */
  readonly #failures = new Map<string, { count: number; at: number }>();
  readonly #runners = new Set<Promise<void>>();
  readonly #gate: Gate;
  #answeredAt = 0;
  #troubles = 0;

  constructor(ports: DrainPorts) {
    this.#ports = ports;
    this.#gate = new Gate(() => ports.now());
  }

  /** Starts the runners of these lanes, or of every lane in which something waits. */
  kick(lanes?: Iterable<Lane>): void {
    const { queues } = this.#ports;
    // Known lanes too: what they waited for may be gone, and only looking tells.
    const wanted = lanes ?? new Set([...queues.outbox.lanes(), ...this.#lanes.keys(), STAFF, RECORD]);
    for (const lane of wanted) {
      const state = this.#state(lane);
      state.again = true;
      if (state.running) continue;
      state.running = true;
      const runner = this.#run(lane, state).finally(() => this.#runners.delete(runner));
      this.#runners.add(runner);
    }
  }

  /** Resolves when no runner is at work. */
  async idle(): Promise<void> {
    while (this.#runners.size > 0) await Promise.all(this.#runners);
  }

  get busy(): boolean {
    return this.#runners.size > 0;
  }

  /** When some lane has something to do next; while one is at work, when to look whether it still is. */
  nextWakeAt(now: number): number | null {
    let next = this.busy ? now + SAFETY_WAKE_MS : null;
    for (const { wakeAt } of this.#lanes.values()) {
      if (wakeAt !== null) next = next === null ? wakeAt : Math.min(next, wakeAt);
    }
    return next;
  }

  /** Whether this message is on its way at this very moment. */
  isInFlight(key: OriginalKey): boolean {
    return this.#inFlight.has(keyOf(key));
  }

  /** Whether a message that arrives now would have to wait. */
  pressed(lane: Lane): boolean {
    if (lane !== STAFF) return false;
    return isPressed(this.#ports.queues.messages, this.#state(lane).rate, this.#ports.now(), 1);
  }

  /** Somebody mended something: no lane rests because of trouble any more. */
  mended(): void {
    this.#troubles = 0;
    for (const state of this.#lanes.values()) state.restsUntil = 0;
  }

  /** Somebody has seen what keeps the staff group's lane from working. */
  stopped(trouble: Trouble): void {
    this.#rest(this.#state(STAFF), trouble, this.#ports.now());
  }

  /** What was learnt of a lane's rate, and of what keeps it from working, says nothing any more. */
  forget(lane: Lane): void {
    const state = this.#lanes.get(lane);
    if (state === undefined) return;
    Object.assign(state, { rate: new LaneRate(rateRuleOf(lane)), savedRate: undefined, wakeAt: null });
    state.silent = 0;
  }

  #state(lane: Lane): LaneState {
    let state = this.#lanes.get(lane);
    if (state === undefined) {
      const savedRate = this.#ports.rateOf(lane);
      const rate = new LaneRate(rateRuleOf(lane), savedRate);
      const trouble = lane === STAFF ? this.#ports.trouble() : null;
      // What a restart does not know is over once a call works.
      if (trouble !== null) this.#troubles = Math.max(this.#troubles, 1);
      state = {
        rate,
        savedRate,
        running: false,
        again: false,
        silent: 0,
        restsUntil: 0,
        wakeAt: null,
        hasNoTopics: trouble === "group.not_a_forum",
      };
      this.#lanes.set(lane, state);
    }
    return state;
  }

  /** Only what has changed: every message that arrives under pressure comes by here. */
  #saveRate(lane: Lane, state: LaneState): void {
    if (state.savedRate === state.rate.state) return;
    state.savedRate = state.rate.state;
    this.#ports.saveRate(lane, state.savedRate);
  }

  async #run(lane: Lane, state: LaneState): Promise<void> {
    try {
      do {
        state.again = false;
        // Whoever caused this gets their answer first, and that leaves once the commit is safe.
        await this.#ports.safe();
        state.wakeAt = lane === RECORD ? await this.#ports.record() : await this.#drainLane(lane, state);
      } while (state.again);
    } catch (error) {
      this.#ports.failed(`lane ${lane}`, error);
      state.restsUntil = this.#ports.now() + TROUBLE_REST_MS;
      state.wakeAt = state.restsUntil;
    } finally {
      state.running = false;
      if (state.wakeAt !== null) this.#ports.wakeBy(state.wakeAt);
      // A quiet lane is forgotten; its rate is not needed before its next message, which will be much later.
      if (
        state.wakeAt === null &&
        lane !== STAFF &&
        state.rate.free(this.#ports.now()) >= PRIVATE_RATE.calls
      ) {
        this.#lanes.delete(lane);
      }
    }
  }

  /** Works until the lane has nothing to do now. Answers when it has again. */
  async #drainLane(lane: Lane, state: LaneState): Promise<number | null> {
    const ports = this.#ports;
    for (;;) {
      const now = ports.now();
      const rules = ports.rules();
      if (rules === null) return null;
      if (state.restsUntil > now) return state.restsUntil;
      if (state.hasNoTopics && !(await this.#hasTopicsAgain(state, rules))) return state.restsUntil;
      if (sleepsForItsRate(state, now)) return state.wakeAt;
      const plan = this.#plan(lane, state, now);
      if (!("job" in plan)) {
        // A lane that sleeps because of its rate must know so after a restart.
        if (lane === STAFF && plan.wakeAt !== null && state.rate.free(now) === 0) this.#saveRate(lane, state);
        return plan.wakeAt;
      }
      if (!isForOthers(lane)) await this.#perform(lane, state, plan.job, plan.cost, rules);
      else
        await this.#gate.pass(lane, (waited) => this.#performNow(lane, state, waited ? null : plan, rules));
    }
  }

  #plan(lane: Lane, state: LaneState, now: number): Plan {
    const ports = this.#ports;
    if (isCrmLane(lane)) {
      const system = lane === SKILLS_LANE ? "skills" : "enrichment";
      const asksAt = maySoonestTry(breakerOf(ports.queues.store, system), now);
      if (asksAt > now) return { wakeAt: ports.queues.outbox.heads(lane).length === 0 ? null : asksAt };
    }
    return lane === STAFF
      ? planStaff(ports.queues, state.rate, now, (row) => ports.viewContextOf(row))
      : (isOutsideLane(lane) ? planHook : planChat)(ports.queues, lane, state.rate, now);
  }

  /** What was planned, or what is to be done by now: after a wait at the gate that may be something else, or nothing. */
  async #performNow(lane: Lane, state: LaneState, planned: Plan | null, before: Rules): Promise<void> {
    const rules = planned === null ? this.#ports.rules() : before;
    const plan = planned ?? this.#plan(lane, state, this.#ports.now());
    if (rules !== null && "job" in plan) await this.#perform(lane, state, plan.job, plan.cost, rules);
  }

  async #hasTopicsAgain(state: LaneState, { group }: Rules): Promise<boolean> {
    const ports = this.#ports;
    const outcome = await ports.call({ method: "getChat", params: { chat_id: group.chatId } });
    if (outcome.kind === "done" && (outcome.result as { is_forum?: boolean } | null)?.is_forum === true) {
      state.hasNoTopics = false;
      this.#troubles = 0;
      ports.troubled(null);
      return true;
    }
    this.#rest(state, "group.not_a_forum", ports.now());
    ports.troubled("group.not_a_forum");
    return false;
  }

  #rest(state: LaneState, trouble: Trouble, now: number): void {
    state.restsUntil = now + Math.min(TROUBLE_REST_MS * 2 ** this.#troubles, TROUBLE_REST_MAX_MS);
    state.hasNoTopics = trouble === "group.not_a_forum";
    this.#troubles += 1;
  }

  async #perform(lane: Lane, state: LaneState, job: Job, cost: number, rules: Rules): Promise<void> {
    const ports = this.#ports;
    const { store, messages } = ports.queues;
    if (this.#followsTicket(job)) return;
    const context = { rules, store, messages, now: ports.now() };
    const call = this.#callOf(job, context);
    if (call === null) {
      ports.commit((tx) => abandon(tx, job));
      return;
    }
    const careful = mustNotRepeat(job, context);
    const carried = job.kind === "relay" ? rowsCarried(job, context) : [];
    this.#markAttempt(job, carried, careful);
    for (const row of carried) this.#inFlight.add(keyOf(row));
    let outcome: Outcome;
    try {
      outcome = await this.#call(call, rules, job);
      ports.called(call, outcome);
    } finally {
      for (const row of carried) this.#inFlight.delete(keyOf(row));
    }
    const now = ports.now();
    const name = nameOf(job);
    if (outcome.kind !== "uncertain") {
      if (!isOutsideLane(lane)) this.#answeredAt = now;
      state.silent = 0;
    }
    if (outcome.kind === "defer") {
      state.rate.deferred(
        now,
        outcome.retryAfterMs + Math.round(250 + ports.random(`429 ${name} ${now}`) * 750),
      );
      this.#saveRate(lane, state);
      this.#unmarkAttempt(job, carried, careful);
      this.#followsTicket(job);
      return;
    }
    state.rate.took(now, cost);
    const failed = this.#failures.get(name);
    const afterMs = outcome.kind === "retry" ? (outcome.afterMs ?? 0) : 0;
    const retry = {
      at: now + Math.max(afterMs, retryPauseMs(failed?.count ?? 0, ports.random(`retry ${name} ${now}`))),
      afterMs,
      // While nobody gets an answer it is Telegram that is away, not this job that is wrong.
      counts: outcome.kind !== "uncertain" || failed === undefined || this.#answeredAt > failed.at,
    };
    let settled: Settled = { kind: "ok" };
    try {
      ports.commit((tx) => {
        settled = settle(tx, job, carried, outcome, {
          retry,
          url: "url" in call ? call.url : null,
          mustNotRepeat: careful,
          viewContextOf: (row) => ports.viewContextOf(row),
        });
      });
    } catch (error) {
      // A bug of ours must not stop the lane: this job is put aside for people to look at.
      ports.failed(`settling ${name}`, error);
      ports.commit((tx) => abandon(tx, job));
    }
    this.#note(lane, state, name, outcome, settled, now);
  }

  /** Makes the call with Telegram's numbers, and answers with the object's. */
  async #call(call: OutsideCall, { epochs }: Rules, job: Job): Promise<Outcome> {
    const ports = this.#ports;
    if (!("method" in call)) return ports.call(call);
    const toTelegram = addressed(call, epochs);
    if ("kind" in toTelegram) return toTelegram;
    const outcome = numberedOutcome(await ports.call(toTelegram.call), toTelegram.epoch);
    const chat = toTelegram.call.params["chat_id"];
    const isFormer = chat !== ports.rules()?.group.chatId && call.params["chat_id"] === epochs.chat;
    return isFormer ? inFormerChat(job, outcome) : outcome;
  }

  /** What is for the topic of a ticket that has moved meanwhile goes to the group which has it now. */
  #followsTicket(job: Job): boolean {
    if (job.kind !== "relay" || job.rows[0]!.lane !== STAFF) return false;
    const ticket = this.#ports.queues.store.ticket(job.rows[0]!.ticket)?.ticket;
    if (ticket === undefined || ticket.movedTo === null) return false;
    this.#ports.commit((tx) => goAfterTicket(tx, ticket, job.rows));
    return true;
  }

  #callOf(job: Job, context: DeliveryContext): OutsideCall | null {
    try {
      return callOf(job, context);
    } catch (error) {
      this.#ports.failed(`preparing ${nameOf(job)}`, error);
      return null;
    }
  }

  #note(lane: Lane, state: LaneState, name: string, outcome: Outcome, settled: Settled, now: number): void {
    const ports = this.#ports;
    if (settled.kind === "trouble") {
      this.#rest(state, settled.trouble, now);
      ports.troubled(settled.trouble);
      return;
    }
    if (settled.kind === "ok") {
      ports.delivered(lane);
      this.#failures.delete(name);
      if (lane === STAFF && outcome.kind === "done" && this.#troubles > 0) {
        this.#troubles = 0;
        ports.troubled(null);
      }
      return;
    }
    this.#failures.set(name, { count: (this.#failures.get(name)?.count ?? 0) + 1, at: now });
    if (outcome.kind === "uncertain") {
      const rest = Math.min(SILENT_REST_MS * 2 ** state.silent, SILENT_REST_MAX_MS);
      state.silent += 1;
      state.restsUntil = now + rest;
    }
  }

  /** What a crash during the call must not forget. */
  #markAttempt(job: Job, carried: readonly MessageRow[], careful: boolean): void {
    const now = this.#ports.now();
    if (job.kind === "view" && job.step.what === "create") {
      const { ticket, view } = job.row;
      this.#ports.commit((tx) =>
        tx.store.saveView(ticket.number, { ...view, creatingSince: now }, job.row.viewDueAt),
      );
    } else if (job.kind === "work" && job.row.kind === "enrichment") {
      this.#ports.commit((tx) => noteAsking(tx, "enrichment"));
    } else if (careful) {
      this.#ports.commit((tx) => {
        for (const row of carried) tx.messages.update(row, { attemptedAt: now });
        if (job.kind === "work") tx.outbox.update(job.row.seq, { attemptedAt: now });
      });
    }
  }

  /** Telegram said "later": it did not happen, and that is certain. */
  #unmarkAttempt(job: Job, carried: readonly MessageRow[], careful: boolean): void {
    this.#ports.commit((tx) => {
      if (job.kind === "view" && job.step.what === "create") {
        const row = tx.store.ticket(job.row.ticket.number)!;
        tx.store.saveView(row.ticket.number, { ...row.view, creatingSince: null }, row.viewDueAt);
      }
      if (!careful) return;
      for (const row of carried) tx.messages.update(row, { attemptedAt: null });
      if (job.kind === "work") tx.outbox.update(job.row.seq, { attemptedAt: null });
    });
  }
}

/**
 * What a former chat refuses says nothing about the group. What belongs into a ticket's topic and was under way when the
 * group got another chat is done again there, where people read it.
 */
function inFormerChat(job: Job, outcome: Outcome): Outcome {
  if (outcome.kind === "refused" && outcome.code === "fatal") return outcome;
  const isForTopic = job.kind === "relay" || (job.kind === "work" && job.row.kind === "topic_notice");
  if (isForTopic && (outcome.kind === "done" || outcome.kind === "refused"))
    return { kind: "retry", code: "former_chat" };
  if (outcome.kind !== "refused") return outcome;
  const isErasure = job.kind === "work" && job.row.kind === "erase_topic";
  const code = isErasure ? "permanent" : "target_gone";
  return { kind: "refused", code, description: "in a former chat" };
}

function rateRuleOf(lane: Lane): RateRule {
  if (lane === STAFF) return GROUP_RATE;
  if (lane === BOT) return BOT_RATE;
  if (isPeerLane(lane)) return PEER_RATE;
  return isOutsideLane(lane) ? HOOK_RATE : PRIVATE_RATE;
}

/** Whether the lane will look again by the time it may call at all: what arrives until then changes nothing. */
function sleepsForItsRate({ wakeAt, rate }: LaneState, now: number): boolean {
  return wakeAt !== null && wakeAt > now && wakeAt <= rate.freeAt(now, 1);
}

/** Takes a job out of its lane without a call: what it was about is gone, our own code fails on it, or it needs none. */
function abandon(tx: Transaction, job: Job): void {
  switch (job.kind) {
    case "relay":
      for (const row of job.rows)
        tx.messages.update(row, { state: "parked", attemptedAt: null, code: "desk_failed" });
      return;
    case "work":
      if (job.row.kind === "enrichment") putOffQuestion(tx, job.row);
      else tx.outbox.remove(job.row.seq);
      if (job.row.payload.kind === "hook_turn") passTurn(tx, job.row.ticket, job.row.payload);
      return;
    case "view":
      tx.store.saveView(job.row.ticket.number, { ...job.row.view, creatingSince: null }, null);
      return;
    default:
      job satisfies never;
  }
}

function keyOf(key: OriginalKey): string {
  return `${key.chat}:${key.messageId}`;
}

function nameOf(job: Job): string {
  if (job.kind === "relay") return `m:${job.rows[0]!.seq}`;
  return job.kind === "work" ? `o:${job.row.seq}` : `v:${job.row.ticket.number}`;
}
