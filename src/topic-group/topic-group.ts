import { DurableObject } from "cloudflare:workers";
import type { Update } from "grammy/types";
import type { Incoming } from "../channels/channel.ts";
import type { VersionedConfig } from "../domain/config/config.ts";
import type { StoredVersion } from "../domain/config/stored.ts";
import type { Succession } from "../domain/config/successors.ts";
import type { ContactId } from "../domain/contact/contact-id.ts";
import { errorFacts } from "../domain/error-facts.ts";
import { SAFETY_WAKE_MS, WAITING_ROWS_MAX } from "../domain/limits.ts";
import { botIdOf } from "../telegram/api.ts";
import { markKeyOf } from "../telegram/mark.ts";
import { orLate } from "../time-limit.ts";
import { fromPeer } from "./arrivals/from-peer.ts";
import type { Receipt } from "./arrivals/receipt.ts";
import { receive, receiveBy, type Receiving } from "./arrivals/receive.ts";
import { watchDepth } from "./assigning/depth.ts";
import { handingQueues, HandingOut } from "./assigning/handing-out.ts";
import { notifyAgents, tellSlots } from "./assigning/slots.ts";
import { advanceTickets, type Swept } from "./commit/advance-tickets.ts";
import type { Inside } from "./commit/inside.ts";
import { Transaction } from "./commit/transaction.ts";
import { Wake } from "./commit/wake.ts";
import { relayUncertain } from "./conversation/relay-settle.ts";
import { WaitingCount } from "./deliveries/waiting-count.ts";
import { Drain } from "./drain/drain.ts";
import { outsideOf, type Outside } from "./drain/outside.ts";
import { Recorder } from "./drain/recorder.ts";
import { noticeUncertain } from "./drain/settle-work.ts";
import { Duties } from "./duties.ts";
import { anotherBot, keepNumbering } from "./new-rules/beginning-anew.ts";
import { putIntoForce, recountWhereCountedAnew } from "./new-rules/configuring.ts";
import { placeAll } from "./new-rules/places.ts";
import { leaveAll, retiredTo, type Retired } from "./new-rules/retired.ts";
import { sendAway } from "./peers/moving.ts";
import { ofPeer } from "./peers/numbers.ts";
import { Echoes } from "./reconciliation/echoes.ts";
import { echoesFound } from "./reconciliation/findings.ts";
import { DeliveriesRpc } from "./rpc/deliveries.ts";
import type { GroupInside } from "./rpc/group-rpc.ts";
import { healthOf, type GroupHealth, type InHand } from "./rpc/health.ts";
import { PrivacyRpc } from "./rpc/privacy.ts";
import { ReconciliationRpc } from "./rpc/reconciliation.ts";
import { RecordRpc } from "./rpc/record.ts";
import { TeamRpc } from "./rpc/team.ts";
import { TicketsRpc } from "./rpc/tickets.ts";
import { WebhooksRpc } from "./rpc/webhooks.ts";
import { RulesInForce } from "./rules/in-force.ts";
import { enrich } from "./systems/enrichment.ts";
import { migrateDatabase, openDatabase, type Database } from "./tables/database.ts";
import { FACTS } from "./tables/facts.ts";
import { STAFF } from "./tables/lane.ts";
import { isBotId, isHere } from "./tables/numbering.ts";
import type { PeerMessage } from "./tables/peer-message.ts";
import { tablesOf, type Tables } from "./tables/tables.ts";
import { AGENT_KINDS, DELIVERIES } from "./works.ts";

/** How long an alarm waits for the lanes it woke; they go on by themselves if they need longer. */
const ALARM_PATIENCE_MS = 25_000;
/** … and how often it looks meanwhile whether it has to ring again. */
const ALARM_LOOK_MS = 500;
/** How long a change that removes this group waits until its tickets are handed over; the rest follows by itself. */
const RETIRING_PATIENCE_MS = 4_000;

/** The Durable Object of one topic group: its live tickets and everything that is on its way out. */
export class TopicGroup extends DurableObject<Env> {
  readonly #outside: Outside;
  protected readonly db: Database;
  protected readonly tables: Tables;
  protected readonly wake: Wake;
  protected readonly drain: Drain;
  protected readonly duties: Duties;
  readonly #inside: GroupInside;
  readonly #receiving: Receiving;
  readonly #handingOut = new HandingOut();
  readonly #tickets: TicketsRpc;
  readonly #deliveries: DeliveriesRpc;
  readonly #webhooks: WebhooksRpc;
  readonly #privacy: PrivacyRpc;
  readonly #reconciliation: ReconciliationRpc;
  readonly #record: RecordRpc;
  readonly #team: TeamRpc;
  #echoes: Echoes;
  readonly #inForce: RulesInForce;
  /** Whether the door has to refuse. */
  readonly #waiting: WaitingCount;

