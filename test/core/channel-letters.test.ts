import { expect, test } from "vitest";
import { bringsIn, conforms } from "../support/channel-conformance.ts";
import { boxRoute, LetterBoxes } from "../support/letter-box.ts";

const boxes = new LetterBoxes();

conforms("of letters", boxes.channel, () => {
  const reached = new LetterBoxes();
  return {
    to: boxRoute(1),
    originals: { chat: -1, messageIds: [1] },
    makes: async ({ does }) => {
      const made = await reached.channel.make(does, {} as Env);
      if (made.kind !== "done") throw new Error(made.kind);
      return made.messages[0];
    },
    reads: () => reached.in(1).map(({ number: id, text }) => ({ id, text, reaction: null })),
  };
});

bringsIn("of letters", boxes.channel, boxes.writes(1, "Hello", 0, { files: ["lamp.jpg"] }));

test("an empty letter is no message", async () => {
  expect(await boxes.channel.read(boxes.writes(1, "", 0), {} as Env)).toBeNull();
});
