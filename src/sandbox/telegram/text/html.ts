import type { MessageEntity } from "grammy/types";
import { failures } from "../errors.ts";
import { byteOffset, linkEntity } from "./parsing.ts";
import type { FormattedText } from "./parsing.ts";

const SIMPLE: Record<string, MessageEntity["type"]> = {
  b: "bold",
  strong: "bold",
  i: "italic",
  em: "italic",
  u: "underline",
  ins: "underline",
  s: "strikethrough",
  strike: "strikethrough",
  del: "strikethrough",
  "tg-spoiler": "spoiler",
  span: "spoiler",
};
const TAGS = new Set([...Object.keys(SIMPLE), "a", "tg-emoji", "tg-time", "pre", "code", "blockquote"]);
const NAMED: Record<string, string> = { lt: "<", gt: ">", amp: "&", quot: '"' };

interface OpenTag {
  name: string;
  attributes: Record<string, string>;
  offset: number;
}

export function parseHtml(source: string): FormattedText {
  let text = "";
  const entities: MessageEntity[] = [];
  const open: OpenTag[] = [];
  let at = 0;
  while (at < source.length) {
    if (source[at] !== "<") {
      const end = nextMarkup(source, at);
      text += decode(source.slice(at, end));
      at = end;
      continue;
    }
    const end = source.indexOf(">", at);
    if (source[at + 1] === "/") {
      const tag = open.pop();
      if (!tag) throw bad(`Unexpected end tag at byte offset ${byteOffset(source, at)}`);
      if (end < 0) throw bad(`Unclosed end tag at byte offset ${byteOffset(source, at)}`);
      const name = source
        .slice(at + 2, end)
        .trim()
        .toLowerCase();
      if (name !== "" && name !== tag.name) {
        throw bad(
          `Unmatched end tag at byte offset ${byteOffset(source, at)}, expected "</${tag.name}>", found "</${name}>"`,
        );
      }
      close(tag, text, entities);
    } else {
      if (end < 0) throw bad(`Unclosed start tag at byte offset ${byteOffset(source, at)}`);
      open.push({ ...readStartTag(source, at, end), offset: text.length });
    }
    at = end + 1;
  }
  const unclosed = open.at(-1);
  if (unclosed) throw bad(`Can't find end tag corresponding to start tag "${unclosed.name}"`);
  return { text, entities };
}

function nextMarkup(source: string, from: number): number {
  const next = source.indexOf("<", from);
  return next < 0 ? source.length : next;
}

function decode(part: string): string {
  return part.replace(/&(?:#x([0-9a-f]{1,6})|#([0-9]{1,7})|([a-z]+));?/gi, (whole, hex, decimal, name) => {
    const code = hex ? Number.parseInt(hex, 16) : Number.parseInt(decimal, 10);
    if (hex || decimal) return code > 0 && code < 0x10ffff ? String.fromCodePoint(code) : whole;
    return NAMED[name] ?? whole;
  });
}

function readStartTag(source: string, at: number, end: number): Omit<OpenTag, "offset"> {
  const inside = source.slice(at + 1, end);
  const name = (/^\S*/.exec(inside)?.[0] ?? "").toLowerCase();
  const where = `at byte offset ${byteOffset(source, at)}`;
  if (!TAGS.has(name)) throw bad(`Unsupported start tag "${name}" ${where}`);
  const attributes: Record<string, string> = {};
  for (const [, key, , quoted, single, bare] of inside
    .slice(name.length)
    .matchAll(/([^\s=]+)(\s*=\s*(?:"([^"]*)"|'([^']*)'|([a-z0-9.-]+)))?/gi)) {
    if (key) attributes[key.toLowerCase()] = decode(quoted ?? single ?? bare ?? "");
  }
  if (name === "span" && attributes["class"] !== "tg-spoiler") {
    throw bad(`Tag "span" must have class "tg-spoiler" ${where}`);
  }
  return { name, attributes };
}

function close(tag: OpenTag, text: string, entities: MessageEntity[]): void {
  const place = { offset: tag.offset, length: text.length - tag.offset };
  if (place.length === 0) return;
  const simple = SIMPLE[tag.name];
  if (simple) {
    entities.push({ type: simple, ...place } as MessageEntity);
    return;
  }
  switch (tag.name) {
    case "a": {
      const entity = linkEntity(tag.attributes["href"] ?? text.slice(tag.offset), place);
      if (entity) entities.push(entity);
      break;
    }
    case "tg-emoji": {
      const id = tag.attributes["emoji-id"] ?? "";
      if (!/^[1-9]\d*$/.test(id)) throw bad("Invalid custom emoji identifier specified");
      entities.push({ type: "custom_emoji", ...place, custom_emoji_id: id });
      break;
    }
    case "tg-time":
      entities.push({
        type: "date_time",
        ...place,
        unix_time: Number(tag.attributes["unix"] ?? 0),
        date_time_format: tag.attributes["format"] ?? "",
      } as MessageEntity);
      break;
    case "blockquote":
      entities.push({
        type: "expandable" in tag.attributes ? "expandable_blockquote" : "blockquote",
        ...place,
      });
      break;
    case "code":
      closeCode(tag, place, entities);
      break;
    case "pre":
      closePre(place, entities);
      break;
  }
}

const languages = new WeakMap<MessageEntity, string>();

function closeCode(tag: OpenTag, place: { offset: number; length: number }, entities: MessageEntity[]): void {
  const entity: MessageEntity = { type: "code", ...place };
  const language = /^language-(.+)$/.exec(tag.attributes["class"] ?? "")?.[1];
  if (language) languages.set(entity, language);
  entities.push(entity);
}

/** `<pre><code class="language-…">` around the same text is one entity. */
function closePre(place: { offset: number; length: number }, entities: MessageEntity[]): void {
  const last = entities.at(-1);
  const language = last && languages.get(last);
  if (last && language && last.offset === place.offset && last.length === place.length) {
    entities[entities.length - 1] = { type: "pre", ...place, language };
  } else {
    entities.push({ type: "pre", ...place });
  }
}

function bad(why: string) {
  return failures.cantParseEntities(why);
}
