import { eq } from "drizzle-orm";
import { drizzle, type DrizzleD1Database } from "drizzle-orm/d1";
import type { Succession } from "../domain/config/successors.ts";
import { reach, RecordUnreachable } from "./reach.ts";
import { jobs } from "./schema.ts";

const NAMES = { group: "successors", queue: "queue_successors" } as const;

/** Which groups, or queues, took over from those that were taken out of the configuration. Throws `RecordUnreachable`. */
export class Successors {
  readonly #db: DrizzleD1Database;
  readonly #name: string;

  constructor(d1: D1Database, what: keyof typeof NAMES) {
    this.#db = drizzle(d1);
    this.#name = NAMES[what];
  }

  async all(): Promise<Succession> {
    const row = await reach(() => this.#db.select().from(jobs).where(eq(jobs.name, this.#name)).get());
    return (row?.state as Succession | undefined) ?? {};
  }

  async add(more: Succession): Promise<void> {
    if (Object.keys(more).length === 0) return;
    const state = { ...(await this.all()), ...more };
    await reach(() =>
      this.#db
        .insert(jobs)
        .values({ name: this.#name, state })
        .onConflictDoUpdate({ target: jobs.name, set: { state } }),
    );
  }
}

/** As `all`, for callers that go on without D1: then no successor is known. */
export async function queueSuccessors(d1: D1Database): Promise<Succession> {
  try {
    return await new Successors(d1, "queue").all();
  } catch (error) {
    if (error instanceof RecordUnreachable) return {};
    throw error;
  }
}
