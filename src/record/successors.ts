import { eq } from "drizzle-orm";
import { drizzle, type DrizzleD1Database } from "drizzle-orm/d1";
import { reach } from "./reach.ts";
import { jobs } from "./schema.ts";

const NAME = "successors";

/** Former group → the one that took over what it had. */
export type GroupSuccessors = Readonly<Record<string, string>>;

/** Which groups took over from those that were taken out of the configuration. Throws `RecordUnreachable`. */
export class Successors {
  readonly #db: DrizzleD1Database;

  constructor(d1: D1Database) {
    this.#db = drizzle(d1);
  }

  async all(): Promise<GroupSuccessors> {
    const row = await reach(() => this.#db.select().from(jobs).where(eq(jobs.name, NAME)).get());
    return (row?.state as GroupSuccessors | undefined) ?? {};
  }

  async add(more: GroupSuccessors): Promise<void> {
    if (Object.keys(more).length === 0) return;
    const state = { ...(await this.all()), ...more };
    await reach(() =>
      this.#db
        .insert(jobs)
        .values({ name: NAME, state })
        .onConflictDoUpdate({ target: jobs.name, set: { state } }),
    );
  }
}
