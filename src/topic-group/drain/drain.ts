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

/**
 * Brings out what waits, lane by lane. Each lane has one runner, so its order is kept; lanes do not wait for each
 * other. Every call is made once per decision: what came of it is committed before the next decision is made.
 */
export class Drain {
  readonly #ports: DrainPorts;
  readonly #lanes: Lanes;
  readonly #answers: Answers;
  readonly #performing: Performing;
  readonly #runners = new Set<Promise<void>>();
  readonly #gate: Gate;

  constructor(ports: DrainPorts) {
    this.#ports = ports;
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

  /** Works until the lane has nothing to do now. Answers when it has again. */
  async #drainLane(lane: Lane, state: LaneState): Promise<number | null> {
    const ports = this.#ports;
    for (;;) {
      const now = ports.now();
      const rules = ports.rules();
      if (rules === null) return null;
      if (state.restsUntil > now) return state.restsUntil;
      // A mirror that Telegram may have done without an answer is not repeated just to see whether it is back.
      if (state.awaitsAnswer && !(await this.#answers.again(lane, state))) return state.restsUntil;
      if (state.hasNoTopics && !(await this.#hasTopicsAgain(state, rules))) return state.restsUntil;
      if (sleepsForItsRate(state, now)) return state.wakeAt;
      const plan = this.#plan(lane, state, now);
      if (!("job" in plan)) {
        // Nothing is left that could show it.
        if (state.silentSince !== null && plan.wakeAt === null) this.#answers.endSilence(lane, state);
        return plan.wakeAt;
      }
      const isCareful = mustNotRepeat(plan.job, ports.deliveries, deliveryContext(ports, rules));
      if (isCareful && isTelegramsLane(lane) && !this.#answers.isSure(now)) {
        // Much may have changed while it was asked: what to do is planned anew.
        if (await this.#answers.again(lane, state)) continue;
        return state.restsUntil;
      }
      if (!isForOthers(lane)) await this.#performing.perform(lane, state, plan.job, plan.cost, rules);
      else
        await this.#gate.pass(lane, (waited) => this.#performNow(lane, state, waited ? null : plan, rules));
    }
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
    return planStaff(tables, deliveries, state.rate, now, contextOf, this.#performing.shares(now));
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
