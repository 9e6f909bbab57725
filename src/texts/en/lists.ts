import type { Priority } from "../../domain/priority.ts";
import type { TicketStatus } from "../../domain/ticket/status.ts";
import { bold, join, link, plain, rich, type RichText, timeOfDay } from "../rich-text.ts";
import { instant } from "./when.ts";
import { list, shortDuration } from "./words.ts";

/** Lists for the staff. */

/** How a ticket stands, at a glance. */
export type QueueSign = "late" | "at_risk" | "unclaimed" | "in_hand" | "waiting";

const QUEUE_SIGNS: Record<QueueSign, string> = {
  late: "🔴",
  at_risk: "⚠️",
  unclaimed: "🆕",
  in_hand: "💬",
  waiting: "☕",
};

export interface QueueLine {
  ref: string;
  sign: QueueSign;
  customer: string;
  assignee: string | null;
  priority: Priority;
  /** For how long the customer has waited for an answer, in ms; null: it is their turn. */
  waitedMs: number | null;
  /** When the next promise is due, and whether that is within a day. */
  due: { at: number; soon: boolean } | null;
  url: string | null;
}

/** `title` says what the list holds; `total` how many there are, of which these are the first. */
export function queueList(title: string, lines: readonly QueueLine[], total: number, zone: string): RichText {
  const listed = lines.map(({ due, ...line }) => {
    const ref = line.url === null ? bold(line.ref) : link(line.ref, line.url);
    const parts: RichText[] = [
      rich`${QUEUE_SIGNS[line.sign]} ${ref} ${line.customer}`,
      plain(line.assignee ?? "unclaimed"),
      plain(line.waitedMs === null ? "answered" : `waiting ${shortDuration(line.waitedMs)}`),
    ];
    if (due !== null) parts.push(rich`due ${due.soon ? timeOfDay(due.at, zone) : instant(due.at, zone)}`);
    if (line.priority !== "normal")
      parts.push(line.priority === "urgent" ? bold("urgent") : plain(line.priority));
    return join(parts, " · ");
  });
  return list(rich`📋 ${bold(title)}`, listed, total);
}

export function nothingOpen(whose: "group" | "own"): RichText {
  return plain(whose === "group" ? "☕ Nothing is open." : "☕ You have no tickets in this group.");
}

export interface TeamLine {
  name: string;
  lead: boolean;
  /** Why they get no tickets; null: they do. */
  because: string | null;
  /** Until when, in ms since 1970; null where that is not known. */
  until: number | null;
  open: number;
  capacity: number;
}

export function teamList(lines: readonly TeamLine[], zone: string): RichText {
  const online = lines.filter(({ because }) => because === null);
  const listed = lines.map(({ name, lead, because, until, open, capacity }) => {
    const sign = because === null ? "🟢" : because === "offline" ? "⚫" : "🌙";
    const state =
      because === null
        ? ""
        : rich` · ${because}${until === null ? "" : rich` until ${instant(until, zone)}`}`;
    const load = capacity === 0 ? "takes no tickets" : `${open} of ${capacity} tickets`;
    return rich`${sign} ${bold(name)}${lead ? " (lead)" : ""} · ${load}${state}`;
  });
  return list(rich`👥 ${bold(`${online.length} of ${lines.length} online`)}`, listed, lines.length);
}

/** What a ticket that nobody has waits for. */
export function waitsFor(what: string, at: number, zone: string): RichText {
  return rich`Waiting to be assigned: ${what}, ${instant(at, zone)}`;
}

export function openInGroup(open: number, unclaimed: number): string {
  return `${open} open · ${unclaimed} unclaimed`;
}

export function ownTickets(own: number, toAnswer: number): string {
  return `${own === 1 ? "1 ticket is yours" : `${own} tickets are yours`} · ${toAnswer} to answer`;
}

/** Below a ticket's card: how often it was taken up again, and what else its customer has asked. */
export function history(
  { reopenings }: { reopenings: number },
  others: readonly { ref: string; status: TicketStatus; subject: string }[],
): string {
  const listed = others.map(
    ({ ref, status, subject }) => `\n${ref} · ${status.replace("_", " ")} · ${subject}`,
  );
  return `\nReopened: ${reopenings} times\nOther tickets: ${listed.length === 0 ? "none" : listed.join("")}`;
}
