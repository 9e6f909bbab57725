/**
 * Seeded chance. Dice of different names roll independently of each other, so that leaving out what one of them decides
 * does not change what the others do.
 */
export class Dice {
  #state: number;

  constructor(seed: number, ...names: (string | number)[]) {
    this.#state = mixed(seed, names.join(" "));
  }

  /** From 0 up to 1, exclusive. */
  roll(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  chance(probability: number): boolean {
    return this.roll() < probability;
  }

  between(least: number, most: number): number {
    return least + this.roll() * (most - least);
  }

  /** A whole number, both ends included. */
  whole(least: number, most: number): number {
    return Math.floor(this.between(least, most + 1));
  }

  /** Small mostly, and sometimes very large, as pauses and delays are. */
  longTailed(median: number, most: number): number {
    const spread = Math.exp((this.roll() + this.roll() + this.roll() - 1.5) * 2);
    return Math.min(most, median * spread);
  }

  /** Undefined only where there is nothing to choose from. */
  pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.roll() * from.length)];
  }

  /** One of the names, each as often as its weight says. */
  weighted<Name extends string>(weights: Readonly<Partial<Record<Name, number>>>): Name {
    const entries = Object.entries(weights) as [Name, number][];
    let left = this.roll() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [name, weight] of entries) {
      left -= weight;
      if (left < 0) return name;
    }
    return entries.at(-1)![0];
  }
}

function mixed(seed: number, names: string): number {
  let hash = Math.imul(seed | 0, 0x9e3779b1) ^ 0x811c9dc5;
  for (let at = 0; at < names.length; at += 1) hash = Math.imul(hash ^ names.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return hash ^ (hash >>> 13);
}
