import type { Outcome } from "../../domain/desk/outcome.ts";
import type { Trouble } from "../../domain/desk/trouble.ts";
import { SAFETY_WAKE_MS, STALL_TOLD_AFTER_MS } from "../../domain/limits.ts";
import type { Inside } from "../commit/inside.ts";
import type { Transaction } from "../commit/transaction.ts";
import type { Rules } from "../rules/rules.ts";
import { FACTS } from "../tables/facts.ts";
import {
  BOT,
  isRouteLane,
  isForOthers,
  isOutsideLane,
  isPeerLane,
  RECORD,
  STAFF,
  type Lane,
} from "../tables/lane.ts";
import type { MessageRow } from "../tables/messages.ts";
import type { OriginalKey, Stall } from "../tables/shapes.ts";
import type { TicketRow } from "../tables/tickets.ts";
import { addressed, numberedOutcome } from "./addressing.ts";
import { Gate } from "./gate.ts";
import { ticketOf, type Job } from "./job.ts";
import {
  BOT_RATE,
  GROUP_RATE,
  WEBHOOK_RATE,
  LaneRate,
  PEER_RATE,
  PRIVATE_RATE,
  type RateRule,
} from "./lane-rate.ts";
import type { Outside } from "./outside.ts";
import { FAIR_RESERVE, isPressed, planChat, planWebhook, planStaff, type Plan } from "./plan.ts";
import { settle } from "./settle.ts";
import { messageIds, retryPauseMs, type Settled } from "./settled.ts";
import { Shares } from "./shares.ts";
import { viewContextOf, type ViewContext } from "./topic-view.ts";
import { handlerOf, type Deliveries, type DeliveryContext, type OutsideCall } from "./work-handler.ts";

/** What the drain needs of the object and of the world; it has no clock, network or storage of its own. */
export interface DrainPorts extends Inside {
  outside: Pick<Outside, "call" | "random">;
  deliveries: Deliveries;
  /** Resolves when everything that was committed would survive a crash. */
  safe(): Promise<void>;
  /** What came of a call, whatever it was. */
  called(call: OutsideCall, outcome: Outcome): void;
  /** Delivers to the record; answers when to look again, `null` if there is nothing more. */
  record(): Promise<number | null>;
  /** A lane has something to do at this instant. */
  wakeBy(at: number): void;
}

interface Failing {
  count: number;
  /** When the last one was. */
  at: number;
  job: Job;
  /** The last one had no answer. */
  unanswered: boolean;
}

interface LaneState {
  rate: LaneRate;
  running: boolean;
  /** Asked to run while it was running: it looks once more before it stops. */
  again: boolean;
  /** Failures in a row without any answer: the lane slows down for all jobs. */
  silent: number;
  /** Nothing is tried before this instant. */
  restsUntil: number;
  /** It rests because Telegram does not answer: the first answer on any lane ends that. */
  awaitsAnswer: boolean;
  /** Since when it has had no answer, null while it has; and whether that was said. */
  silentSince: number | null;
  toldSilent: boolean;
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
/** … and Telegram as a whole is asked this seldom at last whether it is back. */
const AWAY_REST_MAX_MS = 300_000;
/**
 * Before a call that must not be repeated Telegram has answered something this recently, or is asked something
 * harmless first. In workerd a connection that was refused and one that broke after the request was sent are the same
 * error, so only a call that was never made is known to have done nothing.
 */
const ANSWERED_RECENTLY_MS = 1_000;
const HARMLESS: OutsideCall = { method: "getMe", params: {} };

/**
 * Brings out what waits, lane by lane. Each lane has one runner, so its order is kept; lanes do not wait for each
 * other. Every call is made once per decision: what came of it is committed before the next decision is made.
 */
export class Drain {
  readonly #ports: DrainPorts;
  readonly #lanes = new Map<Lane, LaneState>();
  readonly #inFlight = new Set<string>();
  /** Failures of a job since it last worked. */
  readonly #failures = new Map<string, Failing>();
  readonly #runners = new Set<Promise<void>>();
  readonly #gate: Gate;
  /** When Telegram last answered anything, and when something that had to be done. */
  #answeredAt = 0;
  #workedAt = 0;
  /** A call that must not be repeated has had no answer, and no harmless one has been answered since. */
  #doubted = false;
  /** The harmless call that is under way; several lanes wait for the same one. */
  #asking: Promise<boolean> | null = null;
  /** Harmless calls in a row without an answer, and until when none is made. */
  #unanswered = 0;
  #awayUntil = 0;
  #troubles = 0;
  /** Every answer of Telegram's asks, so the rows are asked only where there may be any. */
  #mayHaveStalls = true;
  /** Whose calls the staff group's minute was spent on. */
  readonly #shares = new Shares(GROUP_RATE.perMs);

