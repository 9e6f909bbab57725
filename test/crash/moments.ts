import type { Change, FaultSettings, SeenMessage } from "../../src/sandbox/telegram/client.ts";
import { until } from "../support/until.ts";
import type { Scene } from "./scene.ts";

/** Waits for a moment and strikes in it, while Telegram is still busy with what made it. */
type Moment = (scene: Scene, strike: () => void) => Promise<void>;

/** The moments at which a machine does the most harm by failing. */
export const MOMENTS: Record<string, Moment> = {
  "an update is on its way": async (scene, strike) => {
    await when(
      scene,
      (change) => change.type === "update_sent",
      () => undefined,
    );
    await pause(scene.dice.between(0, 8));
    strike();
  },
  "an update was answered": (scene, strike) =>
    when(scene, (change) => change.type === "update_delivered", strike),
  "a topic is made": async (scene, strike) => {
    const struck = whenOnce(scene, (change) => wroteIn(change, scene.group.id, isTopicMade), strike);
    await scene.traffic.newcomer();
    await struck;
  },
  "a message arrives in a topic": (scene, strike) =>
    when(scene, (change) => wroteIn(change, scene.group.id, isFromBot), strike),
  "an answer arrives at a customer": (scene, strike) =>
    when(scene, (change) => scene.traffic.customers.some(({ id }) => wroteIn(change, id, isFromBot)), strike),
  "an answer has left, but never arrives": async ({ world, traffic }, strike) => {
    const chats = traffic.customers.map(({ id }) => id);
    const hang = (chatId: number): FaultSettings => ({
      effect: "hang",
      methods: ["copyMessage", "copyMessages"],
      chatId,
      times: 1,
    });
    world.core.act("faults", { add: chats.map(hang) });
    const hanging = (): boolean => world.core.act("faults", { add: [] }).length < chats.length;
    await until("an answer hangs", hanging);
    strike();
    world.core.act("clearFaults", {});
  },
  "nothing in particular": async ({ dice }, strike) => {
    await pause(dice.between(0, 2_000));
    strike();
  },
};

/** Not always the first such moment. */
async function when(scene: Scene, matches: (change: Change) => boolean, strike: () => void): Promise<void> {
  let left = scene.dice.between(1, 8);
  const counting = (change: Change): boolean => matches(change) && (left -= 1) === 0;
  await whenOnce(scene, counting, strike);
}

/** Strikes inside of what happens, not after it. */
async function whenOnce(
  { world }: Scene,
  matches: (change: Change) => boolean,
  strike: () => void,
): Promise<void> {
  let happened = false;
  const stop = world.on((change) => {
    if (happened || !matches(change)) return;
    happened = true;
    strike();
  });
  try {
    await until("the moment comes", () => happened);
  } finally {
    stop();
  }
}

function wroteIn(change: Change, chatId: number, matches: (message: SeenMessage) => boolean): boolean {
  return change.type === "message" && change.chatId === chatId && matches(change.message);
}

function isTopicMade(message: SeenMessage): boolean {
  return message.forum_topic_created !== undefined;
}

function isFromBot(message: SeenMessage): boolean {
  return message.from?.is_bot === true && !isTopicMade(message);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
