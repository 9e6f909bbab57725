import type { Transaction } from "../commit/transaction.ts";
import type { Rules } from "../rules/rules.ts";
import { handOut } from "./hand-out.ts";

/** Hands out what a cause made free or left unassigned, and knows when waiting alone changes something. */
export class HandingOut {
  #nextAt: number | null = null;

  /** When waiting alone may change who gets a ticket, in ms since 1970; null: never. Computed anew at every start. */
  get nextAt(): number | null {
    return this.#nextAt;
  }

  /** Due work of a ticket comes before it is handed out, because it may change which agents are free. */
  whatChanged(tx: Transaction): void {
    if (this.#nextAt !== null && this.#nextAt <= tx.now) tx.capacityFreed = true;
    while (tx.capacityFreed || tx.unclaimed.size > 0) {
      const numbers = tx.capacityFreed ? "all" : new Set(tx.unclaimed);
      tx.capacityFreed = false;
      tx.unclaimed.clear();
      this.#handOut(tx, numbers);
    }
  }

  #handOut(tx: Transaction, numbers: ReadonlySet<number> | "all"): void {
    const queues = handingQueues(tx.rules);
    const next = queues.length === 0 ? null : handOut(tx, queues, numbers);
    if (numbers === "all") this.#nextAt = next;
    else if (next !== null) this.#nextAt = Math.min(next, this.#nextAt ?? next);
    if (next !== null) tx.wake(next);
  }
}

/** The queues of this group whose tickets the desk hands out. */
export function handingQueues({ policy }: Rules): string[] {
  return [...policy.queues.values()].flatMap(({ id, group, auto }) =>
    auto && group === policy.group ? [id] : [],
  );
}