  constructor(ports: DrainPorts) {
    this.#ports = ports;
    this.#gate = new Gate(() => ports.now());
  }

  /** Starts the runners of these lanes, or of every lane in which something waits. */
  kick(lanes?: Iterable<Lane>): void {
    const { tables } = this.#ports;
    // Known lanes too: what they waited for may be gone, and only looking tells.
    const wanted = lanes ?? new Set([...tables.outbox.lanes(), ...this.#lanes.keys(), STAFF, RECORD]);
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
  isBacklogged(lane: Lane): boolean {
    if (lane !== STAFF) return false;
    return isPressed(
      this.#ports.tables.messages,
      this.#state(lane).rate,
      this.#ports.now(),
      1 + FAIR_RESERVE,
    );
  }

  /** A trouble was mended: no lane rests because of it any more. */
  mended(): void {
    this.#troubles = 0;
    for (const state of this.#lanes.values()) state.restsUntil = 0;
  }

  /** Reports the trouble that keeps the staff group's lane from working. */
  stopped(trouble: Trouble): void {
    this.#rest(this.#state(STAFF), trouble, this.#ports.now());
  }

  /** What was learnt of a lane's rate, and of what keeps it from working, says nothing any more. */
  forget(lane: Lane): void {
    const state = this.#lanes.get(lane);
    if (state === undefined) return;
    Object.assign(state, { rate: new LaneRate(rateRuleOf(lane)), wakeAt: null });
    state.silent = 0;
  }

  #state(lane: Lane): LaneState {
    let state = this.#lanes.get(lane);
    if (state === undefined) {
      const rule = rateRuleOf(lane);
      // Telegram remembers what an object that was evicted has forgotten.
      const told =
        lane === STAFF ? this.#ports.tables.messages.copiedSince(this.#ports.now() - rule.perMs) : [];
      const rate = new LaneRate(rule, this.#ports.tables.laneRates.get(lane), told);
      const trouble = lane === STAFF ? this.#trouble() : null;
      // What a restart does not know is over once a call works.
      if (trouble !== null) this.#troubles = Math.max(this.#troubles, 1);
      state = {
        rate,
        running: false,
        again: false,
        silent: 0,
        restsUntil: 0,
        awaitsAnswer: false,
        silentSince: null,
        toldSilent: false,
        wakeAt: null,
        hasNoTopics: trouble === "group.not_a_forum",
      };
      this.#lanes.set(lane, state);
    }
    return state;
  }

  /** Only what has changed: every message comes by here. */
  #saveRate(lane: Lane, { rate }: LaneState): void {
    const unsaved = rate.unsaved();
    if (unsaved === null) return;
    this.#ports.tables.laneRates.save(lane, unsaved);
    rate.saved();
  }

  async #run(lane: Lane, state: LaneState): Promise<void> {
    try {
      do {
        state.again = false;
        // The caller gets its answer first, and that leaves once the commit is safe.
        await this.#ports.safe();
        state.wakeAt = lane === RECORD ? await this.#ports.record() : await this.#drainLane(lane, state);
        // An object that rests may be evicted, and its next life shares the minute with this one.
        if (lane === STAFF) this.#saveRate(lane, state);
      } while (state.again);
    } catch (error) {
      this.#ports.report(`lane ${lane}`, error);
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
      // A mirror that Telegram may have done without an answer is not repeated just to see whether it is back.
      if (state.awaitsAnswer && !(await this.#answersAgain(lane, state))) return state.restsUntil;
      if (state.hasNoTopics && !(await this.#hasTopicsAgain(state, rules))) return state.restsUntil;
      if (sleepsForItsRate(state, now)) return state.wakeAt;
      const plan = this.#plan(lane, state, now);
      if (!("job" in plan)) {
        // Nothing is left that could show it.
        if (state.silentSince !== null && plan.wakeAt === null) this.#heard(lane, state);
        return plan.wakeAt;
      }
      if (this.#isCareful(plan.job, rules) && !this.#hasJustAnswered(now)) {
        // Much may have changed while it was asked: what to do is planned anew.
        if (await this.#answersAgain(lane, state)) continue;
        return state.restsUntil;
      }
      if (!isForOthers(lane)) await this.#perform(lane, state, plan.job, plan.cost, rules);
      else
        await this.#gate.pass(lane, (waited) => this.#performNow(lane, state, waited ? null : plan, rules));
    }
  }

  #isCareful(job: Job, rules: Rules): boolean {
    return this.#mustNotRepeat(job, this.#context(rules));
  }

  /** Whether a repetition would be worse than a loss: what a customer might read twice is never sent again by itself. */
  #mustNotRepeat(job: Job, context: DeliveryContext): boolean {
    if (job.kind === "view") return false;
    if (job.kind === "relay") return isRouteLane(job.rows[0]!.lane);
    const { works } = this.#ports.deliveries;
    return !handlerOf(works, job.row).repeatable(job.row, context);
  }

  #hasJustAnswered(now: number): boolean {
    return !this.#doubted && this.#answeredAt > 0 && now - this.#answeredAt < ANSWERED_RECENTLY_MS;
  }

  /** Asks Telegram something harmless, once for all lanes that want to know; without an answer the lane rests. */
  async #answersAgain(lane: Lane, state: LaneState): Promise<boolean> {
    state.awaitsAnswer = true;
    this.#asking ??= this.#ask().finally(() => (this.#asking = null));
    const startedAt = this.#ports.now();
    if (await this.#asking) return true;
    this.#unheard(lane, state, startedAt);
    state.restsUntil = Math.max(state.restsUntil, this.#awayUntil);
    return false;
  }

  async #ask(): Promise<boolean> {
    const ports = this.#ports;
    if (this.#awayUntil > ports.now()) return false;
    const { kind } = await ports.outside.call(HARMLESS);
    if (kind !== "uncertain") {
      this.#answered(ports.now(), "harmless");
      return true;
    }
    this.#awayUntil = ports.now() + silentRestMs(this.#unanswered, AWAY_REST_MAX_MS);
    this.#unanswered += 1;
    return false;
  }

  /** Telegram answers again: lanes that waited for that go on at once. */
  #answered(now: number, call: "harmless" | "careful"): void {
    this.#answeredAt = now;
    if (call === "careful") return;
    this.#doubted = false;
    if (this.#unanswered > 0) this.#triesAgain(now);
    this.#unanswered = 0;
    this.#awayUntil = 0;
    const waiting = [...this.#lanes].filter(([, { awaitsAnswer }]) => awaitsAnswer);
    for (const [, state] of waiting) {
      state.awaitsAnswer = false;
      state.restsUntil = 0;
    }
    if (waiting.length > 0) this.kick(waiting.map(([lane]) => lane));
  }

  #unheard(lane: Lane, state: LaneState, since: number): void {
    const now = this.#ports.now();
    state.silentSince ??= since;
    if (state.toldSilent || now - state.silentSince <= STALL_TOLD_AFTER_MS) return;
    state.toldSilent = true;
    const everywhere = this.#unanswered > 0 ? ({ everywhere: true } as const) : {};
    this.#stalled(lane, { why: "no_answer", since: state.silentSince, until: null, ...everywhere });
  }

  #heard(lane: Lane, state: LaneState): void {
    state.silentSince = null;
    state.toldSilent = false;
    this.#noteAnswer(lane);
  }

  /** What had no answer while Telegram was away need not wait for its own pause. */
  #triesAgain(now: number): void {
    const jobs = [...this.#failures.values()].filter(({ unanswered }) => unanswered).map(({ job }) => job);
    if (jobs.length === 0) return;
    this.#ports.commit((tx) => {
      for (const job of jobs) hasten(tx, job, now);
    });
  }

  #plan(lane: Lane, state: LaneState, now: number): Plan {
    const ports = this.#ports;
    const { deliveries } = ports;
    const asksAt = deliveries.asksFrom(lane, ports.tables.facts, now);
    if (asksAt !== null && asksAt > now)
      return { wakeAt: ports.tables.outbox.heads(lane).length === 0 ? null : asksAt };
    if (lane !== STAFF)
      return (isOutsideLane(lane) ? planWebhook : planChat)(ports.tables, deliveries, lane, state.rate, now);
    const contextOf = (row: TicketRow): ViewContext | null => viewContextOf(ports, row);
    return planStaff(ports.tables, deliveries, state.rate, now, contextOf, this.#shares.now(now));
  }

  /** What was planned, or what is to be done by now: after a wait at the gate that may be something else, or nothing. */
  async #performNow(lane: Lane, state: LaneState, planned: Plan | null, before: Rules): Promise<void> {
    const rules = planned === null ? this.#ports.rules() : before;
    const plan = planned ?? this.#plan(lane, state, this.#ports.now());
    if (rules !== null && "job" in plan) await this.#perform(lane, state, plan.job, plan.cost, rules);
  }

  async #hasTopicsAgain(state: LaneState, { group }: Rules): Promise<boolean> {
    const ports = this.#ports;
    const outcome = await ports.outside.call({ method: "getChat", params: { chat_id: group.chatId } });
    if (outcome.kind === "done" && (outcome.result as { is_forum?: boolean } | null)?.is_forum === true) {
      state.hasNoTopics = false;
      this.#troubles = 0;
      this.#troubled(null);
      return true;
    }
    this.#rest(state, "group.not_a_forum", ports.now());
    this.#troubled("group.not_a_forum");
    return false;
  }

