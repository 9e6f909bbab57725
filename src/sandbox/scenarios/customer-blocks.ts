import type { Scenario } from "./scenario.ts";

export const customerBlocks: Scenario = {
  id: "customer-blocks",
  title: "Customer blocks the bot",
  shows:
    "An agent answers somebody who has blocked the bot: the topic says so, once, and says when they are back.",

  async play(stage) {
    const { group } = stage;
    const agent = stage.agents[1]!;
    const customer = await stage.customer();

    await customer.write("Please cancel my subscription.");
    const { topicId } = await stage.ticketOf(customer);
    await stage.pause();

    await customer.block();
    await stage.until("the topic says that the customer cannot be reached", async () =>
      (await stage.textsIn(topicId)).find(isTold),
    );
    await stage.pause();

    const answer = await agent.write(topicId, "It is cancelled.");
    await stage.until("the answer is marked as not delivered", async () =>
      (await group.messages({ threadId: topicId })).find(
        (message) =>
          message.message_id === answer.message_id &&
          message.reactions?.some(({ reaction }) =>
            reaction.some((one) => one.type === "emoji" && one.emoji === "👎"),
          ),
      ),
    );
    await stage.pause();

    await customer.unblock();
    await stage.until("the topic says that they are back", async () =>
      (await stage.textsIn(topicId)).some((text) => text.includes("can be reached again")),
    );
    await stage.pause();

    await agent.write(topicId, "It is cancelled, and nothing is left to pay.");
    await stage.until("the next answer reaches them", async () =>
      (await stage.textsAt(customer)).includes("It is cancelled, and nothing is left to pay."),
    );
    stage.seen("it was said once", (await stage.textsIn(topicId)).filter(isTold).length === 1);
  },
};

function isTold(text: string): boolean {
  return text.startsWith("⚠️ The customer has blocked the bot");
}
