import { DurableObject } from "cloudflare:workers";
import type { Update } from "grammy/types";
import type { Config, QueueConfig, VersionedConfig } from "../domain/config.ts";
import { errorFacts } from "../domain/error-facts.ts";
import { CAUSE_KEPT_MS, SAFETY_WAKE_MS, WAITING_ROWS_MAX } from "../domain/limits.ts";
import { CLOSED, type Breaker } from "../domain/routing/breaker.ts";
import type { RoutingStory } from "../domain/routing/story.ts";
import { explainTicket, type TicketSla } from "../domain/sla/explain.ts";
import { botIdOf } from "../telegram/api.ts";
import { inbound } from "../telegram/inbound.ts";
import { take } from "./arrivals/take.ts";
import { handOut } from "./assigning.ts";
import { depthsDue, nextDepthAt, watchDepth } from "./depth.ts";
import { Drain } from "./drain/drain.ts";
import { isChatLane, STAFF } from "./drain/lane.ts";
import { Recorder } from "./drain/recorder.ts";
import { relayUncertain } from "./drain/settle-relay.ts";
import { noticeUncertain } from "./drain/settle-work.ts";
import type { TopicIcons, ViewContext } from "./drain/topic-view.ts";
import { enrich } from "./enriching.ts";
import { introduce } from "./introduction.ts";
import { outsideOf, type Outside } from "./outside.ts";
import { fromPeer } from "./peers/from-peer.ts";
import type { PeerMessage } from "./peers/message.ts";
import { sendAway } from "./peers/moving.ts";
import { tellAgents, tellSlots } from "./peers/slots.ts";
import type { GroupHealth, ParkedDelivery, Receipt, Swept } from "./receipt.ts";
import { parkedDeliveries, publicName, replay } from "./replay.ts";
import { routingStory } from "./routing-story.ts";
import { rulesOf, type ConfigInForce, type Rules } from "./rules.ts";
import { Agents } from "./tables/agents.ts";
import { migrateDatabase, openDatabase } from "./tables/database.ts";
import { FACTS } from "./tables/facts.ts";
import { Inbox } from "./tables/inbox.ts";
import { Messages } from "./tables/messages.ts";
import { Outbox } from "./tables/outbox.ts";
import { Sequence } from "./tables/sequence.ts";
import { Store, type TicketRow } from "./tables/store.ts";
import { Waiting } from "./tables/waiting.ts";
import { Transaction, type Tables } from "./transaction.ts";
import { clearTrouble, noteTrouble } from "./troubles.ts";
import { Wake } from "./wake.ts";

/** Tickets that are read at once to strike their clocks. */
const DUE_TICKETS_MAX = 100;
/** When a ticket is struck again that our own code could not strike. */
const STRIKE_AGAIN_MS = 5 * 60_000;
const RETRY_AFTER_FULL_S = 60;
const RETRY_AFTER_FAILED_S = 5;
/** How long an alarm waits for the lanes it woke; they go on by themselves if they need longer. */
const ALARM_PATIENCE_MS = 25_000;
const PURGE_EVERY_MS = CAUSE_KEPT_MS / 24;
/** Events of a ticket that an explanation looks through. */
const EXPLAINED_EVENTS_MAX = 5_000;

/** The Durable Object of one topic group: its live tickets and everything that is on its way out. */
export class TopicGroup extends DurableObject<Env> {
  readonly #outside: Outside;
  readonly #tables: Tables;
  protected readonly wake: Wake;
  protected readonly drain: Drain;
  /** The rules in force, null before the first configuration; undefined until they are read. */
  #rules: Rules | null | undefined;
  /** Deliveries that wait, as far as this wake knows; only the limit of the inbox hangs on it. */
  #waiting = 0;
  /** When waiting alone may change who gets a ticket; null: never. Computed anew at every start. */
  #nextHandOutAt: number | null = null;

  constructor(ctx: DurableObjectState, env: Env, outside: Partial<Outside> = {}) {
    super(ctx, env);
    this.#outside = { ...outsideOf(env), ...outside };
    const db = openDatabase(ctx.storage);
    const store = new Store(db);
    this.#tables = {
      store,
      messages: new Messages(db),
      outbox: new Outbox(db, ctx.storage.sql),
      inbox: new Inbox(db),
      agents: new Agents(db),
      waiting: new Waiting(db),
      sequence: new Sequence(
        () => Number(store.fact(FACTS.sequence) ?? 0),
        (reserved) => store.setFact(FACTS.sequence, reserved),
      ),
    };
    this.wake = new Wake(ctx.storage, this.#outside.clock);
    this.drain = this.#newDrain();
    void ctx.blockConcurrencyWhile(async () => {
      await migrateDatabase(db);
      store.refoldActive();
      await this.wake.recall();
      this.#recover();
    });
  }

