/*
 * Calls that are limited in time. The timer ends with the call: one that is no longer awaited, such as that of
 * `AbortSignal.timeout`, would keep a Durable Object awake, and billed, until it fires.
 */

/** Makes a call whose signal is aborted after `ms`. */
export async function abortedAfter<T>(ms: number, call: (signal: AbortSignal) => PromiseLike<T>): Promise<T> {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), ms);
  try {
    return await call(patience.signal);
  } finally {
    clearTimeout(timer);
  }
}

/** The answer, or after `ms` what `late` returns or throws; the call itself goes on. */
export async function orLate<T, L>(ms: number, answer: PromiseLike<T>, late: () => L): Promise<T | L> {
  let timer: ReturnType<typeof setTimeout> | null = null;
  const passed = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  try {
    return await Promise.race([answer, passed.then(late)]);
  } finally {
    clearTimeout(timer);
  }
}
