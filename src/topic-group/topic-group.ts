import { DurableObject } from "cloudflare:workers";
import type { Update } from "grammy/types";
import type { Config, VersionedConfig } from "../domain/config/config.ts";
import type { Succession } from "../domain/config/successors.ts";
import type { ContactId } from "../domain/contact/contact-id.ts";
import type { Caller } from "../domain/desk/audit.ts";
import type { Trouble } from "../domain/desk/trouble.ts";
import { errorFacts } from "../domain/error-facts.ts";
import { ECHO_PATIENCE_MS, SAFETY_WAKE_MS, WAITING_ROWS_MAX } from "../domain/limits.ts";
import { CLOSED, type Breaker } from "../domain/routing/breaker.ts";
import { firstResponseDueAt } from "../domain/sla/clocks.ts";
import { promisesOf } from "../domain/sla/promised.ts";
import { NO_SLA } from "../domain/sla/sla-policy.ts";
import type { Worker } from "../domain/ticket/command.ts";
import type { RoutingStory } from "../domain/ticket/routing-story.ts";
import { explainTicket, type TicketSla } from "../domain/ticket/sla-story.ts";
import type { Executed, ProgramAct, TicketOrder } from "../domain/ticket/work-order.ts";
import { recordedRow, type RecordedRow } from "../record/projection.ts";
import { botIdOf } from "../telegram/api.ts";
import { inbound, type Arrival } from "../telegram/inbound.ts";
import { markKeyOf } from "../telegram/mark.ts";
import { receiptView } from "../telegram/receipt-view.ts";
import { fromPeer } from "./arrivals/from-peer.ts";
import { actAsAsked, openTicket, type Done } from "./arrivals/program.ts";
import { customerOf, isForeign, take, takesUsedNumber } from "./arrivals/take.ts";
import { watchDepth } from "./assigning/depth.ts";
import { handingQueues, HandingOut } from "./assigning/handing-out.ts";
import { routingStory } from "./assigning/routing-story.ts";
import { recountSlots, rehome, tellAgents, tellSlots } from "./assigning/slots.ts";
import { advanceTickets, type Swept } from "./commit/advance-tickets.ts";
import { Transaction } from "./commit/transaction.ts";
import { Wake } from "./commit/wake.ts";
import { relayUncertain } from "./conversation/relay-settle.ts";
import { publicName } from "./deliveries/replay.ts";
import { endSilence, noteStall, stallsOf } from "./deliveries/stalls.ts";
import { WaitingCount } from "./deliveries/waiting-count.ts";
import { Drain } from "./drain/drain.ts";
import { outsideOf, type Outside } from "./drain/outside.ts";
import { Recorder } from "./drain/recorder.ts";
import { noticeUncertain } from "./drain/settle-work.ts";
import type { TopicIcons, ViewContext } from "./drain/topic-view.ts";
import { Duties } from "./duties.ts";
import { anotherBot, anotherChat, keepNumbering, numberedAnew } from "./new-rules/beginning-anew.ts";
import { knownPlaces, placeAgain } from "./new-rules/places.ts";
import { registerBot } from "./new-rules/register-bot.ts";
import { closedSince, leave, retiredTo, type Retired } from "./new-rules/retired.ts";
import { sendAway } from "./peers/moving.ts";
import { ofPeer } from "./peers/numbers.ts";
import type { GroupHealth, InHand, Receipt } from "./receipt.ts";
import { Echoes } from "./reconciliation/echoes.ts";
import { belongingOf, echoesFound, keepEchoes, type Echo } from "./reconciliation/findings.ts";
import { clearTrouble, noteTrouble, perhapsMended } from "./reconciliation/troubles.ts";
import { DeliveriesRpc } from "./rpc/deliveries.ts";
import type { GroupInside } from "./rpc/group-rpc.ts";
import { PrivacyRpc } from "./rpc/privacy.ts";
import { ReconciliationRpc } from "./rpc/reconciliation.ts";
import { RecordRpc } from "./rpc/record.ts";
import { TeamRpc } from "./rpc/team.ts";
import { WebhooksRpc } from "./rpc/webhooks.ts";
import { rulesOf, type ConfigInForce, type Rules } from "./rules/rules.ts";
import { sourcesOf } from "./rules/sources.ts";
import { forgetFormer, systemsHealth } from "./systems/breakers.ts";
import { enrich } from "./systems/enrichment.ts";
import { storedSkills } from "./systems/skills.ts";
import { migrateDatabase, openDatabase } from "./tables/database.ts";
import { FACTS } from "./tables/facts.ts";
import { CRM_LANES, isRouteLane, STAFF, type Lane } from "./tables/lane.ts";
import { begunAnew, epochsOf, isBotId, isHere, numberedArrival, type Numbering } from "./tables/numbering.ts";
import type { PeerMessage } from "./tables/peer-message.ts";
import { tablesOf, type Tables } from "./tables/tables.ts";
import type { TicketRow } from "./tables/tickets.ts";
import { DELIVERIES } from "./works.ts";

