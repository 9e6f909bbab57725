import type { ChannelCall } from "../../channels/channel.ts";
import type { ContactId } from "../../domain/contact/contact-id.ts";
import type { RefusalClass } from "../../domain/desk/failure.ts";
import type { Trouble } from "../../domain/desk/trouble.ts";
import type { EnrichmentCall } from "../../integrations/enrichment-call.ts";
import type { SkillsCall } from "../../integrations/skill-service.ts";
import type { WebhookCall } from "../../integrations/webhook.ts";
import type { BotCall } from "../../telegram/api.ts";
import type { Transaction } from "../commit/transaction.ts";
import type { Rules } from "../rules/rules.ts";
import type { Facts } from "../tables/facts.ts";
import type { Lane } from "../tables/lane.ts";
import type { MessageRow, Messages } from "../tables/messages.ts";
import type { OutboxWork, WorkKind } from "../tables/outbox-work.ts";
import type { OutboxRow } from "../tables/outbox.ts";
import type { PeerCall } from "../tables/peer-message.ts";
import type { Stall } from "../tables/shapes.ts";
import type { Tables } from "../tables/tables.ts";
import type { TicketRow, Tickets } from "../tables/tickets.ts";
import type { RelayJob, ViewJob } from "./job.ts";
import { OK, type Final, type Refused, type Retry, type SettleContext, type Settled } from "./settled.ts";
import type { ViewContext } from "./topic-view.ts";

/* What the drain asks of each kind of outgoing work. `topic-group/works.ts` has the table. */

/** A call by which a message leaves: of the Bot API, or of another channel. */
export type MessageCall = BotCall | ChannelCall;

/** A call of a channel, or of a system that is not ours. */
export type OutsideCall = MessageCall | WebhookCall | EnrichmentCall | SkillsCall | PeerCall;

export type Queues = Pick<
  Tables,
  "contacts" | "facts" | "messages" | "outbox" | "tickets" | "once" | "views"
>;

export interface DeliveryContext extends Queues {
  /** In ms since 1970. */
  now: number;
  rules: Rules;
}

export type WorkOf<K extends WorkKind> = Extract<OutboxWork, { kind: K }>;

/** An outbox row of one kind. */
export type RowOf<K extends WorkKind> = Omit<OutboxRow, "kind" | "payload"> & {
  kind: K;
  payload: WorkOf<K>;
};

/**
 * Whom it is for:
 *
 * - `customer`: in their private chat, so a refusal may say that they cannot be reached
 * - `counterpart`: the customer or the staff group, whichever its lane says
 * - `agent`: in private; it is theirs even if they were once a customer
 * - `person`: a private chat that need not be a customer's
 * - `staff`: the staff group; `bot`: Telegram itself; `peer`: another group's object; `outside`: a system of others
 */
type Audience = "customer" | "counterpart" | "agent" | "person" | "staff" | "bot" | "peer" | "outside";

/**
 * What happens after too many failures:
 *
 * - `park`: it waits for a replay; where none is asked for in time it is dropped, and its ticket's topic is told
 * - `park_untold`: likewise, but the topic is told nothing
 * - `drop`
 */
type Exhausted = "park" | "park_untold" | "drop";

/**
 * What follows from a refusal:
 *
 * - `over`: nothing more is tried, and the row goes
 * - `kept`: the handler has changed the row, which is tried as it is now or has been parked
 * - `again`: the same is tried at once; the try counts
 */
export type AfterRefusal = "over" | "kept" | "again";

/** How one kind of work is delivered. Required fields hold for every kind; few kinds need the optional ones. */
export interface WorkHandler<K extends WorkKind> {
  readonly audience: Audience;
  readonly onExhausted: Exhausted;
  /** Whether a refusal that is about the whole lane stops it; otherwise the refusal is this row's alone. */
  readonly stopsLane: boolean;
  /**
   * Whether it may be sent again while it is unknown if it arrived. A message that a customer might read twice may not;
   * edits, reactions and deletions have the same result however often they are made.
   */
  repeatable(row: RowOf<K>, context: DeliveryContext): boolean;
  /** Null: there is nothing to call; `uncalled` follows. */
  call(row: RowOf<K>, context: DeliveryContext): OutsideCall | null;
  /** The call worked. It removes the row itself: see `leaves`. */
  done(tx: Transaction, row: RowOf<K>, result: unknown): Settled;
  /** `url`: the address that was called; null for Telegram and our own objects. */
  refused(tx: Transaction, row: RowOf<K>, refused: Refused, url: string | null): AfterRefusal;

