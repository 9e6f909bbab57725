import type { ConfigInput } from "../../../src/domain/config/config.ts";
import type { Dice } from "../runtime/dice.ts";
import type { Scene } from "../scene.ts";

const MINUTE = 60_000;

/** Puts a changed configuration, one change at a time; who is not told that it is stored tries again a minute later. */
async function change(scene: Scene, make: (config: ConfigInput) => void, query = ""): Promise<void> {
  if (scene.isChanging) return;
  scene.isChanging = true;
  const before = structuredClone(scene.config);
  make(scene.config);
  scene.configured(scene.config);
  await put(scene, before, query);
}

async function put(scene: Scene, before: ConfigInput, query: string): Promise<void> {
  const status = await scene.desk.api("PUT", `/api/v1/config${query}`, scene.config).then(
    (answer) => answer.status,
    () => 503,
  );
  if (status >= 500) {
    scene.later(MINUTE, () => void put(scene, before, query));
    return;
  }
  scene.isChanging = false;
  if (status >= 400) Object.assign(scene.config, before);
}

/** Changes how work is handed out, with work in hand. */
export function reconfigure(scene: Scene, dice: Dice): Promise<void> {
  return change(scene, (config) => {
    const queue = dice.pick(config.queues);
    const agent = dice.pick(scene.agents);
    switch (dice.weighted({ assignment: 3, capacity: 3, groups: 2, patience: 2 })) {
      case "assignment":
        queue.assignment = queue.assignment === "auto" ? "claim" : "auto";
        break;
      case "capacity":
        agent.capacity = dice.pick([0, 0, 1, 1, 2, 5, 9]);
        break;
      case "groups":
        agent.groups = [dice.pick(config.groups).id];
        break;
      case "patience":
        queue.answerWithin = dice.pick(["10m", "1h"]);
        break;
      default:
    }
  });
}

/** A queue, or a whole group, is not in the configuration for some minutes; what is in hand goes to others. */
export async function takeOut(scene: Scene, dice: Dice): Promise<void> {
  if (scene.isChanging) return;
  const { config } = scene;
  const [first, ...others] = config.groups.map(({ id }) => id);
  const isQueue = dice.chance(0.5) || others.length === 0;
  const group = isQueue ? null : dice.pick(others);
  const gone = config.queues.filter((queue) =>
    isQueue ? queue.id !== config.routing.defaultQueue : queue.group === group,
  );
  const ids = (isQueue ? [dice.pick(gone)] : gone).map(({ id }) => id);
  const before = structuredClone(config);
  if (group !== null) {
    const { chatId } = config.groups.find(({ id }) => id === group)!;
    scene.leave(chatId);
  }
  await change(
    scene,
    (changed) => {
      changed.groups = changed.groups.filter(({ id }) => id !== group);
      changed.queues = changed.queues.filter(({ id }) => !ids.includes(id));
      const { rules = [] } = changed.routing;
      changed.routing.rules = rules.filter(({ queue }) => queue === undefined || !ids.includes(queue));
      for (const agent of changed.agents ?? []) {
        agent.groups = agent.groups.filter((id) => id !== group);
        if (agent.groups.length === 0) agent.groups = [first];
      }
    },
    group === null ? "" : `?reassign=group:${group}=${first}`,
  );
  const back = (): void => {
    if (scene.isChanging) scene.later(MINUTE, back);
    else
      void change(scene, (changed) => {
        const { groups, queues, routing, agents } = before;
        changed.groups = groups.map((one) => changed.groups.find(({ id }) => id === one.id) ?? one);
        changed.queues = queues.map((one) => changed.queues.find(({ id }) => id === one.id) ?? one);
        changed.routing.rules = routing.rules ?? [];
        for (const { chatId } of changed.groups) scene.left.delete(chatId);
        for (const agent of changed.agents ?? [])
          agent.groups = agents!.find(({ telegramId }) => telegramId === agent.telegramId)!.groups;
      });
  };
  scene.later(dice.between(2 * MINUTE, 20 * MINUTE), back);
}

/** The staff goes to a new forum; the former one is left as it is. */
export async function otherChat(scene: Scene, dice: Dice): Promise<void> {
  if (scene.isChanging) return;
  const { id, chatId } = dice.pick(scene.config.groups);
  const other = scene.newChat(id);
  scene.leave(chatId);
  await change(scene, (config) => {
    config.groups.find((group) => group.id === id)!.chatId = other;
  });
  // It was refused.
  if (scene.config.groups.some((group) => group.chatId === chatId)) scene.left.delete(chatId);
}

/** An admin who is not told that it is accepted asks again a minute later. */
export async function erase(scene: Scene, id: number): Promise<void> {
  scene.erasing.add(id);
  const accepted = await scene.desk.api("POST", `/api/v1/contacts/${id}/erase`, {}).then(
    // Whom a record that was brought back does not know is erased already, and the law sees whether they are.
    ({ ok, status }) => ok || status === 404,
    () => false,
  );
  if (accepted) scene.erasing.delete(id);
  else scene.later(MINUTE, () => void erase(scene, id));
}

/** For some minutes nothing of this customer may be erased. */
export async function hold(scene: Scene, id: number, dice: Dice): Promise<void> {
  const { ok } = await scene.desk.api("PUT", holdOf(id), { reason: "a lawsuit" });
  if (!ok) return;
  scene.held.add(id);
  scene.later(dice.between(MINUTE, 20 * MINUTE), () => void lift(scene, id));
}

export async function lift(scene: Scene, id: number): Promise<void> {
  scene.held.delete(id);
  const { status } = await scene.desk.api("DELETE", holdOf(id)).catch(() => ({ status: 503 }));
  if (status >= 500) scene.later(MINUTE, () => void lift(scene, id));
}

function holdOf(id: number): string {
  return `/api/v1/contacts/${id}/legal-hold`;
}

/** A program has something sent again that was given up, or of which nobody knows whether it arrived. */
export async function replay(scene: Scene, dice: Dice): Promise<void> {
  const listed = await scene.desk.api("GET", "/api/v1/outbox?limit=20");
  if (!listed.ok) return;
  const { items } = (await listed.json()) as { items: { id: string }[] };
  if (items.length === 0) return;
  const { id } = dice.pick(items);
  const [, group, seq] = /^([^:]+):m:(\d+)$/.exec(id) ?? [];
  for (const one of group === undefined ? [] : scene.ledger.buttonsMean.carriedBy(group, Number(seq))) {
    const said = scene.ledger.saidAt(one.chat, one.message);
    if (said !== undefined) said.mayRepeat = true;
  }
  await scene.desk.api("POST", `/api/v1/outbox/${id}/replay`);
}

/** A program looks for an open ticket and does something with it. */
export async function program(scene: Scene, dice: Dice): Promise<void> {
  const listed = await scene.desk.api("GET", "/api/v1/tickets?limit=20");
  if (!listed.ok) return;
  const { items } = (await listed.json()) as { items: { ref: string }[] };
  if (items.length === 0) return;
  const { ref } = dice.pick(items);
  const path = dice.pick([
    ["notes", { text: "a program's note" }],
    ["resolve", {}],
    ["tags", { add: ["program"] }],
  ] as const);
  await scene.desk.api("POST", `/api/v1/tickets/${ref}/${path[0]}`, path[1]);
}
