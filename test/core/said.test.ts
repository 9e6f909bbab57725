import type { Message } from "grammy/types";
import { expect, test } from "vitest";
import { subjectOf } from "../../src/domain/ticket/subject.ts";
import { presentable } from "../../src/domain/visible.ts";
import { beginningsOf, saidIn } from "../../src/telegram/said.ts";
import { firstSlashed, slashed } from "../../src/telegram/slashed.ts";

const composed = (content: object) => content as Message;
const rich = (...blocks: object[]) => composed({ rich_message: { blocks } });
const paragraph = (text: unknown) => ({ type: "paragraph", text });

test.each<[string, Message]>([
  ["a paragraph", rich(paragraph("// for us"))],
  [
    "text in text in text",
    rich(paragraph([{ type: "bold", text: [{ type: "italic", text: "/" }, "/"] }, " us"])),
  ],
  ["a paragraph below an empty one", rich(paragraph("\u200b"), paragraph("// for us"))],
  ["a paragraph below a divider", rich({ type: "divider" }, paragraph("// for us"))],
  ["a heading", rich({ type: "heading", size: 1, text: "// for us" })],
  ["code", rich({ type: "pre", text: "// for us" })],
  ["a footer", rich({ type: "footer", text: "// for us" })],
  ["a list", rich({ type: "list", items: [{ label: "1.", blocks: [paragraph("// for us")] }] })],
  [
    "a checkbox",
    rich({ type: "list", items: [{ label: "", has_checkbox: true, blocks: [paragraph("// us")] }] }),
  ],
  ["a table", rich({ type: "table", cells: [[{ text: "// for us" }, { text: "12 EUR" }]] })],
  ["a table's caption", rich({ type: "table", cells: [[{ text: "refund" }]], caption: "// for us" })],
  ["a table whose first cell is empty", rich({ type: "table", cells: [[{}, { text: "// for us" }]] })],
  ["a quotation", rich({ type: "blockquote", blocks: [paragraph("// for us")] })],
  ["a long quotation", rich({ type: "expandable_blockquote", text: "// for us" })],
  ["a pulled quotation", rich({ type: "pullquote", text: "// for us" })],
  ["details", rich({ type: "details", summary: "// for us", blocks: [paragraph("he lies")] })],
  ["a picture's caption", rich({ type: "photo", photo: [], caption: { text: "// for us" } })],
  ["a recording's caption", rich({ type: "voice_note", voice_note: {}, caption: { text: "// for us" } })],
  [
    "the caption of several pictures",
    rich({ type: "collage", blocks: [{ type: "photo", photo: [] }], caption: { text: "// for us" } }),
  ],
  [
    "a picture in a slideshow",
    rich({ type: "slideshow", blocks: [{ type: "photo", photo: [], caption: { text: "// us" } }] }),
  ],
  ["a map's caption", rich({ type: "map", location: {}, caption: { text: "// for us" } })],
  ["a button", rich({ type: "buttons", buttons: [{ text: "// for us", url: "https://example.org" }] })],
  ["a block of a kind that is not known yet", rich({ type: "carousel", title: "// for us" })],
  ["a checklist", composed({ checklist: { title: "// before we refund", tasks: [] } })],
  ["a poll", composed({ poll: { question: "// refund or not?", options: [{ text: "yes" }] } })],
  ["a poll's description", composed({ poll: { question: "?", description: "// for us", options: [] } })],
  ["a place", composed({ venue: { title: "// his flat", address: "x" }, location: {} })],
  ["a contact", composed({ contact: { first_name: "// liar", phone_number: "1" } })],
  ["a caption", composed({ photo: [], caption: "// for us" })],
  ["a kind that is not known yet", composed({ chat: { title: "x" }, hologram: { title: "// for us" } })],
])("%s that begins with // is a note", (_, message) => {
  expect(firstSlashed(beginningsOf(message))).toMatchObject({ kind: "note" });
});

test("a message that only quotes or names another's words is no note", () => {
  const answer = composed({
    chat: { title: "// staff" },
    reply_to_message: { text: "// internal" },
    quote: { text: "// internal" },
    hologram: { title: "for the customer" },
  });
  expect(firstSlashed(beginningsOf(answer))).toBeNull();
  expect(firstSlashed(beginningsOf(rich(paragraph("see"), paragraph("// twice"))))).toBeNull();
});

