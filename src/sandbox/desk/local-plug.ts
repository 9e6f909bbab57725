/**
 * Pulls the plug on an object at a chosen step: its memory is gone, what was not committed is lost, and waiting callers
 * get an error. Lives in the isolate, beside the desk.
 */
export const localPlug = {
  /** Steps taken since it was armed. */
  step: 0,
  /** The step at which the plug is pulled; null never. */
  pullAt: null as number | null,
  /** What the object was doing when it was pulled. */
  pulled: null as string | null,

  arm(pullAt: number | null): void {
    this.step = 0;
    this.pullAt = pullAt;
    this.pulled = null;
  },

  /** One of the steps at which a machine may fail. */
  reach(what: string, ctx: DurableObjectState): void {
    if (this.pullAt === null || this.pulled !== null) return;
    this.step += 1;
    if (this.step !== this.pullAt) return;
    this.pulled = what;
    ctx.abort(`the plug was pulled: ${what}`);
    throw new Error(`the plug was pulled: ${what}`);
  },
};

/** The object's storage, with a step before each commit and one after it. */
export function pluggable(ctx: DurableObjectState): DurableObjectState {
  const { storage } = ctx;
  const commit = storage.transactionSync.bind(storage);
  storage.transactionSync = <T>(work: () => T): T => {
    const result = commit(() => {
      const done = work();
      localPlug.reach("before a commit", ctx);
      return done;
    });
    localPlug.reach("after a commit", ctx);
    return result;
  };
  return ctx;
}
