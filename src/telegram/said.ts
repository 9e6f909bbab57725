import type { Message } from "grammy/types";
import { isBlank } from "../domain/visible.ts";

/*
 * The words of a message in the order in which they are read, for every kind of message. Rich messages (Bot API 10.1)
 * carry neither text nor caption; checklists, polls, places and contacts have words of their own.
 */

type Fields = Readonly<Record<string, unknown>>;

/** Fields that are about the message, or that quote others: no words of its writer's. */
const NOT_SAID: ReadonlySet<string> = new Set([
  "from",
  "sender_chat",
  "chat",
  "via_bot",
  "reply_to_message",
  "external_reply",
  "reply_to_story",
  "quote",
  "forward_origin",
  "forward_from",
  "forward_from_chat",
  "reply_markup",
  "sender_business_bot",
  "guest_bot_caller_user",
  "guest_bot_caller_chat",
  "direct_messages_topic",
  "link_preview_options",
]);

/** Fields of inline text, and of blocks: each begins a line of its own. From the RichBlock types of Bot API 10.3. */
const LINES = ["summary", "text", "title", "question", "description", "expression"] as const;
const INSIDE = ["blocks", "items", "cells", "buttons"] as const;
const BELOW = ["caption", "credit", "address"] as const;

/** What a message says, one line or part after the other. */
export function saidIn(message: Message): string[] {
  const { text, caption, poll, venue, contact, checklist, rich_message } = message as unknown as Partial<
    Record<"text" | "caption", string> &
      Record<"poll" | "venue" | "contact" | "checklist" | "rich_message", Fields>
  >;
  if (text !== undefined) return [text];
  if (caption !== undefined) return [caption];
  if (rich_message !== undefined) return linesOf(rich_message);
  if (checklist !== undefined)
    return [...linesOf({ title: checklist["title"] }), ...linesOf(checklist["tasks"])];
  if (poll !== undefined) {
    const { question, description, options } = poll;
    return [...linesOf({ question, description }), ...linesOf(options)];
  }
  if (venue !== undefined) return linesOf({ title: venue["title"], address: venue["address"] });
  if (contact !== undefined) return inlineLines([contact["first_name"], " ", contact["last_name"]]);
  return otherwise(message);
}

/**
 * The texts at which a message may be taken to begin: all its words, and then what some apps show apart from them (a
 * poll's description or explanation, a table's caption). A slash before any of these is meant for the whole message.
 */
export function beginningsOf(message: Message): string[] {
  const { poll, rich_message } = message as unknown as { poll?: Fields; rich_message?: Fields };
  const all = saidIn(message).join("\n");
  if (poll !== undefined)
    return [all, ...inlineLines(poll["description"]), ...inlineLines(poll["explanation"])];
  const blocks: unknown = rich_message?.["blocks"];
  const first: unknown = Array.isArray(blocks)
    ? blocks.find((block) => linesOf(block).some((line) => !isBlank(line)))
    : undefined;
  return [all, ...(isFields(first) ? BELOW.flatMap((field) => captionLines(first[field])) : [])];
}

/** What Telegram may add: any text below the fields that are not known yet. */
function otherwise(message: Message): string[] {
  return Object.entries(message).flatMap(([field, value]) =>
    NOT_SAID.has(field) || !isFields(value) ? [] : linesOf([value]),
  );
}

function linesOf(blocks: unknown): string[] {
  if (Array.isArray(blocks)) return blocks.flatMap(linesOf);
  if (!isFields(blocks)) return [];
  return [
    ...LINES.flatMap((field) => inlineLines(blocks[field])),
    ...INSIDE.flatMap((field) => linesOf(blocks[field])),
    ...BELOW.flatMap((field) => captionLines(blocks[field])),
  ];
}

/** A caption is text, or text with its credit. */
function captionLines(caption: unknown): string[] {
  return isFields(caption) && !("type" in caption) ? linesOf(caption) : inlineLines(caption);
}

function inlineLines(text: unknown): string[] {
  const inline = inlineOf(text);
  return inline === "" ? [] : [inline];
}

/** Text in text in text: styles and links around words, custom emoji and formulas between them. */
function inlineOf(text: unknown): string {
  if (typeof text === "string") return text;
  if (Array.isArray(text)) return text.map(inlineOf).join("");
  if (!isFields(text)) return "";
  const { text: inner, alternative_text, expression, button } = text;
  return inlineOf(inner ?? alternative_text ?? expression ?? button ?? "");
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
