import { sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import type { Lane } from "./lane.ts";
import type { Remembers } from "./memory.ts";
import { messages, outbox } from "./schema.ts";
import { statement } from "./statement.ts";

/** The oldest things that wait for one ticket in one lane, by their sequence numbers. */
export interface Head {
  ticket: number;
  message: number | null;
  work: number | null;
}

interface Wait {
  seq: number;
  lane: Lane;
  ticket: number;
  kind: Kind;
  /** Of other work, if it has one. */
  key: string | null;
}

type Kind = "message" | "work";
/** The numbers of what waits for one ticket in one lane, in their order. */
type Queue = Record<Kind, number[]>;

/**
 * What waits to leave, by lane and ticket: its numbers only, the rows stay where they are. Read once, by the indexes of what
 * waits, so that it costs what waits and not what there is.
 */
export class Waits implements Remembers {
  readonly #db: Database;
  readonly #messages = statement(() =>
    this.#db
      .select({ lane: messages.lane, ticket: messages.ticket, seq: messages.seq })
      .from(messages)
      .where(sql`${messages.state} = 'waiting'`)
      .prepare(),
  );
  readonly #works = statement(() =>
    this.#db
      .select({ lane: outbox.lane, ticket: outbox.ticket, seq: outbox.seq, key: outbox.key })
      .from(outbox)
      .where(sql`${outbox.state} = 'waiting'`)
      .prepare(),
  );
  #known: Map<number, Wait> | null = null;
  readonly #lanes = new Map<Lane, Map<number, Queue>>();
  readonly #keys = new Map<string, Set<number>>();

  constructor(db: Database) {
    this.#db = db;
  }

  lanes(): Lane[] {
    this.#recall();
    return [...this.#lanes.keys()];
  }

  heads(lane: Lane): Head[] {
    this.#recall();
    return [...(this.#lanes.get(lane) ?? [])].map(([ticket, { message, work }]) => ({
      ticket,
      message: message[0] ?? null,
      work: work[0] ?? null,
    }));
  }

  /** How many messages wait in a lane; counting stops at `limit`. */
  countMessages(lane: Lane, limit: number): number {
    this.#recall();
    let count = 0;
    for (const { message } of this.#lanes.get(lane)?.values() ?? []) {
      count += message.length;
      if (count >= limit) return limit;
    }
    return count;
  }

  /** How much other work waits in lanes of which something holds. */
  countWorks(holds: (lane: Lane) => boolean): number {
    this.#recall();
    let count = 0;
    for (const [lane, tickets] of this.#lanes)
      if (holds(lane)) for (const { work } of tickets.values()) count += work.length;
    return count;
  }

  /** What other work waits for one ticket in a lane, in its order. */
  works(lane: Lane, ticket: number): readonly number[] {
    this.#recall();
    return this.#lanes.get(lane)?.get(ticket)?.work ?? [];
  }

  /** What waits under a key, in its order. */
  ofKey(key: string): number[] {
    this.#recall();
    return [...(this.#keys.get(key) ?? [])].sort((a, b) => a - b);
  }

  /** What waits under keys from one to before another, by these keys. */
  ofKeysBetween(from: string, to: string): number[] {
    this.#recall();
    const keys = [...this.#keys.keys()].filter((key) => key > from && key < to);
    return keys.sort().flatMap((key) => this.ofKey(key));
  }

  /** Something waits from now on. */
  add(wait: Wait): void {
    if (this.#known !== null) this.#put(this.#known, wait);
  }

  /** It waits no longer. Answers whether it was known to have waited. */
  remove(seq: number): boolean {
    const wait = this.#known?.get(seq);
    if (wait === undefined) return this.#known === null;
    this.#known!.delete(seq);
    this.#removeKey(wait);
    const tickets = this.#lanes.get(wait.lane)!;
    const queue = tickets.get(wait.ticket)!;
    queue[wait.kind].splice(queue[wait.kind].indexOf(seq), 1);
    if (queue.message.length + queue.work.length > 0) return true;
    tickets.delete(wait.ticket);
    if (tickets.size === 0) this.#lanes.delete(wait.lane);
    return true;
  }

  /** It waits under another key, or none, from now on. */
  rekey(seq: number, key: string | null): void {
    const wait = this.#known?.get(seq);
    if (wait === undefined) return;
    this.#removeKey(wait);
    wait.key = key;
    this.#putKey(wait);
  }

  forget(): void {
    this.#known = null;
    this.#lanes.clear();
    this.#keys.clear();
  }

  #recall(): void {
    if (this.#known !== null) return;
    const known = new Map<number, Wait>();
    for (const wait of this.#messages().all()) this.#put(known, { ...wait, kind: "message", key: null });
    for (const wait of this.#works().all()) this.#put(known, { ...wait, kind: "work" });
    this.#known = known;
  }

  #put(known: Map<number, Wait>, wait: Wait): void {
    const { seq, lane, ticket, kind } = wait;
    known.set(seq, wait);
    let tickets = this.#lanes.get(lane);
    if (tickets === undefined) this.#lanes.set(lane, (tickets = new Map()));
    let queue = tickets.get(ticket);
    if (queue === undefined) tickets.set(ticket, (queue = { message: [], work: [] }));
    const numbers = queue[kind];
    let at = numbers.length;
    while (at > 0 && numbers[at - 1]! > seq) at -= 1;
    numbers.splice(at, 0, seq);
    this.#putKey(wait);
  }

  #putKey({ seq, key }: Wait): void {
    if (key !== null) this.#keys.set(key, (this.#keys.get(key) ?? new Set()).add(seq));
  }

  #removeKey({ seq, key }: Wait): void {
    if (key === null) return;
    const seqs = this.#keys.get(key)!;
    seqs.delete(seq);
    if (seqs.size === 0) this.#keys.delete(key);
  }
}
