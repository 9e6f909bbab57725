import type { Change } from "../feed.ts";
import type { HostedWorld } from "../hosted-world.ts";
import type { Delivery, DeliveryOutcome } from "../webhook-delivery.ts";
import { parseObject } from "./request-params.ts";

const ANSWER_TIMEOUT_MS = 60_000;
const TIMER_MAX_MS = 0x7fffffff;
/** After these there may be something to send: a call may have set the webhook, a fault may be over. */
const MAKES_DUE: ReadonlySet<Change["type"]> = new Set([
  "update_queued",
  "call",
  "faults",
  "clock",
  "delivery_mode",
  "reset",
]);

/** Sends a world's updates to its webhook as they fall due, while the world is in push mode. */
export class WebhookSender {
  readonly #world: HostedWorld;
  readonly #closing = new AbortController();
  readonly #stopListening: () => void;
  #timer: NodeJS.Timeout | null = null;
  #isPoked = false;

  constructor(world: HostedWorld) {
    this.#world = world;
    this.#stopListening = world.on((change) => {
      if (MAKES_DUE.has(change.type)) this.poke();
    });
  }

  close(): void {
    this.#closing.abort();
    this.#stopListening();
    if (this.#timer) clearTimeout(this.#timer);
  }

  /** Looks for work soon, and never in the middle of the act that made it. */
  poke(): void {
    if (this.#isPoked || this.#closing.signal.aborted) return;
    this.#isPoked = true;
    setImmediate(() => {
      this.#isPoked = false;
      this.#sendDue();
    });
  }

  #sendDue(): void {
    if (this.#closing.signal.aborted || this.#world.delivery !== "push") return;
    for (const delivery of this.#world.core.due()) void this.#send(delivery);
    this.#wakeForNext();
  }

  #wakeForNext(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const at = this.#world.core.nextDueAt();
    // A frozen clock makes nothing due; the program that moves it pokes.
    if (at === null || this.#world.clock.isFrozen) return;
    const wait = Math.min(Math.max(at - this.#world.clock.now(), 0), TIMER_MAX_MS);
    this.#timer = setTimeout(() => this.poke(), wait).unref();
  }

  async #send(delivery: Delivery): Promise<void> {
    const outcome = await this.#attempt(delivery);
    if (this.#closing.signal.aborted) return;
    this.#world.core.delivered(delivery.deliveryId, outcome);
    this.poke();
  }

  async #attempt({ url, headers, update }: Delivery): Promise<DeliveryOutcome> {
    try {
      const response = await fetch(url, {
        method: "POST",
        headers,
        body: JSON.stringify(update),
        redirect: "manual",
        signal: AbortSignal.any([this.#closing.signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]),
      });
      const text = await response.text();
      if (response.ok) this.#callInReply(text);
      const retryAfter = Number(response.headers.get("retry-after") ?? 0);
      return { status: response.status, retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : 0 };
    } catch (error) {
      return { error: describe(error) };
    }
  }

  /** A webhook may call one method in its answer; it never learns how that went. */
  #callInReply(text: string): void {
    if (!text.trimStart().startsWith("{")) return;
    let reply: Record<string, unknown>;
    try {
      reply = parseObject(text);
    } catch {
      return;
    }
    const { method, ...params } = reply;
    if (typeof method !== "string" || /^(get|setwebhook|deletewebhook)/i.test(method)) return;
    const { core } = this.#world;
    core.finished(core.call(core.token, method, params).callId, 0);
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return "Webhook connection closed";
  if (error.name === "TimeoutError") return "Read timeout expired";
  const { code } = (error.cause ?? {}) as { code?: string };
  return code === "ECONNREFUSED"
    ? "Connection refused"
    : `Webhook connection closed: ${code ?? error.message}`;
}
