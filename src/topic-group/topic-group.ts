import { DurableObject } from "cloudflare:workers";
import type { Update } from "grammy/types";
import type { VersionedConfig } from "../domain/config.ts";
import { errorFacts } from "../domain/error-facts.ts";
import { CAUSE_KEPT_MS, SAFETY_WAKE_MS, WAITING_ROWS_MAX } from "../domain/limits.ts";
import { project, type ProjectionBatch } from "../record/projection.ts";
import { botApi, botIdOf, type BotApi } from "../telegram/api.ts";
import { inbound } from "../telegram/inbound.ts";
import { take } from "./arrivals/take.ts";
import { systemClock, type Clock } from "./clock.ts";
import { Drain } from "./drain/drain.ts";
import { isChatLane, STAFF } from "./drain/lane.ts";
import { Recorder } from "./drain/recorder.ts";
import { relayUncertain } from "./drain/settle-relay.ts";
import { noticeUncertain } from "./drain/settle-work.ts";
import type { TopicIcons, ViewContext } from "./drain/topic-view.ts";
import { introduce } from "./introduction.ts";
import type { GroupHealth, ParkedDelivery, Receipt } from "./receipt.ts";
import { parkedDeliveries, replay } from "./replay.ts";
import { rulesOf, type Rules } from "./rules.ts";
import { migrateDatabase, openDatabase } from "./tables/database.ts";
import { FACTS } from "./tables/facts.ts";
import { Inbox } from "./tables/inbox.ts";
import { Messages } from "./tables/messages.ts";
import { Outbox } from "./tables/outbox.ts";
import { Sequence } from "./tables/sequence.ts";
import { Store, type TicketRow } from "./tables/store.ts";
import { Transaction, type Tables } from "./transaction.ts";
import { clearTrouble, noteTrouble } from "./troubles.ts";
import { Wake } from "./wake.ts";

/** What the object needs of the outside world. A local desk has a clock of its own; everything else is the same. */
export interface Outside {
  clock: Clock;
  call: BotApi;
  project(batch: ProjectionBatch): Promise<void>;
  random(): number;
}

/** Tickets whose clock is struck in one go; the rest follows in the next. */
const DUE_TICKETS_MAX = 100;
const RETRY_AFTER_FULL_S = 60;
const RETRY_AFTER_FAILED_S = 5;
/** How long an alarm waits for the lanes it woke; they go on by themselves if they need longer. */
const ALARM_PATIENCE_MS = 25_000;
const PURGE_EVERY_MS = CAUSE_KEPT_MS / 24;

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

  constructor(ctx: DurableObjectState, env: Env, outside: Partial<Outside> = {}) {
    super(ctx, env);
    this.#outside = {
      clock: systemClock,
      call: botApi(env.BOT_TOKEN, env.TELEGRAM_API_ROOT),
      project: (batch) => project(env.DB, batch),
      random: () => Math.random(),
      ...outside,
    };
    const db = openDatabase(ctx.storage);
    const store = new Store(db);
    this.#tables = {
      store,
      messages: new Messages(db),
      outbox: new Outbox(db, ctx.storage.sql),
      inbox: new Inbox(db),
      sequence: new Sequence(
        () => Number(store.fact(FACTS.sequence) ?? 0),
        (reserved) => store.setFact(FACTS.sequence, reserved),
      ),
    };
    this.wake = new Wake(ctx.storage, this.#outside.clock);
    this.drain = this.#newDrain();
    void ctx.blockConcurrencyWhile(async () => {
      await migrateDatabase(db);
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
    const rules = rulesOf(group, { version, config }, this.#botId);
    if (rules === null) return before?.version ?? 0;
    this.#rules = rules;
    try {
      this.#commit((tx) => {
        tx.store.setFact(FACTS.group, group);
        tx.store.setFact(FACTS.config, { version, config });
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
    return this.#tables.store.customer(customer) !== undefined;
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
        .map((one) => ({ ...one, lane: isChatLane(one.lane) ? "telegram:private" : one.lane })),
      parked: messages.countParked() + outbox.countParked(),
      setAside: this.#tables.inbox.countSetAside(),
      unrecorded: store.countUnrecorded(),
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

  override async alarm(): Promise<void> {
    this.wake.rang();
    try {
      this.#strikeClocks();
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
    if (interrupted.messages.length + interrupted.works.length > 0) {
      this.#commit((tx) => {
        relayUncertain(tx, interrupted.messages);
        for (const row of interrupted.works) noticeUncertain(tx, row);
      });
    }
    this.drain.kick();
    this.#arm();
  }

  #strikeClocks(): void {
    if (this.#rulesInForce() === null) return;
    for (const { ticket } of this.#tables.store.ticketsDue(this.#now(), DUE_TICKETS_MAX)) {
      this.#commit((tx) => {
        tx.apply(ticket.number, { type: "clock_struck" });
        tx.touched.add(STAFF);
      });
    }
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
    const due = [store.firstDueAt(), this.drain.nextWakeAt(this.#now())].filter((at) => at !== null);
    if (due.length > 0) this.wake.by(Math.min(...due));
  }

  #rulesInForce(): Rules | null {
    if (this.#rules === undefined) {
      const { store } = this.#tables;
      const stored = store.fact(FACTS.config) as VersionedConfig | undefined;
      const group = store.fact(FACTS.group);
      this.#rules =
        stored === undefined || typeof group !== "string" ? null : rulesOf(group, stored, this.#botId);
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
    return { rules, contact: customer.contact, icons };
  }

  /** One line, ids and codes only. */
  #report(what: string, error: unknown): void {
    const group = this.#rules?.group.id ?? null;
    console.error(
      JSON.stringify({ level: "error", event: "group.failed", group, what, ...errorFacts(error) }),
    );
  }
}
