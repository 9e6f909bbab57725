import { expect, test } from "vitest";
import type { Customer, Group, Member } from "../../src/sandbox/telegram/client.ts";
import { promisesNothing, VIP_CHAT } from "../support/desks.ts";
import { Dice } from "../support/dice.ts";
import { Endpoint } from "../support/endpoint.ts";
import { falseAlarms } from "../support/false-alarms.ts";
import { isCard, isService, Stage } from "../support/stage.ts";

type Answer = Parameters<Endpoint["answers"]>[0];
type Fault = Parameters<Stage["telegram"]["faults"]>[0] extends readonly (infer One)[] | undefined
  ? One
  : never;

/*
 * Tickets of several customers go back and forth between two groups while their customers write texts and albums, a CRM
 * answers late or not at all, and Telegram refuses for a while or fails. No agent answers, so all that a customer has
 * written is unanswered: the group that has the ticket at the end reads each word once, in its order; the other one at
 * most once.
 */

const BOSS = 9001;
const ROUNDS = 40;

test.each([1, 2, 3, 4, 5, 121])(
  "moving under traffic and faults, seed %i",
  { timeout: 120_000 },
  async (seed) => {
    const dice = new Dice(seed);
    const crm = new Endpoint();
    const stage = await Stage.open({
      config: (desk) => {
        promisesNothing(desk);
        desk.queues = [
          { id: "general", group: "main", assignment: "auto" },
          { id: "premium", group: "vip", assignment: "auto" },
        ];
        desk.agents = [
          { telegramId: BOSS, name: "Lena", role: "lead", groups: ["main", "vip"], capacity: 0 },
          { telegramId: 9002, name: "Olga", groups: ["main", "vip"], capacity: 2 },
          { telegramId: 9004, name: "Vera", groups: ["vip"], capacity: 2 },
        ];
        desk.routing.rules = [];
        desk.routing.enrichment = { url: crm.url, timeout: "1s", cacheFor: "1m", staleAfter: "7d" };
      },
    });
    await crm.answers(
      ...Array.from({ length: 40 }, () =>
        dice.oneOf<Answer>([
          { status: 200, body: JSON.stringify({ segment: "new" }) },
          { status: 200, body: "{}", afterMs: 300 },
          { status: 503 },
        ] as const),
      ),
    );
    const vip = await stage.telegram.group({ id: VIP_CHAT, title: "VIP", forum: true });
    const rights = { can_manage_topics: true };
    const boss = await vip.member({ id: BOSS, firstName: "Lena", status: "administrator", rights });
    const customers = await Promise.all(
      ["Ada", "Bob", "Cem"].map((firstName) => stage.customer({ firstName })),
    );
    const said = customers.map((): string[][] => []);
    let word = 0;

    const speaks = async (who: number): Promise<void> => {
      const customer = customers[who];
      const items = dice.roll() < 0.2 ? dice.between(2, 4) : 1;
      const words = Array.from({ length: items }, () => `word ${(word += 1)}`);
      said[who].push(words);
      if (items === 1) await customer.write(words[0]);
      else await customer.sendAlbum(words.map((caption) => ({ photo: {}, caption })));
    };
    const moves = async (ref: string): Promise<void> => {
      const { group } = await stage.get<{ group: string }>(`/api/v1/tickets/${ref}`);
      const [chief, place, queue]: [Member, Group, string] =
        group === "main" ? [stage.lead, stage.group, "premium"] : [boss, vip, "general"];
      const topic = (await place.topics()).find(({ name }) => name.startsWith(`${ref} `));
      if (topic !== undefined) await chief.write(topic.id, `/transfer ${queue}`);
    };
    const fails = (): Promise<unknown> =>
      stage.telegram.faults([
        // Slow, so that the ticket may move while the call is under way.
        { effect: "slow", ms: 60, methods: ["copyMessage", "copyMessages"], times: 1 },
        dice.oneOf<Fault>([
          { effect: "flood", retryAfter: 3, methods: ["copyMessage", "copyMessages"], times: 1 },
          { effect: "server_error", deed: false, methods: ["copyMessage", "copyMessages"], times: 1 },
          { effect: "flood", retryAfter: 1, methods: ["createForumTopic"], times: 1 },
        ] as const),
      ]);

    // The ledger of updates begins with what comes after the first look.
    await falseAlarms(stage);
    for (const [who] of customers.entries()) await speaks(who);
    await stage.settle(5_000);
    await falseAlarms(stage);
    for (let round = 0; round < ROUNDS; round += 1) {
      await speaks(dice.between(0, customers.length - 1));
      if (dice.roll() < 0.25) await fails();
      if (dice.roll() < 0.3) await moves(`SUP-${dice.between(1, customers.length)}`);
      const calm = dice.roll();
      if (calm < 0.3) await stage.deliver();
      else if (calm < 0.6) await stage.settle(dice.between(100, 3_000));
    }
    await stage.settle(10 * 60_000);
    expect(await falseAlarms(stage)).toEqual([]);

    for (const [who, of] of said.entries()) {
      const ref = await refOf(stage, customers[who]);
      const { group } = await stage.get<{ group: string }>(`/api/v1/tickets/${ref}`);
      const places = [await wordsIn(stage.group, ref), await wordsIn(vip, ref)];
      const [here, former] = group === "main" ? places : places.toReversed();
      const all = of.flat();
      expect(
        here.map(({ text }) => text),
        `${ref}: where it is each word once, in order`,
      ).toEqual(all);
      const before = former.map(({ text }) => text);
      expect(before, `${ref}: where it was each word at most once, in order`).toEqual(
        all.filter((text) => before.includes(text)),
      );
      // Over both groups, later messages are never read before earlier ones.
      const times = all.map((one) =>
        Math.min(...places.flat().flatMap(({ text, date }) => (text === one ? [date] : []))),
      );
      expect(times, `${ref}: in order over both`).toEqual(times.toSorted((a, b) => a - b));
      for (const album of of.filter(({ length }) => length > 1)) {
        for (const place of places) {
          const copies = place.filter(({ text }) => album.includes(text)).map((one) => one.album);
          expect([0, album.length], `${ref}: ${album.join()} whole`).toContain(copies.length);
          if (copies.length === 0) continue;
          expect(new Set(copies).size, `${ref}: ${album.join()} in one piece`).toBe(1);
          expect(copies[0]).toBeDefined();
        }
      }
    }
  },
);

async function refOf(stage: Stage, { id }: Customer): Promise<string> {
  const { items } = await stage.get<{ items: { ref: string; customer: number | { id: number } }[] }>(
    "/api/v1/tickets",
  );
  const own = items.filter(({ customer }) => (typeof customer === "number" ? customer : customer.id) === id);
  expect(own).toHaveLength(1);
  return own[0].ref;
}

async function wordsIn(
  group: Group,
  ref: string,
): Promise<{ text: string; album: string | undefined; date: number }[]> {
  const topics = (await group.topics()).filter(({ name }) => name.startsWith(`${ref} `));
  const messages = (await Promise.all(topics.map(({ id }) => group.messages({ threadId: id })))).flat();
  return messages
    .filter((message) => !isService(message) && !isCard(message))
    .flatMap((message) => {
      const found = (message.text ?? message.caption ?? "").match(/word \d+/g) ?? [];
      return found.map((text) => ({ text, album: message.media_group_id, date: message.date }));
    });
}
