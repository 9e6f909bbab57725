import type { ActInput } from "./acts/all.ts";
import { Control } from "./client/control.ts";
import { Customer } from "./client/customer.ts";
import { Channel, Group } from "./client/group.ts";
import type { Thread } from "./client/member.ts";
import type { Change } from "./feed.ts";
import type { SeenMessage } from "./feed.ts";
import type { CommandInput, DeliveryMode, WorldSnapshot, WorldStatus } from "./hosted-world.ts";
import type {
  Budgets,
  CallbackAnswer,
  Fault,
  FaultSettings,
  LoggedCall,
  QueuedUpdate,
  Topic,
  WebhookState,
} from "./state.ts";
import type { Delivery, DeliveryOutcome } from "./webhook-delivery.ts";

export { ActRefused } from "./refusal.ts";
export type { Customer } from "./client/customer.ts";
export type { Channel, Group } from "./client/group.ts";
export type { Member, Thread } from "./client/member.ts";
export type { MessageContent } from "./client/person.ts";
export type { Change, Delivery, DeliveryOutcome, FaultSettings, LoggedCall, SeenMessage, Topic };

const DELIVERIES_MAX = 10_000;

/**
 * Holds one world of the sandbox by its control interface: makes people and groups, looks, breaks things and
 * lets time pass. Needs nothing but `fetch`, so it runs in Node, in a Worker and on a page.
 */
export class SandboxTelegram {
  readonly #control: Control;

  /**
   * @param controlUrl `<server>/control`, or `<server>/w/<world>/control`
   * @param token What the server was started with, if anything.
   */
  constructor(controlUrl: string, token: string | null = null) {
    this.#control = new Control(controlUrl, () => token);
  }

  /** What a Bot API client of this world takes for `https://api.telegram.org`. */
  get apiRoot(): string {
    return this.#control.url.replace(/\/control$/, "");
  }

  /** Makes a person. The bot gets their first update with their first act. */
  async customer(settings: ActInput<"user"> = {}): Promise<Customer> {
    return new Customer(this.#control, await this.#control.act("user", settings));
  }

  /** Sets up a group with the bot in it, as an administrator unless said otherwise. No update tells of it. */
  async group(settings: ActInput<"group">): Promise<Group> {
    return new Group(this.#control, (await this.#control.act("group", settings)).id);
  }

  async channel(settings: ActInput<"channel">): Promise<Channel> {
    return new Channel(this.#control, (await this.#control.act("channel", settings)).id);
  }

  messages(chatId: number, where: { threadId?: Thread; asUserId?: number } = {}): Promise<SeenMessage[]> {
    return this.#control.act("messages", { chatId, ...where });
  }

  message(chatId: number, messageId: number): Promise<SeenMessage> {
    return this.#control.act("message", { chatId, messageId });
  }

  topics(chatId: number, options: { withDeleted?: boolean } = {}): Promise<Topic[]> {
    return this.#control.act("topics", { chatId, ...options });
  }

  chats() {
    return this.#control.act("chats", {});
  }

  users() {
    return this.#control.act("users", {});
  }

  /** The Bot API calls so far, oldest first. */
  calls(filter: ActInput<"calls"> = {}): Promise<LoggedCall[]> {
    return this.#control.act("calls", filter);
  }

  /** What waits to be delivered, by queue. */
  updates(): Promise<{ webhook: WebhookState; queues: { queue: string; updates: QueuedUpdate[] }[] }> {
    return this.#control.act("updates", {});
  }

  callbackAnswer(queryId: string): Promise<CallbackAnswer | null> {
    return this.#control.act("callbackAnswer", { queryId });
  }

  /** Lets things go wrong from now on; what was set before stays. Answers all faults there are. */
  faults(add: ActInput<"faults">["add"] = []): Promise<Fault[]> {
    return this.#control.act("faults", { add });
  }

  /** All faults, or those with these ids. */
  async clearFaults(ids?: number[]): Promise<void> {
    await this.#control.act("clearFaults", ids ? { ids } : {});
  }

  budgets(limits: "real" | "off" | ActInput<"budgets">): Promise<Budgets> {
    return this.#control.act("budgets", typeof limits === "string" ? { all: limits } : limits);
  }

  settings(changes: ActInput<"settings">) {
    return this.#control.act("settings", changes);
  }

  bot(changes: ActInput<"bot"> = {}) {
    return this.#control.act("bot", changes);
  }

  /** The bot's account is made anew under its id: its private chats are gone, and number their messages from 1. */
  async restoredAccount(): Promise<void> {
    await this.#control.act("restoredAccount", {});
  }

  /**
   * Any update at all, as if Telegram had queued it; null when the bot did not ask for its kind. With `remember`
   * its people and its message exist from now on.
   */
  async inject(
    update: ActInput<"inject">["update"],
    { remember = false }: { remember?: boolean } = {},
  ): Promise<number | null> {
    return (await this.#control.act("inject", { update, remember })).updateId;
  }

  /** World time in milliseconds; instants also as ISO 8601. */
  clock(change: CommandInput<"clock">): Promise<WorldStatus> {
    return this.#control.command("clock", change);
  }

  delivery(mode: DeliveryMode): Promise<DeliveryMode> {
    return this.#control.command("delivery", { mode });
  }

  /** In pull mode: updates that are due now, marked as on their way. */
  takeDue(): Promise<Delivery[]> {
    return this.#control.command("takeDue", {});
  }

  /** Says how a delivery ended; false when it is no longer known. */
  delivered(deliveryId: string, outcome: DeliveryOutcome): Promise<boolean> {
    return this.#control.command("delivered", { deliveryId, ...outcome });
  }

  nextDueAt(): Promise<number | null> {
    return this.#control.command("nextDueAt", {});
  }

  /**
   * In pull mode: hands everything that is due to `send` until nothing is due any more, and tells Telegram how
   * it went. Answers what was sent, failed attempts included.
   */
  async deliverDue(send: (delivery: Delivery) => Promise<Response>): Promise<Delivery[]> {
    const sent: Delivery[] = [];
    for (let due = await this.takeDue(); due.length > 0; due = await this.takeDue()) {
      sent.push(...due);
      if (sent.length > DELIVERIES_MAX) throw new Error(`${DELIVERIES_MAX} deliveries and no end`);
      await Promise.all(
        due.map(async (each) => this.delivered(each.deliveryId, await outcomeOf(send(each)))),
      );
    }
    return sent;
  }

  status(): Promise<WorldStatus> {
    return this.#control.command("status", {});
  }

  reset(options: CommandInput<"reset"> = {}): Promise<WorldStatus> {
    return this.#control.command("reset", options);
  }

  snapshot(): Promise<WorldSnapshot> {
    return this.#control.command("snapshot", {});
  }

  restore(snapshot: WorldSnapshot): Promise<WorldStatus> {
    return this.#control.command("restore", { snapshot });
  }

  /** Everything that changes from now on. */
  feed(): AsyncGenerator<Change, void, undefined> {
    return this.#control.feed();
  }
}

async function outcomeOf(answer: Promise<Response>): Promise<DeliveryOutcome> {
  try {
    const response = await answer;
    await response.body?.cancel();
    const retryAfter = Number(response.headers.get("retry-after") ?? 0);
    return { status: response.status, ...(retryAfter > 0 ? { retryAfterSeconds: retryAfter } : {}) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : "Webhook connection closed" };
  }
}
