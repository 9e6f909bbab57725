/** How many numbers one write reserves. */
const BLOCK = 1_000;

/**
 * The order of acceptance in one object, shared by messages and other work. Numbers are reserved in blocks, so that
 * one costs no write; a restart skips the rest of its block, and gaps mean nothing.
 */
export class Sequence {
  readonly #recall: () => number;
  readonly #remember: (reserved: number) => void;
  #range: Range | undefined;

  /** `recall` answers the highest number ever reserved, `remember` keeps a new one. */
  constructor(recall: () => number, remember: (reserved: number) => void) {
    this.#recall = recall;
    this.#remember = remember;
  }

  next(): number {
    if (this.#range === undefined) {
      const reserved = this.#recall();
      this.#range = { last: reserved, reserved };
    }
    let { last, reserved } = this.#range;
    if (last >= reserved) {
      reserved += BLOCK;
      this.#remember(reserved);
    }
    last += 1;
    this.#range = { last, reserved };
    return last;
  }

  /** What to go back to when the transaction that took numbers is rolled back. */
  mark(): Range | undefined {
    return this.#range;
  }

  rewind(mark: Range | undefined): void {
    this.#range = mark;
  }
}

interface Range {
  last: number;
  reserved: number;
}
