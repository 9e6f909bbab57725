import { runInDurableObject } from "cloudflare:test";
import type { TopicGroup } from "../../src/sandbox/desk/worker.ts";

/** Changes rows of an object's SQLite behind its back, and has it forget what it remembers of them. */
export async function changeRows(
  stub: DurableObjectStub<TopicGroup>,
  change: (sql: SqlStorage) => void,
): Promise<void> {
  await runInDurableObject(stub, (object, { storage }) => {
    change(storage.sql);
    object["db"].memory.forget();
  });
}
