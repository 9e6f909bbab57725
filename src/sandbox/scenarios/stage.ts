import type { ConfigInput } from "../../domain/config/config.ts";
import type { Customer, Group, Member, SandboxTelegram, SeenMessage } from "../telegram/client.ts";
import type { Crm } from "./crm.ts";
import { furnish, type Furnished } from "./furnish.ts";

/** What a scenario needs of its director: the page that people watch, or a test with a clock of its own. */
export interface Director {
  /** The system that the desk asks who its customers are. */
  readonly crm: Crm;
  /** Lets people see what happened before the next thing does. */
  pause(): Promise<void>;
  /** Looks until there is something to see, and fails with `what` if it never comes. */
  until<T>(what: string, look: () => Promise<T | null | undefined | false>): Promise<T>;
  /** Lets this much time pass, for the desk and Telegram alike. */
  pass(ms: number): Promise<void>;
  /** Says what must be true now, and fails if it is not. */
  seen(what: string, holds: boolean): void;
}

const NAMES = ["Ada", "Grace", "Linus", "Margaret", "Alan", "Hedy", "Dennis", "Radia", "Edsger", "Barbara"];

/** Where a scenario plays: a desk's staff groups and its agents in a sandbox Telegram, and words for what is seen. */
export class Stage implements Director {
  readonly telegram: SandboxTelegram;
  readonly config: ConfigInput;
  /** The staff groups, by the configuration's ids. */
  readonly groups: ReadonlyMap<string, Group>;
  /** The members of each, by the same ids, in the configuration's order. */
  readonly members: ReadonlyMap<string, readonly Member[]>;
  readonly #director: Director;
  #people: number;

  private constructor(telegram: SandboxTelegram, config: ConfigInput, set: Furnished, director: Director) {
    this.telegram = telegram;
    this.config = config;
    this.groups = set.groups;
    this.members = set.members;
    this.#people = set.people;
    this.#director = director;
  }

  static async open(telegram: SandboxTelegram, config: ConfigInput, director: Director): Promise<Stage> {
    return new Stage(telegram, config, await furnish(telegram, config), director);
  }

  /** The staff group in which tickets open unless something else is said. */
  get group(): Group {
    return this.groups.get(this.config.groups[0]!.id)!;
  }

  get agents(): readonly Member[] {
    return this.members.get(this.config.groups[0]!.id)!;
  }

  /** A member with every right in the group. */
  get lead(): Member {
    return this.agents[0]!;
  }

  /** A new customer. */
  customer(settings: Parameters<SandboxTelegram["customer"]>[0] = {}): Promise<Customer> {
    const firstName = NAMES[this.#people++ % NAMES.length]!;
    return this.telegram.customer({ firstName, languageCode: "en", ...settings });
  }

  get crm(): Crm {
    return this.#director.crm;
  }

  pause(): Promise<void> {
    return this.#director.pause();
  }

  until<T>(what: string, look: () => Promise<T | null | undefined | false>): Promise<T> {
    return this.#director.until(what, look);
  }

  pass(ms: number): Promise<void> {
    return this.#director.pass(ms);
  }

  seen(what: string, holds: boolean): void {
    this.#director.seen(what, holds);
  }

  /** Waits for the confirmation that a customer gets, and for the ticket's topic with its card. */
  async ticketOf(customer: Customer): Promise<OpenTicket> {
    const ref = await this.until("the customer is told their reference", async () =>
      (await customer.messages()).map(refIn).findLast((found) => found !== null),
    );
    const topic = await this.until(`${ref} has a topic`, () => this.topicOf(ref));
    const card = await this.until(`${ref} has a card`, () => this.cardIn(topic.id));
    return { ref, topicId: topic.id, cardId: card.message_id };
  }

  async topicOf(ref: string) {
    return (await this.group.topics()).find((topic) => topic.name.startsWith(`${ref} `));
  }

  async cardIn(topicId: number): Promise<SeenMessage | undefined> {
    return (await this.group.messages({ threadId: topicId })).find(isCard);
  }

  /** What is read in a topic, in order: texts and captions. */
  async textsIn(topicId: number): Promise<string[]> {
    return textsOf(await this.group.messages({ threadId: topicId }));
  }

  async textsAt(customer: Customer): Promise<string[]> {
    return textsOf(await customer.messages());
  }
}

export interface OpenTicket {
  ref: string;
  topicId: number;
  cardId: number;
}

export function textsOf(messages: readonly SeenMessage[]): string[] {
  return messages.map((message) => message.text ?? message.caption ?? "");
}

/** The ticket that a message to the customer confirms. */
function refIn(message: SeenMessage): string | null {
  return message.from?.is_bot === true ? (/\b[A-Z]+-\d+\b/.exec(message.text ?? "")?.[0] ?? null) : null;
}

/** A ticket's card is the desk's message that has buttons to close or reopen it. */
function isCard(message: SeenMessage): boolean {
  const buttons = (message.reply_markup?.inline_keyboard ?? []).flat();
  return message.from?.is_bot === true && buttons.some(({ text }) => text === "Close" || text === "Reopen");
}
