import { describe, expect, it } from "vitest";
import type { Channel, Incoming, Originals, OwnChannel } from "../../src/channels/channel.ts";
import type { Message } from "../../src/channels/message.ts";
import { OTHER_CONTACTS_FROM, type Route } from "../../src/domain/contact/route.ts";
import { CAPTION_CHARS_MAX, TEXT_CHARS_MAX } from "../../src/domain/limits.ts";
import { bold, plain, rich } from "../../src/texts/rich-text.ts";

/** What a channel leads to: a system on which its calls are made, and what the customer reads there. */
export interface Reached<Call> {
  to: Route;
  /** A message of the staff's that says "Answer". */
  originals: Originals;
  /** Makes a call; answers the number of the message that it made, if it made one. Throws where it is refused. */
  makes(call: Call): number | Promise<number>;
  /** What the customer reads and sees, in its order. */
  reads(): { id: number; text: string; reaction: string | null }[];
}

/** What every channel must do, whatever it can do beyond that. A capability that it has not is no test of it. */
export function conforms<Call>(name: string, channel: Channel<Call>, reach: () => Reached<Call>): void {
  const said = (text: string): Message => ({ text: plain(text) });
  const texts = (there: Reached<Call>): string[] => there.reads().map(({ text }) => text);

  describe(`the channel ${name}`, () => {
    it("sends words as they are, in their order", async () => {
      const there = reach();
      for (const text of ["one", "two <b>&amp;</b> 🙂"])
        await there.makes(channel.send(there.to, said(text), {}));
      expect(texts(there)).toEqual(["one", "two <b>&amp;</b> 🙂"]);
    });

    it("sends the text of what it cannot mark, press or answer", async () => {
      const there = reach();
      const marked = { text: rich`${bold("one")} two` };
      const answered = await there.makes(channel.send(there.to, marked, {}));
      const place = { answers: { messageId: answered }, buttons: [[{ text: "Yes", press: "yes" }]] };
      await there.makes(channel.send(there.to, said("three"), place));
      expect(texts(there)).toEqual(["one two", "three"]);
    });

    it.skipIf(channel.copy === undefined)("copies a message as it was written", async () => {
      const there = reach();
      await there.makes(channel.copy!(there.to, there.originals, {}));
      expect(texts(there)).toEqual(["Answer"]);
    });

    it.skipIf(channel.forward === undefined)("forwards a message with its words", async () => {
      const there = reach();
      await there.makes(channel.forward!(there.to, there.originals, {}));
      expect(texts(there)).toEqual(["Answer"]);
    });

    it("brings a text as long as people can write one, whole", async () => {
      const there = reach();
      const longest = "x".repeat(TEXT_CHARS_MAX);
      await there.makes(channel.send(there.to, said(longest), {}));
      expect(texts(there).join("")).toBe(longest);
    });

    it("asks for the same by the same call, so that one that is made again is known to be it", () => {
      const { to, originals } = reach();
      expect(channel.send(to, said("one"), {})).toEqual(channel.send(to, said("one"), {}));
      expect(channel.copy?.(to, originals, {})).toEqual(channel.copy?.(to, originals, {}));
    });

    it.skipIf(channel.edit === undefined)("edits what was sent, and makes no message of it", async () => {
      const there = reach();
      const id = await there.makes(channel.send(there.to, said("before"), {}));
      await there.makes(channel.edit!(there.to, id, { what: "text", message: said("after") }));
      expect(there.reads()).toEqual([{ id, text: "after", reaction: null }]);
    });

    it.skipIf(channel.react === undefined)("puts a reaction on a message, and takes it back", async () => {
      const there = reach();
      const id = await there.makes(channel.send(there.to, said("one"), {}));
      await there.makes(channel.react!(there.to, id, "👍"));
      expect(there.reads()).toEqual([{ id, text: "one", reaction: "👍" }]);
      await there.makes(channel.react!(there.to, id, null));
      expect(there.reads()).toEqual([{ id, text: "one", reaction: null }]);
    });

    it.skipIf(channel.delete === undefined)("takes a message back", async () => {
      const there = reach();
      const id = await there.makes(channel.send(there.to, said("one"), {}));
      await there.makes(channel.delete!(there.to, id));
      expect(there.reads()).toEqual([]);
    });
  });
}

/** What every channel other than Telegram must make of a message that came to its door. */
export function bringsIn<Does>(name: string, channel: OwnChannel<Does>, came: unknown): void {
  const read = async (what: unknown): Promise<Incoming | null> => channel.read(what, {} as Env);

  describe(`what comes by the channel ${name}`, () => {
    it("names a contact that is none of Telegram's, and the route by which they are answered", async () => {
      const { contact } = (await read(came))!;
      expect(contact.id).toBeGreaterThanOrEqual(OTHER_CONTACTS_FROM);
      expect(Number.isSafeInteger(contact.id)).toBe(true);
      expect(contact.route.channel).not.toBe("telegram");
      expect(() => channel.send(contact.route, { text: plain("Yes") }, {})).not.toThrow();
    });

    it("has a number that Telegram could have given, and no more text and files than it takes", async () => {
      const { messageId, message } = (await read(came))!;
      expect(messageId).toBeGreaterThan(0);
      expect(messageId).toBeLessThan(2 ** 32);
      const files = message.attachments?.length ?? 0;
      expect(files).toBeLessThanOrEqual(10);
      expect(message.text.text.length).toBeLessThanOrEqual(files === 0 ? TEXT_CHARS_MAX : CAPTION_CHARS_MAX);
    });

    it("is the same if it comes once more, and nothing if it is no message", async () => {
      expect(await read(came)).toEqual(await read(came));
      expect(await read({})).toBeNull();
    });
  });
}
