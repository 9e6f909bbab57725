const LOOK_EVERY_MS = 25;

/** Looks until there is something to see, and says what was waited for if nothing comes. */
export async function until<T>(
  what: string,
  look: () => Promise<T | null | undefined | false> | T | null | undefined | false,
  patienceMs = 60_000,
): Promise<T> {
  const begin = performance.now();
  for (;;) {
    const seen = await look();
    if (seen !== null && seen !== undefined && seen !== false) return seen;
    if (performance.now() - begin > patienceMs)
      throw new Error(`${patienceMs / 1_000} s went by and not: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
