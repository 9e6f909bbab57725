import type { Outcome } from "../../domain/desk/outcome.ts";
import { STALL_TOLD_AFTER_MS } from "../../domain/limits.ts";
import type { Rules } from "../rules/rules.ts";
import { isTelegramsLane, STAFF, type Lane } from "../tables/lane.ts";
import type { MessageRow } from "../tables/messages.ts";
import type { OriginalKey } from "../tables/shapes.ts";
import type { TicketRow } from "../tables/tickets.ts";
import type { Answers } from "./answers.ts";
import { callOf, deliveryContext, makeCall, mustNotRepeat } from "./calling.ts";
import type { Failures } from "./failures.ts";
import { abandon, attemptOf, takeAttemptBack } from "./job-rows.ts";
import { nameOf, ticketOf, type Job } from "./job.ts";
import { GROUP_RATE } from "./lane-rate.ts";
import type { Lanes, LaneState } from "./lanes.ts";
import type { DrainPorts } from "./ports.ts";
import { settle } from "./settle.ts";
import { messageIds, retryPauseMs, type Final, type Retry, type Settled } from "./settled.ts";
import { Shares } from "./shares.ts";
import { viewContextOf, type ViewContext } from "./topic-view.ts";
import type { OutsideCall } from "./work-handler.ts";

/** A call that was made for a job, and the rows that it carried. Instants in ms since 1970. */
interface Made {
  lane: Lane;
  state: LaneState;
  job: Job;
  call: OutsideCall;
  carried: readonly MessageRow[];
  careful: boolean;
  /** Its lane has not begun to rest since: what it hears is new, and not of calls that were under way together. */
  isNews: boolean;
  startedAt: number;
  endedAt: number;
}

/** Does the jobs of lanes: makes the call of each, once, and commits what came of it. */
export class Performing {
  readonly #ports: DrainPorts;
  readonly #lanes: Lanes;
  readonly #failures: Failures;
  readonly #answers: Answers;
  readonly #inFlight = new Set<string>();
  /** Whose calls the staff group's minute was spent on. */
  readonly #shares = new Shares(GROUP_RATE.perMs);

  constructor(ports: DrainPorts, beside: { lanes: Lanes; failures: Failures; answers: Answers }) {
    this.#ports = ports;
    this.#lanes = beside.lanes;
    this.#failures = beside.failures;
    this.#answers = beside.answers;
  }

  /** Whether this message is on its way at this very moment. */
  isInFlight(key: OriginalKey): boolean {
    return this.#inFlight.has(keyOf(key));
  }

  /** How many calls of the staff group's minute each customer has had. */
  shares(now: number): ReadonlyMap<number, number> {
    return this.#shares.now(now);
  }

