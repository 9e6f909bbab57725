import { TEXT_CHARS_MAX } from "../../domain/limits.ts";
import type { Priority } from "../../domain/priority.ts";
import type { RoutingReason } from "../../domain/routing/reason.ts";
import type { Actor } from "../../domain/ticket/actor.ts";
import type { MessageKind } from "../../domain/ticket/message-kind.ts";
import type { InternalNote, Note } from "../../domain/ticket/note.ts";
import type { TicketStatus } from "../../domain/ticket/status.ts";
import type { Subject } from "../../domain/ticket/subject.ts";
import { bold, join, plain, rich, type RichText } from "../rich-text.ts";
import { noteWords } from "./reasons.ts";
import { routingWhyWords } from "./routing.ts";

/** Words that several of the others use. */

export const STATUS_WORDS: Record<TicketStatus, string> = {
  open: "Open",
  in_progress: "In progress",
  escalated: "Escalated",
  waiting: "Waiting for the customer",
  resolved: "Resolved",
  closed: "Closed",
};

/** In a sentence, or in a line of several facts. */
export const PRIORITY_WORDS: Record<Priority, string> = {
  urgent: "urgent",
  high: "high",
  normal: "normal",
  low: "low",
};

const KIND_WORDS: Record<MessageKind, string> = {
  text: "Message",
  photo: "Photo",
  video: "Video",
  animation: "Animation",
  audio: "Audio",
  document: "File",
  voice: "Voice message",
  video_note: "Video message",
  sticker: "Sticker",
  location: "Location",
  venue: "Place",
  contact: "Contact",
  poll: "Poll",
  dice: "Dice",
  game: "Game",
  story: "Story",
  checklist: "Checklist",
  rich_message: "Message",
  live_photo: "Live photo",
  paid_media: "Paid media",
  invoice: "Invoice",
  giveaway: "Giveaway",
  giveaway_winners: "Giveaway",
  unknown: "Message",
};

/** A kind as it stands in a sentence: "the customer sent a poll", "we can't receive polls". */
export const A_KIND = phrases((word, kind) =>
  kind === "dice" || kind === "paid_media" ? word : `${/^[aeiou]/.test(word) ? "an" : "a"} ${word}`,
);

export const KINDS_WORDS = phrases((word, kind) =>
  kind === "dice" || kind === "paid_media"
    ? word
    : kind === "story"
      ? "stories"
      : kind === "message" || kind === "unknown"
        ? "messages of this kind"
        : `${word}s`,
);

function phrases(say: (word: string, kind: string) => string): Record<MessageKind, string> {
  return Object.fromEntries(
    Object.entries(KIND_WORDS).map(([kind, word]) => [kind, say(word.toLowerCase(), kind)]),
  ) as Record<MessageKind, string>;
}

/** What people wrote, and what an earlier release has stored in words, as it is; otherwise such as `"Voice message"`. */
export function subjectWords(subject: Subject): string {
  if (typeof subject === "string") return subject;
  return subject.kind === "request" ? "A request" : KIND_WORDS[subject.kind];
}

/** The same of an internal note: such as `"(Voice message)"`. */
export function internalNoteWords(note: InternalNote): string {
  return typeof note === "string" ? note : `(${KIND_WORDS[note.kind]})`;
}

function actorName(by: Actor): string {
  switch (by.kind) {
    case "customer":
      return "the customer";
    case "agent":
      return by.name;
    case "key":
      return `the program “${by.name}”`;
    case "system":
      return "Topicdesk";
    default:
      return by satisfies never;
  }
}

/** "by Ada", or "automatically" where the desk did it. */
export function byWords(by: Actor): RichText {
  return by.kind === "system" ? plain("automatically") : rich`by ${bold(actorName(by))}`;
}

/** At the beginning of a sentence. */
export function Name(by: Actor): RichText {
  const name = actorName(by);
  return bold(`${name.charAt(0).toUpperCase()}${name.slice(1)}`);
}

export function stop(text: string): string {
  return text === "" || /[.!?…]$/.test(text) ? "" : ".";
}

/** The routing reason, after its label. */
export function whyWords(label: string, { queue, stage, why }: RoutingReason): string {
  const how = stage.kind === "override" ? ["waited too long for a specialist"] : [];
  return `\n${label}: ${[`queue ${queue}`, ...how, ...why.map(routingWhyWords)].join(", ")}.`;
}

export function unclaimed(tickets: number): string {
  return `${tickets} unclaimed ${tickets === 1 ? "ticket" : "tickets"}`;
}

export function noted(note: Note | undefined): string {
  return note === undefined ? "." : `: ${noteWords(note)}`;
}

export const EXPIRED = "This button has expired.";

/** What a list may be long, so that what follows it still fits. */
const LIST_CHARS_MAX = TEXT_CHARS_MAX - 200;

/** As many lines as a message takes, and how many more there are. */
export function list(head: RichText, lines: readonly RichText[], total: number): RichText {
  const shown: RichText[] = [head];
  let chars = head.text.length;
  for (const line of lines) {
    chars += line.text.length + 1;
    if (chars > LIST_CHARS_MAX) break;
    shown.push(line);
  }
  const more = total - (shown.length - 1);
  return rich`${join(shown, "\n")}${more > 0 ? `\n… and ${more} more` : ""}`;
}

/** "5 min", "3 h", "2 d": full units, because seconds do not matter here. */
export function shortDuration(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes} min`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / (24 * 60))} d`;
}

/** Who has no name. */
export const CUSTOMER = "Customer";

/** Who has a ticket, where their name was not kept. */
export const THE_AGENT = "The agent";
