import type { Scenario } from "./scenario.ts";

export const firstContact: Scenario = {
  id: "first-contact",
  title: "First contact",
  shows: "A customer asks, an agent claims, answers and closes: the life of a ticket.",

  async play(stage) {
    const { group } = stage;
    const agent = stage.agents[1]!;
    const customer = await stage.customer();

    await customer.start();
    await stage.pause();
    await customer.write("Hello, my order 1001 has not arrived yet.");
    const { ref, topicId, cardId } = await stage.ticketOf(customer);
    await stage.until("the question is in the topic", async () =>
      (await stage.textsIn(topicId)).includes("Hello, my order 1001 has not arrived yet."),
    );
    await stage.pause();

    const pressed = await agent.press(cardId, { text: "Claim" });
    await stage.until("the agent is told that it is theirs", async () => (await pressed.answer())?.text);
    await stage.pause();

    const answer = "I am looking into it: it left our warehouse this morning.";
    await agent.write(topicId, answer);
    await stage.until("the customer reads the answer", async () =>
      (await stage.textsAt(customer)).includes(answer),
    );
    await stage.pause();

    const thanks = "Wonderful, that is all I wanted to know!";
    await customer.write(thanks);
    await stage.until("the agent reads the reply", async () =>
      (await stage.textsIn(topicId)).includes(thanks),
    );
    await stage.pause();

    await agent.write(topicId, "/close told where it is");
    await stage.until("the customer is told that it is closed", async () =>
      (await stage.textsAt(customer)).find((text) => text.startsWith(`${ref} is closed`)),
    );
    await stage.until("the topic is closed", async () =>
      (await group.topics()).find((one) => one.id === topicId && one.isClosed),
    );
    stage.seen(
      "the customer never read the agent's note",
      (await stage.textsAt(customer)).every((text) => !text.includes("told where it is")),
    );
  },
};
