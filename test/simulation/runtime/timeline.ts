/** Something that happens at an instant; cancelled where it must not happen any more. */
export interface Happening {
  at: number;
  order: number;
  run: (() => void) | null;
}

/** So many happen within a minute only where something goes on without end. */
const HAPPENINGS_A_MINUTE_MAX = 20_000;
const MINUTE_MS = 60_000;

/** Something makes itself happen again and again. */
export class Endless extends Error {}

/** A turn of Node's own event loop: by its end every promise that can go on has gone on. */
const nodesTurn = setImmediate;

/**
 * The one clock of a simulated world, and what happens on it. Nothing happens by itself: time goes from one happening to
 * the next, and after each one every promise goes on as far as it can.
 */
export class Timeline {
  now: number;
  happened = 0;
  #order = 0;
  #minute = { number: 0, happened: 0 };
  readonly #heap: Happening[] = [];

  constructor(beginsAt: number) {
    this.now = beginsAt;
  }

  /** What is due in the past happens now. */
  at(instant: number, run: () => void): Happening {
    const happening = { at: Math.max(instant, this.now), order: (this.#order += 1), run };
    this.#push(happening);
    return happening;
  }

  after(ms: number, run: () => void): Happening {
    return this.at(this.now + ms, run);
  }

  /** Resolves after this long. */
  wait(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  cancel(happening: Happening): void {
    happening.run = null;
  }

  /** Lets everything happen that is due by then, in its order, until `isOver` says that it is enough. */
  async runUntil(instant: number, isOver: () => boolean = () => false): Promise<void> {
    await turn();
    while (!isOver()) {
      const next = this.#heap[0];
      if (next === undefined || next.at > instant) break;
      this.#pop();
      if (next.run === null) continue;
      this.now = next.at;
      this.happened += 1;
      this.#count();
      next.run();
      await turn();
    }
    if (!isOver()) this.now = Math.max(this.now, instant);
  }

  #count(): void {
    const number = Math.floor(this.now / MINUTE_MS);
    if (this.#minute.number !== number) this.#minute = { number, happened: 0 };
    this.#minute.happened += 1;
    if (this.#minute.happened > HAPPENINGS_A_MINUTE_MAX)
      throw new Endless(`more than ${HAPPENINGS_A_MINUTE_MAX} things happen within a minute`);
  }

  #isBefore(one: Happening, other: Happening): boolean {
    return one.at < other.at || (one.at === other.at && one.order < other.order);
  }

  #push(happening: Happening): void {
    const heap = this.#heap;
    let at = heap.push(happening) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(happening, heap[parent])) break;
      heap[at] = heap[parent];
      at = parent;
    }
    heap[at] = happening;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && this.#isBefore(heap[child + 1], heap[child])) child += 1;
      if (!this.#isBefore(heap[child], last)) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = last;
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => nodesTurn(resolve));
}
