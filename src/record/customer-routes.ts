import { and, eq } from "drizzle-orm";
import { drizzle, type DrizzleD1Database } from "drizzle-orm/d1";
import type { ContactId } from "../domain/contact/contact-id.ts";
import { inIsolate } from "../isolate.ts";
import { CUSTOMER_ROUTES_CACHED_MAX } from "./limits.ts";
import { reach } from "./reach.ts";
import { customerRoutes } from "./schema.ts";

export type RouteVia = (typeof customerRoutes.$inferSelect)["via"];

/** Which group is each customer's home, with a memory of the isolate's own in front of D1. */
export class CustomerRoutes {
  readonly #db: DrizzleD1Database;
  /** In order of use: the first key is the one that was not used for longest. */
  readonly #remembered = new Map<number, string>();

  constructor(d1: D1Database) {
    this.#db = drizzle(d1);
  }

  /** The home as this isolate last saw it, without asking anyone. */
  remembered(customer: ContactId): string | undefined {
    const group = this.#remembered.get(customer);
    if (group !== undefined) this.remember(customer, group);
    return group;
  }

  remember(customer: ContactId, group: string): void {
    this.#remembered.delete(customer);
    this.#remembered.set(customer, group);
    if (this.#remembered.size <= CUSTOMER_ROUTES_CACHED_MAX) return;
    const [longestUnused] = this.#remembered.keys();
    if (longestUnused !== undefined) this.#remembered.delete(longestUnused);
  }

  forget(customer: ContactId): void {
    this.#remembered.delete(customer);
  }

  /** Throws `RecordUnreachable`, as all that follow do. */
  async lookup(customer: ContactId): Promise<string | null> {
    const row = await reach(() =>
      this.#db
        .select({ group: customerRoutes.groupId })
        .from(customerRoutes)
        .where(eq(customerRoutes.customerId, customer))
        .get(),
    );
    return row?.group ?? null;
  }

  /** Gives a new customer a home. Of several at once the first wins; answers the home that the customer has then. */
  async assign(customer: ContactId, group: string, via: RouteVia, at: number): Promise<string> {
    const row = await reach(() =>
      this.#db
        .insert(customerRoutes)
        .values({ customerId: customer, groupId: group, createdAt: at, via })
        .onConflictDoNothing()
        .returning({ group: customerRoutes.groupId })
        .get(),
    );
    return row?.group ?? (await this.lookup(customer)) ?? group;
  }

  /** Gives every customer whose home was the removed group `gone` another home. */
  async rerouteAll(gone: string, group: string): Promise<void> {
    await reach(() =>
      this.#db.update(customerRoutes).set({ groupId: group }).where(eq(customerRoutes.groupId, gone)),
    );
  }

  /** Gives a customer whose home `gone` is no group any more another one, once; answers the home they have then. */
  async reroute(customer: ContactId, gone: string, group: string): Promise<string> {
    await reach(() =>
      this.#db
        .update(customerRoutes)
        .set({ groupId: group, via: "default" })
        .where(and(eq(customerRoutes.customerId, customer), eq(customerRoutes.groupId, gone))),
    );
    return (await this.lookup(customer)) ?? group;
  }
}

const routes = inIsolate(() => new WeakMap<D1Database, CustomerRoutes>());

/** The isolate's routes for a database. */
export function customerRoutesOf(d1: D1Database): CustomerRoutes {
  let own = routes.value.get(d1);
  if (own === undefined) routes.value.set(d1, (own = new CustomerRoutes(d1)));
  return own;
}