  /**
   * Takes one Telegram update, of which the caller has seen that it is an object with an integer `update_id`;
   * `configVersion` is the newest that the caller knows.
   */
  receive(incoming: unknown, configVersion: number): Receipt {
    const update = incoming as Update;
    const rules = this.#rulesInForce();
    if (rules === null || rules.version < configVersion) return { status: "config_needed" };
    if (this.#waiting >= WAITING_ROWS_MAX) return { status: "full", retryAfterS: RETRY_AFTER_FULL_S };
    try {
      const arrival = inbound(update, { botId: rules.botId, groupChatId: rules.group.chatId });
      if (arrival.kind === "nothing") return { status: "ignored" };
      const status = this.#commit((tx) =>
        take(tx, arrival, update.update_id, (key) => this.drain.isInFlight(key)),
      );
      if (arrival.kind === "bot_rights" && arrival.canManageTopics) this.drain.mended();
      return { status };
    } catch (error) {
      return this.#failedOn(update, error);
    }
  }

  /** Takes a configuration; an older one than the object has changes nothing. Answers the version in force. */
  configure(group: string, { version, config }: VersionedConfig): number {
    const before = this.#rulesInForce();
    if (before !== null && before.version >= version) return before.version;
    // What was due before belongs to the rules that were in force then.
    this.#strikeClocks();
    const retimed = before === null || isRetimed(before.config, config);
    const inForce: ConfigInForce = { version, config, since: retimed ? this.#now() : before.since };
    const rules = rulesOf(group, inForce, this.#botId);
    if (rules === null) return before?.version ?? 0;
    this.#rules = rules;
    try {
      this.#commit((tx) => {
        tx.store.setFact(FACTS.group, group);
        tx.store.setFact(FACTS.config, inForce);
        if (retimed) {
          tx.store.allDueAt(tx.now);
          tx.wake(tx.now);
        }
        for (const { id } of config.queues) tx.deeper.add(id);
        tx.waiting.forget();
        tx.freed = true;
        clearTrouble(tx);
        introduce(tx);
      });
    } catch (error) {
      this.#rules = before;
      throw error;
    }
    this.drain.mended();
    return version;
  }

  /** Whether this customer has written to this group before. */
  knows(customer: number): boolean {
    const known = this.#tables.store.customer(customer);
    return known !== undefined && known.home === null;
  }

  health(): GroupHealth {
    const { store, messages, outbox } = this.#tables;
    const group = store.fact(FACTS.group);
    const trouble = store.fact(FACTS.trouble);
    return {
      group: typeof group === "string" ? group : "",
      configVersion: this.#rulesInForce()?.version ?? 0,
      waiting: outbox
        .backlog()
        .map((one) => ({ ...one, lane: isChatLane(one.lane) ? "telegram:private" : publicName(one.lane) })),
      parked: messages.countParked() + outbox.countParked(),
      setAside: this.#tables.inbox.countSetAside(),
      unrecorded: store.countUnrecorded(),
      breakers: {
        enrichment: isOpen(store.fact(FACTS.breaker)),
        skills: isOpen(store.fact(FACTS.skillsBreaker)),
      },
      troubles: typeof trouble === "string" ? [trouble] : [],
    };
  }

