import { checkConfig } from "../domain/config-check/check.ts";
import type { VersionedConfig } from "../domain/config/config.ts";
import { withoutUnknown } from "../domain/config/stored.ts";
import { inIsolate } from "../isolate.ts";
import { ConfigStore } from "./config-store.ts";
import { CONFIG_FRESH_MS, CONFIG_LOOK_EVERY_MS, CONFIG_STALE_MS, UNKNOWN_CHATS_MAX } from "./limits.ts";

/** Lets a promise outlive the request that started it. */
export type Beside = (work: Promise<unknown>) => void;

/**
 * The configuration as one isolate knows it. Requests are answered from it while it is refreshed beside them; when
 * D1 is out of reach it serves what it has, however old. No promise is shared between requests: in Workers one
 * request must not wait for another's I/O.
 */
export class ConfigCache {
  readonly #store: ConfigStore;
  /** Tells how old answers are, in ms since 1970. */
  now: () => number;
  #known: VersionedConfig | null = null;
  /** When D1 last answered; tells how old `#known` may be. */
  #answeredAt = -Infinity;
  /** When D1 was last asked; holds back the next question. */
  #askedAt = -Infinity;
  /** Chats that the configuration did not have, and when D1 was asked because of them. */
  readonly #strangers = new Map<number, number>();
  /** Counts what was learnt, so that an answer from before a change does not undo it. */
  #learnt = 0;

  constructor(store: ConfigStore, now: () => number) {
    this.#store = store;
    this.now = now;
  }

  /** What is known now, without asking anyone. */
  get known(): VersionedConfig | null {
    return this.#known;
  }

  /**
   * The configuration in force; `null` if there is no configuration yet. Throws `RecordUnreachable` only if none is
   * cached.
   */
  async get(beside: Beside): Promise<VersionedConfig | null> {
    const age = this.#since(this.#answeredAt);
    if (this.#known === null) return this.#look();
    if (age < CONFIG_FRESH_MS || this.#since(this.#askedAt) < CONFIG_LOOK_EVERY_MS) return this.#known;
    if (age >= CONFIG_STALE_MS) return this.#lookOrKeep();
    beside(this.#lookOrKeep());
    return this.#known;
  }

  /**
   * Looks in D1 because of a chat that the known configuration does not have: it may have been configured, or moved,
   * a moment ago. For the same chat again only after some seconds: a stranger's busy group must cost nothing.
   */
  async freshFor(chat: number): Promise<VersionedConfig | null> {
    const lookedAt = this.#strangers.get(chat) ?? -Infinity;
    if (this.#known !== null && this.#since(lookedAt) < CONFIG_LOOK_EVERY_MS) return this.#known;
    this.#strangers.delete(chat);
    this.#strangers.set(chat, this.now());
    const [oldest] = this.#strangers.keys();
    if (this.#strangers.size > UNKNOWN_CHATS_MAX && oldest !== undefined) this.#strangers.delete(oldest);
    return this.#lookOrKeep();
  }

  /** Reads D1 even if the cache is fresh; for decisions that must not rest on an old answer. */
  async certain(): Promise<VersionedConfig | null> {
    return this.#look();
  }

  /** Takes a configuration that this isolate has just stored. */
  learn(versioned: VersionedConfig): void {
    this.#learnt += 1;
    this.#known = versioned;
    this.#answeredAt = this.now();
  }

  /** What happened later than now happened by a clock that was turned back since: nothing says how long ago. */
  #since(at: number): number {
    const ms = this.now() - at;
    return ms >= 0 ? ms : Infinity;
  }

  async #lookOrKeep(): Promise<VersionedConfig | null> {
    try {
      return await this.#look();
    } catch (error) {
      if (this.#known === null) throw error;
      return this.#known;
    }
  }

  async #look(): Promise<VersionedConfig | null> {
    const learnt = this.#learnt;
    this.#askedAt = this.now();
    const newest = await this.#store.newest(this.#known?.version ?? 0);
    if (learnt !== this.#learnt) return this.#known;
    this.#answeredAt = this.now();
    if (newest === null) this.#known = null;
    else if (newest.version !== this.#known?.version) {
      // A later release that was taken back may have accepted settings that this one does not know.
      const { config } = checkConfig(withoutUnknown(newest.document));
      // A document that an older release accepted and this one does not: the last readable one stays in force here.
      if (config !== null) this.#known = { version: newest.version, config };
    }
    return this.#known;
  }
}

const caches = inIsolate(() => new WeakMap<D1Database, ConfigCache>());

/** The isolate's cache for a database. It goes by the clock of the door through which a call came last. */
export function configCacheOf(d1: D1Database, now?: () => number): ConfigCache {
  let cache = caches.value.get(d1);
  if (cache === undefined) {
    // Until a door has told the time nothing is fresh, and everything is looked up.
    cache = new ConfigCache(new ConfigStore(d1), now ?? (() => -Infinity));
    caches.value.set(d1, cache);
  }
  if (now !== undefined) cache.now = now;
  return cache;
}
