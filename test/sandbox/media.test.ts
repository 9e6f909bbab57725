import { describe, expect, it } from "vitest";
import { aWorld } from "./a-world.ts";

describe("media", () => {
  it.each([
    ["sendPhoto", "photo"],
    ["sendVideo", "video"],
    ["sendAnimation", "animation"],
    ["sendAudio", "audio"],
    ["sendDocument", "document"],
    ["sendVoice", "voice"],
  ])("%s sends a file from an address, and again by its file id", (method, kind) => {
    const world = aWorld();
    const ada = world.customer();
    const address = "https://example.com/file";
    const given = { chat_id: ada.id, [kind]: address, caption: "look" };
    const sent = world.api<Record<string, unknown>>(method, given);
    expect(sent).toMatchObject({ caption: "look" });
    const media = sent[kind] as { file_id: string } | { file_id: string }[];
    const fileId = Array.isArray(media) ? media.at(-1)?.file_id : media.file_id;
    expect(world.api(method, { chat_id: ada.id, [kind]: fileId })).toMatchObject({ [kind]: media });
    expect(world.refusal(method, { chat_id: ada.id, [kind]: "AgACnobody" })).toBe(
      "Bad Request: wrong file identifier/HTTP URL specified",
    );
  });

  it("has captions of at most 1024 characters", () => {
    const world = aWorld();
    const ada = world.customer();
    const photo = { chat_id: ada.id, photo: "https://example.com/cat.jpg" };
    expect(world.refusal("sendPhoto", { ...photo, caption: "x".repeat(1025) })).toBe(
      "Bad Request: message caption is too long",
    );
  });

  it.each([
    ["sendSticker", { sticker: "https://example.com/a.webp" }, "sticker"],
    ["sendVideoNote", { video_note: "https://example.com/a.mp4" }, "video_note"],
    ["sendLocation", { latitude: 52.5, longitude: 13.4 }, "location"],
    ["sendVenue", { latitude: 52.5, longitude: 13.4, title: "Shop", address: "Main St" }, "venue"],
    ["sendContact", { phone_number: "+100", first_name: "Ada" }, "contact"],
    ["sendPoll", { question: "Fine?", options: [{ text: "yes" }, { text: "no" }] }, "poll"],
    ["sendDice", {}, "dice"],
  ])("%s sends what it says", (method, params, field) => {
    const world = aWorld();
    const ada = world.customer();
    expect(world.api(method, { chat_id: ada.id, ...params })).toHaveProperty(field);
  });

  it("cannot be sent as another kind than it is", () => {
    const world = aWorld();
    const ada = world.customer();
    const { voice } = world.core.act("write", { userId: ada.id, voice: {} });
    expect(world.refusal("sendDocument", { chat_id: ada.id, document: voice?.file_id })).toBe(
      "Bad Request: can't use file of type voice as document",
    );
  });

  it("can be downloaded up to 20 MB", () => {
    const world = aWorld();
    const ada = world.customer();
    const small = world.core.act("write", { userId: ada.id, document: { fileName: "bill.pdf", size: 900 } });
    const large = world.core.act("write", { userId: ada.id, document: { size: 21 * 1024 * 1024 } });
    expect(world.api("getFile", { file_id: small.document?.file_id })).toMatchObject({
      file_size: 900,
      file_path: expect.stringMatching(/^documents\/file_\d+\.pdf$/),
    });
    expect(world.refusal("getFile", { file_id: large.document?.file_id })).toBe(
      "Bad Request: file is too big",
    );
    expect(world.refusal("getFile", { file_id: "nothing" })).toBe(
      "Bad Request: wrong file_id or the file is temporarily unavailable",
    );
  });
});

function photo(n: number) {
  return { type: "photo", media: `https://example.com/${n}.jpg` };
}

describe("an album", () => {
  it("is one media group of two to ten pictures", () => {
    const world = aWorld();
    const ada = world.customer();
    const sent = world.api<{ media_group_id: string; caption?: string }[]>("sendMediaGroup", {
      chat_id: ada.id,
      media: [photo(1), { ...photo(2), caption: "second" }],
    });
    expect(new Set(sent.map((item) => item.media_group_id)).size).toBe(1);
    expect(sent.map((item) => item.caption)).toEqual([undefined, "second"]);
    const eleven = Array.from({ length: 11 }, (_, n) => photo(n));
    expect(world.refusal("sendMediaGroup", { chat_id: ada.id, media: eleven })).toBe(
      "Bad Request: too many messages to send as an album",
    );
  });

  it("does not mix pictures with documents", () => {
    const world = aWorld();
    const ada = world.customer();
    const mixed = [photo(1), { type: "document", media: "https://example.com/a.pdf" }];
    expect(world.refusal("sendMediaGroup", { chat_id: ada.id, media: mixed })).toBe(
      "Bad Request: can't use the media of the specified type in the album",
    );
  });
});