  /** Parked and uncertain deliveries, oldest first; `after` is the id of the last one of the page before. */
  parked(after: string | null, limit: number): ParkedDelivery[] {
    const rules = this.#rulesInForce();
    return rules === null ? [] : parkedDeliveries({ ...this.#tables, rules }, after, limit);
  }

  /** Sends a parked delivery again. `gone`: there is no such delivery, or it is on its way already. */
  replay(id: string): "replayed" | "gone" {
    return this.#rulesInForce() === null ? "gone" : this.#commit((tx) => replay(tx, id));
  }

  /** Sends every ticket, event and contact to the record again. Answers how many tickets. */
  reproject(): number {
    const count = this.ctx.storage.transactionSync(() => {
      this.wake.by(this.#now() + SAFETY_WAKE_MS);
      return this.#tables.store.forgetRecorded();
    });
    this.drain.kick();
    return count;
  }

  /** What another group's object says about a ticket; `key` tells a repetition. */
  fromPeer(from: string, key: string, message: PeerMessage, configVersion: number): "done" | "config_needed" {
    const rules = this.#rulesInForce();
    if (rules === null || rules.version < configVersion) return "config_needed";
    this.#commit((tx) => {
      const cause = `peer:${key}`;
      if (tx.inbox.known(cause) !== undefined) return;
      fromPeer(tx, from, message, (of) => this.drain.isInFlight(of));
      tx.inbox.settle(cause, tx.now);
    });
    return "done";
  }

  /** Does what is due, as the alarm would: whoever comes first does it, and once. Answers what it did. */
  sweep(): Swept {
    const swept = this.#strikeClocks();
    this.#lookAtDepths();
    this.#arm();
    return swept;
  }

  /** Every clock of a ticket with its state, segments and escalations; null if there is no such ticket. */
  sla(ticketId: string): TicketSla | null {
    const rules = this.#rulesInForce();
    const number = rules === null ? null : this.#tables.store.numberOf(ticketId, rules.group.id);
    if (rules === null || number === null) return null;
    // Looking shows what is: what time has done by now comes first.
    this.#commit((tx) => tx.strike(number));
    const { store } = this.#tables;
    const ticket = store.ticket(number)?.ticket;
    if (ticket === undefined) return null;
    return explainTicket(
      ticket,
      store.eventsAfter(number, 0, EXPLAINED_EVENTS_MAX),
      rules.policy,
      this.#now(),
    );
  }

  /** How a ticket got where it is, who could take it now and what changes next; null if there is no such ticket. */
  routing(ticketId: string): RoutingStory | null {
    const rules = this.#rulesInForce();
    const number = rules === null ? null : this.#tables.store.numberOf(ticketId, rules.group.id);
    if (number === null) return null;
    this.#commit((tx) => tx.strike(number));
    return this.#commit((tx) => routingStory(tx, number, this.#handingQueues()));
  }

  override async alarm(): Promise<void> {
    this.wake.rang();
    try {
      this.#strikeClocks();
      this.#lookAtWaiting();
      this.#lookAtDepths();
      this.#purge();
      this.drain.kick();
      await this.#drained();
    } catch (error) {
      // The alarm is the safety net: it never gives up because of a failure of ours.
      this.#report("alarm", error);
      this.wake.by(this.#now() + SAFETY_WAKE_MS);
    } finally {
      this.#arm();
    }
  }

  get #botId(): number {
    return botIdOf(this.env.BOT_TOKEN);
  }

  /** Waits until the lanes have done what they can do now, but not for ever. */
  async #drained(): Promise<void> {
    const patience = new AbortController();
    // A timer that nobody waits for any more would keep the object awake, and billed.
    const late = scheduler.wait(ALARM_PATIENCE_MS, { signal: patience.signal }).catch(() => undefined);
    await Promise.race([this.drain.idle(), late]);
    patience.abort();
  }

