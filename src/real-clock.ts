/**
 * The real time, in ms since 1970, and real chance. Decisions get both as arguments. Asked here are only the composition
 * roots, and what the world outside checks or measures: a signature's timestamp, the date of a `Retry-After`, how long
 * a call takes.
 */
export function realNow(): number {
  return Date.now();
}

/** From 0 up to 1, exclusive. */
export function realRandom(): number {
  return Math.random();
}
