/** Quick changes are told together. */
const TELL_AFTER_MS = 40;

export interface Watch {
  /** Something may look different now. */
  changed(): void;
  open(): Response;
}

/** Makes an object watchable: a WebSocket gets `look()`, now and after every commit. */
export function watchable(ctx: DurableObjectState, look: () => unknown): Watch {
  let told = true;

  const tell = (): void => {
    told = true;
    const windows = ctx.getWebSockets();
    if (windows.length === 0) return;
    const seen = JSON.stringify(look());
    for (const window of windows) window.send(seen);
  };
  const changed = (): void => {
    if (!told || ctx.getWebSockets().length === 0) return;
    told = false;
    ctx.waitUntil(scheduler.wait(TELL_AFTER_MS).then(tell));
  };

  const { storage } = ctx;
  const commit = storage.transactionSync.bind(storage);
  storage.transactionSync = <T>(work: () => T): T => {
    const result = commit(work);
    changed();
    return result;
  };

  return {
    changed,
    open() {
      const { 0: theirs, 1: ours } = new WebSocketPair();
      ctx.acceptWebSocket(ours);
      ours.send(JSON.stringify(look()));
      return new Response(null, { status: 101, webSocket: theirs });
    },
  };
}
