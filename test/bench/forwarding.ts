import type { SeenMessage } from "../../src/sandbox/telegram/client.ts";
import type { HostedWorld } from "../../src/sandbox/telegram/hosted-world.ts";
import { MAIN_CHAT } from "../support/desks.ts";
import { round, type Chapter } from "./chapter.ts";
import { deskWithTicket } from "./desk-with-ticket.ts";
import { median } from "./median.ts";
import type { Served } from "./stand.ts";
import { updatesOf, WebhookCaller } from "./webhook-caller.ts";

const WARM_UP = 100;
const MESSAGES = 400;
const STORED = "forwarder that stores first";

/** How long a message takes from the webhook to the call that copies it, one message at a time, and what of a core. */
export async function forwarding(remains: AsyncDisposableStack): Promise<Chapter> {
  const { stand, desk, before, customer } = await deskWithTicket(remains);
  await stand.telegram.delivery("pull");

  const served: Record<string, Served> = {
    desk,
    ...(before === null ? {} : { before }),
    forwarder: await stand.serve("test/bench/floor/forwarder.ts"),
    [STORED]: await stand.serve("test/bench/floor/stored-forwarder.ts"),
  };
  const whos = Object.keys(served).map((who) => ({
    who,
    worker: new WebhookCaller(served[who].url),
    took: [] as number[],
    spentBefore: null as number | null,
  }));
  for (let n = 0; n < WARM_UP + MESSAGES; n += 1) {
    for (const one of whos) {
      if (n === WARM_UP) one.spentBefore = await served[one.who].cpuMs();
      const ms = await untilCopied(stand.world, one.worker, customer.id);
      if (n >= WARM_UP) one.took.push(ms);
    }
  }
  const seen = await Promise.all(
    whos.map(async ({ who, worker, took, spentBefore }) => {
      const spent = await served[who].cpuMs();
      worker.close();
      const sorted = took.toSorted((a, b) => a - b);
      const percentile = (part: number): number => round(sorted[Math.floor(part * sorted.length)]);
      const cpuMs = spent === null || spentBefore === null ? null : (spent - spentBefore) / MESSAGES;
      return { who, typical: median(took), percentile, cpuMs };
    }),
  );
  const of = (who: string) => seen.find((one) => one.who === who);
  const ratioTo = (who: string, by: "typical" | "cpuMs"): number | null => {
    const [mine, theirs] = [of("desk")?.[by], of(who)?.[by]];
    return mine == null || theirs == null ? null : mine / theirs;
  };
  return {
    title: "2. From the webhook to the copyMessage call, in milliseconds",
    table: [
      ["", "median", "10 %", "90 %", "99 %", "CPU a message"],
      ...seen.map(({ who, percentile, cpuMs }) => [
        who,
        ...[0.5, 0.1, 0.9, 0.99].map(percentile),
        cpuMs === null ? "" : round(cpuMs),
      ]),
    ],
    aims: [
      { what: "desk : forwarder", seen: ratioTo("forwarder", "typical"), atMost: 1.5 },
      { what: `desk : ${STORED}`, seen: ratioTo(STORED, "typical"), atMost: 1.2 },
      { what: "desk : before", seen: ratioTo("before", "typical"), atMost: 0.7 },
      { what: "CPU, desk : before", seen: ratioTo("before", "cpuMs"), atMost: 0.65 },
    ].flatMap((aim) => (aim.seen === null ? [] : { ...aim, seen: aim.seen })),
    notes: [
      `${MESSAGES} further messages in one open ticket for each, in turns, one at a time; limits off.`,
      "The forwarder calls before it answers and would lose the message if that failed; the last line is the least that an object which commits first can do.",
      "CPU is what the process of each has spent meanwhile: accepting, copying, settling and what else follows.",
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
