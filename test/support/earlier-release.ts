import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { forgetIsolate } from "../../src/isolate.ts";
import { localClock } from "../../src/sandbox/desk/local-clock.ts";
import { promisesNothing } from "./desks.ts";
import { Stage } from "./stage.ts";

type Rows = Record<string, Record<string, string | number | null>[]>;

/** What a desk of an earlier release has left behind (`test/cases/states`), and the Telegram that it was connected with. */
export interface LeftBehind {
  /** When it was stopped, in ms since 1970. */
  at: number;
  telegram: Parameters<Stage["telegram"]["restore"]>[0];
  /** The SQLite of each group's object: how its tables were made, and their rows. */
  objects: Record<string, { sql: string[]; rows: Rows }>;
  record: Rows;
}

/** A desk of today's release in the place of the one that left this behind. */
export async function takenOver({ at, telegram, objects, record }: LeftBehind): Promise<Stage> {
  const stage = await Stage.open({ config: promisesNothing });
  await stage.telegram.restore(telegram);
  await stage.setWebhook();
  for (const [table, rows] of Object.entries(record)) {
    await env.DB.prepare(`DELETE FROM ${table}`).run();
    for (const row of rows) {
      const columns = Object.keys(row);
      const marks = columns.map(() => "?").join(", ");
      await env.DB.prepare(`INSERT OR REPLACE INTO ${table} (${columns.join(", ")}) VALUES (${marks})`)
        .bind(...Object.values(row))
        .run();
    }
  }
  for (const [id, { sql, rows }] of Object.entries(objects)) {
    await runInDurableObject(stage.groupStub(id), async (_object, { storage }) => {
      storage.transactionSync(() => {
        for (const { name } of storage.sql
          .exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'")
          .toArray())
          if (!/^(?:_cf|sqlite)_/.test(name)) storage.sql.exec(`DROP TABLE "${name}"`);
        for (const statement of sql) storage.sql.exec(statement);
        for (const [table, those] of Object.entries(rows))
          for (const row of those)
            storage.sql.exec(
              `INSERT INTO "${table}" (${Object.keys(row)
                .map((column) => `"${column}"`)
                .join(", ")}) VALUES (${Object.keys(row)
                .map(() => "?")
                .join(", ")})`,
              ...Object.values(row),
            );
      });
      await storage.setAlarm(localClock.ringAt(at));
    });
    await evictDurableObject(stage.groupStub(id));
  }
  forgetIsolate();
  await stage.moveTo(at);
  return stage;
}
