import type { ContactId } from "../../domain/contact/contact-id.ts";
/** How many calls each customer has had of a rate's window. Lives in memory: after a restart all begin alike. */
export class Shares {
  readonly #perMs: number;
  #taken: { at: number; customer: ContactId; cost: number }[] = [];

  constructor(perMs: number) {
    this.#perMs = perMs;
  }

  took(now: number, customer: ContactId, cost: number): void {
    this.#taken.push({ at: now, customer, cost });
  }

  /** By customer; a customer without calls is absent. */
  now(now: number): ReadonlyMap<number, number> {
    this.#taken = this.#taken.filter(({ at }) => at + this.#perMs > now);
    const shares = new Map<number, number>();
    for (const { customer, cost } of this.#taken) shares.set(customer, (shares.get(customer) ?? 0) + cost);
    return shares;
  }
}
