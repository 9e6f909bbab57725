import type { SeenMessage } from "../telegram/client.ts";
import type { Scenario } from "./scenario.ts";
import type { Stage } from "./stage.ts";

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;

export const promiseBroken: Scenario = {
  id: "promise-broken",
  title: "A promise is broken",
  shows:
    "An agent claims and does not answer: warned before time, then the ticket is taken over and the leads are told.",

  async play(stage) {
    const slow = stage.agents.at(-1)!;
    const customer = await stage.customer();

    await customer.write("I was charged twice, please help");
    const { ref, topicId, cardId } = await stage.ticketOf(customer);
    await stage.until("the customer is told when to expect an answer", async () =>
      (await stage.textsAt(customer)).some((text) => /We'll reply here .*\d/.test(text)),
    );
    await slow.press(cardId, { text: "Claim" });
    const dueAt = await stage.until("the card says when an answer is due", async () => {
      const card = await stage.cardIn(topicId);
      return card?.text?.includes("First response due:") === true && dueIn(card);
    });
    await stage.pause();

    // Others may be due at the same instant, and the group takes twenty calls a minute: the warning has some of them.
    await passTo(stage, dueAt - 20 * MINUTE_MS);
    await stage.until("the assignee is warned before it is due", async () => {
      const warned = await stage.telegram.messages(slow.id);
      const texts = [...warned.map(({ text }) => text ?? ""), ...(await stage.textsIn(topicId))];
      return texts.some((text) => text.includes("⏳ First response due"));
    });
    await stage.until("the card shows that it is at risk", async () =>
      (await stage.cardIn(topicId))?.text?.includes("⚠️ at risk"),
    );
    await stage.pause();

    await passTo(stage, dueAt + 5 * MINUTE_MS);
    await stage.until("the topic says that the promise is broken", async () =>
      (await stage.textsIn(topicId)).find((text) => text.includes("🔴 First response")),
    );
    await stage.until("somebody else has the ticket now, or it is said that nobody is free", async () =>
      (await stage.textsIn(topicId)).find((text) =>
        /ssigned (automatically |this )to|nobody is free/.test(text),
      ),
    );
    await stage.until("the card shows that it is late", async () =>
      (await stage.cardIn(topicId))?.text?.includes("🔴 breached"),
    );
    await stage.pause();

    const helper = stage.agents.at(-2)!;
    await helper.write(topicId, "Sorry for the wait! The second charge is on its way back to you.");
    await stage.until("the customer has the answer", async () =>
      (await stage.textsAt(customer)).find((text) => text.startsWith("Sorry for the wait!")),
    );
    await helper.write(topicId, "/sla");
    await stage.until("/sla says that it was kept, but late", async () =>
      (await helper.messages({ threadId: topicId })).find(
        ({ text }) =>
          text?.includes(`${ref} · policy`) === true && text.includes("First response: kept, but late"),
      ),
    );
  },
};

/** The instant in the card's line about the first response, in ms since 1970. */
function dueIn(card: SeenMessage): number | null {
  const text = card.text ?? "";
  const begin = text.indexOf("First response due:");
  const end = text.indexOf("\n", begin);
  const isThere = (at: number): boolean => at > begin && (end === -1 || at < end);
  const entity = card.entities?.find((one) => isThere(one.offset) && one.type === "date_time");
  return entity !== undefined && "unix_time" in entity ? entity.unix_time * SECOND_MS : null;
}

async function passTo(stage: Stage, at: number): Promise<void> {
  const { now } = await stage.telegram.status();
  await stage.pass(at - now);
}