test.each([
  [{ rich_message: { blocks: "none" } }],
  [{ rich_message: null }],
  [{ rich_message: { blocks: [null, 7, { type: "list", items: 3 }] } }],
  [{ checklist: {} }],
  [{ poll: {} }],
  [{ contact: { phone_number: "1" } }],
])("a shape that is not known yet says nothing (%j)", (content) => {
  expect(beginningsOf(composed(content)).join("").trim()).toBe("");
});

test("a command with a table below it is that command", () => {
  const message = rich(paragraph("/resolve see the table"), { type: "table", cells: [[{ text: "refund" }]] });
  expect(firstSlashed(beginningsOf(message))).toEqual({
    kind: "command",
    name: "resolve",
    bot: null,
    argument: "see the table\nrefund",
  });
});

test.each([
  ...Array.from(
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u180b\u180e\u200b\u200c\u200d\u200e\u200f\u2028\u202e\u2060\u2066\u206f\u2800\u3000\u3164\ufe0f\ufeff\uffa0\ufff9\ufffc",
  ),
  "\u{1d159}",
  "\u{1d173}",
  "\u{e0001}",
  "\u{e0100}",
  "\u0001",
  " \n\u2800\t\u061c",
])("an unseen beginning (%j) does not make a note an answer", (unseen) => {
  expect(slashed(`${unseen}/note secret`)).toEqual({
    kind: "command",
    name: "note",
    bot: null,
    argument: "secret",
  });
  expect(slashed(`${unseen}// secret`)).toEqual({ kind: "note", text: "secret" });
});

test.each(["／", "⁄", "∕", "⧸", "╱"])("%s is meant as a slash", (slash) => {
  expect(slashed(`${slash}${slash} secret`)).toEqual({ kind: "note", text: "secret" });
  expect(slashed(`${slash}note secret`)).toEqual({ kind: "slip" });
});

test("an unseen character between two slashes does not part them", () => {
  expect(slashed("/\u200b/ secret")).toEqual({ kind: "note", text: "secret" });
});

test.each(["ok", "12/2026", "1⁄2 cup", "👍/👎", "https://example.org"])(
  "“%s” is for the customer",
  (text) => {
    expect(slashed(text)).toBeNull();
  },
);

test("lists, tables and styles leave their words in the order of reading", () => {
  const message = rich(
    { type: "heading", size: 2, text: "Two broken lamps" },
    {
      type: "list",
      items: [{ label: "1.", blocks: [paragraph(["The ", { type: "bold", text: "desk" }, " lamp"])] }],
    },
    { type: "table", cells: [[{ text: "paid" }, { text: "12 EUR" }]], caption: "the bill" },
  );
  expect(saidIn(message)).toEqual(["Two broken lamps", "The desk lamp", "paid", "12 EUR", "the bill"]);
});

test.each([
  ["Ada Lovelace", "Ada Lovelace"],
  ["Nguyễn Thị Ánh", "Nguyễn Thị Ánh"],
  ["أحمد", "أحمد"],
  ["👩‍👩‍👧 Mum 🏴󠁧󠁢󠁥󠁮󠁧󠁿", "👩‍👩‍👧 Mum 🏴󠁧󠁢󠁥󠁮󠁧󠁿"],
  ["❤️", "❤️"],
  ["\u3164", ""],
  ["\u2800\u200b", ""],
  ["\u0301\u0301", ""],
  ["\u202eadA", "adA"],
  ["Ada\nLovelace", "Ada Lovelace"],
  ["  Ada\u3164", "Ada"],
  [`A${"\u0301\u0316\u0323".repeat(22)}`, "A\u0301\u0316\u0323"],
  [`A${"\u0301\u200d".repeat(30)}B`, "A\u0301\u200d\u0301\u200d\u0301\u200dB"],
])("the name %j reads %j", (name, reads) => {
  expect(presentable(name)).toBe(reads);
});

test.each([["\u3164"], ["\u2800\n\u115f"], ["\u0301"], [""]])(
  "a first message of nothing visible (%j) is named by its kind",
  (text) => {
    expect(subjectOf(text, "Message")).toBe("Message");
  },
);
