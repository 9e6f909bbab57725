import type { MessageEntity } from "grammy/types";
import { describe, expect, it } from "vitest";
import { aWorld } from "./a-world.ts";

function formatted(parse_mode: string, text: string): { text?: string; entities?: MessageEntity[] } {
  const world = aWorld();
  const ada = world.customer();
  return world.api("sendMessage", { chat_id: ada.id, text, parse_mode });
}

function refused(parse_mode: string, text: string): string {
  const world = aWorld();
  const ada = world.customer();
  return world.refusal("sendMessage", { chat_id: ada.id, text, parse_mode });
}

describe("HTML", () => {
  it("becomes entities with UTF-16 offsets, and leaves the text bare", () => {
    expect(
      formatted("HTML", '😀 <b>bold <i>both</i></b> &lt;tag&gt; <a href="https://example.com">link</a>'),
    ).toMatchObject({
      text: "😀 bold both <tag> link",
      entities: [
        { type: "bold", offset: 3, length: 9 },
        { type: "italic", offset: 8, length: 4 },
        { type: "text_link", offset: 19, length: 4, url: "https://example.com/" },
      ],
    });
  });

  it.each([
    ['<pre><code class="language-ts">let x</code></pre>', { type: "pre", language: "ts", length: 5 }],
    ["<pre>raw</pre>", { type: "pre", length: 3 }],
    ["<blockquote expandable>long</blockquote>", { type: "expandable_blockquote", length: 4 }],
    ["<tg-spoiler>secret</tg-spoiler>", { type: "spoiler", length: 6 }],
    ['<span class="tg-spoiler">secret</span>', { type: "spoiler", length: 6 }],
    ['<a href="tg://user?id=77">Ada</a>', { type: "text_mention", length: 3 }],
    ['<tg-emoji emoji-id="5368324170671202286">👍</tg-emoji>', { type: "custom_emoji", length: 2 }],
  ])("knows %s", (text, entity) => {
    expect(formatted("HTML", text).entities).toMatchObject([entity]);
  });

  it.each([
    ["<b>open", `can't parse entities: Can't find end tag corresponding to start tag "b"`],
    ["<b>x</i>", `can't parse entities: Unmatched end tag at byte offset 4, expected "</b>", found "</i>"`],
    ["a < b", "can't parse entities: Unclosed start tag at byte offset 2"],
    ["é<x>y</x>", `can't parse entities: Unsupported start tag "x" at byte offset 2`],
    ["x</b>", "can't parse entities: Unexpected end tag at byte offset 1"],
    [
      '<span class="big">x</span>',
      'can\'t parse entities: Tag "span" must have class "tg-spoiler" at byte offset 0',
    ],
  ])("is refused when it reads %s", (text, description) => {
    expect(refused("HTML", text)).toBe(`Bad Request: ${description}`);
  });
});

describe("MarkdownV2", () => {
  it.each([
    ["*bold _italic_*", "bold italic", ["bold", "italic"]],
    ["__under__ ~gone~ ||hidden||", "under gone hidden", ["underline", "strikethrough", "spoiler"]],
    ["`x_y` and ```ts\nlet a```", "x_y and let a", ["code", "pre"]],
    ["[link](https://example.com/a_b)", "link", ["text_link"]],
    ["![👍](tg://emoji?id=5368324170671202286)", "👍", ["custom_emoji"]],
    [">quoted\n>more\nplain", "quoted\nmore\nplain", ["blockquote"]],
    ["**>short\n>long||", "short\nlong", ["expandable_blockquote"]],
    ["1\\. dot and \\*star\\*", "1. dot and *star*", []],
    ["___italic underline_**__", "italic underline", ["italic", "underline"]],
  ])("turns %j into %j", (source, text, types) => {
    const message = formatted("MarkdownV2", source);
    expect(message.text).toBe(text);
    expect((message.entities ?? []).map((entity) => entity.type)).toEqual(types);
  });

  it.each([
    [
      "Order 1.",
      "can't parse entities: Character '.' is reserved and must be escaped with the preceding '\\'",
    ],
    ["a - b", "can't parse entities: Character '-' is reserved and must be escaped with the preceding '\\'"],
    ["*open", "can't parse entities: Can't find end of Bold entity at byte offset 0"],
    ["[link](https://example.com", "can't parse entities: Can't find end of a URL at byte offset 7"],
  ])("is refused when it reads %s", (text, description) => {
    expect(refused("MarkdownV2", text)).toBe(`Bad Request: ${description}`);
  });
});

describe("other parse modes", () => {
  it("are the old Markdown", () => {
    expect(formatted("Markdown", "*bold* snake\\_case `x` [a](https://example.com)")).toMatchObject({
      text: "bold snake_case x a",
      entities: [{ type: "bold" }, { type: "code" }, { type: "text_link" }],
    });
    expect(refused("Markdown", "snake_case")).toBe(
      "Bad Request: can't parse entities: Can't find end of the entity starting at byte offset 5",
    );
  });

  it("do not exist", () => {
    expect(refused("BBCode", "x")).toBe("Bad Request: unsupported parse_mode");
  });
});