  constructor(ctx: DurableObjectState, env: Env, outside: Partial<Outside> = {}) {
    super(ctx, env);
    this.#outside = { ...outsideOf(env), ...outside };
    const db = openDatabase(ctx.storage);
    this.db = db;
    const isInChat = (number: number): boolean => {
      const rules = this.#inForce.get();
      return rules === null || isHere(number, rules.epochs);
    };
    this.tables = tablesOf(db, ctx.storage.sql, isInChat, AGENT_KINDS);
    this.#inForce = new RulesInForce(this.tables.facts, () => botIdOf(env.BOT_TOKEN));
    this.#waiting = new WaitingCount(
      WAITING_ROWS_MAX,
      () => this.tables.messages.countWaiting() + this.tables.outbox.countWaiting(),
    );
    this.wake = new Wake(ctx.storage, this.#outside.clock);
    this.#echoes = new Echoes(this.#outside.clock.now());
    const own: Inside = {
      tables: this.tables,
      now: () => this.#now(),
      rules: () => this.#inForce.get(),
      commit: (work) => this.#commit(work),
      report: (what, error) => this.#report(what, error),
    };
    this.drain = this.#newDrain(own);
    const inside: GroupInside = {
      ...own,
      drain: this.drain,
      echoes: () => this.#echoes,
      once: (cause, work, isDone) => this.#once(cause, work, isDone),
      store: (work) => db.atomically(work),
      tellRecord: (work) => this.#tellRecord(work),
      isFull: () => this.#waiting.isFull(this.#now()),
      purge: () => this.duties.run(["purge"]),
    };
    this.#inside = inside;
    this.#receiving = {
      ...inside,
      inForce: this.#inForce,
      markKey: markKeyOf(env.BOT_TOKEN),
      warn: (event, facts) => this.#warn(event, facts),
    };
    this.duties = new Duties({ ...inside, handingOut: this.#handingOut });
    this.#tickets = new TicketsRpc(inside);
    this.#deliveries = new DeliveriesRpc(inside);
    this.#webhooks = new WebhooksRpc(inside);
    this.#privacy = new PrivacyRpc(inside);
    this.#reconciliation = new ReconciliationRpc(inside);
    this.#record = new RecordRpc(inside);
    this.#team = new TeamRpc(inside);
    void ctx.blockConcurrencyWhile(async () => {
      await migrateDatabase(db);
      this.tables.openTickets.refold();
      await this.wake.recall();
      this.#recover();
    });
  }

  tickets(): TicketsRpc {
    return this.#tickets;
  }

  deliveries(): DeliveriesRpc {
    return this.#deliveries;
  }

  webhooks(): WebhooksRpc {
    return this.#webhooks;
  }

  privacy(): PrivacyRpc {
    return this.#privacy;
  }

  reconciliation(): ReconciliationRpc {
    return this.#reconciliation;
  }

  record(): RecordRpc {
    return this.#record;
  }

  team(): TeamRpc {
    return this.#team;
  }

  /**
   * Takes one Telegram update, of which the caller has seen that it is an object with an integer `update_id`;
   * `configVersion` is the newest that the caller knows, `remembered`: it was not looked up whether the customer's home
   * is still here.
   */
  receive(incoming: unknown, configVersion: number, remembered: boolean): Receipt {
    return receive(this.#receiving, incoming as Update, configVersion, remembered);
  }

  /** Takes a message that came by another channel than Telegram. */
  receiveBy(incoming: Incoming, configVersion: number, remembered: boolean): Receipt {
    return receiveBy(this.#receiving, incoming, configVersion, remembered);
  }

  /** Takes a configuration; an older one than the object has changes nothing. Answers the version in force. */
  configure(group: string, versioned: StoredVersion, successors: Succession = {}): number {
    const taken = putIntoForce(this.#inside, this.#inForce, group, versioned);
    if (taken === null) return this.configVersion();
    if (taken.hasMoved) {
      this.#echoes = new Echoes(this.#now());
      this.drain.forget(STAFF);
    }
    placeAll(this.#inside, successors);
    this.drain.mended();
    return versioned.version;
  }

  /** The configuration that this group goes by; null before the first. */
  configInForce(): VersionedConfig | null {
    const rules = this.#inForce.get();
    return rules === null ? null : { version: rules.version, config: rules.config };
  }

  /** Its version; 0 before the first. */
  configVersion(): number {
    return this.#inForce.get()?.version ?? 0;
  }

  /** Whether this customer has written to this group before. */
  knows(customer: ContactId): boolean {
    const known = this.tables.contacts.get(customer);
    return known !== undefined && known.home === null;
  }

  /** What another group's object says about a ticket; `key` tells a repetition. */
  fromPeer(
    from: string,
    key: string,
    message: PeerMessage,
    configVersion: number,
    bot: number | null = this.#inForce.botId,
  ): "done" | "config_needed" {
    const rules = this.#inForce.get();
    const retired = retiredTo(this.tables.facts);
    if (rules === null || (rules.version < configVersion && retired === null)) return "config_needed";
    this.#commit((tx) => {
      const cause = `peer:${key}`;
      if (tx.inbox.known(cause) !== undefined) return;
      fromPeer(tx, from, ofPeer(message, bot, tx.rules.epochs));
      tx.inbox.settle(cause, tx.now);
    });
    if (retired !== null && message.type === "ticket_moved") leaveAll(this.#inside, retired);
    return "done";
  }

  /**
   * The configuration has this group no more: what is in hand goes to another group's queue. Resolves once everything
   * has been handed over, or after a while. `unknown`: there was never anything here, or the group is there after all.
   */
  async retire(retired: Retired): Promise<"done" | "unknown"> {
    const rules = this.#inForce.get();
    if (rules === null || rules.version >= retired.version) return "unknown";
    advanceTickets(this.#inside);
    const known = retiredTo(this.tables.facts);
    if (known === null || known.version < retired.version) this.tables.facts.set(FACTS.retired, retired);
    leaveAll(this.#inside, retiredTo(this.tables.facts)!);
    this.drain.kick();
    await orLate(RETIRING_PATIENCE_MS, this.drain.idle(), () => undefined);
    return "done";
  }

  health(): GroupHealth {
    return healthOf(this.#inside);
  }

  /** What is in hand here, and how much waits to leave for people; null before there are rules. */
  inHand(): InHand | null {
    if (this.#inForce.get() === null) return null;
    const { openTickets, messages, outbox } = this.tables;
    return {
      tickets: openTickets.byAgentAndQueue(),
      waiting: messages.countWaiting() + outbox.countToPeople(),
    };
  }

  /** Runs due duties, as the alarm would; each is done once, by whichever comes first. Returns what it did. */
  sweep(): Swept {
    const swept = advanceTickets(this.#inside);
    this.duties.run(["depths"]);
    this.#arm();
    return swept;
  }

  override async alarm(): Promise<void> {
    this.wake.rang();
    try {
      this.duties.run();
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

  /**
   * Waits until the lanes have done what they can do now, but not for ever, and not past the next ring: the platform
   * rings no alarm while one is running, so a slow system would keep all others waiting.
   */
  async #drained(): Promise<void> {
    const idle = this.drain.idle();
    for (let waited = 0; waited < ALARM_PATIENCE_MS; waited += ALARM_LOOK_MS) {
      await orLate(ALARM_LOOK_MS, idle, () => undefined);
      const ringsAt = Math.min(this.wake.at ?? Infinity, this.duties.nextAt() ?? Infinity);
      if (!this.drain.busy || ringsAt <= this.#now()) return;
    }
  }

  #now(): number {
    return this.#outside.clock.now();
  }

  /** The one transaction: everything that a cause does is committed together with the alarm, or not at all. */
  #commit<T>(work: (tx: Transaction) => T): T {
    const rules = this.#inForce.get();
    if (rules === null) throw new Error("the object has no configuration yet");
    const tx = new Transaction(this.tables, rules, this.#now(), this.drain);
    const marks = { sequence: this.tables.sequence.mark(), wake: this.wake.mark() };
    try {
      const result = this.db.atomically(() => {
        const done = work(tx);
        for (const number of tx.enrichmentsWanted) enrich(tx, tx.tickets.get(number)!.ticket);
        this.#handingOut.whatChanged(tx);
        // Last, because a ticket that no agent takes may go to the fallback pool.
        for (const number of tx.transfers) sendAway(tx, number);
        for (const { before, ticket } of tx.assignmentChanges) tellSlots(tx, before, ticket);
        notifyAgents(tx);
        if (tx.depthChanged.size > 0) watchDepth(tx, tx.depthChanged);
        if (tx.touched.size > 0) tx.wake(tx.now + SAFETY_WAKE_MS);
        if (tx.wakeBy !== null) this.wake.by(tx.wakeBy);
        return done;
      });
      this.#inForce.put(tx.rules);
      for (const { event, facts } of tx.reports) this.#warn(event, facts);
      this.#waiting.added(tx.added);
      if (tx.touched.size > 0) this.drain.kick(tx.touched);
      return result;
    } catch (error) {
      this.tables.sequence.rewind(marks.sequence);
      this.wake.rewind(marks.wake);
      throw error;
    }
  }

  /** Changes what counts as recorded, and has the record told. */
  #tellRecord<T>(work: () => T): T {
    const answer = this.db.atomically(() => {
      this.wake.by(this.#now() + SAFETY_WAKE_MS);
      return work();
    });
    this.drain.kick();
    return answer;
  }

  /** Runs the work once per cause; a repeated cause gets the stored answer. */
  #once<T>(cause: string, work: (tx: Transaction) => T, isDone: (answer: T) => boolean): T {
    return this.#commit((tx) => {
      const settled = tx.inbox.known(cause);
      if (settled !== undefined) return settled.answer as T;
      const answer = work(tx);
      if (isDone(answer)) tx.inbox.settle(cause, tx.now, answer);
      return answer;
    });
  }

  /** After a start: calls that a crash interrupted have an unknown outcome, and what waits is brought out. */
  #recover(): void {
    const { messages, outbox } = this.tables;
    this.#echoes.restore(echoesFound(this.tables.facts).waiting);
    if (this.#inForce.get() === null) return;
    this.#noteBot();
    const interrupted = { messages: messages.interrupted(), works: outbox.interrupted() };
    const handsOut = handingQueues(this.#inForce.get()!).length > 0;
    if (interrupted.messages.length + interrupted.works.length > 0 || handsOut) {
      this.#commit((tx) => {
        relayUncertain(tx, interrupted.messages);
        for (const row of interrupted.works) noticeUncertain(tx, row);
        // Who can take what, and when that changes, is not kept.
        tx.capacityFreed = handsOut;
      });
    }
    if (this.tables.facts.get(FACTS.countsWaiting) !== this.#inForce.get()!.policy.countsWaiting)
      this.#commit((tx) => recountWhereCountedAnew(tx));
    placeAll(this.#inside);
    this.drain.kick();
    this.#arm();
  }

  /** Another token comes with another start. */
  #noteBot(): void {
    const kept = this.#inForce.numberingKept();
    if (!isBotId(this.#inForce.botId)) return;
    if (kept === undefined) this.#commit(keepNumbering);
    else if (kept.bot !== this.#inForce.botId) this.#commit((tx) => anotherBot(tx, kept));
  }

  /** Sets the alarm for the next due duty, computed from the rows. */
  #arm(): void {
    const due = [this.duties.nextAt(), this.drain.nextWakeAt(this.#now())].filter((at) => at !== null);
    if (due.length > 0) this.wake.by(Math.min(...due));
  }

  #newDrain(inside: Inside): Drain {
    const recorder = new Recorder({
      ...inside,
      project: (batch) => this.#outside.project(batch),
      store: (work) => this.db.atomically(work),
    });
    return new Drain({
      ...inside,
      outside: this.#outside,
      deliveries: DELIVERIES,
      safe: () => this.ctx.storage.sync(),
      called: (call, outcome) => this.#echoes.did(call, outcome, inside.now()),
      record: () => recorder.run(),
      wakeBy: (at) => this.wake.by(at),
    });
  }

  #warn(event: string, facts: Readonly<Record<string, string | number | boolean>>): void {
    console.warn(JSON.stringify({ level: "warn", event, group: this.#inForce.groupKnown, ...facts }));
  }

  /** One line, ids and codes only. */
  #report(what: string, error: unknown): void {
    const group = this.#inForce.groupKnown;
    console.error(
      JSON.stringify({ level: "error", event: "group.failed", group, what, ...errorFacts(error) }),
    );
  }
}
