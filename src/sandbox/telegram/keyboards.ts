import type { InlineKeyboardButton, InlineKeyboardMarkup } from "grammy/types";
import { failures, uncataloguedFailures } from "./errors.ts";
import type { Params } from "./params.ts";

const BUTTONS_MAX = 100;
const CALLBACK_DATA_MAX_BYTES = 64;

export interface Markup {
  inline: InlineKeyboardMarkup | null;
  other: unknown;
}

/** The `reply_markup` of a call; an empty inline keyboard counts as no markup. */
export function readMarkup(params: Params): Markup {
  const markup = params.object("reply_markup", "reply keyboard markup");
  if (!markup) return { inline: null, other: null };
  const rows = markup["inline_keyboard"];
  if (rows === undefined) return { inline: null, other: markup };
  if (!Array.isArray(rows)) throw uncataloguedFailures.cantParseJson("reply keyboard markup");
  const keyboard = (rows as unknown[]).map(readRow).filter((row) => row.length > 0);
  if (keyboard.flat().length > BUTTONS_MAX) throw failures.markupTooLong();
  return { inline: keyboard.length > 0 ? { inline_keyboard: keyboard } : null, other: null };
}

function readRow(row: unknown): InlineKeyboardButton[] {
  if (!Array.isArray(row)) throw uncataloguedFailures.cantParseJson("reply keyboard markup");
  return (row as InlineKeyboardButton[]).map(checkButton);
}

function checkButton(button: InlineKeyboardButton): InlineKeyboardButton {
  if (typeof button?.text !== "string" || button.text === "" || Object.keys(button).length < 2) {
    throw uncataloguedFailures.textButtonsInline();
  }
  if ("callback_data" in button) {
    const bytes = new TextEncoder().encode(button.callback_data).length;
    if (bytes < 1 || bytes > CALLBACK_DATA_MAX_BYTES) throw failures.buttonData();
  }
  if ("url" in button && !isAddress(button.url)) throw failures.buttonUrl();
  return button;
}

function isAddress(url: string): boolean {
  return /^(https?:\/\/[^\s/.]+(\.[^\s/.]+)+(:\d+)?([/?#]\S*)?|tg:\/\/\S+)$/i.test(url);
}

export function sameMarkup(one: InlineKeyboardMarkup | null, other: InlineKeyboardMarkup | null): boolean {
  return JSON.stringify(one?.inline_keyboard ?? []) === JSON.stringify(other?.inline_keyboard ?? []);
}
