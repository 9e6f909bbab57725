/* What the module `cloudflare:workers` has for the desk. */

export class DurableObject {
  protected readonly ctx: unknown;
  protected readonly env: unknown;

  constructor(ctx: unknown, env: unknown) {
    this.ctx = ctx;
    this.env = env;
  }
}

/** Passed by reference: what is called on it runs where it lives. */
export class RpcTarget {
  readonly isByReference = true;
}

/** What has failed although nobody waits for it. */
export const failedUnheard: unknown[] = [];

export function waitUntil(promise: Promise<unknown>): void {
  promise.catch((error: unknown) => failedUnheard.push(error));
}
