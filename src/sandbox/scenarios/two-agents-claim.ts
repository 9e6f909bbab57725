import type { Scenario } from "./scenario.ts";

export const twoAgentsClaim: Scenario = {
  id: "two-agents-claim",
  title: "Two agents claim",
  shows: "Two agents press Claim at the same moment: one gets the ticket, the other is told who has it.",

  async play(stage) {
    const [, one, other] = stage.agents;
    const customer = await stage.customer();

    await customer.write("Can somebody change my delivery address?");
    const { ref, topicId, cardId } = await stage.ticketOf(customer);
    await stage.pause();

    const presses = await Promise.all([
      one!.press(cardId, { text: "Claim" }),
      other!.press(cardId, { text: "Claim" }),
    ]);
    const toasts = await stage.until("both agents are answered", async () => {
      const answers = await Promise.all(presses.map((press) => press.answer()));
      const texts = answers.map((answer) => answer?.text ?? null);
      return !texts.includes(null) && texts;
    });
    stage.seen(
      "one is told that it is theirs",
      toasts.filter((text) => text === "It's yours now.").length === 1,
    );
    stage.seen(
      "the other is told who has it",
      toasts.filter((text) => text?.includes(`already has ${ref}.`)).length === 1,
    );
    await stage.pause();

    await stage.until("the topic says who took it", async () =>
      (await stage.textsIn(topicId)).find((text) => text.endsWith("took this ticket.")),
    );
    await stage.until(
      "the card names one assignee",
      async () => (await stage.cardIn(topicId))?.text?.includes("Assignee: unclaimed") === false,
    );
    await stage.pause();
    stage.seen(
      "the ticket was taken once",
      (await stage.textsIn(topicId)).filter((text) => text.endsWith("took this ticket.")).length === 1,
    );
  },
};