/** Due tickets that are read at once. */
const DUE_TICKETS_MAX = 100;
const RETRY_AFTER_FULL_S = 60;
const RETRY_AFTER_FAILED_S = 5;
/** How long an alarm waits for the lanes it woke; they go on by themselves if they need longer. */
const ALARM_PATIENCE_MS = 25_000;
/** … and how often it looks meanwhile whether it has to ring again. */
const ALARM_LOOK_MS = 500;
/** How long a change that removes this group waits until its tickets are handed over; the rest follows by itself. */
const RETIRING_PATIENCE_MS = 4_000;
/** Events of a ticket that an explanation looks through. */
const EXPLAINED_EVENTS_MAX = 5_000;

/** The Durable Object of one topic group: its live tickets and everything that is on its way out. */
export class TopicGroup extends DurableObject<Env> {
  readonly #outside: Outside;
  readonly #tables: Tables;
  protected readonly wake: Wake;
  protected readonly drain: Drain;
  protected readonly duties: Duties;
  readonly #inside: GroupInside;
  readonly #handingOut = new HandingOut();
  readonly #deliveries: DeliveriesRpc;
  readonly #webhooks: WebhooksRpc;
  readonly #privacy: PrivacyRpc;
  readonly #reconciliation: ReconciliationRpc;
  readonly #record: RecordRpc;
  readonly #team: TeamRpc;
  #echoes: Echoes;
  /** The rules in force, null before the first configuration; undefined until they are read. */
  #rules: Rules | null | undefined;
  readonly #markKey = markKeyOf(this.env.BOT_TOKEN);
  /** Whether the door has to refuse. */
  readonly #waiting: WaitingCount;
  /** Every answer of Telegram's asks, so the rows are asked only where there may be any. */
  #mayHaveStalls = true;
  constructor(ctx: DurableObjectState, env: Env, outside: Partial<Outside> = {}) {
    super(ctx, env);
    this.#outside = { ...outsideOf(env), ...outside };
    const db = openDatabase(ctx.storage);
    this.#tables = tablesOf(db, ctx.storage.sql, (number) => {
      const rules = this.#rulesInForce();
      return rules === null || isHere(number, rules.epochs);
    });
    this.#waiting = new WaitingCount(
      WAITING_ROWS_MAX,
      () => this.#tables.messages.countWaiting() + this.#tables.outbox.countWaiting(),
    );
    this.wake = new Wake(ctx.storage, this.#outside.clock);
    this.#echoes = new Echoes(this.#outside.clock.now());
    this.drain = this.#newDrain();
    const inside: GroupInside = {
      tables: this.#tables,
      drain: this.drain,
      now: () => this.#now(),
      rules: () => this.#rulesInForce(),
      echoes: () => this.#echoes,
      commit: (work) => this.#commit(work),
      once: (cause, work, isDone) => this.#once(cause, work, isDone),
      store: (work) => ctx.storage.transactionSync(work),
      tellRecord: (work) => this.#tellRecord(work),
      purge: () => this.duties.run(["purge"]),
      report: (what, error) => this.#report(what, error),
    };
    this.#inside = inside;
    this.duties = new Duties({ ...inside, handingOut: this.#handingOut });
    this.#deliveries = new DeliveriesRpc(inside);
    this.#webhooks = new WebhooksRpc(inside);
    this.#privacy = new PrivacyRpc(inside);
    this.#reconciliation = new ReconciliationRpc(inside);
    this.#record = new RecordRpc(inside);
    this.#team = new TeamRpc(inside);
    void ctx.blockConcurrencyWhile(async () => {
      await migrateDatabase(db);
      this.#tables.tickets.refoldActive();
      await this.wake.recall();
      this.#recover();
    });
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
    const update = incoming as Update;
    const rules = this.#rulesInForce();
    if (rules === null || rules.version < configVersion) return { status: "config_needed" };
    try {
      if (this.#waiting.isFull(this.#now())) return { status: "full", retryAfterS: RETRY_AFTER_FULL_S };
      const arrived = inbound(update, {
        botId: rules.botId,
        groupChatId: rules.group.chatId,
        markKey: this.#markKey,
      });
      if (arrived.kind === "unreadable") return this.#setAside(update, arrived.where);
      if (isForeign(arrived) && rules.version > configVersion) return { status: "config_old" };
      if (arrived.kind === "nothing") {
        this.#tables.seenUpdates.note(update.update_id, this.#now());
        return { status: "ignored" };
      }
      const customer = remembered ? customerOf(arrived) : null;
      if (customer !== null && !this.#isKnown(customer)) return { status: "home_needed" };
      const arrival = this.#numbered(arrived);
      const status = this.#commit((tx) => take(tx, arrival, update.update_id));
      if ("byBot" in arrival && arrival.byBot) this.#heard(arrival, update.update_id, status === "accepted");
      if (arrival.kind === "bot_rights" && arrival.canManageTopics) this.drain.mended();
      return { status };
    } catch (error) {
      return this.#failedOn(update, error);
    }
  }

  /** The arrival with its numbers as they are kept; where they turn out to have begun anew, that is noted first. */
  #numbered(arrived: Arrival): Arrival {
    const arrival = numberedArrival(arrived, this.#rulesInForce()!.epochs);
    const where = takesUsedNumber(this.#tables.messages, arrival);
    if (where === null) return arrival;
    this.#changeNumbering(begunAnew(this.#rulesInForce()!.epochs, where), (tx) => numberedAnew(tx, where));
    return numberedArrival(arrived, this.#rulesInForce()!.epochs);
  }

  /** Puts a numbering into force, with all that follows. */
  #changeNumbering(numbering: Numbering, work: (tx: Transaction) => void): void {
    const before = this.#rulesInForce()!;
    this.#rules = { ...before, epochs: epochsOf(numbering, before.group.chatId, before.botId) };
    try {
      this.#commit(work);
    } catch (error) {
      this.#rules = before;
      throw error;
    }
  }

  /**
   * A service message about a topic: of what the desk has just done, or is doing at this moment, or of another user's
   * act.
   */
  #heard(arrival: Echo, updateId: number, moved: boolean): void {
    const is = belongingOf(this.#tables.tickets, arrival, moved);
    this.#echoes.heard(arrival.kind, { ...arrival, updateId, is }, this.#now());
    if (this.#echoes.waiting.length === 0 || this.drain.busy) return;
    this.#commit((tx) => {
      keepEchoes(tx, this.#echoes);
      tx.wake(tx.now + ECHO_PATIENCE_MS);
    });
  }

  /** Takes a configuration; an older one than the object has changes nothing. Answers the version in force. */
  configure(group: string, { version, config }: VersionedConfig, successors: Succession = {}): number {
    const before = this.#rulesInForce();
    if (before !== null && before.version >= version) return before.version;
    // It was taken out, and is there again.
    const isBack = config.groups.some(({ id }) => id === group);
    if (isBack && retiredTo(this.#tables.facts) !== null) this.#tables.facts.delete(FACTS.retired);
    // What was due before belongs to the rules that were in force then.
    advanceTickets(this.#inside);
    const retimed = before === null || isRetimed(before.config, config);
    const sources = sourcesOf(before, { version, config });
    const inForce: ConfigInForce = { version, config, since: retimed ? this.#now() : before.since, sources };
    const keepsSkills = config.routing.skills !== undefined && before?.sources.skills === sources.skills;
    const skills = keepsSkills ? storedSkills(this.#tables.facts) : null;
    const numbering = before?.epochs ?? this.#numberingKept();
    const rules = rulesOf(group, inForce, this.#botId, skills, numbering);
    if (rules === null) return before?.version ?? 0;
    const hasMoved = before !== null && before.group.chatId !== rules.group.chatId;
    this.#rules = rules;
    try {
      this.#commit((tx) => {
        tx.facts.set(FACTS.group, group);
        tx.facts.set(FACTS.config, inForce);
        if (before !== null) forgetFormer(tx.facts, before.sources, sources);
        if (before === null) keepNumbering(tx);
        if (hasMoved) anotherChat(tx, before.epochs);
        // Questions to a system that did not answer go to the one that is configured now.
        for (const lane of CRM_LANES) tx.touched.add(lane);
        if (retimed) {
          tx.clocks.allDueAt(tx.now);
          tx.wake(tx.now);
        }
        for (const { id } of config.queues) tx.depthChanged.add(id);
        tx.waiting.forget();
        tx.capacityFreed = true;
        perhapsMended(tx);
        registerBot(tx);
        if (before !== null) rehome(tx, before.config);
        this.#recountSlots(tx);
      });
    } catch (error) {
      this.#rules = before;
      throw error;
    }
    if (hasMoved) {
      this.#echoes = new Echoes(this.#now());
      this.drain.forget(STAFF);
    }
    this.#placeAll(successors);
    this.drain.mended();
    return version;
  }

  /** The configuration that this group goes by; null before the first. */
  configInForce(): VersionedConfig | null {
    const rules = this.#rulesInForce();
    return rules === null ? null : { version: rules.version, config: rules.config };
  }

  /** Its version; 0 before the first. */
  configVersion(): number {
    return this.#rulesInForce()?.version ?? 0;
  }

  /** Every ticket has a queue and an agent that the configuration names, each in a transaction of its own. */
  #placeAll(successors: Succession = {}): void {
    const rules = this.#rulesInForce();
    const { facts, tickets } = this.#tables;
    if (rules === null || facts.get(FACTS.placedFor) === rules.version) return;
    for (let after = 0; ;) {
      const numbers = tickets.misplaced(knownPlaces(rules), after, DUE_TICKETS_MAX);
      for (const number of numbers) {
        try {
          this.#commit((tx) => placeAgain(tx, number, successors));
        } catch (error) {
          this.#report(`place of ticket ${number}`, error);
        }
      }
      if (numbers.length < DUE_TICKETS_MAX) break;
      after = numbers.at(-1)!;
    }
    facts.set(FACTS.placedFor, rules.version);
  }

  /** Reports all slots to the agents' homes again if a setting or release changed what fills one. */
  #recountSlots(tx: Transaction): void {
    const { countsWaiting } = tx.rules.policy;
    if (tx.facts.get(FACTS.countsWaiting) === countsWaiting) return;
    tx.facts.set(FACTS.countsWaiting, countsWaiting);
    recountSlots(tx);
  }

  /** Opens a ticket for a program, once for each cause. The customer's home is this group. */
  open(cause: string, caller: Caller, order: TicketOrder, configVersion: number): Executed<RecordedRow> {
    return this.#execute(cause, caller, configVersion, (tx, by) => openTicket(tx, by, order));
  }

  /** Does what a program asks of a ticket, once for each cause. */
  act(
    cause: string,
    caller: Caller,
    ticketId: string,
    what: ProgramAct,
    configVersion: number,
  ): Executed<RecordedRow> {
    return this.#execute(cause, caller, configVersion, (tx, by) => {
      const number = tx.tickets.numberOf(ticketId, tx.rules.group.id);
      if (number === null) return { status: "unknown" };
      tx.advance(number);
      const { ticket } = tx.tickets.get(number)!;
      const retired = retiredTo(tx.facts);
      if (retired !== null && ticket.movedTo === null) {
        leave(tx, tx.tickets.get(number)!, retired);
        return { status: "elsewhere", group: retired.to };
      }
      if (ticket.movedTo !== null) return { status: "elsewhere", group: ticket.movedTo };
      return actAsAsked(tx, by, ticket, what);
    });
  }

  /** The id of the ticket that this group has opened under a number, and the group that has it; null if none. */
  placeOf(number: number): { id: string; group: string } | null {
    const ticket = this.#tables.tickets.get(number)?.ticket;
    if (ticket === undefined || ticket.id !== `${ticket.home}:${number}`) return null;
    return { id: ticket.id, group: ticket.group };
  }

  #execute(
    cause: string,
    { id, name, origin }: Caller,
    configVersion: number,
    work: (tx: Transaction, by: Worker) => Done | Exclude<Executed<RecordedRow>, { status: "done" }>,
  ): Executed<RecordedRow> {
    const rules = this.#rulesInForce();
    const isOld = rules !== null && rules.version < configVersion && retiredTo(this.#tables.facts) === null;
    if (rules === null || isOld) return { status: "config_needed" };
    if (this.#waiting.isFull(this.#now())) return { status: "full" };
    const done = this.#commit((tx) => {
      const known = tx.inbox.known(cause);
      if (known !== undefined) return known.answer as Done;
      tx.origin = origin;
      const outcome = work(tx, { kind: "key", id, name });
      // What is refused has changed nothing, and may be asked again.
      if ("number" in outcome) tx.inbox.settle(cause, tx.now, outcome);
      return outcome;
    });
    if (!("number" in done)) return done;
    const row = this.#tables.tickets.get(done.number);
    // Done before, and its ticket erased since.
    if (row === undefined) return { status: "unknown" };
    const { ticket, dueAt } = row;
    const { text } = receiptView(ticket, rules.policy, null, this.#now()).text;
    return {
      status: "done",
      ticket: recordedRow(ticket, { dueAt, promises: promisesOf(ticket, rules.policy.sla) }, this.#now()),
      already: done.already,
      confirmation: text,
      firstResponseDueAt: firstResponseDueAt(ticket, rules.policy.sla),
    };
  }

  #isKnown(customer: ContactId): boolean {
    return this.#tables.contacts.get(customer) !== undefined || this.#tables.blocked.has(customer);
  }

  /** Whether this customer has written to this group before. */
  knows(customer: ContactId): boolean {
    const known = this.#tables.contacts.get(customer);
    return known !== undefined && known.home === null;
  }

  health(): GroupHealth {
    const { facts, unrecorded, messages, outbox } = this.#tables;
    const group = facts.get(FACTS.group);
    const trouble = facts.get(FACTS.trouble);
    const rules = this.#rulesInForce();
    return {
      group: typeof group === "string" ? group : "",
      configVersion: rules?.version ?? 0,
      waiting: outbox.backlog().map((one) => ({ ...one, lane: nameOfLane(one.lane) })),
      parked: messages.countParked() + outbox.countParked(),
      setAside: this.#tables.inbox.countSetAside(),
      unrecorded: unrecorded.count(),
      breakers: {
        enrichment: isOpen(facts.get(FACTS.breaker)),
        skills: isOpen(facts.get(FACTS.skillsBreaker)),
      },
      stalls: stallsOf(facts).map(({ lane, why, since, until }) => ({
        lane: nameOfLane(lane),
        why,
        since,
        until,
      })),
      troubles: typeof trouble === "string" ? [trouble] : [],
      systems: rules === null ? [] : systemsHealth(facts, rules),
    };
  }

  /** What another group's object says about a ticket; `key` tells a repetition. */
  fromPeer(
    from: string,
    key: string,
    message: PeerMessage,
    configVersion: number,
    bot: number | null = this.#botId,
  ): "done" | "config_needed" {
    const rules = this.#rulesInForce();
    const retired = retiredTo(this.#tables.facts);
    if (rules === null || (rules.version < configVersion && retired === null)) return "config_needed";
    this.#commit((tx) => {
      const cause = `peer:${key}`;
      if (tx.inbox.known(cause) !== undefined) return;
      fromPeer(tx, from, ofPeer(message, bot, tx.rules.epochs));
      tx.inbox.settle(cause, tx.now);
    });
    if (retired !== null && message.type === "ticket_moved") this.#leaveAll(retired);
    return "done";
  }

  /**
   * The configuration has this group no more: what is in hand goes to another group's queue. Resolves once everything
   * has been handed over, or after a while. `unknown`: there was never anything here, or the group is there after all.
   */
  async retire(retired: Retired): Promise<"done" | "unknown"> {
    const rules = this.#rulesInForce();
    if (rules === null || rules.version >= retired.version) return "unknown";
    advanceTickets(this.#inside);
    const known = retiredTo(this.#tables.facts);
    if (known === null || known.version < retired.version) this.#tables.facts.set(FACTS.retired, retired);
    this.#leaveAll(retiredTo(this.#tables.facts)!);
    this.drain.kick();
    const patience = new AbortController();
    const late = scheduler.wait(RETIRING_PATIENCE_MS, { signal: patience.signal }).catch(() => undefined);
    await Promise.race([this.drain.idle(), late]);
    patience.abort();
    return "done";
  }

  #leaveAll(retired: Retired): void {
    for (let after = 0; ;) {
      const since = this.#commit((tx) => closedSince(tx));
      const rows = this.#tables.tickets.toLeave(after, since, DUE_TICKETS_MAX);
      for (const row of rows) {
        try {
          this.#commit((tx) => leave(tx, row, retired));
        } catch (error) {
          this.#report(`handing over ticket ${row.ticket.number}`, error);
        }
      }
      if (rows.length < DUE_TICKETS_MAX) return;
      after = rows.at(-1)!.ticket.number;
    }
  }

  /** What is in hand here, and how much waits to leave for people; null before there are rules. */
  inHand(): InHand | null {
    if (this.#rulesInForce() === null) return null;
    const { tickets, messages, outbox } = this.#tables;
    return { tickets: tickets.inHand(), waiting: messages.countWaiting() + outbox.countToPeople() };
  }

  /** Runs due duties, as the alarm would; each is done once, by whichever comes first. Returns what it did. */
  sweep(): Swept {
    const swept = advanceTickets(this.#inside);
    this.duties.run(["depths"]);
    this.#arm();
    return swept;
  }

  /** Every clock of a ticket with its state, segments and escalations; null if there is no such ticket. */
  sla(ticketId: string): TicketSla | null {
    const rules = this.#rulesInForce();
    const number = rules === null ? null : this.#tables.tickets.numberOf(ticketId, rules.group.id);
    if (rules === null || number === null) return null;
    // Looking shows what is: what time has done by now comes first.
    this.#commit((tx) => tx.advance(number));
    const { tickets, history } = this.#tables;
    const ticket = tickets.get(number)?.ticket;
    if (ticket === undefined) return null;
    return explainTicket(ticket, history.after(number, 0, EXPLAINED_EVENTS_MAX), rules.policy, this.#now());
  }

  /** How a ticket got where it is, who could take it now and what changes next; null if there is no such ticket. */
  routing(ticketId: string): RoutingStory | null {
    const rules = this.#rulesInForce();
    const number = rules === null ? null : this.#tables.tickets.numberOf(ticketId, rules.group.id);
    if (number === null) return null;
    this.#commit((tx) => tx.advance(number));
    return this.#commit((tx) => routingStory(tx, number, handingQueues(tx.rules)));
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

  get #botId(): number {
    return botIdOf(this.env.BOT_TOKEN);
  }

  /**
   * Waits until the lanes have done what they can do now, but not for ever, and not past the next ring: the platform
   * rings no alarm while one is running, so a slow system would keep all others waiting.
   */
  async #drained(): Promise<void> {
    const idle = this.drain.idle();
    for (let waited = 0; waited < ALARM_PATIENCE_MS; waited += ALARM_LOOK_MS) {
      const patience = new AbortController();
      // A timer that is no longer awaited would keep the object awake, and billed.
      const look = scheduler.wait(ALARM_LOOK_MS, { signal: patience.signal }).catch(() => undefined);
      await Promise.race([idle, look]);
      patience.abort();
      const ringsAt = Math.min(this.wake.at ?? Infinity, this.duties.nextAt() ?? Infinity);
      if (!this.drain.busy || ringsAt <= this.#now()) return;
    }
  }

  #now(): number {
    return this.#outside.clock.now();
  }

  /** The one transaction: everything that a cause does is committed together with the alarm, or not at all. */
  #commit<T>(work: (tx: Transaction) => T): T {
    const rules = this.#rulesInForce();
    if (rules === null) throw new Error("the object has no configuration yet");
    const tx = new Transaction(this.#tables, rules, this.#now(), this.drain);
    const marks = { sequence: this.#tables.sequence.mark(), wake: this.wake.mark() };
    try {
      const result = this.ctx.storage.transactionSync(() => {
        const done = work(tx);
        for (const number of tx.enrichmentsWanted) enrich(tx, tx.tickets.get(number)!.ticket);
        this.#handingOut.whatChanged(tx);
        // Last, because a ticket that no agent takes may go to the fallback pool.
        for (const number of tx.transfers) sendAway(tx, number);
        for (const { before, ticket } of tx.assignmentChanges) tellSlots(tx, before, ticket);
        tellAgents(tx);
        if (tx.depthChanged.size > 0) watchDepth(tx, tx.depthChanged);
        if (tx.touched.size > 0) tx.wake(tx.now + SAFETY_WAKE_MS);
        if (tx.wakeBy !== null) this.wake.by(tx.wakeBy);
        return done;
      });
      this.#rules = tx.rules;
      for (const { event, facts } of tx.reports) this.#warn(event, facts);
      this.#waiting.added(tx.added);
      if (tx.touched.size > 0) this.drain.kick(tx.touched);
      return result;
    } catch (error) {
      this.#tables.sequence.rewind(marks.sequence);
      this.wake.rewind(marks.wake);
      this.#tables.filledSlots.forget();
      this.#tables.agents.forget();
      this.#tables.waiting.forget();
      throw error;
    }
  }

  /** Changes what counts as recorded, and has the record told. */
  #tellRecord<T>(work: () => T): T {
    const answer = this.ctx.storage.transactionSync(() => {
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

  /** What cannot be read today cannot be read in a moment either: Telegram is not asked to bring it again. */
  #setAside(update: Update, where: string): Receipt {
    this.#warn("update.unreadable", { updateId: update.update_id, where });
    this.#tables.inbox.setAside(`tg:${update.update_id}`, this.#now(), `unreadable ${where}`, update);
    return { status: "set_aside" };
  }

  /** After a start: calls that a crash interrupted have an unknown outcome, and what waits is brought out. */
  #recover(): void {
    const { messages, outbox } = this.#tables;
    this.#echoes.restore(echoesFound(this.#tables.facts).waiting);
    if (this.#rulesInForce() === null) return;
    this.#noteBot();
    const interrupted = { messages: messages.interrupted(), works: outbox.interrupted() };
    const handsOut = handingQueues(this.#rulesInForce()!).length > 0;
    if (interrupted.messages.length + interrupted.works.length > 0 || handsOut) {
      this.#commit((tx) => {
        relayUncertain(tx, interrupted.messages);
        for (const row of interrupted.works) noticeUncertain(tx, row);
        // Who can take what, and when that changes, is not kept.
        tx.capacityFreed = handsOut;
      });
    }
    if (this.#tables.facts.get(FACTS.countsWaiting) !== this.#rulesInForce()!.policy.countsWaiting)
      this.#commit((tx) => this.#recountSlots(tx));
    this.#placeAll();
    this.drain.kick();
    this.#arm();
  }

  /** Another token comes with another start. */
  #noteBot(): void {
    const kept = this.#numberingKept();
    if (!isBotId(this.#botId)) return;
    if (kept === undefined) this.#commit(keepNumbering);
    else if (kept.bot !== this.#botId) this.#commit((tx) => anotherBot(tx, kept));
  }

  #numberingKept(): Numbering | undefined {
    return this.#tables.facts.get(FACTS.numbering) as Numbering | undefined;
  }

  /** Sets the alarm for the next due duty, computed from the rows. */
  #arm(): void {
    const due = [this.duties.nextAt(), this.drain.nextWakeAt(this.#now())].filter((at) => at !== null);
    if (due.length > 0) this.wake.by(Math.min(...due));
  }

  #rulesInForce(): Rules | null {
    if (this.#rules === undefined) {
      const { facts } = this.#tables;
      const stored = facts.get(FACTS.config) as (VersionedConfig & { since?: number }) | undefined;
      const group = facts.get(FACTS.group);
      this.#rules =
        stored === undefined || typeof group !== "string"
          ? null
          : rulesOf(
              group,
              { ...stored, since: stored.since ?? 0 },
              this.#botId,
              stored.config.routing.skills === undefined ? null : storedSkills(facts),
              this.#numberingKept(),
            );
    }
    return this.#rules;
  }

  #newDrain(): Drain {
    const { facts, history, laneRates, unrecorded } = this.#tables;
    const recorder = new Recorder({
      now: () => this.#now(),
      history,
      unrecorded,
      group: () => this.#rulesInForce()?.group.id ?? null,
      promises: (ticket) => promisesOf(ticket, this.#rulesInForce()?.policy.sla ?? NO_SLA),
      project: (batch) => this.#outside.project(batch),
      commit: (work) => this.ctx.storage.transactionSync(work),
      failed: (error) => this.#report("record", error),
    });
    return new Drain({
      now: () => this.#now(),
      random: (of) => this.#outside.random(of),
      call: (call) => this.#outside.call(call),
      queues: this.#tables,
      deliveries: DELIVERIES,
      rules: () => this.#rulesInForce(),
      commit: (work) => this.#commit(work),
      safe: () => this.ctx.storage.sync(),
      viewContextOf: (row) => this.#viewContextOf(row),
      rateOf: (lane) => laneRates.get(lane),
      copiedSince: (since) => this.#tables.messages.copiedSince(since),
      saveRate: (lane, state) => laneRates.save(lane, state),
      called: (call, outcome) => this.#echoes.did(call, outcome, this.#now()),
      trouble: () => (facts.get(FACTS.trouble) as Trouble | undefined) ?? null,
      troubled: (trouble) =>
        this.#commit((tx) => (trouble === null ? clearTrouble(tx) : noteTrouble(tx, trouble))),
      stalled: (lane, stall) => {
        this.#mayHaveStalls = true;
        this.#commit((tx) => noteStall(tx, lane, stall));
      },
      answered: (lane) => {
        if (!this.#mayHaveStalls) return;
        this.#mayHaveStalls = facts.get(FACTS.stalls) !== undefined;
        if (this.#mayHaveStalls) this.#commit((tx) => endSilence(tx, lane));
      },
      record: () => recorder.run(),
      wakeBy: (at) => this.wake.by(at),
      failed: (what, error) => this.#report(what, error),
    });
  }

  #viewContextOf({ ticket }: TicketRow): ViewContext | null {
    const rules = this.#rulesInForce();
    const customer = this.#tables.contacts.get(ticket.customer);
    if (rules === null || customer === undefined) return null;
    const icons = (this.#tables.facts.get(FACTS.icons) ?? {}) as TopicIcons;
    return { rules, contact: customer.contact, icons, now: this.#now() };
  }

  #warn(event: string, facts: Readonly<Record<string, string | number | boolean>>): void {
    console.warn(JSON.stringify({ level: "warn", event, group: this.#rules?.group.id ?? null, ...facts }));
  }

  /** One line, ids and codes only. */
  #report(what: string, error: unknown): void {
    const group = this.#rules?.group.id ?? null;
    console.error(
      JSON.stringify({ level: "error", event: "group.failed", group, what, ...errorFacts(error) }),
    );
  }
}

/** A lane's name for health, without the id of a private chat. */
function nameOfLane(lane: Lane): string {
  return isRouteLane(lane) ? "telegram:private" : publicName(lane);
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

/** Whether a change of the configuration may have moved due instants. */
function isRetimed(before: Config, after: Config): boolean {
  return (
    TIMING.some((section) => JSON.stringify(before[section]) !== JSON.stringify(after[section])) ||
    before.routing.defaultTier !== after.routing.defaultTier ||
    before.routing.defaultQueue !== after.routing.defaultQueue
  );
}
