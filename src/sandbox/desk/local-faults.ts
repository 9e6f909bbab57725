/** What the sandbox can break on the desk's own side. Lives in the isolate, beside the desk. */
export const localFaults = {
  /** D1 does not answer, neither the doors nor the objects. */
  recordDown: false,
  /** Groups whose objects no other group's object reaches. */
  apart: new Set<string>(),
  /** Calls, by name, of whose answers the object hears nothing until they are taken out. */
  held: new Set<string>(),
  /** How many answers are held back. */
  holding: 0,
};

const LOOK_EVERY_MS = 5;

/** Waits while answers to calls of this name are held back. */
export async function heldBack(name: string): Promise<void> {
  if (!localFaults.held.has(name)) return;
  localFaults.holding += 1;
  // Looked at again and again: no request may be woken by another one's promise.
  while (localFaults.held.has(name)) await scheduler.wait(LOOK_EVERY_MS);
  localFaults.holding -= 1;
}

const breakables = new WeakMap<D1Database, D1Database>();

/** The database, but for not answering while the fault is on; the same one for the same database. */
export function breakable(db: D1Database): D1Database {
  let proxy = breakables.get(db);
  if (proxy === undefined) {
    proxy = withFault(db);
    breakables.set(db, proxy);
  }
  return proxy;
}

function withFault(db: D1Database): D1Database {
  return new Proxy(db, {
    get(target, property) {
      if (localFaults.recordDown && (property === "prepare" || property === "batch" || property === "exec")) {
        throw new Error("D1_ERROR: the sandbox has switched D1 off");
      }
      const value: unknown = Reflect.get(target, property);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
