import { describe, expect, test } from "vitest";
import { localPlug } from "../../src/sandbox/desk/local-plug.ts";
import type { Customer } from "../../src/sandbox/telegram/client.ts";
import { falseAlarms } from "../support/false-alarms.ts";
import { Stage, texts } from "../support/stage.ts";

const MINUTE = 60_000;
/** More steps than any of these scenes has. */
const STEPS_MAX = 80;

interface Scene {
  stage: Stage;
  ada: Customer;
  topic: number;
}

interface Action {
  /** It changes nothing of a ticket that the record would have to be told. */
  unrecorded?: boolean;
  before?: (scene: Scene) => Promise<void>;
  /** What is going on when the machine fails. */
  act: (scene: Scene) => Promise<unknown>;
}

const ACTIONS: Record<string, Action> = {
  "a customer opens a ticket": {
    act: async ({ stage }) => {
      const bob = await stage.customer({ firstName: "Bob" });
      await bob.write("And my scanner hums");
    },
  },
  "a customer writes on": { unrecorded: true, act: ({ ada }) => ada.write("It still burns") },
  "a customer sends an album": {
    unrecorded: true,
    act: ({ ada }) => ada.sendAlbum([{ photo: {}, caption: "one" }, { photo: {} }, { photo: {} }]),
  },
  "a customer edits a message": {
    unrecorded: true,
    before: async ({ ada, stage }) => {
      await ada.write("helo");
      await stage.settle();
    },
    act: async ({ ada }) =>
      ada.edit((await ada.messages()).find((one) => one.text === "helo")!.message_id, "hello"),
  },
  "an agent answers": { act: ({ stage, topic }) => stage.olga.write(topic, "Have you tried water?") },
  "an agent answers twice in a row": {
    act: async ({ stage, topic }) => {
      await stage.olga.write(topic, "Have you tried water?");
      await stage.olga.write(topic, "Or foam?");
    },
  },
  "an agent claims by button": {
    act: async ({ stage }) => stage.olga.press((await stage.card("SUP-1")).message_id, { text: "Claim" }),
  },
  "an agent resolves": { act: ({ stage, topic }) => stage.olga.write(topic, "/resolve water helped") },
  "an agent closes": { act: ({ stage, topic }) => stage.olga.write(topic, "/close") },
  "a deleted topic is made anew": {
    before: async ({ stage, topic }) => {
      await stage.lead.deleteTopic(topic);
      await stage.settle();
    },
    act: ({ ada }) => ada.write("Are you there?"),
  },
};

interface Result {
  /** What happened to each ticket, without what is about deliveries. */
  events: Record<string, string[]>;
  status: Record<string, string>;
  topics: Record<string, string[]>;
  /** What each customer reads. */
  private: Record<string, string[]>;
}

async function play(
  action: Action,
  pullAt: number | null,
): Promise<{ result: Result; scene: Scene; pulled: string | null }> {
  const stage = await Stage.open();
  const ada = await stage.customer({ firstName: "Ada" });
  await ada.write("My printer burns");
  await stage.settle();
  const scene = { stage, ada, topic: (await stage.topic("SUP-1")).id };
  await ada.write("And my scanner");
  await falseAlarms(stage);
  await action.before?.(scene);
  localPlug.arm(pullAt);
  await action.act(scene);
  await stage.settle(15 * MINUTE);
  const { pulled } = localPlug;
  localPlug.arm(null);
  await stage.settle(15 * MINUTE);
  const result = await look(scene);
  expect(await falseAlarms(stage), `${pulled}: nothing is missing`).toEqual([]);
  return { result, scene, pulled };
}

async function look({ stage }: Scene): Promise<Result> {
  const result: Result = { events: {}, status: {}, topics: {}, private: {} };
  const { items } = await stage.get<{
    items: { ref: string; status: string; version: number; contact?: unknown; customerId: number }[];
  }>("/api/v1/tickets");
  for (const { ref, status, version } of items) {
    const ticket = await stage.get<{ events: { items: { n: number; type: string }[] } }>(
      `/api/v1/tickets/${ref}`,
    );
    const events = ticket.events.items;
    // The record has the whole history, once.
    expect(events.map((event) => event.n)).toEqual(Array.from({ length: version }, (_, i) => i + 1));
    result.events[ref] = events.map((event) => event.type).filter((type) => !type.startsWith("delivery_"));
    result.status[ref] = status;
    result.topics[ref] = texts(await stage.inTopic(ref));
  }
  for (const { chat } of await stage.telegram.chats()) {
    if (chat.type === "private")
      result.private[String(chat.id)] = texts(await stage.telegram.messages(chat.id));
  }
  return result;
}

function count<T>(list: readonly T[], item: T): number {
  return list.filter((one) => one === item).length;
}

/** A step beside a Bot API call. */
const CALL = /^(before|after) [a-z]+[A-Z]/;
const UNKNOWN = "Telegram didn't confirm delivery";

describe.each(Object.entries(ACTIONS))("while %s", (_, action) => {
  test(
    "the plug is pulled at every step: nothing is lost, nothing is applied or answered twice",
    { timeout: 600_000 },
    async () => {
      const { result: whole } = await play(action, null);
      const pulledAt: string[] = [];
      for (let step = 1; step <= STEPS_MAX; step += 1) {
        const { result, scene, pulled } = await play(action, step);
        if (pulled === null) break;
        pulledAt.push(pulled);
        const at = `step ${step}, ${pulled}`;

        // Each cause was applied once.
        expect(result.events, at).toEqual(whole.events);
        expect(result.status, at).toEqual(whole.status);

        for (const [ref, expected] of Object.entries(whole.topics)) {
          const read = result.topics[ref].filter((text) => !text.includes(UNKNOWN));
          // Every effect in the topic happened at least once, in order, and nothing else did.
          const firsts = read.filter((text, index) => read.indexOf(text) === index);
          expect(firsts, at).toEqual(expected.filter((text, index) => expected.indexOf(text) === index));
        }
        const people = Object.keys(result.private);
        for (const [index, expected] of Object.values(whole.private).entries()) {
          const read = result.private[people[index]];
          for (const text of expected)
            expect(count(read, text), `${at}: ${text}`).toBeLessThanOrEqual(count(expected, text));
          const missing = expected.filter((text) => count(read, text) < count(expected, text));
          if (missing.length === 0) continue;
          // What the customer may not have got is known to the agents, who decide: then it arrives, once.
          const told = (await scene.stage.inTopic(index === 0 ? "SUP-1" : "SUP-2")).filter((one) =>
            one.text?.includes(UNKNOWN),
          );
          expect(told.length, `${at}: ${missing.join(", ")}`).toBeGreaterThanOrEqual(missing.length);
          for (const { message_id } of told) await scene.stage.olga.press(message_id, { text: "Send again" });
          await scene.stage.settle();
          const after = texts(await scene.stage.telegram.messages(Number(people[index])));
          for (const text of missing) expect(count(after, text), at).toBe(count(expected, text));
        }
      }
      // The matrix has a before and an after of every commit, every call and every write of the record.
      const steps = ["a commit", ...(action.unrecorded === true ? [] : ["the record"])];
      expect(pulledAt).toEqual(
        expect.arrayContaining(steps.flatMap((step) => [`before ${step}`, `after ${step}`])),
      );
      expect(pulledAt.filter((at) => CALL.test(at)).length).toBeGreaterThanOrEqual(2);
      expect(pulledAt.length).toBeLessThan(STEPS_MAX);
    },
  );
});
