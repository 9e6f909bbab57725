import type { ConfigInput } from "../../src/domain/config/config.ts";
import type { SeenMessage } from "../../src/sandbox/telegram/feed.ts";
import { ActRefused } from "../../src/sandbox/telegram/refusal.ts";
import type { StoredMessage } from "../../src/sandbox/telegram/state.ts";
import { BYSTANDER, ELSEWHERE, LEAD } from "./config.ts";
import { markOf, type Ledger, type Said } from "./ledger.ts";
import type { Desk } from "./runtime/desk.ts";
import type { Dice } from "./runtime/dice.ts";
import type { Telegram } from "./runtime/telegram.ts";

/** How many conversations people have in mind at once. */
const IN_MIND_MAX = 60;
const OWN_IN_MIND = 12;

export interface Topic {
  chat: number;
  topic: number;
}

export interface Customer {
  id: number;
  said: Said[];
}

/** What the actors know of the world: what people see in Telegram, and the desk's API. */
export class Scene {
  readonly telegram: Telegram;
  readonly desk: Pick<Desk, "api">;
  readonly ledger: Ledger;
  readonly config: ConfigInput;
  readonly customers: Customer[] = [];
  /** Those in which something was said lately, the latest last. */
  readonly topics: Topic[] = [];
  /** Messages with buttons, the latest last. */
  readonly buttons: { chat: number; message: number }[] = [];
  messages = 0;
  /** A change of the configuration is under way. */
  isChanging = false;
  /** Chats that are no group's now. */
  readonly left = new Set<number>();
  /** Customers of whom nothing may be erased, and those whose erasure is not accepted yet. */
  readonly held = new Set<number>();
  readonly erasing = new Set<number>();
  #chats = 0;
  lastCustomer = 5_000;

  /** Does something after so many ms, whatever happens until then. */
  readonly later: (ms: number, act: () => void) => void;
  /** A configuration is put. */
  readonly configured: (config: ConfigInput) => void;

  constructor(parts: Pick<Scene, "telegram" | "desk" | "ledger" | "config" | "later" | "configured">) {
    this.later = parts.later;
    this.configured = parts.configured;
    this.telegram = parts.telegram;
    this.desk = parts.desk;
    this.ledger = parts.ledger;
    this.config = parts.config;
    for (const { telegramId } of this.agents) this.ledger.staff.add(telegramId);
    this.ledger.staff.add(LEAD);
  }

  get agents() {
    return this.config.agents ?? [];
  }

  /** Sets the stage, silently. */
  open(): void {
    const { telegram } = this;
    telegram.act("budgets", { all: "real" });
    telegram.act("user", { id: BYSTANDER, firstName: "Otto" });
    telegram.act("group", { id: ELSEWHERE, title: "elsewhere", bot: "absent" });
    telegram.act("member", { chatId: ELSEWHERE, userId: BYSTANDER });
    for (const { telegramId, name } of this.agents)
      telegram.act("user", { id: telegramId, firstName: name, username: `agent_${telegramId}` });
    for (const { chatId, id } of this.config.groups) this.chatFor(id, chatId);
    for (const { telegramId } of this.agents) telegram.act("start", { userId: telegramId });
  }

  newChat(title: string): number {
    this.#chats += 1;
    const chatId = -1_002_000_000_000 - this.#chats;
    this.chatFor(title, chatId);
    return chatId;
  }

  /** Nobody looks into this chat any more; what the desk has not taken from it is not counted on. */
  leave(chatId: number): void {
    this.left.add(chatId);
    this.ledger.excuse(chatId);
    this.topics.splice(0, Infinity, ...this.topics.filter(({ chat }) => chat !== chatId));
  }

  /** A forum with the bot and everybody of the staff in it. */
  chatFor(title: string, chatId: number): void {
    const { telegram } = this;
    telegram.act("group", { id: chatId, title, forum: true });
    for (const { telegramId: userId } of this.agents) telegram.act("member", { chatId, userId });
    telegram.act("member", {
      chatId,
      userId: LEAD,
      status: "administrator",
      rights: { can_manage_topics: true, can_pin_messages: true, can_delete_messages: true },
    });
  }

  newCustomer(dice: Dice): Customer {
    this.lastCustomer += 1;
    const id = this.lastCustomer;
    this.telegram.act("user", {
      id,
      firstName: dice.pick(["Ada", "Bert", "Cleo", "Dora", "Emil"]),
      ...(dice.chance(0.8) ? { languageCode: dice.pick(["en", "de", "ja", "pt-br"]) } : {}),
      ...(dice.chance(0.2) ? { isPremium: true } : {}),
    });
    const customer: Customer = { id, said: [] };
    this.customers.push(customer);
    if (this.customers.length > IN_MIND_MAX) this.customers.shift();
    return customer;
  }

