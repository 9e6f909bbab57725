import type { Metric } from "../../domain/metric.ts";
import type { Priority } from "../../domain/priority.ts";
import type { NextChange } from "../../domain/routing/why.ts";
import type { ClockState } from "../../domain/sla/clocks.ts";
import type { SlaOverview } from "../../domain/sla/standing.ts";
import type { CardFacts } from "../../domain/ticket/card.ts";
import type { TicketStatus } from "../../domain/ticket/status.ts";
import type { Subject } from "../../domain/ticket/subject.ts";
import { bold, join, link, plain, rich, type RichText, timeOfDay } from "../rich-text.ts";
import { card } from "./card.ts";
import { slaOverviewWords } from "./promises.ts";
import { routingChangeWords, unavailableWords } from "./routing.ts";
import { clockStateWords, metricWords } from "./sla.ts";
import { instant } from "./when.ts";
import { CUSTOMER, list, PRIORITY_WORDS, shortDuration, subjectWords } from "./words.ts";

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

/** `total`:  how many there are, of which these are the first. */
export function queueList(of: Listed, lines: readonly QueueLine[], total: number, zone: string): RichText {
  const listed = lines.map(({ due, ...line }) => {
    const ref = line.url === null ? bold(line.ref) : link(line.ref, line.url);
    const parts: RichText[] = [
      rich`${QUEUE_SIGNS[line.sign]} ${ref} ${line.customer === "" ? CUSTOMER : line.customer}`,
      plain(line.assignee ?? "unclaimed"),
      plain(line.waitedMs === null ? "answered" : `waiting ${shortDuration(line.waitedMs)}`),
    ];
    if (due !== null) parts.push(rich`due ${due.soon ? timeOfDay(due.at, zone) : instant(due.at, zone)}`);
    if (line.priority !== "normal")
      parts.push((line.priority === "urgent" ? bold : plain)(PRIORITY_WORDS[line.priority]));
    return join(parts, " · ");
  });
  return list(rich`📋 ${bold(titleOf(of))}`, listed, total);
}

export function nothingOpen(whose: "group" | "own"): RichText {
  return plain(whose === "group" ? "☕ Nothing is open." : "☕ You have no tickets in this group.");
}

export interface TeamLine {
  name: string;
  lead: boolean;
  /** Why they get no tickets (`Unavailable`, or words of an earlier release); null: they do. */
  because: string | null;
  /** Until when, in ms since 1970; null where that is not known. */
  until: number | null;
  open: number;
  capacity: number;
}

export function teamList(lines: readonly TeamLine[], online: number, total: number, zone: string): RichText {
  const listed = lines.map(({ name, lead, because, until, open, capacity }) => {
    const sign = because === null ? "🟢" : because === "offline" ? "⚫" : "🌙";
    const state =
      because === null
        ? ""
        : rich` · ${unavailableWords(because)}${until === null ? "" : rich` until ${instant(until, zone)}`}`;
    const load = capacity === 0 ? "takes no tickets" : `${open} of ${capacity} tickets`;
    return rich`${sign} ${bold(name)}${lead ? " (lead)" : ""} · ${load}${state}`;
  });
  return list(rich`👥 ${bold(`${online} of ${total} online`)}`, listed, total);
}

/** What changes next for a ticket without an assignee. */
export interface WaitsFor {
  next: NextChange;
  zone: string;
}

/** Answers /sla. */
export function ticketSla(overview: SlaOverview, zone: string, waits: WaitsFor | null): RichText {
  return rich`${slaOverviewWords(overview, zone)}${waitsForLine(waits)}`;
}

/** Answers /info; `about` null: the customer is unknown. */
export function ticketInfo(
  {
    ref,
    reopenings,
    others,
  }: {
    ref: string;
    reopenings: number;
    others: readonly { ref: string; status: TicketStatus; subject: Subject }[];
  },
  about: CardFacts | null,
  waits: WaitsFor | null,
): RichText {
  return rich`${about === null ? ref : card(about)}${waitsForLine(waits)}${history(reopenings, others)}`;
}

function waitsForLine(waits: WaitsFor | null): RichText | string {
  if (waits === null) return "";
  const { next, zone } = waits;
  return rich`\nWaiting to be assigned: ${routingChangeWords(next.what)}, ${instant(next.at, zone)}`;
}

/** What a list holds: all that is open in the group, or an agent's own tickets. */
export type Listed = { open: number; unclaimed: number } | { own: number; toAnswer: number };

function titleOf(of: Listed): string {
  if ("open" in of) return `${of.open} open · ${of.unclaimed} unclaimed`;
  return `${of.own === 1 ? "1 ticket is yours" : `${of.own} tickets are yours`} · ${of.toAnswer} to answer`;
}

const STATUS_IN_LIST: Record<TicketStatus, string> = {
  open: "open",
  in_progress: "in progress",
  escalated: "escalated",
  waiting: "waiting",
  resolved: "resolved",
  closed: "closed",
};

/** Below a ticket's card: how often it was taken up again, and what else its customer has asked. */
function history(
  reopenings: number,
  others: readonly { ref: string; status: TicketStatus; subject: Subject }[],
): string {
  const listed = others.map(
    ({ ref, status, subject }) => `\n${ref} · ${STATUS_IN_LIST[status]} · ${subjectWords(subject)}`,
  );
  return `\nReopened: ${reopenings} times\nOther tickets: ${listed.length === 0 ? "none" : listed.join("")}`;
}

export interface AtRiskLine {
  ref: string;
  subject: Subject;
  assignee: string | null;
  url: string | null;
  state: ClockState;
  metric: Metric;
  dueAt: number;
  timeZone: string;
}

export function atRiskList(lines: readonly AtRiskLine[], more: number): RichText {
  if (lines.length === 0) return plain("☕️ Nothing is late or at risk.");
  const listed = lines.map((line) => {
    const ref = line.url === null ? bold(line.ref) : link(line.ref, line.url);
    const due = rich`${metricWords(line.metric).toLowerCase()} due ${instant(line.dueAt, line.timeZone)}`;
    return rich`${clockStateWords(line.state)} · ${ref} · ${line.assignee ?? "unclaimed"} · ${due}\n   ${subjectWords(line.subject)}`;
  });
  return rich`${join(listed, "\n")}${more > 0 ? `\n… and ${more} more` : ""}`;
}
