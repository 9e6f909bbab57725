import type { Desk } from "../runtime/desk.ts";

/** An agent may have become available in the very moment, by a clock that is a little wrong. */
const SKEW_MS = 10_000;

/** When agents were away, as each group knew it. */
export class Availability {
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** From now on each object's changes of it are noted, with their instants; what is rolled back is not. */
  watch(now: () => number): void {
    for (const { sqlite } of this.#desk.groups.hosts.values()) {
      sqlite.gives("now_of_world", now);
      sqlite.run("CREATE TEMP TABLE was (agent INTEGER, availability TEXT, until INTEGER, at INTEGER)");
      for (const event of ["INSERT", "UPDATE"])
        sqlite.run(
          `CREATE TEMP TRIGGER was_${event} AFTER ${event} ON main.agents BEGIN
             INSERT INTO was VALUES (new.id, new.availability, new.until, now_of_world());
           END`,
        );
      // Who is known no more is taken for available when they are back.
      sqlite.run(
        `CREATE TEMP TRIGGER was_deleted AFTER DELETE ON main.agents BEGIN
           INSERT INTO was VALUES (old.id, 'online', NULL, now_of_world());
         END`,
      );
    }
  }

  /** Whether the agent was away then, and had been for a while. */
  wasAway(group: string, agent: number, at: number): boolean {
    const { sqlite } = this.#desk.groups.host(group);
    const all = sqlite.rows("SELECT availability, until, at FROM was WHERE agent = ? ORDER BY rowid", [
      agent,
    ]).rows;
    const known = all as [string, number | null, number][];
    const latest = known.findLastIndex(([, , since]) => since < at - SKEW_MS);
    const then = known.slice(Math.max(0, latest)).filter(([, , since]) => since <= at + SKEW_MS);
    return (
      latest >= 0 &&
      then.every(([availability, until]) => availability !== "online" && (until ?? Infinity) > at + SKEW_MS)
    );
  }
}
