/** A time in which a clock stands still; `to` null: it still does. Instants in ms, half-open. */
export interface Pause {
  from: number;
  to: number | null;
}

/** Pauses in any order, put in order, joined where they touch, without empty ones; an open one ends in `Infinity`. */
export function orderedPauses(pauses: readonly Pause[]): { from: number; to: number }[] {
  const ordered = pauses
    .map(({ from, to }) => ({ from, to: to ?? Infinity }))
    .filter(({ from, to }) => from < to)
    .sort((a, b) => a.from - b.from);
  const joined: { from: number; to: number }[] = [];
  for (const pause of ordered) {
    const last = joined.at(-1);
    if (last !== undefined && pause.from <= last.to) last.to = Math.max(last.to, pause.to);
    else joined.push(pause);
  }
  return joined;
}
