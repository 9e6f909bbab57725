import { cp } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Update } from "grammy/types";
import type { Customer } from "../../src/sandbox/telegram/client.ts";
import { buildWorker } from "../../src/setup/worker/build.ts";
import { SECRETS } from "../support/desk-api.ts";
import { MAIN_CHAT } from "../support/desks.ts";
import { until } from "../support/until.ts";
import { round, type Aim, type Chapter } from "./chapter.ts";
import { before, builtIn } from "./checkout.ts";
import { LoadSender } from "./load.ts";
import { openTickets } from "./open-tickets.ts";
import { Stand } from "./stand.ts";
import { updatesOf } from "./webhook-caller.ts";

const MINUTE_MS = 60_000;
/** The Bot API's answers, as measured from Europe: between these, evenly. */
const ANSWERS_MS = { ms: 80, upTo: 140 };
const PATIENCE_MS = 200_000;

const SCENES = [
  { what: "8 customers × 9 messages", customers: 8, each: 9, ofBefore: 0.02 },
  { what: "20 customers × 1 message", customers: 20, each: 1, ofBefore: 0.3 },
];

interface Seen {
  /** From the first webhook to the last message's arrival in its topic. */
  seconds: number;
  calls: number;
  refused: number;
  inOrder: boolean;
}

/** How long a burst takes to be in its topics, with a group's real limits and the Bot API as slow as it is. */
export async function burst(remains: AsyncDisposableStack): Promise<Chapter> {
  const stand = await Stand.open(remains);
  const customers = await stand.customers(Math.max(...SCENES.map((scene) => scene.customers)));
  const statePath = stand.statePath();
  await openTickets(stand, customers, statePath);
  await stand.telegram.delivery("pull");
  await stand.telegram.budgets("real");
  await stand.telegram.faults([{ effect: "slow", ...ANSWERS_MS }]);
  const sender = new LoadSender();
  remains.defer(() => sender.close());
  const desks = { "this desk": await buildWorker("src/index.ts", join(statePath, "built")) };
  const former = before();
  if (former !== null) Object.assign(desks, { before: await builtIn(former, join(statePath, "before")) });

  const lines: Chapter["table"] = [];
  const aims: Aim[] = [];
  for (const scene of SCENES) {
    const took: number[] = [];
    for (const [who, bundle] of Object.entries(desks)) {
      const all = customers.slice(0, scene.customers);
      const seen = await played(stand, sender, { all, scene, statePath, bundle });
      const { seconds, calls, refused, inOrder } = seen;
      lines.push([`${scene.what}, ${who}`, round(seconds), calls, refused, inOrder ? "yes" : "no"]);
      if (took.length === 0) aims.push({ what: `${scene.what}: calls refused`, seen: refused, atMost: 2 });
      took.push(seconds);
    }
    const [now, then] = took;
    if (then !== undefined)
      aims.push({ what: `${scene.what}: this desk : before`, seen: now / then, atMost: scene.ofBefore });
  }
  return {
    title:
      "Bursts: everybody writes at once, 20 calls a minute for the group, the Bot API answers within 80 to 140 ms",
    table: [["", "s until the last one is read", "group calls", "refused", "in order"], ...lines],
    aims,
    notes: [
      "Tickets are open, and no call of the group's minute is used. A chat's next update comes after the answer to the one before.",
    ],
  };
}

async function played(
  stand: Stand,
  sender: LoadSender,
  {
    all,
    scene,
    statePath,
    bundle,
  }: { all: readonly Customer[]; scene: { each: number }; statePath: string; bundle: string },
): Promise<Seen> {
  const own = stand.statePath();
  await cp(join(statePath, "v3"), join(own, "v3"), { recursive: true });
  const desk = await stand.serveBuilt(bundle, own);
  // The object reads its configuration, and the calls of the scene before are out of the minute.
  await desk.call("GET", "/healthz");
  await sleep(MINUTE_MS + 1_000);
  const marks = all.map(({ id }) => Array.from({ length: scene.each }, (_, n) => `m${id}.${n};`));
  const chats: Update[][] = all.map(({ id }, at) =>
    updatesOf(stand.world, () => {
      for (const mark of marks[at])
        stand.world.core.act("write", { userId: id, text: `It is still not here: ${mark}` });
    }),
  );
  const former = new Set((await stand.telegram.calls({})).map(({ id }) => id));
  const read: string[] = [];
  let last = 0;
  const stop = stand.world.on((change) => {
    if (change.type !== "message") return;
    const { chat, from, text } = change.message;
    if (chat.id !== MAIN_CHAT || from?.is_bot !== true) return;
    const seen = text?.match(/m\d+\.\d+;/g) ?? [];
    read.push(...seen);
    if (seen.length > 0) last = performance.now();
  });
  const begin = performance.now();
  const carried = await sender.send({
    url: `${desk.url}/telegram/webhook`,
    secret: SECRETS.WEBHOOK_SECRET,
    chats,
  });
  if (carried.refused > 0) throw new Error(`${carried.refused} updates were refused`);
  await until("every message is in its topic", () => read.length >= marks.flat().length, PATIENCE_MS);
  stop();
  const calls = (await stand.telegram.calls({})).filter(({ id }) => !former.has(id));
  const ofGroup = calls.filter(
    ({ params }) => String((params as { chat_id?: unknown }).chat_id) === String(MAIN_CHAT),
  );
  await desk.close();
  return {
    seconds: (last - begin) / 1_000,
    calls: ofGroup.length,
    refused: ofGroup.filter(({ answer }) => answer !== null && answer.status !== 200).length,
    inOrder: marks.every((those) => read.filter((one) => those.includes(one)).join() === those.join()),
  };
}
