import type { Trouble } from "../../domain/desk/trouble.ts";
import { SAFETY_WAKE_MS } from "../../domain/limits.ts";
import type { Rules } from "../rules/rules.ts";
import { isForOthers, isOutsideLane, isTelegramsLane, RECORD, STAFF, type Lane } from "../tables/lane.ts";
import type { OriginalKey } from "../tables/shapes.ts";
import type { TicketRow } from "../tables/tickets.ts";
import { Answers } from "./answers.ts";
import { deliveryContext, mustNotRepeat } from "./calling.ts";
import { Failures } from "./failures.ts";
import { Gate } from "./gate.ts";
import { ticketOf, type Job } from "./job.ts";
import { Lanes, sleepsForItsRate, TROUBLE_REST_MS, type LaneState } from "./lanes.ts";
import { Performing } from "./performing.ts";
import {
  FAIR_RESERVE,
  isPressed,
  JOIN_RESERVE,
  planChat,
  planStaff,
  planWebhook,
  type Plan,
} from "./plan.ts";
import type { DrainPorts } from "./ports.ts";
import { viewContextOf, type ViewContext } from "./topic-view.ts";
import { Traffic } from "./traffic.ts";

/** Jobs of the staff group's lane that may be under way: one connection is left to everybody else. */
const STAFF_AT_ONCE_MAX = 5;

/** A job that is done now, by these rules. */
interface Chosen {
  job: Job;
  cost: number;
  rules: Rules;
}

type Next = Chosen | { wakeAt: number | null };

/**
 * Brings out what waits, lane by lane. Each lane has one runner, and makes one call after the other; the staff group's
 * makes several, about different tickets. So the order is kept, and lanes do not wait for each other. What came of a
 * call is committed before the next decision about its ticket is made.
 */
export class Drain {
  readonly #ports: DrainPorts;
  readonly #lanes: Lanes;
  readonly #answers: Answers;
  readonly #performing: Performing;
  readonly #runners = new Set<Promise<void>>();
  readonly #gate: Gate;
  readonly #traffic: Traffic;

  constructor(given: DrainPorts) {
    const traffic = new Traffic(() => given.now());
    const { outside } = given;
    const ports: DrainPorts = {
      ...given,
      outside: {
        random: (of) => outside.random(of),
        call: (call) => traffic.count(() => outside.call(call), "method" in call),
      },
      record: () => traffic.count(() => given.record(), false),
    };
    this.#ports = ports;
    this.#traffic = traffic;
    this.#gate = new Gate(() => ports.now());
    const lanes = new Lanes(ports);
    const failures = new Failures();
    const answers = new Answers(ports, lanes, failures, (waiting) => this.kick(waiting));
    this.#lanes = lanes;
    this.#answers = answers;
    this.#performing = new Performing(ports, { lanes, failures, answers });
  }