  #now(): number {
    return this.#outside.clock.now();
  }

  /** The one transaction: everything that a cause does is committed together with the alarm, or not at all. */
  #commit<T>(work: (tx: Transaction) => T): T {
    const rules = this.#rulesInForce();
    if (rules === null) throw new Error("the object has no configuration yet");
    const tx = new Transaction(this.#tables, rules, this.#now(), (lane) => this.drain.pressed(lane));
    const marks = { sequence: this.#tables.sequence.mark(), wake: this.wake.mark() };
    try {
      const result = this.ctx.storage.transactionSync(() => {
        const done = work(tx);
        for (const number of tx.asks) enrich(tx, tx.store.ticket(number)!.ticket);
        this.#handOutWhatChanged(tx);
        // Last, because what nobody takes may go to the fallback pool.
        for (const number of tx.moves) sendAway(tx, number, (key) => this.drain.isInFlight(key));
        for (const { before, ticket } of tx.handed) tellSlots(tx, before, ticket);
        tellAgents(tx);
        if (tx.deeper.size > 0) watchDepth(tx, tx.deeper);
        if (tx.touched.size > 0) tx.wake(tx.now + SAFETY_WAKE_MS);
        if (tx.wakeBy !== null) this.wake.by(tx.wakeBy);
        return done;
      });
      this.#waiting += tx.added;
      if (tx.touched.size > 0) this.drain.kick(tx.touched);
      return result;
    } catch (error) {
      this.#tables.sequence.rewind(marks.sequence);
      this.wake.rewind(marks.wake);
      this.#tables.store.forgetLoads();
      this.#tables.agents.forget();
      this.#tables.waiting.forget();
      throw error;
    }
  }

  /** Our own code cannot apply an update: Telegram sends it again, and after a few tries it is set aside. */
  #failedOn(update: Update, error: unknown): Receipt {
    this.#report(`update ${update.update_id}`, error);
    const { error: name, at } = errorFacts(error);
    const where = [name, ...at.slice(0, 2)].join(" ");
    const fate = this.#tables.inbox.failed(`tg:${update.update_id}`, this.#now(), where, update);
    return fate === "set_aside"
      ? { status: "set_aside" }
      : { status: "failed", retryAfterS: RETRY_AFTER_FAILED_S };
  }

  /** After a start: calls that a crash interrupted have an unknown outcome, and what waits is brought out. */
  #recover(): void {
    const { messages, outbox } = this.#tables;
    this.#waiting = messages.countWaiting() + outbox.countWaiting();
    if (this.#rulesInForce() === null) return;
    const interrupted = { messages: messages.interrupted(), works: outbox.interrupted() };
    const handsOut = this.#handingQueues().length > 0;
    if (interrupted.messages.length + interrupted.works.length > 0 || handsOut) {
      this.#commit((tx) => {
        relayUncertain(tx, interrupted.messages);
        for (const row of interrupted.works) noticeUncertain(tx, row);
        // Who can take what, and when that changes, is not kept.
        tx.freed = handsOut;
      });
    }
    this.drain.kick();
    this.#arm();
  }

  /** Lets time do what is due, ticket by ticket, each in a transaction of its own. */
  #strikeClocks(): Swept {
    const swept: Swept = { tickets: 0, steps: 0 };
    if (this.#rulesInForce() === null) return swept;
    const { store } = this.#tables;
    const looked = new Set<number>();
    for (;;) {
      const due = store
        .ticketsDue(this.#now(), DUE_TICKETS_MAX)
        .filter(({ ticket }) => !looked.has(ticket.number));
      if (due.length === 0) return swept;
      for (const { ticket } of due) {
        looked.add(ticket.number);
        const steps = this.#struck(ticket.number);
        swept.steps += steps;
        if (steps > 0) swept.tickets += 1;
      }
    }
  }

  /** Handing out lets time do what is due on a ticket first, and that may change who is free. */
  #handOutWhatChanged(tx: Transaction): void {
    while (tx.freed || tx.unclaimed.size > 0) {
      const numbers = tx.freed ? "all" : new Set(tx.unclaimed);
      tx.freed = false;
      tx.unclaimed.clear();
      this.#handOut(tx, numbers);
    }
  }

  /** Hands out work, and notes when waiting alone changes something. */
  #handOut(tx: Transaction, numbers: ReadonlySet<number> | "all"): void {
    const queues = this.#handingQueues();
    if (queues.length === 0) return;
    const next = handOut(tx, queues, numbers);
    if (numbers === "all") this.#nextHandOutAt = next;
    else if (next !== null) this.#nextHandOutAt = Math.min(next, this.#nextHandOutAt ?? next);
    if (next !== null) tx.wake(next);
  }

  /** The queues of this group whose tickets the desk hands out. */
  #handingQueues(): string[] {
    const policy = this.#rulesInForce()?.policy;
    if (policy === undefined) return [];
    return [...policy.queues.values()].flatMap(({ id, group, auto }) =>
      auto && group === policy.group ? [id] : [],
    );
  }

  /** What waits is looked at when its wait, a shift or the end of a break may have changed who can take it. */
  #lookAtWaiting(): void {
    if (this.#nextHandOutAt === null || this.#nextHandOutAt > this.#now()) return;
    this.#commit((tx) => void (tx.freed = true));
  }

  /** One ticket that our own code cannot strike waits for a mended release; all the others go on. */
  #struck(number: number): number {
    try {
      return this.#commit((tx) => {
        tx.touched.add(STAFF);
        return tx.strike(number);
      });
    } catch (error) {
      this.#report(`clocks of ticket ${number}`, error);
      this.#tables.store.putOff(number, this.#now() + STRIKE_AGAIN_MS);
      return 0;
    }
  }

  #lookAtDepths(): void {
    if (this.#rulesInForce() === null) return;
    const due = depthsDue(this.#tables.store, this.#alertingQueues(), this.#now());
    if (due.length > 0) this.#commit((tx) => watchDepth(tx, due));
  }

  #alertingQueues(): QueueConfig[] {
    const rules = this.#rulesInForce();
    if (rules === null) return [];
    return rules.config.queues.filter(
      (queue) => queue.group === rules.group.id && queue.depthAlert !== undefined,
    );
  }

  #purge(): void {
    const { store, inbox } = this.#tables;
    const now = this.#now();
    if (now - Number(store.fact(FACTS.purgedAt) ?? 0) < PURGE_EVERY_MS) return;
    inbox.purge(now);
    store.setFact(FACTS.purgedAt, now);
    this.#waiting = this.#tables.messages.countWaiting() + this.#tables.outbox.countWaiting();
  }

  /** Sets the alarm for whatever is due next, computed from the rows. */
  #arm(): void {
    const { store } = this.#tables;
    const due = [
      store.firstDueAt(),
      nextDepthAt(store, this.#alertingQueues()),
      this.#nextHandOutAt,
      this.drain.nextWakeAt(this.#now()),
    ].filter((at) => at !== null);
    if (due.length > 0) this.wake.by(Math.min(...due));
  }

  #rulesInForce(): Rules | null {
    if (this.#rules === undefined) {
      const { store } = this.#tables;
      const stored = store.fact(FACTS.config) as (VersionedConfig & { since?: number }) | undefined;
      const group = store.fact(FACTS.group);
      this.#rules =
        stored === undefined || typeof group !== "string"
          ? null
          : rulesOf(group, { ...stored, since: stored.since ?? 0 }, this.#botId);
    }
    return this.#rules;
  }

  #newDrain(): Drain {
    const { store } = this.#tables;
    const recorder = new Recorder({
      now: () => this.#now(),
      store,
      group: () => this.#rulesInForce()?.group.id ?? null,
      project: (batch) => this.#outside.project(batch),
      commit: (work) => this.ctx.storage.transactionSync(work),
      failed: (error) => this.#report("record", error),
    });
    return new Drain({
      now: () => this.#now(),
      random: () => this.#outside.random(),
      call: (call) => this.#outside.call(call),
      queues: this.#tables,
      rules: () => this.#rulesInForce(),
      commit: (work) => this.#commit(work),
      safe: () => this.ctx.storage.sync(),
      viewContextOf: (row) => this.#viewContextOf(row),
      rateOf: (lane) => store.laneRate(lane),
      saveRate: (lane, state) => store.saveLaneRate(lane, state),
      troubled: (trouble) =>
        this.#commit((tx) => (trouble === null ? clearTrouble(tx) : noteTrouble(tx, trouble))),
      delivered: () => {
        this.#waiting = Math.max(0, this.#waiting - 1);
      },
      record: () => recorder.run(),
      wakeBy: (at) => this.wake.by(at),
      failed: (what, error) => this.#report(what, error),
    });
  }

  #viewContextOf({ ticket }: TicketRow): ViewContext | null {
    const rules = this.#rulesInForce();
    const customer = this.#tables.store.customer(ticket.customer);
    if (rules === null || customer === undefined) return null;
    const icons = (this.#tables.store.fact(FACTS.icons) ?? {}) as TopicIcons;
    return { rules, contact: customer.contact, icons, now: this.#now() };
  }

  /** One line, ids and codes only. */
  #report(what: string, error: unknown): void {
    const group = this.#rules?.group.id ?? null;
    console.error(
      JSON.stringify({ level: "error", event: "group.failed", group, what, ...errorFacts(error) }),
    );
  }
}

function isOpen(breaker: unknown): boolean {
  return ((breaker as Breaker | undefined) ?? CLOSED).openedAt !== null;
}

/** What decides when something falls due, section by section. */
const TIMING = [
  "desk",
  "tiers",
  "queues",
  "calendars",
  "slaPolicies",
  "escalationPolicies",
  "intake",
] as const;

/** Whether a change of the configuration may have moved what is due. */
function isRetimed(before: Config, after: Config): boolean {
  return (
    TIMING.some((section) => JSON.stringify(before[section]) !== JSON.stringify(after[section])) ||
    before.routing.defaultTier !== after.routing.defaultTier ||
    before.routing.defaultQueue !== after.routing.defaultQueue
  );
}
