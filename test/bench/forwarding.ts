import type { SeenMessage } from "../../src/sandbox/telegram/client.ts";
import type { HostedWorld } from "../../src/sandbox/telegram/hosted-world.ts";
import { MAIN_CHAT } from "../support/desks.ts";
import { round, type Chapter } from "./chapter.ts";
import { deskWithTicket } from "./desk-with-ticket.ts";
import { median } from "./median.ts";
import { updatesOf, WebhookCaller } from "./webhook-caller.ts";

const WARM_UP = 100;
const MESSAGES = 400;

/** How long a message takes from the webhook to the call that copies it, one message at a time. */
export async function forwarding(remains: AsyncDisposableStack): Promise<Chapter> {
  const { stand, desk, customer } = await deskWithTicket(remains);
  await stand.telegram.delivery("pull");

  const forwarder = await stand.serve("test/bench/floor/forwarder.ts");
  const stored = await stand.serve("test/bench/floor/stored-forwarder.ts");
  const workers = {
    desk: new WebhookCaller(desk.url),
    forwarder: new WebhookCaller(forwarder.url),
    "forwarder that stores first": new WebhookCaller(stored.url),
  };
  const whos = Object.keys(workers) as (keyof typeof workers)[];
  const took = Object.fromEntries(whos.map((who) => [who, []])) as unknown as Record<
    keyof typeof workers,
    number[]
  >;
  for (let n = 0; n < WARM_UP + MESSAGES; n += 1) {
    for (const who of whos) {
      const ms = await untilCopied(stand.world, workers[who], customer.id);
      if (n >= WARM_UP) took[who].push(ms);
    }
  }
  for (const worker of Object.values(workers)) worker.close();

  const line = (who: keyof typeof took): (string | number)[] => {
    const sorted = took[who].toSorted((a, b) => a - b);
    const percentile = (part: number): number => round(sorted[Math.floor(part * sorted.length)]);
    return [who, percentile(0.5), percentile(0.1), percentile(0.9), percentile(0.99)];
  };
  return {
    title: "2. From the webhook to the copyMessage call, in milliseconds",
    table: [["", "median", "10 %", "90 %", "99 %"], ...whos.map(line)],
    aims: [{ what: "desk : forwarder", seen: median(took.desk) / median(took.forwarder), atMost: 1.5 }],
    notes: [
      `${MESSAGES} further messages in one open ticket for each, in turns, one at a time; limits off.`,
      "The forwarder calls before it answers and would lose the message if that failed; the last line is the least that an object which commits first can do.",
    ],
  };
}

/** Hands the bot one message and waits for its copy; both in this process, so one clock tells both instants. */
async function untilCopied(world: HostedWorld, worker: WebhookCaller, customer: number): Promise<number> {
  const [update] = updatesOf(world, () =>
    world.core.act("write", { userId: customer, text: "It is still not here." }),
  );
  const { promise: copied, resolve: copy } = Promise.withResolvers<number>();
  const stop = world.on((change) => {
    if (change.type === "message" && isCopy(change.message)) copy(performance.now());
  });
  const begin = performance.now();
  await Promise.all([worker.post(update), copied]);
  stop();
  return (await copied) - begin;
}

function isCopy({ chat, from }: SeenMessage): boolean {
  return chat.id === MAIN_CHAT && from?.is_bot === true;
}
