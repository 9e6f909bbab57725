/** Answers that the platform lets one object wait for at once; what is called beyond stands behind them. */
const CONNECTIONS_MAX = 6;
/** "No more than 30 messages per second", of a bot to all chats together [docs]; other groups' objects have their share. */
const CALLS_A_SECOND = 25;
const SECOND_MS = 1_000;

/** How much the object calls, all lanes together. In memory. */
export class Traffic {
  readonly #now: () => number;
  #underWay = 0;
  /** When Telegram's of the last second began, in ms since 1970. */
  #begun: number[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Makes a call. */
  async count<T>(call: () => Promise<T>, isTelegrams: boolean): Promise<T> {
    if (isTelegrams) this.#begun = [...this.#ofTheSecond(), this.#now()];
    this.#underWay += 1;
    try {
      return await call();
    } finally {
      this.#underWay -= 1;
    }
  }

  /** How many calls a lane may have under way, of which `own` are: what others call is left to them. At least one. */
  room(own: number): number {
    const elsewhere = this.#underWay - own;
    return Math.max(1, Math.min(CONNECTIONS_MAX - elsewhere, CALLS_A_SECOND - this.#ofTheSecond().length));
  }

  #ofTheSecond(): number[] {
    const now = this.#now();
    return this.#begun.filter((at) => at + SECOND_MS > now);
  }
}