  /** Starts the runners of these lanes, or of every lane in which something waits. */
  kick(lanes?: Iterable<Lane>): void {
    // Known lanes too: what they waited for may be gone, and only looking tells.
    const wanted =
      lanes ?? new Set([...this.#ports.tables.outbox.lanes(), ...this.#lanes.names(), STAFF, RECORD]);
    for (const lane of wanted) {
      const state = this.#lanes.get(lane);
      state.again = true;
      state.news();
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
    const next = Math.min(this.#lanes.nextWakeAt(), this.busy ? now + SAFETY_WAKE_MS : Infinity);
    return next === Infinity ? null : next;
  }

  /** Whether this message is on its way at this very moment. */
  isInFlight(key: OriginalKey): boolean {
    return this.#performing.isInFlight(key);
  }

  /** Whether what arrives now has to wait, or takes what is kept for other customers. */
  isBacklogged(lane: Lane): boolean {
    return this.#isPressed(lane, FAIR_RESERVE);
  }

  /** Whether a text that arrives now may be joined with others. */
  mayJoin(lane: Lane): boolean {
    return this.#isPressed(lane, JOIN_RESERVE);
  }

  /** Whether one more would leave fewer calls of the minute than `reserve` for what waits. */
  #isPressed(lane: Lane, reserve: number): boolean {
    if (lane !== STAFF) return false;
    const { rate } = this.#lanes.get(lane);
    return isPressed(this.#ports.tables.messages, rate, this.#ports.now(), 1 + reserve);
  }

  /** A trouble was mended: no lane rests because of it any more. */
  mended(): void {
    this.#lanes.mended();
  }

  /** Reports the trouble that keeps the staff group's lane from working. */
  stopped(trouble: Trouble): void {
    this.#lanes.rest(this.#lanes.get(STAFF), trouble);
  }

  /** What was learnt of a lane's rate, and of what keeps it from working, says nothing any more. */
  forget(lane: Lane): void {
    this.#lanes.beginAnew(lane);
  }

  async #run(lane: Lane, state: LaneState): Promise<void> {
    try {
      do {
        state.again = false;
        // The caller gets its answer first, and that leaves once the commit is safe.
        await this.#ports.safe();
        state.wakeAt = lane === RECORD ? await this.#ports.record() : await this.#drainLane(lane, state);
        // An object that rests may be evicted, and its next life shares the minute with this one.
        if (lane === STAFF) this.#lanes.saveRate(lane, state);
      } while (state.again);
    } catch (error) {
      this.#ports.report(`lane ${lane}`, error);
      state.restsUntil = this.#ports.now() + TROUBLE_REST_MS;
      state.wakeAt = state.restsUntil;
    } finally {
      state.running = false;
      if (state.wakeAt !== null) this.#ports.wakeBy(state.wakeAt);
      this.#lanes.leaveQuiet(lane, state);
    }
  }

  /** Works until the lane has nothing to do now, and nothing is under way. Answers when it has again. */
  async #drainLane(lane: Lane, state: LaneState): Promise<number | null> {
    for (;;) {
      state.again = false;
      const next = await this.#next(lane, state);
      if ("job" in next) await this.#do(lane, state, next);
      else if (state.underWay.size === 0) return next.wakeAt;
      else {
        state.wakeAt = next.wakeAt;
        await this.#news(state);
      }
    }
  }

  /** What the lane does now, and by which rules. */
  async #next(lane: Lane, state: LaneState): Promise<Next> {
    const ports = this.#ports;
    const now = ports.now();
    const rules = ports.rules();
    if (rules === null) return { wakeAt: null };
    if (state.restsUntil > now) return { wakeAt: state.restsUntil };
    if (state.underWay.size >= this.#atOnce(state, now)) return { wakeAt: null };
    // A mirror that Telegram may have done without an answer is not repeated just to see whether it is back.
    if (state.awaitsAnswer && !(await this.#answers.again(lane, state))) return { wakeAt: state.restsUntil };
    if (state.hasNoTopics && !(await this.#hasTopicsAgain(state, rules))) return { wakeAt: state.restsUntil };
    if (sleepsForItsRate(state, now)) return { wakeAt: state.wakeAt };
    const plan = this.#plan(lane, state, now);
    if (!("job" in plan)) {
      // Nothing is left that could show it.
      const isIdle = plan.wakeAt === null && state.underWay.size === 0;
      if (state.silentSince !== null && isIdle) this.#answers.endSilence(lane, state);
      return plan;
    }
    const isCareful = mustNotRepeat(plan.job, ports.deliveries, deliveryContext(ports, rules));
    if (isCareful && isTelegramsLane(lane) && !this.#answers.isSure(now)) {
      // Much may have changed while it was asked: what to do is planned anew.
      if (await this.#answers.again(lane, state)) return this.#next(lane, state);
      return { wakeAt: state.restsUntil };
    }
    return { ...plan, rules };
  }

  /**
   * How many jobs of the lane may be under way. While it is not known whether calls work, or after a 429, each waits for
   * the one before: all that are under way would meet the same.
   */
  #atOnce(state: LaneState, now: number): number {
    const isProbing = state.silent > 0 || this.#lanes.inTrouble || state.rate.isAlone(now);
    return isProbing ? 1 : Math.min(STAFF_AT_ONCE_MAX, this.#traffic.room(state.underWay.size));
  }

  /** Resolves once a job is over or something new waits. */
  async #news(state: LaneState): Promise<void> {
    if (state.again) return;
    await new Promise<void>((resolve) => (state.news = resolve));
  }

  /** Does a job; of the staff group's lane the next may begin before it is over. */
  async #do(lane: Lane, state: LaneState, { job, cost, rules }: Chosen): Promise<void> {
    if (lane === STAFF) this.#begin(state, job, cost, rules);
    else if (!isForOthers(lane)) await this.#performing.perform(lane, state, job, cost, rules);
    else
      await this.#gate.pass(lane, (waited) =>
        this.#performNow(lane, state, waited ? null : { job, cost }, rules),
      );
  }

  #begin(state: LaneState, job: Job, cost: number, rules: Rules): void {
    const ticket = ticketOf(job);
    state.underWay.add(ticket);
    void this.#performing
      .perform(STAFF, state, job, cost, rules)
      .catch((error: unknown) => {
        this.#ports.report(`lane ${STAFF}`, error);
        state.restsUntil = this.#ports.now() + TROUBLE_REST_MS;
      })
      .finally(() => {
        state.underWay.delete(ticket);
        // What is planned at this very moment leaves its ticket out: it is planned again.
        state.again = true;
        state.news();
      });
  }

  #plan(lane: Lane, state: LaneState, now: number): Plan {
    const ports = this.#ports;
    const { deliveries, tables } = ports;
    const asksAt = deliveries.asksFrom(lane, tables.facts, now);
    if (asksAt !== null && asksAt > now)
      return { wakeAt: tables.outbox.heads(lane).length === 0 ? null : asksAt };
    if (lane !== STAFF)
      return (isOutsideLane(lane) ? planWebhook : planChat)(tables, deliveries, lane, state.rate, now);
    const contextOf = (row: TicketRow): ViewContext | null => viewContextOf(ports, row);
    const shares = this.#performing.shares(now);
    return planStaff(tables, deliveries, state.rate, now, contextOf, shares, state.underWay);
  }

  /** What was planned, or what is to be done by now: after a wait at the gate that may be something else, or nothing. */
  async #performNow(lane: Lane, state: LaneState, planned: Plan | null, before: Rules): Promise<void> {
    const rules = planned === null ? this.#ports.rules() : before;
    const plan = planned ?? this.#plan(lane, state, this.#ports.now());
    if (rules !== null && "job" in plan)
      await this.#performing.perform(lane, state, plan.job, plan.cost, rules);
  }

  async #hasTopicsAgain(state: LaneState, { group }: Rules): Promise<boolean> {
    const outcome = await this.#ports.outside.call({ method: "getChat", params: { chat_id: group.chatId } });
    if (outcome.kind === "done" && (outcome.result as { is_forum?: boolean } | null)?.is_forum === true) {
      state.hasNoTopics = false;
      this.#lanes.worksAgain();
      return true;
    }
    this.#lanes.troubled(state, "group.not_a_forum");
    return false;
  }
}
