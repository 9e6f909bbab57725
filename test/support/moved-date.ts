const MOVED = Symbol.for("topicdesk.movedDate");

/**
 * Moves the date of this realm: `Date.now()`, `new Date()` and `Date()` are ahead by so much, everything else of `Date`
 * is unchanged. A second call does nothing.
 */
export function moveDate(byMs: number): void {
  const realm = globalThis as { [MOVED]?: true };
  if (byMs === 0 || realm[MOVED] === true) return;
  realm[MOVED] = true;
  const RealDate = Date;
  const now = (): number => RealDate.now() + byMs;
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, given: unknown[], newTarget) =>
      Reflect.construct(target, given.length === 0 ? [now()] : given, newTarget as typeof Date) as Date,
    apply: () => new RealDate(now()).toString(),
    get: (target, property) => (property === "now" ? now : (Reflect.get(target, property) as unknown)),
  });
}
