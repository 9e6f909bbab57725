import { beforeEach, describe, expect, test } from "vitest";
import type { Customer } from "../../src/sandbox/telegram/client.ts";
import { promisesNothing } from "../support/desks.ts";
import { Stage, texts } from "../support/stage.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

let stage: Stage;
let ada: Customer;
let bob: Customer;

beforeEach(async () => {
  stage = await Stage.open({ config: promisesNothing, budgets: "real" });
  ada = await stage.customer({ firstName: "Ada" });
  bob = await stage.customer({ firstName: "Bob" });
  await ada.write("My printer burns");
  await bob.write("My scanner hums");
  await stage.settle();
  await stage.pass(2 * MINUTE);
});

async function thread(ref: string): Promise<number> {
  return (await stage.topic(ref)).id;
}

/** Hints are for one reader, and stand in no list. */
async function unsent() {
  const said = await stage.telegram.calls({ method: "sendMessage" });
  return said.filter(
    ({ params, answer }) => String(params["text"]).includes("Not sent.") && answer?.status === 200,
  );
}

/** How long until it is there. */
async function waitedFor(there: () => Promise<boolean>): Promise<number> {
  const from = stage.now;
  await stage.until("it is there", there);
  return stage.now - from;
}

describe("what one customer sends a lot of makes no other wait", () => {
  const FLOODS: Record<string, (n: number) => Promise<unknown>> = {
    stickers: () => ada.send({ sticker: {} }),
    photos: () => ada.send({ photo: {} }),
    "voice messages": () => ada.send({ voice: {} }),
    "replies to a message": async () => {
      const [first] = await ada.messages();
      await ada.send({ document: { fileName: "x.txt" } }, { replyTo: first.message_id });
    },
    albums: (n) =>
      n % 5 === 0 ? ada.sendAlbum([{ photo: {} }, { photo: {} }, { photo: {} }]) : Promise.resolve(),
  };

  test.each(Object.entries(FLOODS))("%s", async (_, send) => {
    for (let n = 0; n < 40; n += 1) await send(n);
    await stage.settleNow();
    await bob.write("just one line");
    const waited = await waitedFor(async () =>
      texts(await stage.inTopic("SUP-2"))
        .join("\n")
        .includes("just one line"),
    );
    expect(waited).toBeLessThanOrEqual(3 * SECOND);
  });

  test("a ticket that is closed and opened again and again", async () => {
    for (let n = 0; n < 15; n += 1) {
      await ada.write("/close");
      await ada.write(`again ${n}`);
    }
    await stage.settleNow();
    await bob.write("just one line");
    const waited = await waitedFor(async () =>
      texts(await stage.inTopic("SUP-2"))
        .join("\n")
        .includes("just one line"),
    );
    expect(waited).toBeLessThanOrEqual(3 * SECOND);
  });

  test("all of it arrives nevertheless, in its order", async () => {
    const said = Array.from({ length: 45 }, (_, n) => `file ${n}`);
    for (const caption of said) await ada.send({ document: { fileName: "x.txt" }, caption });
    await stage.pass(5 * MINUTE);
    expect(texts(await stage.inTopic("SUP-1")).filter((text) => text.startsWith("file"))).toEqual(said);
  });
});

describe("the notice that an answer was not sent", () => {
  // Only administrators may write in a closed topic.
  beforeEach(() => stage.boris.promote({ can_manage_topics: true }));

  test("is said at once, however much waits for the group", async () => {
    const topic = await thread("SUP-2");
    await stage.olga.write(topic, "/close");
    await stage.pass(2 * MINUTE);
    for (let n = 0; n < 40; n += 1) await ada.send({ sticker: {} });
    await stage.settleNow();
    await stage.boris.write(topic, "Is it fine now?");
    const waited = await waitedFor(async () => (await unsent()).length > 0);
    expect(waited).toBeLessThanOrEqual(3 * SECOND);
  });

  test.each([
    ["to whom wrote it", true, 9003],
    ["to a lead where the bot may not write to them", false, 9001],
  ])(
    "is said in private %s, when the topic is gone before it can be said there",
    async (_, started, told) => {
      for (const id of [9001, ...(started ? [9003] : [])]) {
        const person = await stage.telegram.customer({ id, firstName: String(id) });
        await person.start();
      }
      await stage.settle();
      const topic = await thread("SUP-2");
      await stage.olga.write(topic, "/close");
      await stage.pass(2 * MINUTE);
      await stage.boris.write(topic, "Is it fine now?");
      await stage.telegram.faults([{ effect: "flood", retryAfter: 30, chatId: stage.group.id, times: 1 }]);
      await stage.settleNow();
      await stage.lead.deleteTopic(topic);
      await stage.pass(3 * MINUTE);
      const read = texts(await stage.telegram.messages(told)).filter((text) => text.includes("Not sent."));
      expect(read.length).toBe(1);
      expect(read[0]).toContain("SUP-2");
    },
  );

  test("is said once for an album", async () => {
    const topic = await thread("SUP-2");
    await stage.olga.write(topic, "/close");
    await stage.pass(2 * MINUTE);
    await stage.boris.sendAlbum(topic, [{ photo: {} }, { photo: {} }, { photo: {} }]);
    await stage.settle();
    expect((await unsent()).length).toBe(1);
  });
});