  /** When it is tried again after a failure; `at` null: it is exhausted. Without it, see `againAfter`. */
  schedule?(row: RowOf<K>, now: number, retry: Retry): { attempts: number; at: number | null };
  /** It is forgotten after too many failures. */
  dropped?(tx: Transaction, row: RowOf<K>, code: string): void;
  /** There is nothing to call, or our own code failed on it. Without it the row is removed. */
  uncalled?(tx: Transaction, row: RowOf<K>): void;
  /** Committed before the call is made. */
  attempted?(tx: Transaction): void;
  /** Whether it goes into the ticket's topic, which is made first if there is none. */
  needsTopic?(row: RowOf<K>, messages: Messages): boolean;
  /** Until when it waits for something else, in ms since 1970; 0: it does not. */
  waitsUntil?(row: RowOf<K>, queues: Queues, now: number): number;
  /** Whether it overtakes what waits in its lane and is about no ticket either. */
  overtakes?(row: RowOf<K>): boolean;
  /**
   * What an answer means that came from a chat which is not the group's any more: a refusal of this class, or that it is
   * done again in the new one. Without it: a refusal with `target_gone`.
   */
  readonly inFormerChat?: "again" | RefusalClass;
}

export type WorkHandlers = { readonly [K in WorkKind]: WorkHandler<K> };

/** How messages are copied. */
interface RelayHandler {
  call(job: RelayJob, context: DeliveryContext): MessageCall | null;
  /** The rows that the call carries: not all texts fit into one message. */
  carried(job: RelayJob, context: DeliveryContext): MessageRow[];
  /** What is done in place of the call where the ticket has moved; null: the call is made. */
  moved(job: RelayJob, tickets: Tickets): ((tx: Transaction) => void) | null;
  settle(
    tx: Transaction,
    job: RelayJob,
    carried: readonly MessageRow[],
    outcome: Final,
    context: SettleContext,
  ): Settled;
}

/** How topics are brought up to date. */
interface ViewHandler {
  settle(tx: Transaction, job: ViewJob, outcome: Final, context: SettleContext): Settled;
  /** Its ticket was erased while the call was under way. */
  forgotten(tx: Transaction, job: ViewJob, outcome: Final): void;
  /** Until when a ticket's first topic waits, in ms since 1970; 0: it does not. */
  createsFrom(queues: Queues, row: TicketRow, context: ViewContext): number;
}

/** Everything that leaves the object, but for the record. */
export interface Deliveries {
  works: WorkHandlers;
  relay: RelayHandler;
  view: ViewHandler;
  /** A customer's private chat refused what was for them. */
  refusedByCustomer(tx: Transaction, customer: ContactId, code: RefusalClass): void;
  /** The staff group's lane cannot work until people mend something; null: it works again. */
  troubled(tx: Transaction, trouble: Trouble | null): void;
  /** A lane cannot work for longer than anybody should wait without knowing. */
  stalled(tx: Transaction, lane: Lane, stall: Stall): void;
  /** A lane of Telegram's has had an answer. */
  answered(tx: Transaction, lane: Lane): void;
  /** When a lane's system may be asked at the soonest, in ms since 1970; null: the lane has none to be spared. */
  asksFrom(lane: Lane, facts: Facts, now: number): number | null;
}

/** The handler of a row's kind, to be given this row only. */
export function handlerOf(works: WorkHandlers, { payload }: OutboxRow): WorkHandler<WorkKind> {
  return works[payload.kind] as WorkHandler<WorkKind>;
}

export const always = (): boolean => true;
export const never = (): boolean => false;

/** Whether a later change took this one's place while it was on its way. */
export function isReplaced(tx: Transaction, row: RowOf<WorkKind>): boolean {
  if (row.key === null || row.attemptedAt !== null) return false;
  const now = tx.outbox.get(row.seq);
  if (now === undefined) return false;
  return now.acceptedAt !== row.acceptedAt || JSON.stringify(now.payload) !== JSON.stringify(row.payload);
}

/** Removes a row that is done, unless what was asked for anew meanwhile is still to be done. Answers whether it has. */
export function leaves(tx: Transaction, row: RowOf<WorkKind>): boolean {
  if (isReplaced(tx, row)) return false;
  tx.outbox.remove(row.seq);
  return true;
}

/** Nothing follows from the answer. */
export function left(tx: Transaction, row: RowOf<WorkKind>): Settled {
  leaves(tx, row);
  return OK;
}

/** Nothing follows from a refusal. */
export function over(): AfterRefusal {
  return "over";
}

/** Work that never makes a call: its turn in the lane is what counts. */
export const NO_CALL = {
  repeatable: always,
  call: () => null,
  done: left,
  refused: over,
  stopsLane: true,
} as const;