  /** What kept the staff group's lane from working when it last tried. */
  #trouble(): Trouble | null {
    return (this.#ports.tables.facts.get(FACTS.trouble) as Trouble | undefined) ?? null;
  }

  /** The staff group's lane cannot work until people mend something; null: it works again. */
  #troubled(trouble: Trouble | null): void {
    this.#ports.commit((tx) => this.#ports.deliveries.troubled(tx, trouble));
  }

  #stalled(lane: Lane, stall: Stall): void {
    this.#mayHaveStalls = true;
    this.#ports.commit((tx) => this.#ports.deliveries.stalled(tx, lane, stall));
  }

  #noteAnswer(lane: Lane): void {
    if (!this.#mayHaveStalls) return;
    this.#mayHaveStalls = this.#ports.tables.facts.get(FACTS.stalls) !== undefined;
    if (this.#mayHaveStalls) this.#ports.commit((tx) => this.#ports.deliveries.answered(tx, lane));
  }

  #rest(state: LaneState, trouble: Trouble, now: number): void {
    state.restsUntil = now + Math.min(TROUBLE_REST_MS * 2 ** this.#troubles, TROUBLE_REST_MAX_MS);
    state.hasNoTopics = trouble === "group.not_a_forum";
    this.#troubles += 1;
  }

  #context(rules: Rules): DeliveryContext {
    return { ...this.#ports.tables, now: this.#ports.now(), rules };
  }

  async #perform(lane: Lane, state: LaneState, job: Job, cost: number, rules: Rules): Promise<void> {
    const ports = this.#ports;
    if (this.#followsTicket(job)) return;
    const context = this.#context(rules);
    const call = this.#callOf(job, context);
    if (call === null) {
      ports.commit((tx) => abandon(tx, job, ports.deliveries));
      return;
    }
    const careful = this.#mustNotRepeat(job, context);
    const carried = job.kind === "relay" ? ports.deliveries.relay.carried(job, context) : [];
    this.#markAttempt(job, carried, careful);
    for (const row of carried) this.#inFlight.add(keyOf(row));
    let outcome: Outcome;
    const startedAt = context.now;
    try {
      outcome = await this.#call(call, rules, job);
      ports.called(call, outcome);
    } finally {
      for (const row of carried) this.#inFlight.delete(keyOf(row));
    }
    const now = ports.now();
    const name = nameOf(job);
    if (outcome.kind !== "uncertain") {
      if (!isOutsideLane(lane)) {
        this.#workedAt = now;
        this.#answered(now, careful ? "careful" : "harmless");
      }
      state.silent = 0;
      this.#heard(lane, state);
    } else {
      if (careful) this.#doubted = true;
      if (!isOutsideLane(lane)) this.#unheard(lane, state, startedAt);
    }
    if (outcome.kind === "defer") {
      const jitterMs = Math.round(250 + ports.outside.random(`429 ${name} ${now}`) * 750);
      this.#defer(lane, state, job, now, outcome.retryAfterMs + jitterMs);
      this.#saveRate(lane, state);
      this.#unmarkAttempt(job, carried, careful);
      this.#followsTicket(job);
      return;
    }
    state.rate.took(now, cost, isToldByRows(job, carried, outcome));
    if (lane === STAFF) this.#noteShare(job, cost, now);
    const failed = this.#failures.get(name);
    const afterMs = outcome.kind === "retry" ? (outcome.afterMs ?? 0) : 0;
    const retry = {
      at:
        now +
        Math.max(afterMs, retryPauseMs(failed?.count ?? 0, ports.outside.random(`retry ${name} ${now}`))),
      afterMs,
      // While no call gets an answer Telegram is away, and this job is not at fault.
      counts: outcome.kind !== "uncertain" || failed === undefined || this.#workedAt > failed.at,
    };
    let settled: Settled = { kind: "ok" };
    try {
      ports.commit((tx) => {
        const url = "url" in call ? call.url : null;
        const contextOf = (row: TicketRow): ViewContext | null => viewContextOf(ports, row);
        const settling = { retry, url, mustNotRepeat: careful, viewContextOf: contextOf };
        settled = settle(tx, job, carried, outcome, settling, ports.deliveries);
      });
    } catch (error) {
      // A bug of ours must not stop the lane: this job is put aside for people to look at.
      ports.report(`settling ${name}`, error);
      ports.commit((tx) => abandon(tx, job, ports.deliveries));
    }
    this.#note(lane, state, { name, outcome, settled, job, startedAt, now });
  }

  /**
   * A long wait is not that of the group's minute, which all calls share. Telegram counts each method by itself, so that
   * for the making of topics leaves the rest free; if the whole group is meant, the next call hears it.
   */
  #defer(lane: Lane, state: LaneState, job: Job, now: number, waitMs: number): void {
    const isLong = waitMs > STALL_TOLD_AFTER_MS;
    const onlyTopics = isLong && job.kind === "view" && job.step.what === "create";
    if (onlyTopics) state.rate.topicsDeferred(now, waitMs);
    state.rate.deferred(now, onlyTopics ? GROUP_RATE.perMs : waitMs);
    if (!isLong) return;
    const why = onlyTopics ? "topic_flood_wait" : "flood_wait";
    this.#stalled(lane, { why, since: now, until: now + waitMs });
  }

  /** Making a topic and its card is part of the message that it is made for. */
  #noteShare(job: Job, cost: number, now: number): void {
    if (job.kind === "view" && (job.step.what === "create" || job.step.what === "post_card")) return;
    const ticket = ticketOf(job);
    const customer = ticket === 0 ? undefined : this.#ports.tables.tickets.get(ticket)?.ticket.customer;
    if (customer !== undefined) this.#shares.took(now, customer, cost);
  }

  /** Makes the call with Telegram's numbers, and answers with the object's. */
  async #call(call: OutsideCall, { epochs }: Rules, job: Job): Promise<Outcome> {
    const ports = this.#ports;
    if (!("method" in call)) return ports.outside.call(call);
    const toTelegram = addressed(call, epochs);
    if ("kind" in toTelegram) return toTelegram;
    const outcome = numberedOutcome(await ports.outside.call(toTelegram.call), toTelegram.epoch);
    const chat = toTelegram.call.params["chat_id"];
    const isFormer = chat !== ports.rules()?.group.chatId && call.params["chat_id"] === epochs.chat;
    return isFormer ? inFormerChat(job, outcome, ports.deliveries) : outcome;
  }

  /** What is for the topic of a ticket that has moved meanwhile goes to the group which has it now. */
  #followsTicket(job: Job): boolean {
    if (job.kind !== "relay") return false;
    const { tables, deliveries } = this.#ports;
    const goesAfter = deliveries.relay.moved(job, tables.tickets);
    if (goesAfter === null) return false;
    this.#ports.commit(goesAfter);
    return true;
  }

  #callOf(job: Job, context: DeliveryContext): OutsideCall | null {
    const { relay, works } = this.#ports.deliveries;
    try {
      if (job.kind === "view") return job.step.call;
      return job.kind === "relay"
        ? relay.call(job, context)
        : handlerOf(works, job.row).call(job.row, context);
    } catch (error) {
      this.#ports.report(`preparing ${nameOf(job)}`, error);
      return null;
    }
  }

  #note(
    lane: Lane,
    state: LaneState,
    {
      name,
      outcome,
      settled,
      job,
      startedAt,
      now,
    }: {
      name: string;
      outcome: Outcome;
      settled: Settled;
      job: Job;
      startedAt: number;
      now: number;
    },
  ): void {
    if (settled.kind === "trouble") {
      this.#rest(state, settled.trouble, now);
      this.#troubled(settled.trouble);
      return;
    }
    if (settled.kind === "ok") {
      this.#failures.delete(name);
      if (lane === STAFF && outcome.kind === "done" && this.#troubles > 0) {
        this.#troubles = 0;
        this.#troubled(null);
      }
      return;
    }
    const unanswered = outcome.kind === "uncertain" && !isOutsideLane(lane);
    const count = (this.#failures.get(name)?.count ?? 0) + 1;
    if (settled.kind === "given_up") this.#failures.delete(name);
    else this.#failures.set(name, { count, at: now, job, unanswered });
    if (outcome.kind === "uncertain") {
      state.restsUntil = now + silentRestMs(state.silent);
      state.awaitsAnswer = unanswered && this.#answeredAt < startedAt;
      state.silent += 1;
    }
  }

  /** What a crash during the call must not forget. */
  #markAttempt(job: Job, carried: readonly MessageRow[], careful: boolean): void {
    const now = this.#ports.now();
    const handler = job.kind === "work" ? handlerOf(this.#ports.deliveries.works, job.row) : null;
    if (job.kind === "view" && job.step.what === "create") {
      const { ticket, view } = job.row;
      this.#ports.commit((tx) =>
        tx.views.save(ticket.number, { ...view, creatingSince: now }, job.row.viewDueAt),
      );
    } else if (handler?.attempted !== undefined) {
      this.#ports.commit((tx) => handler.attempted!(tx));
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
        const row = tx.tickets.get(job.row.ticket.number)!;
        tx.views.save(row.ticket.number, { ...row.view, creatingSince: null }, row.viewDueAt);
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
function inFormerChat(job: Job, outcome: Outcome, { works }: Deliveries): Outcome {
  if (outcome.kind === "refused" && outcome.code === "fatal") return outcome;
  const means =
    job.kind === "work" ? (handlerOf(works, job.row).inFormerChat ?? "target_gone") : "target_gone";
  const isAgain = job.kind === "relay" || means === "again";
  if (isAgain && (outcome.kind === "done" || outcome.kind === "refused"))
    return { kind: "retry", code: "former_chat" };
  if (outcome.kind !== "refused") return outcome;
  const code = means === "again" ? "target_gone" : means;
  return { kind: "refused", code, description: "in a former chat" };
}

/** Whether the rows of what was copied will tell of the call: all of its copies are known. */
function isToldByRows(job: Job, carried: readonly MessageRow[], outcome: Outcome): boolean {
  if (job.kind !== "relay" || outcome.kind !== "done" || carried[0]?.lane !== STAFF) return false;
  return job.joined || messageIds(outcome.result).length === carried.length;
}

function rateRuleOf(lane: Lane): RateRule {
  if (lane === STAFF) return GROUP_RATE;
  if (lane === BOT) return BOT_RATE;
  if (isPeerLane(lane)) return PEER_RATE;
  return isOutsideLane(lane) ? WEBHOOK_RATE : PRIVATE_RATE;
}

/** How long no call is tried while none is answered. */
function silentRestMs(unanswered: number, most = SILENT_REST_MAX_MS): number {
  return Math.min(SILENT_REST_MS * 2 ** unanswered, most);
}

/** Whether the lane will look again by the time it may call at all: what arrives until then changes nothing. */
function sleepsForItsRate({ wakeAt, rate }: LaneState, now: number): boolean {
  return wakeAt !== null && wakeAt > now && wakeAt <= rate.freeAt(now, 1);
}

/** Takes a job out of its lane without a call: what it was about is gone, our own code fails on it, or it needs none. */
function abandon(tx: Transaction, job: Job, { works }: Deliveries): void {
  switch (job.kind) {
    case "relay":
      for (const row of job.rows)
        tx.messages.update(row, { state: "parked", attemptedAt: null, code: "desk_failed" });
      return;
    case "work": {
      const handler = handlerOf(works, job.row);
      if (handler.uncalled === undefined) tx.outbox.remove(job.row.seq);
      else handler.uncalled(tx, job.row);
      return;
    }
    case "view":
      tx.views.save(job.row.ticket.number, { ...job.row.view, creatingSince: null }, null);
      return;
    default:
      job satisfies never;
  }
}

/** Lets a job that waits for its next try go at once. */
function hasten(tx: Transaction, job: Job, now: number): void {
  switch (job.kind) {
    case "relay":
      for (const key of job.rows) {
        const row = tx.messages.byOriginal(key);
        if (row?.state !== "waiting" || (row.notBefore ?? 0) <= now) continue;
        tx.messages.update(key, { notBefore: now });
        tx.touched.add(row.lane);
      }
      return;
    case "work": {
      const row = tx.outbox.get(job.row.seq);
      if (row?.state !== "waiting" || (row.notBefore ?? 0) <= now) return;
      tx.outbox.update(row.seq, { notBefore: now });
      tx.touched.add(row.lane);
      return;
    }
    case "view": {
      const row = tx.tickets.get(job.row.ticket.number);
      if ((row?.viewDueAt ?? 0) <= now) return;
      tx.views.save(row!.ticket.number, row!.view, now);
      tx.touched.add(STAFF);
      return;
    }
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
