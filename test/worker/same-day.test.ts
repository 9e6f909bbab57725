import { expect, test } from "vitest";
import type { Customer } from "../../src/sandbox/telegram/client.ts";
import { promisesNothing } from "../support/desks.ts";
import { Dice } from "../support/dice.ts";
import { Endpoint } from "../support/endpoint.ts";
import { Stage } from "../support/stage.ts";

/* A seed stands for a day: people, faults, pauses between tries. */

interface Day {
  /** What the desk asked of Telegram, chat by chat: when, what, and how it was answered. */
  calls: Record<string, string[]>;
  /** How it stood with what an endpoint is told, after each step. */
  deliveries: unknown[];
}

/** Each call begins with its instant. */
const NO_CHAT = "null";

async function day(seed: number): Promise<Day> {
  const endpoint = new Endpoint();
  const stage = await Stage.open({
    seed,
    budgets: "real",
    config: (desk) => {
      promisesNothing(desk);
      desk.webhooks = [{ id: "crm", url: endpoint.url, events: ["*", "message.received"] }];
    },
  });
  const dice = new Dice(seed);
  await endpoint.answers(
    ...Array.from({ length: 30 }, () => dice.oneOf([{ status: 503 }, { status: 204 }] as const)),
  );
  const customers: [Customer, ...Customer[]] = [await stage.customer(), await stage.customer()];
  const deliveries: unknown[] = [];
  for (let step = 1; step <= 8; step += 1) {
    if (step % 3 === 1) await stage.telegram.faults([{ effect: "server_error", times: dice.between(1, 3) }]);
    if (step % 3 === 2) await stage.telegram.faults([{ effect: "flood", retryAfter: 4, times: 1 }]);
    await dice.oneOf(customers).write(`word ${step}`);
    if (dice.roll() < 0.4) {
      const [topic] = await stage.group.topics();
      if (topic !== undefined) await stage.olga.write(topic.id, `answer ${step}`);
    }
    await stage.pass(dice.between(1, 60) * 1_000);
    deliveries.push((await stage.get<{ items: unknown[] }>("/api/v1/webhooks/crm/deliveries")).items);
  }
  await stage.pass(600_000);
  const calls: Day["calls"] = {};
  for (const { at, method, params, answer } of await stage.telegram.calls()) {
    const chat = JSON.stringify(params["chat_id"] ?? null);
    (calls[chat] ??= []).push(JSON.stringify([at, method, params, answer?.status ?? null]));
  }
  // What concerns no chat is asked by the objects of several groups, side by side: at one instant it has no order.
  calls[NO_CHAT]?.sort();
  return { calls, deliveries };
}

test(
  "a seed plays the same day again, retries included, and another one another",
  { timeout: 300_000 },
  async () => {
    const first = await day(1);
    expect(JSON.stringify(first.calls)).toMatch(/,429\]/);
    expect(JSON.stringify(first.calls)).toMatch(/,5\d\d\]/);
    expect(JSON.stringify(first.deliveries)).toContain("http_503");
    expect(await day(1)).toEqual(first);
    expect((await day(2)).calls).not.toEqual(first.calls);
  },
);
