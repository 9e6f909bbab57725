import { expect, test } from "vitest";
import type { Customer, Group, SeenMessage } from "../../src/sandbox/telegram/client.ts";
import { promisesNothing, VIP_CHAT } from "../support/desks.ts";
import { Dice } from "../support/dice.ts";
import { isCard, isService, Stage } from "../support/stage.ts";

/*
 * Numbers begin anew again and again while people write: the group moves between chats, two groups exchange theirs,
 * the token becomes another bot's, the bot's account is restored. Every word reaches its own customer or topic or is
 * said not to have, and nothing internal goes out.
 */

const CHATS = [-1_001_234_567_890, VIP_CHAT, -1_001_777_000_001, -1_001_777_000_002] as const;
const BOTS = ["7000000001:sandbox", "7000000002:sandbox"] as const;
const STEPS = 14;

interface Word {
  text: string;
  customer: number;
  /** Where an agent wrote it. */
  at?: { chat: number; message: number };
}

test.each([1, 2, 3, 4])(
  "no one reads another's messages, whatever numbering begins anew, seed %i",
  { timeout: 240_000 },
  async (seed) => {
    const dice = new Dice(seed);
    const stage = await Stage.open({
      config: (desk) => {
        promisesNothing(desk);
        desk.queues = [
          { id: "general", group: "main" },
          { id: "premium", group: "vip" },
        ];
        desk.agents = [{ telegramId: 9002, name: "Olga", groups: ["main", "vip"] }];
        for (const group of desk.groups) group.leads = [];
        desk.routing.rules = [];
      },
    });
    const groups = new Map<number, Group>();
    for (const id of CHATS) {
      const group = await stage.telegram.group({ id, title: String(id), forum: true });
      await group.member({ id: 9002, firstName: "Olga" });
      groups.set(id, group);
    }
    const customers: Customer[] = [];
    for (const firstName of ["Ada", "Bob", "Cem"]) customers.push(await stage.customer({ firstName }));
    const byCustomers: Word[] = [];
    const byAgents: Word[] = [];
    const internal: string[] = [];
    /** What each customer has read, of whichever bot. */
    const read = customers.map(() => new Set<string>());
    let word = 0;

    const see = async (): Promise<void> => {
      for (const [index, customer] of customers.entries()) {
        const chats = await stage.telegram.chats();
        if (!chats.some(({ chat }) => chat.id === customer.id)) continue;
        for (const { text = "" } of await customer.messages()) read[index].add(text);
      }
    };
    const writes = async (index: number): Promise<void> => {
      const text = `customer ${index} word ${(word += 1)}`;
      await customers[index].write(text);
      byCustomers.push({ text, customer: index });
    };
    /** Somewhere in a topic that looks like a customer's, of now or of before. */
    const answers = async (): Promise<void> => {
      const chat = dice.oneOf(CHATS);
      const group = groups.get(chat)!;
      const topics = (await group.topics()).filter(({ name }) => /^SUP-\d+ /.test(name));
      const topic = topics[dice.between(0, topics.length - 1)];
      const olga = await group.member({ id: 9002 });
      word += 1;
      if (topic === undefined || dice.roll() < 0.2) {
        internal.push(`INTERNAL word ${word}`);
        await olga.write(
          topic?.id ?? null,
          topic === undefined ? internal.at(-1)! : `// ${internal.at(-1)!}`,
        );
        return;
      }
      const customer = ["Ada", "Bob", "Cem"].findIndex((name) => topic.name.includes(` ${name} `));
      const text = `answer to ${customer} word ${word}`;
      const { message_id } = await olga.write(topic.id, text);
      byAgents.push({ text, customer, at: { chat, message: message_id } });
    };
    const [main, vip] = stage.config.groups;
    const changes: Record<string, () => Promise<void>> = {
      "another chat": async () => {
        main.chatId = dice.oneOf(CHATS.filter((id) => id !== vip.chatId) as [number, ...number[]]);
        await stage.configure();
      },
      "chats exchanged": async () => {
        [main.chatId, vip.chatId] = [vip.chatId, main.chatId];
        await stage.configure();
      },
      "another bot": async () => {
        await stage.settle();
        await see();
        const token = dice.oneOf(BOTS);
        await stage.anotherBot(token);
        for (const id of CHATS) await stage.telegram.group({ id, title: String(id), bot: "administrator" });
      },
      "the account restored": async () => {
        await stage.settle();
        await see();
        await stage.telegram.restoredAccount();
        await stage.setWebhook();
      },
    };

    for (const index of customers.keys()) await writes(index);
    await stage.settle();
    for (let step = 0; step < STEPS; step += 1) {
      await stage.moveTo(stage.now + dice.between(1, 20) * 1_000);
      const roll = dice.roll();
      if (roll < 0.4) await writes(dice.between(0, 2));
      else if (roll < 0.7) await answers();
      else await changes[dice.oneOf(Object.keys(changes) as [string, ...string[]])]();
      if (dice.roll() < 0.6) await stage.settle(dice.between(0, 40) * 1_000);
    }
    await stage.settle(15 * 60_000);
    await see();

    const everywhere: (SeenMessage & { topic: string })[] = [];
    for (const [id, group] of groups) {
      for (const topic of await group.topics()) {
        const messages = await stage.telegram.messages(id, { threadId: topic.id, asUserId: 9002 });
        everywhere.push(...messages.map((message) => ({ ...message, topic: topic.name })));
      }
    }
    const ofDesk = everywhere.filter(
      ({ from, ...rest }) =>
        from?.is_bot === true && !isService(rest as SeenMessage) && !isCard(rest as SeenMessage),
    );

    for (const [index, texts] of read.entries()) {
      const strange = [...texts].filter(
        (text) =>
          text.includes("INTERNAL") ||
          (text.startsWith("answer to ") && !text.startsWith(`answer to ${index} `)),
      );
      expect(strange, `what customer ${index} must not read`).toEqual([]);
    }
    for (const { text = "", topic } of ofDesk) {
      for (const [, whose] of text.matchAll(/customer (\d) word/g))
        expect(topic, text).toContain(` ${["Ada", "Bob", "Cem"][Number(whose)]} `);
    }
    for (const { text, customer } of byCustomers) {
      const arrived = ofDesk.some((one) => one.text?.includes(text));
      const said = ofDesk.some(
        (one) =>
          one.topic.includes(` ${["Ada", "Bob", "Cem"][customer]} `) &&
          /to the bot that this desk had before|deleted a message/.test(one.text ?? ""),
      );
      expect(arrived || said, `${text} arrived or was said not to have`).toBe(true);
    }
    for (const { text, customer, at } of byAgents) {
      if (read[customer].has(text)) continue;
      const message = await stage.telegram.message(at!.chat, at!.message);
      const signed = JSON.stringify(message.reactions ?? []).includes("👎");
      const told = ofDesk.some(
        (one) =>
          one.reply_to_message?.message_id === at!.message ||
          (one.topic.includes(` ${["Ada", "Bob", "Cem"][customer]} `) &&
            /Not delivered|did not reach|Not sent|Nobody knows|can't be reached|not set up/i.test(
              one.text ?? "",
            )),
      );
      // In a chat that no group has the bot says once that it is not set up for it.
      const isElsewhere = !stage.config.groups.some(({ chatId }) => chatId === at!.chat);
      expect(signed || told || isElsewhere, `${text} arrived or was said not to have`).toBe(true);
    }
  },
);
