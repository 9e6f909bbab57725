/**
 * The known word that another one was most likely meant to be, null if none comes close: a slip or two of the fingers,
 * another case, or a word written out or cut short (`Monday` for `mon`, `que` for `queues`).
 */
export function nearest(word: string, known: readonly string[]): string | null {
  const meant = plain(word);
  let best: { one: string; slips: number } | null = null;
  for (const one of known) {
    const there = plain(one);
    const slips = beginsWith(meant, there) ? 1 : slipsBetween(meant, there);
    const slipsMax = Math.max(1, Math.floor(Math.min(meant.length, there.length) / 3));
    if (slips <= slipsMax && (best === null || slips < best.slips)) best = { one, slips };
  }
  return best?.one ?? null;
}

function plain(word: string): string {
  return word.toLowerCase().replaceAll(/[-_ ]/g, "");
}

function beginsWith(a: string, b: string): boolean {
  return Math.min(a.length, b.length) >= 3 && (a.startsWith(b) || b.startsWith(a));
}

/** Letters left out, added, mistaken, or two that changed places. */
function slipsBetween(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 3) return Infinity;
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const isSame = a[i - 1] === b[j - 1];
      let slips = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (isSame ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        slips = Math.min(slips, before[j - 2]! + 1);
      next.push(slips);
    }
    before = row;
    row = next;
  }
  return row[b.length]!;
}
