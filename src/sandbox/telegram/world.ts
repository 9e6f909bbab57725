import type { Change, ChangeListener } from "./feed.ts";
import type { SandboxChat, SandboxUser, WorldState } from "./state.ts";

/** One Telegram with one bot in it: its state, its clock, its dice, and who listens. */
export class World {
  state: WorldState;
  readonly #now: () => number;
  readonly #listeners = new Set<ChangeListener>();

  constructor(now: () => number, state: WorldState) {
    this.#now = now;
    this.state = state;
  }

  get nowMs(): number {
    return this.#now();
  }

  /** Unix time, as dates in the Bot API are. */
  get nowSeconds(): number {
    return Math.floor(this.#now() / 1000);
  }

  get botId(): number {
    return this.state.bot.profile.id;
  }

  on(listener: ChangeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The change is only rendered if there is a listener. */
  emit(change: () => Change): void {
    if (this.#listeners.size === 0) return;
    const rendered = change();
    for (const listener of this.#listeners) listener(rendered);
  }

  count(counter: keyof WorldState["counters"]): number {
    this.state.counters[counter] += 1;
    return this.state.counters[counter];
  }

  /** In [0, 1). Its state is part of the snapshot, so a restored world rolls the same dice. */
  random(): number {
    this.state.randomState = (this.state.randomState + 0x6d2b79f5) | 0;
    let t = this.state.randomState;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  randomText(length: number, alphabet: string): string {
    return Array.from({ length }, () => alphabet[Math.floor(this.random() * alphabet.length)]).join("");
  }

  /** A number too big for JSON's doubles, as Telegram writes them: in a string. */
  randomId(): string {
    return this.randomText(1, "123456789") + this.randomText(17, "0123456789");
  }

  user(id: number): SandboxUser | undefined {
    return this.state.users[id];
  }

  chat(id: number): SandboxChat | undefined {
    return this.state.chats[id];
  }
}
