import type { InlineKeyboardButton } from "grammy/types";
import { brokenPromises } from "../domain/sla/escalation-log.ts";
import { standingOf, type Standing } from "../domain/ticket/status.ts";
import type { Ticket } from "../domain/ticket/ticket.ts";
import { DESK_LANGUAGE, type Language } from "../texts/languages.ts";
import { pressData, type Press } from "./callback.ts";

export type Keyboard = InlineKeyboardButton[][];

/**
 * The emoji that stands for it in the topic's icon, the first one that Telegram offers (`getForumTopicIconStickers`): the
 * list of topics shows what somebody must act on, not who spoke last.
 */
const ICONS: Record<Standing, readonly string[]> = {
  open: ["🆕", "❗", "❓"],
  in_progress: ["💬", "👀", "🗣"],
  escalated: ["🔥", "‼", "⚡"],
  resolved: ["✅", "🏆"],
  closed: ["🏁", "📁"],
};

/** A new ticket that is urgent or late stands out. */
const ALARMING = ["❗", "‼", "🆕"];

export function iconsFor(ticket: Ticket): readonly string[] {
  const alarming = ticket.priority === "urgent" || brokenPromises(ticket).length > 0;
  return ticket.status === "open" && alarming ? ALARMING : ICONS[standingOf(ticket.status)];
}

/** The buttons of the card: what can be done with the ticket as it stands. */
export function cardKeyboard(ticket: Ticket): Keyboard {
  if (ticket.movedTo !== null) return [];
  const button = (act: keyof Language["CARD_BUTTONS"]): InlineKeyboardButton => ({
    text: DESK_LANGUAGE.CARD_BUTTONS[act],
    callback_data: pressData({ act, ticket: `${ticket.group}:${ticket.number}` } satisfies Press),
  });
  switch (ticket.status) {
    case "open":
    case "in_progress":
    case "escalated":
    case "waiting": {
      const claim = ticket.assignee === null ? [button("claim")] : [];
      return [[...claim, button("resolve"), button("close")]];
    }
    case "resolved":
      return [[button("reopen"), button("close")]];
    case "closed":
      return [[button("reopen")]];
    default:
      return ticket.status satisfies never;
  }
}
