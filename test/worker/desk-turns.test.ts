import { beforeEach, describe, expect, test } from "vitest";
import type { Customer } from "../../src/sandbox/telegram/client.ts";
import { Stage } from "../support/stage.ts";

const MINUTE = 60_000;

let stage: Stage;
let ada: Customer;

beforeEach(async () => {
  // With the example's promises, which begin and end with turns.
  stage = await Stage.open();
  ada = await stage.customer({ firstName: "Ada" });
});

/** The methods of what is called in the staff group because of something. */
async function groupCalls(act: () => Promise<unknown>): Promise<string[]> {
  const before = (await stage.telegram.calls({ limit: 1 })).at(-1)?.id ?? 0;
  await act();
  await stage.settle();
  const calls = await stage.telegram.calls({ chatId: stage.group.id, afterId: before });
  return calls.map(({ method }) => method);
}

async function asAgent(text: string): Promise<void> {
  await stage.olga.write((await stage.topic("SUP-1")).id, text);
}

describe("a mere change of turn", () => {
  beforeEach(async () => {
    await ada.write("My printer burns");
    await stage.settle();
    await asAgent("/claim");
    await stage.settle();
    await asAgent("Is it switched on?");
    await stage.settle();
  });

  test("costs the group the copy alone, and an answer nothing", async () => {
    for (const n of [1, 2]) {
      await stage.pass(5 * MINUTE);
      expect(await groupCalls(() => ada.write(`It is, ${n}`))).toEqual(["copyMessage"]);
      await stage.pass(5 * MINUTE);
      expect(await groupCalls(() => asAgent(`And now, ${n}?`))).toEqual([]);
    }
  });

  test("leaves nothing in the topic that is not so any more", async () => {
    const shown = async () => {
      const { text } = await stage.card("SUP-1");
      const { iconCustomEmojiId } = await stage.topic("SUP-1");
      return { text, iconCustomEmojiId };
    };
    const waiting = await shown();
    await ada.write("It is");
    await stage.settle();
    expect(await shown()).toEqual(waiting);
    expect(waiting.text).toContain("In progress");
    expect(waiting.text).not.toMatch(/waiting|Next response|Resolution/i);
  });

  test("is shown where somebody must act on it: a promise at risk, and that it is kept", async () => {
    await ada.write("It is");
    await stage.pass(225 * MINUTE);
    expect((await stage.card("SUP-1")).text).toMatch(/Next response due: .* at risk/);
    await asAgent("Then water it");
    await stage.settle();
    expect((await stage.card("SUP-1")).text).not.toContain("Next response");
  });

  test("is shown where a senior had to look, and an agent has answered", async () => {
    const icon = async () => (await stage.topic("SUP-1")).iconCustomEmojiId;
    const before = await icon();
    await asAgent("/escalate it smokes");
    await stage.settle();
    expect(await icon()).not.toBe(before);
    await ada.write("It smokes");
    await asAgent("Leave the room");
    await stage.settle();
    expect(await icon()).toBe(before);
    expect((await stage.card("SUP-1")).text).toContain("In progress");
  });
});

test("a ticket's life costs at most twenty calls in the group", async () => {
  const calls = await groupCalls(async () => {
    await ada.write("My printer burns");
    await stage.settle();
    await asAgent("/claim");
    for (const n of [1, 2, 3]) {
      await stage.pass(5 * MINUTE);
      await asAgent(`Answer ${n}`);
      await stage.pass(5 * MINUTE);
      if (n < 3) await ada.write(`Reply ${n}`);
    }
    await asAgent("/resolve");
    await stage.pass(5 * MINUTE);
    await asAgent("/close");
  });
  expect(calls.length, calls.join(" ")).toBeLessThanOrEqual(20);
});
