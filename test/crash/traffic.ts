import {
  ActRefused,
  type Customer,
  type Group,
  type Member,
  type SandboxTelegram,
  type SeenMessage,
} from "../../src/sandbox/telegram/client.ts";
import type { Dice } from "../support/dice.ts";

/** What a customer said: the texts of one message, or of the items of one album. */
export interface Said {
  customer: number;
  texts: string[];
}

/** What an agent wrote for the customer of a topic. */
export interface Answer {
  topic: number;
  /** The messages in the topic, one for each text. */
  messageIds: number[];
  texts: string[];
}

const SAID_WHILE_DOWN = 20;

const NAMES = ["Ada", "Bob", "Cleo", "Dan", "Eve", "Finn", "Gus", "Hana", "Ivan", "Jo", "Kai", "Lea"];

/** Customers and agents who write all the time, even while the desk is down, and remember what they said. */
export class Traffic {
  /** In the order in which Telegram took it. */
  readonly said: Said[] = [];
  readonly answers: Answer[] = [];
  /** Internal notes. */
  readonly notes: string[] = [];
  /** How many tickets all of this asks for. */
  tickets = 0;
  readonly customers: Customer[] = [];
  readonly #telegram: SandboxTelegram;
  readonly #group: Group;
  readonly #dice: Dice;
  readonly #people: Promise<void>[] = [];
  #counted = 0;
  #over = false;
  /** While the desk is down: what is still written before it is up again, and its coming up. */
  #down: { left: number; isUp: Promise<unknown> } | null = null;

  constructor(telegram: SandboxTelegram, group: Group, dice: Dice) {
    this.#telegram = telegram;
    this.#group = group;
    this.#dice = dice;
  }

  /** A new customer begins to write. */
  async newcomer(): Promise<void> {
    const firstName = NAMES[this.customers.length % NAMES.length];
    const customer = await this.#telegram.customer({ firstName, languageCode: "en" });
    this.customers.push(customer);
    this.tickets += 1;
    this.#people.push(this.#ask(customer, this.#dice.fork()));
  }

  agent(member: Member): void {
    this.#people.push(this.#serve(member, this.#dice.fork()));
  }

  /** Lets customers and agents finish their sentence. */
  async stop(): Promise<void> {
    this.#over = true;
    await Promise.all(this.#people);
  }

  /** While the desk comes up: people go on, but what waits for it then is no more on a slow machine than on a quick one. */
  async whileDown(comesUp: () => Promise<void>): Promise<void> {
    const isUp = comesUp();
    this.#down = { left: SAID_WHILE_DOWN, isUp: isUp.catch(() => undefined) };
    await isUp.finally(() => (this.#down = null));
  }

  async #turn(): Promise<void> {
    if (this.#down !== null && (this.#down.left -= 1) < 0) await this.#down.isUp;
  }

  async #ask(customer: Customer, dice: Dice): Promise<void> {
    const name = customer.profile.first_name;
    const asksAnewAfter = dice.between(1, 20);
    for (let written = 0; !this.#over; written += 1) {
      await this.#turn();
      const texts = [this.#sentence(name)];
      if (written !== asksAnewAfter && dice.roll() < 0.15) {
        while (texts.length < 3) texts.push(this.#sentence(name));
        this.said.push({ customer: customer.id, texts });
        await customer.sendAlbum(texts.map((caption) => ({ photo: {}, caption })));
      } else if (written === asksAnewAfter) {
        this.tickets += 1;
        this.said.push({ customer: customer.id, texts });
        await customer.write(`/new ${texts[0]}`);
      } else {
        this.said.push({ customer: customer.id, texts });
        await customer.write(texts[0]);
      }
      await pause(dice.between(400, 1_400));
    }
  }

  async #serve(agent: Member, dice: Dice): Promise<void> {
    while (!this.#over) {
      await pause(dice.between(300, 900));
      await this.#turn();
      const id = await this.#somewhereToAnswer(dice);
      if (id === null) continue;
      try {
        await this.#act(agent, id, dice.roll());
      } catch (error) {
        // The desk closed the topic while the agent was typing.
        if (!(error instanceof ActRefused)) throw error;
      }
    }
  }

  /** An open topic, if there is something to read in it. */
  async #somewhereToAnswer(dice: Dice): Promise<number | null> {
    const open = (await this.#group.topics()).filter(({ isClosed }) => !isClosed);
    if (open.length === 0) return null;
    const { id } = open[dice.between(0, open.length - 1)];
    return (await this.#group.messages({ threadId: id })).some(isByBot) ? id : null;
  }

  async #act(agent: Member, topic: number, what: number): Promise<void> {
    const name = agent.profile.first_name;
    if (what < 0.5) {
      const text = this.#sentence(name);
      const { message_id } = await agent.write(topic, text);
      this.answers.push({ topic, messageIds: [message_id], texts: [text] });
    } else if (what < 0.6) {
      const texts = [this.#sentence(name), this.#sentence(name)];
      const items = await agent.sendAlbum(
        topic,
        texts.map((caption) => ({ photo: {}, caption })),
      );
      this.answers.push({ topic, messageIds: items.map((item) => item.message_id), texts });
    } else if (what < 0.75) {
      const text = this.#sentence(name);
      await agent.write(topic, `/note ${text}`);
      this.notes.push(text);
    } else if (what < 0.85) {
      const card = (await this.#group.messages({ threadId: topic })).find(offersClaim);
      if (card === undefined) await agent.write(topic, "/claim");
      else await agent.press(card.message_id, { text: "Claim" });
    } else if (what < 0.9) {
      await agent.write(topic, "/unclaim");
    } else if (what < 0.95) {
      await agent.write(topic, "/resolve");
    } else {
      await agent.write(topic, "/close");
    }
  }

  /** Words that are said once only, and are part of nothing else that is said. */
  #sentence(name: string): string {
    this.#counted += 1;
    return `${name} says ‹${this.#counted}›`;
  }
}

function isByBot(message: SeenMessage): boolean {
  return message.from?.is_bot === true && message.forum_topic_created === undefined;
}

function offersClaim(message: SeenMessage): boolean {
  return (message.reply_markup?.inline_keyboard ?? []).flat().some((button) => button.text === "Claim");
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
