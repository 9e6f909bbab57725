/** What happens when, taken in the order of time; a binary heap. */
export class EventQueue<T> {
  readonly #heap: { at: number; n: number; what: T }[] = [];
  #added = 0;

  add(at: number, what: T): void {
    const heap = this.#heap;
    heap.push({ at, n: this.#added, what });
    this.#added += 1;
    for (let index = heap.length - 1; index > 0;) {
      const parent = (index - 1) >> 1;
      if (!this.#swapIfEarlier(index, parent)) return;
      index = parent;
    }
  }

  nextAt(): number | null {
    return this.#heap[0]?.at ?? null;
  }

  /** Everything of an instant that is the next one, in the order in which it was added. */
  take(at: number): T[] {
    const taken: T[] = [];
    while (this.#heap[0]?.at === at) taken.push(this.#pop());
    return taken;
  }

  #pop(): T {
    const heap = this.#heap;
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length > 0) {
      heap[0] = last;
      for (let index = 0; ;) {
        const left = 2 * index + 1;
        if (left >= heap.length) break;
        const right = left + 1;
        const child = right < heap.length && isEarlier(heap[right]!, heap[left]!) ? right : left;
        if (!this.#swapIfEarlier(child, index)) break;
        index = child;
      }
    }
    return first.what;
  }

  #swapIfEarlier(child: number, parent: number): boolean {
    const heap = this.#heap;
    if (!isEarlier(heap[child]!, heap[parent]!)) return false;
    [heap[child], heap[parent]] = [heap[parent]!, heap[child]!];
    return true;
  }
}

function isEarlier(a: { at: number; n: number }, b: { at: number; n: number }): boolean {
  return a.at !== b.at ? a.at < b.at : a.n < b.n;
}
