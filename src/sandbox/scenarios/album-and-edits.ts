import type { Scenario } from "./scenario.ts";

export const albumAndEdits: Scenario = {
  id: "album-and-edits",
  title: "Album and edits",
  shows: "Pictures arrive as one album; edits, replies and reactions follow their message to the other side.",

  async play(stage) {
    const { group } = stage;
    const agent = stage.agents[1]!;
    const customer = await stage.customer();

    await customer.write("The parcel came, but look at it!");
    const { topicId } = await stage.ticketOf(customer);
    await stage.pause();

    const sent = await customer.sendAlbum([
      { photo: {}, caption: "Three sides of the parsel" },
      { photo: { width: 600, height: 800 } },
      { photo: {} },
    ]);
    const album = await stage.until("the three pictures are one album in the topic", async () => {
      const messages = await group.messages({ threadId: topicId });
      const pictures = messages.filter((message) => message.photo !== undefined);
      const isWhole = pictures.length === 3 && new Set(pictures.map((one) => one.media_group_id)).size === 1;
      return isWhole && pictures;
    });
    await stage.pause();

    await customer.edit(sent[0]!.message_id, { caption: "Three sides of the parcel" });
    await stage.until("the corrected caption is in the topic", async () =>
      (await group.messages({ threadId: topicId })).find(
        (message) => message.caption === "Three sides of the parcel",
      ),
    );
    await stage.pause();

    const answer = await agent.write(topicId, "Oh no. We send you a new one today.", {
      replyTo: album[0]!.message_id,
    });
    const read = await stage.until("the customer reads the answer as a reply to their album", async () =>
      (await customer.messages()).find(
        (message) =>
          message.text === "Oh no. We send you a new one today." &&
          message.reply_to_message?.message_id === sent[0]!.message_id,
      ),
    );
    await stage.pause();

    await customer.react(read.message_id, "❤");
    await stage.until("the agent sees the customer's reaction", async () =>
      (await group.messages({ threadId: topicId })).find(
        (message) =>
          message.message_id === answer.message_id &&
          message.reactions?.some(({ reaction }) =>
            reaction.some((one) => one.type === "emoji" && one.emoji === "❤"),
          ),
      ),
    );
    await stage.pause();

    await agent.edit(answer.message_id, "Oh no. A new one is on its way, you have it tomorrow.");
    await stage.until("the customer's message changes with the agent's edit", async () =>
      (await customer.messages()).find(
        (message) =>
          message.message_id === read.message_id &&
          message.text === "Oh no. A new one is on its way, you have it tomorrow.",
      ),
    );
  },
};
