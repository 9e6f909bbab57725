import type { Update } from "grammy/types";
import type { Customer } from "../../src/sandbox/telegram/client.ts";
import { SECRETS } from "../support/desk-api.ts";
import type { Chapter } from "./chapter.ts";
import { round } from "./chapter.ts";
import { LoadSender, type Carried } from "./load.ts";
import { median } from "./median.ts";
import { openTickets } from "./open-tickets.ts";
import { Stand } from "./stand.ts";
import { updatesOf } from "./webhook-caller.ts";

/** Telegram opens this many connections to a webhook by default, each for another chat. */
const CUSTOMERS = 40;
const WARM_UP = 25;
/** Short rounds in turns: whatever else the machine does meanwhile falls on both. */
const MESSAGES_EACH = 15;
const ROUNDS = 20;

/** How many further messages of known customers the desk accepts in a second, while the group's rate is in force. */
export async function accepts(remains: AsyncDisposableStack): Promise<Chapter> {
  const stand = await Stand.open(remains);
  const customers = await stand.customers(CUSTOMERS);
  const statePath = stand.statePath();
  await openTickets(stand, customers, statePath);

  await stand.telegram.budgets("real");
  await stand.telegram.delivery("pull");
  const before = await stand.serveBefore(statePath);
  const desk = await stand.serve("src/index.ts", statePath);
  const bare = await stand.serve("test/bench/floor/bare.ts");
  const sender = new LoadSender();
  remains.defer(() => sender.close());
  const send = async (url: string, each: number): Promise<Carried> => {
    const chats = written(stand, customers, each);
    const carried = await sender.send({
      url: `${url}/telegram/webhook`,
      secret: SECRETS.WEBHOOK_SECRET,
      chats,
    });
    if (carried.refused > 0) throw new Error(`${carried.refused} updates were refused`);
    return carried;
  };
  const all = [bare, desk, ...(before === null ? [] : [before])];
  for (const { url } of all) await send(url, WARM_UP);

  const rounds: { desk: Carried; bare: Carried; before: Carried | null }[] = [];
  for (let round = 0; round < ROUNDS; round += 1)
    rounds.push({
      bare: await send(bare.url, MESSAGES_EACH),
      desk: await send(desk.url, MESSAGES_EACH),
      before: before === null ? null : await send(before.url, MESSAGES_EACH),
    });

  const rate = ({ accepted, seconds }: Carried): number => accepted / seconds;
  const ratio = median(rounds.map((round) => rate(round.desk) / rate(round.bare)));
  const former = rounds.flatMap((round) => round.before ?? []);
  const toBefore = rounds.flatMap((round) =>
    round.before === null ? [] : rate(round.desk) / rate(round.before),
  );
  const line = (who: string, of: Carried[]): (string | number)[] => [
    who,
    Math.round(median(of.map(rate))),
    Math.round(Math.min(...of.map(rate))),
    Math.round(Math.max(...of.map(rate))),
    round(median(of.map(({ load }) => load))),
  ];
  return {
    title: "1. Accepted webhooks a second: further messages in open tickets, 20 calls a minute for the group",
    table: [
      ["", "median", "least", "most", "sender's load"],
      line(
        "desk",
        rounds.map((one) => one.desk),
      ),
      line(
        "bare insert",
        rounds.map((one) => one.bare),
      ),
      ...(former.length === 0 ? [] : [line("before", former)]),
    ],
    aims: [
      { what: "desk : bare insert", seen: ratio, atLeast: 0.85 },
      ...(former.length === 0 ? [] : [{ what: "desk : before", seen: median(toBefore), atLeast: 1.35 }]),
    ],
    notes: [
      `${CUSTOMERS} chats at once, ${CUSTOMERS * MESSAGES_EACH} messages a round, ${ROUNDS} rounds each, in turns.`,
    ],
  };
}

/** What Telegram would send for so many messages of each customer. */
function written({ world }: Stand, customers: readonly Customer[], each: number): Update[][] {
  return customers.map(({ id }) =>
    updatesOf(world, () => {
      for (let n = 1; n <= each; n += 1)
        world.core.act("write", { userId: id, text: `It is still not here, I have looked ${n} times.` });
    }),
  );
}