  /** They write no more, and nothing that they wrote, or are written, has to arrive. */
  leaves({ id }: Customer): void {
    const at = this.customers.findIndex((one) => one.id === id);
    if (at >= 0) this.customers.splice(at, 1);
    this.ledger.gone.add(id);
  }

  /** What a customer writes; `refused` by Telegram, it was never said. */
  write(customer: Customer, content: Content, rest: Rest = {}): Said | null {
    const number = this.ledger.nextNumber();
    const seen = this.#try(() =>
      this.telegram.act("write", { userId: customer.id, ...rest.options, ...marked(content, number) }),
    );
    if (seen === null) return null;
    return this.customerSaid(customer, seen, number, rest);
  }

  customerSaid(
    customer: Customer,
    seen: SeenMessage,
    number: number,
    { kind = "text", album = [], expected = true }: Rest,
  ): Said {
    this.messages += 1;
    const said = this.ledger.say({
      number,
      by: "customer",
      writer: customer.id,
      chat: customer.id,
      message: seen.message_id,
      topic: null,
      kind,
      album,
      customer: customer.id,
      internal: false,
      expected,
    });
    customer.said.push(said);
    if (customer.said.length > OWN_IN_MIND) customer.said.shift();
    return said;
  }

  /** What somebody writes in a topic. */
  writeIn(topic: Topic, userId: number, content: Content, rest: Rest = {}): Said | null {
    const number = this.ledger.nextNumber();
    const seen = this.#try(() =>
      this.telegram.act("write", {
        userId,
        chatId: topic.chat,
        threadId: topic.topic,
        ...rest.options,
        ...marked(content, number),
      }),
    );
    if (seen === null) return null;
    return this.staffSaid(topic, userId, seen, number, rest);
  }

  staffSaid(
    { chat, topic }: Topic,
    userId: number,
    seen: SeenMessage,
    number: number,
    { kind = "text", album = [], internal = false, expected = !internal }: Rest,
  ): Said {
    this.messages += 1;
    return this.ledger.say({
      number,
      by: "staff",
      writer: userId,
      chat,
      message: seen.message_id,
      topic,
      kind,
      album,
      customer: this.ledger.ownerOf(chat, topic) ?? null,
      internal,
      expected,
    });
  }

  /** Another text of what was said; a customer of a message that has no text keeps it as it is. */
  edit(said: Said, words: string): boolean {
    const version = said.version + 1;
    const text = `${words}\n${markOf({ number: said.number, version })}`;
    const field = said.kind === "text" ? { text } : { caption: text };
    const seen = this.#try(() =>
      this.telegram.act("edit", {
        userId: said.writer,
        chatId: said.chat,
        messageId: said.message,
        ...field,
      }),
    );
    if (seen === null) return false;
    said.version = version;
    return true;
  }

  do(act: () => unknown): boolean {
    return this.#try(() => (act(), true)) ?? false;
  }

  /** Something was said in this topic. */
  heardIn(chat: number, topic: number): void {
    if (this.left.has(chat)) return;
    const at = this.topics.findIndex((one) => one.chat === chat && one.topic === topic);
    if (at >= 0) this.topics.splice(at, 1);
    this.topics.push({ chat, topic });
    if (this.topics.length > IN_MIND_MAX) this.topics.shift();
  }

  forget({ chat, topic }: Topic): void {
    const at = this.topics.findIndex((one) => one.chat === chat && one.topic === topic);
    if (at >= 0) this.topics.splice(at, 1);
  }

  messagesIn({ chat, topic }: Topic): StoredMessage[] {
    const stored = this.telegram.world.chat(chat)?.messages ?? {};
    const last = this.telegram.world.chat(chat)?.lastMessageId ?? 0;
    const found: StoredMessage[] = [];
    for (let id = last; id > Math.max(0, last - 400) && found.length < 30; id -= 1) {
      const message = stored[id];
      if (message?.topicId === topic && message.kind !== "service") found.push(message);
    }
    return found;
  }

  #try<T>(act: () => T): T | null {
    try {
      return act();
    } catch (error) {
      if (error instanceof ActRefused) return null;
      throw error;
    }
  }
}

type Content = Omit<Parameters<Telegram["act"]>[1], never> & Record<string, unknown>;

export interface Rest {
  kind?: string;
  album?: readonly number[];
  internal?: boolean;
  expected?: boolean;
  options?: { replyTo?: number; quote?: string };
}

/** Where content has words, they carry the mark of the message: not in the first line, which becomes a ticket's subject. */
function marked(content: Content, number: number): Record<string, unknown> {
  const mark = markOf({ number, version: 0 });
  for (const field of ["text", "caption"] as const) {
    const words = content[field];
    if (typeof words === "string") return { ...content, [field]: `${words}\n${mark}` };
  }
  return content;
}
