import { AsyncLocalStorage } from "node:async_hooks";

/**
 * What one invocation of the Worker, or of an object, may do [Cloudflare docs: limits of Workers and of D1; its changelog of February
 * 2026: Free has 50 requests to others and 1,000 to Cloudflare's own services].
 */
const PLANS = {
  free: { requests: 50, subrequests: 1_000, queries: 50 },
  paid: { requests: 10_000, subrequests: 10_000, queries: 1_000 },
} as const;
/** Further ones wait until one of these is over. */
const CONNECTIONS_MAX = 6;

export type Plan = keyof typeof PLANS;

export interface Spent {
  /** To others than Cloudflare. */
  requests: number;
  /** All. */
  subrequests: number;
  queries: number;
}

interface Invocation {
  what: string;
  spent: Spent;
  connections: number;
  waiting: (() => void)[];
}

/** Told with each subrequest what its invocation has spent so far, and whether that is more than it may. */
export type Spending = (what: string, spent: Readonly<Spent>, isTooMuch: boolean) => void;

/** Whatever is called is called by an invocation, which may do only so much. */
export class Invocations {
  /** How many had to wait for a connection. */
  waited = 0;
  readonly #most: Spent;
  readonly #spending: Spending;
  readonly #current = new AsyncLocalStorage<Invocation>();

  constructor(plan: Plan, spending: Spending) {
    this.#most = PLANS[plan];
    this.#spending = spending;
  }

  /** All that this does, and what it leaves going on, belongs to one invocation. */
  during<T>(what: string, work: () => Promise<T>): Promise<T> {
    const invocation = {
      what,
      spent: { requests: 0, subrequests: 0, queries: 0 },
      connections: 0,
      waiting: [],
    };
    return this.#current.run(invocation, work);
  }

  /** One subrequest, with so many statements of D1, or to others. Throws where that is too much. */
  spend(queries = 0, requests = 0): void {
    const invocation = this.#current.getStore();
    if (invocation === undefined) return;
    const { what, spent } = invocation;
    spent.subrequests += 1;
    spent.queries += queries;
    spent.requests += requests;
    const tooMany = spent.subrequests > this.#most.subrequests || spent.requests > this.#most.requests;
    this.#spending(what, spent, tooMany || spent.queries > this.#most.queries);
    if (tooMany) throw new Error("Too many subrequests.");
    if (spent.queries > this.#most.queries)
      throw new Error("D1_ERROR: Too many API requests by single worker invocation.");
  }

  /** A call over the network, which waits while its invocation has six others open. */
  async connected<T>(call: () => Promise<T>): Promise<T> {
    this.spend(0, 1);
    const invocation = this.#current.getStore();
    if (invocation === undefined) return call();
    if (invocation.connections < CONNECTIONS_MAX) invocation.connections += 1;
    else {
      this.waited += 1;
      // The call that ends first hands its connection on.
      await new Promise<void>((resolve) => invocation.waiting.push(resolve));
    }
    try {
      return await call();
    } finally {
      const next = invocation.waiting.shift();
      if (next === undefined) invocation.connections -= 1;
      else next();
    }
  }
}
