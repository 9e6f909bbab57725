import type { Scenario } from "./scenario.ts";

export const topicDeleted: Scenario = {
  id: "topic-deleted",
  title: "Topic deleted and healed",
  shows: "Somebody deletes a ticket's topic. The customer's next message makes it anew, and nothing is lost.",

  async play(stage) {
    const { lead } = stage;
    const agent = stage.agents[1]!;
    const customer = await stage.customer();

    await customer.write("My invoice shows the wrong name.");
    const first = await stage.ticketOf(customer);
    await stage.until("the message is in its topic", async () =>
      (await stage.textsIn(first.topicId)).includes("My invoice shows the wrong name."),
    );
    await stage.pause();

    await lead.deleteTopic(first.topicId);
    await stage.pause();

    await customer.write("Hello, is anybody there?");
    const topic = await stage.until("the ticket has a topic again, another one", async () => {
      const found = await stage.topicOf(first.ref);
      return found !== undefined && found.id !== first.topicId && found;
    });
    await stage.until("the new message is in it", async () =>
      (await stage.textsIn(topic.id)).some((text) => text.includes("Hello, is anybody there?")),
    );
    const card = await stage.until("it has a card", () => stage.cardIn(topic.id));
    stage.seen("the card says what happened", card.text?.includes("The earlier topic was deleted") === true);
    await stage.pause();

    await agent.write(topic.id, "Yes, we are here. I correct it.");
    await stage.until("the customer reads the answer", async () =>
      (await stage.textsAt(customer)).includes("Yes, we are here. I correct it."),
    );
    stage.seen(
      "the customer noticed nothing of it",
      (await stage.textsAt(customer)).every((text) => !/topic|deleted/i.test(text)),
    );
  },
};