  async perform(lane: Lane, state: LaneState, job: Job, cost: number, rules: Rules): Promise<void> {
    const ports = this.#ports;
    const { deliveries } = ports;
    if (this.#followsTicket(job)) return;
    const context = deliveryContext(ports, rules);
    const call = callOf(job, ports, context);
    if (call === null) {
      ports.commit((tx) => abandon(tx, job, deliveries));
      return;
    }
    const careful = mustNotRepeat(job, deliveries, context);
    const carried = job.kind === "relay" ? deliveries.relay.carried(job, context) : [];
    const attempt = attemptOf(job, carried, careful, deliveries);
    if (attempt !== null) ports.commit(attempt);
    for (const row of carried) this.#inFlight.add(keyOf(row));
    const { rate, rests } = state;
    rate.begun(cost);
    let outcome: Outcome;
    try {
      outcome = await makeCall(call, job, ports, rules);
      ports.called(call, outcome);
    } finally {
      // Nothing is awaited from here to the commit: a change of the message finds it on its way, or settled.
      for (const row of carried) this.#inFlight.delete(keyOf(row));
      rate.ended(cost);
    }
    const made: Made = {
      lane,
      state,
      job,
      call,
      carried,
      careful,
      isNews: rests === state.rests,
      startedAt: context.now,
      endedAt: ports.now(),
    };
    if (outcome.kind === "uncertain") this.#answers.unheard(lane, state, made);
    else this.#answers.heard(lane, state, made);
    if (outcome.kind === "defer") {
      this.#deferred(made, outcome.retryAfterMs);
      return;
    }
    state.rate.took(made.endedAt, cost, isToldByRows(job, carried, outcome));
    if (lane === STAFF) this.#noteShare(job, cost, made.endedAt);
    this.#note(made, outcome, this.#settled(made, outcome));
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

  /**
   * A long wait is not that of the group's minute, which all calls share. Telegram counts each method by itself, so that
   * for the making of topics leaves the rest free; if the whole group is meant, the next call hears it.
   */
  #deferred({ lane, state, job, carried, careful, endedAt }: Made, retryAfterMs: number): void {
    const ports = this.#ports;
    const jitterMs = Math.round(250 + ports.outside.random(`429 ${nameOf(job)} ${endedAt}`) * 750);
    const waitMs = retryAfterMs + jitterMs;
    const isLong = waitMs > STALL_TOLD_AFTER_MS;
    const onlyTopics = isLong && job.kind === "view" && job.step.what === "create";
    if (onlyTopics) state.rate.topicsDeferred(endedAt, waitMs);
    state.rate.deferred(endedAt, onlyTopics ? GROUP_RATE.perMs : waitMs);
    if (isLong) {
      const why = onlyTopics ? "topic_flood_wait" : "flood_wait";
      this.#answers.stalled(lane, { why, since: endedAt, until: endedAt + waitMs });
    }
    this.#lanes.saveRate(lane, state);
    ports.commit((tx) => takeAttemptBack(tx, job, carried, careful));
    this.#followsTicket(job);
  }

  /** Making a topic and its card is part of the message that it is made for. */
  #noteShare(job: Job, cost: number, now: number): void {
    if (job.kind === "view" && (job.step.what === "create" || job.step.what === "post_card")) return;
    const ticket = ticketOf(job);
    const customer = ticket === 0 ? undefined : this.#ports.tables.tickets.get(ticket)?.ticket.customer;
    if (customer !== undefined) this.#shares.took(now, customer, cost);
  }

  #settled({ job, call, carried, careful, endedAt }: Made, outcome: Final): Settled {
    const ports = this.#ports;
    const settling = {
      retry: this.#retry(job, outcome, endedAt),
      url: "url" in call ? call.url : null,
      mustNotRepeat: careful,
      viewContextOf: (row: TicketRow): ViewContext | null => viewContextOf(ports, row),
    };
    try {
      return ports.commit((tx) => settle(tx, job, carried, outcome, settling, ports.deliveries));
    } catch (error) {
      // A bug of ours must not stop the lane: this job is put aside for people to look at.
      ports.report(`settling ${nameOf(job)}`, error);
      ports.commit((tx) => abandon(tx, job, ports.deliveries));
      return { kind: "ok" };
    }
  }

  #retry(job: Job, outcome: Final, now: number): Retry {
    const failed = this.#failures.of(job);
    const afterMs = outcome.kind === "retry" ? (outcome.afterMs ?? 0) : 0;
    const random = this.#ports.outside.random(`retry ${nameOf(job)} ${now}`);
    return {
      at: now + Math.max(afterMs, retryPauseMs(failed?.count ?? 0, random)),
      afterMs,
      // While no call gets an answer Telegram is away, and this job is not at fault. A restart does not know whether it is.
      counts: outcome.kind !== "uncertain" || this.#answers.workedSince(failed?.at ?? 0),
    };
  }

  /** What it says about the lane, and about the job's next try. */
  #note(made: Made, outcome: Final, settled: Settled): void {
    const { lane, state, job, isNews, endedAt } = made;
    if (settled.kind === "trouble") {
      if (isNews) this.#lanes.troubled(state, settled.trouble);
      return;
    }
    if (settled.kind === "ok") {
      this.#failures.forget(job);
      if (lane === STAFF && outcome.kind === "done" && isNews && this.#lanes.inTrouble)
        this.#lanes.worksAgain();
      return;
    }
    if (settled.kind === "given_up") this.#failures.forget(job);
    else this.#failures.note(job, endedAt, outcome.kind === "uncertain" && isTelegramsLane(lane));
    if (outcome.kind === "uncertain" && isNews) this.#answers.rest(lane, state, made);
  }
}

/** Whether the rows of what was copied will tell of the call: all of its copies are known. */
function isToldByRows(job: Job, carried: readonly MessageRow[], outcome: Outcome): boolean {
  if (job.kind !== "relay" || outcome.kind !== "done" || carried[0]?.lane !== STAFF) return false;
  return job.joined || messageIds(outcome.result).length === carried.length;
}

function keyOf(key: OriginalKey): string {
  return `${key.chat}:${key.messageId}`;
}
