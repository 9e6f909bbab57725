import type { CustomerNotice } from "../../domain/ticket/effect.ts";
import type { MessageKind } from "../../domain/ticket/message-kind.ts";
import type { TicketStatus } from "../../domain/ticket/status.ts";
import type { Subject } from "../../domain/ticket/subject.ts";
import { CUSTOMER_COMMANDS } from "../commands.ts";
import { bold, join, plain, rich, type RichText } from "../rich-text.ts";
import { COMMANDS } from "./commands.ts";
import { durationWords } from "./when.ts";
import { EXPIRED, KINDS_WORDS, subjectWords } from "./words.ts";

/** What customers are told. */

export function customerNotice(notice: CustomerNotice): RichText {
  switch (notice.code) {
    case "ticket.resolved":
      return rich`We've marked ${bold(notice.ref)} as resolved. Still need help? Just reply. It closes automatically in ${durationWords(notice.autoCloseAfterMs)}.`;
    case "ticket.closed":
      return rich`${notice.own ? "Done: " : ""}${bold(notice.ref)} is closed. Reply to this message within ${durationWords(notice.reopenWithinMs)} to reopen it, or send /new for something else.`;
    case "ticket.reopened":
      return rich`${bold(notice.ref)} is open again.`;
    default:
      return notice satisfies never;
  }
}

export function customerGreeting(greeting: string): RichText {
  return plain(greeting);
}

export function customerHelp(deskName: string): RichText {
  const commands = CUSTOMER_COMMANDS.map(
    (name) => `/${name} – ${COMMANDS.customer[name].toLowerCase()}`,
  ).join("\n");
  return rich`${bold(deskName)}\nWrite your question here. Photos, files and voice messages are welcome. A person will reply here. If you have several requests, reply to a message from the one you mean.\n\n${commands}`;
}

export function customerNewTicketPrompt(): RichText {
  return plain("What can we help with? Your next message starts a new request.");
}

export interface CustomerTicketLine {
  ref: string;
  status: TicketStatus;
  subject: Subject;
  current: boolean;
}

/** How a status reads to a customer, who need not know how the desk works inside. */
const CUSTOMER_STATUS_WORDS: Record<TicketStatus, string> = {
  open: "received",
  in_progress: "in progress",
  escalated: "in progress",
  waiting: "answered",
  resolved: "resolved",
  closed: "closed",
};

export function customerTickets(lines: readonly CustomerTicketLine[]): RichText {
  if (lines.length === 0) return plain("You have no requests yet. Just write to start one.");
  const several = lines.filter((line) => line.status !== "closed").length > 1;
  const listed = lines.map(
    (line) =>
      rich`${several ? (line.current ? "▸ " : "· ") : ""}${bold(line.ref)} · ${CUSTOMER_STATUS_WORDS[line.status]} · ${subjectWords(line.subject)}`,
  );
  const hint = several ? "\n\nMessages go to the request marked ▸. Tap another to switch." : "";
  return rich`${join(listed, "\n")}${hint}`;
}

export function customerChooseToClose(): RichText {
  return plain("Which request should we close?");
}

export function customerNothingToClose(): RichText {
  return plain("You have no open requests.");
}

/** Precedes a message from another ticket than the one spoken in last. */
export function customerSwitched(ref: string, subject: Subject): RichText {
  return rich`About ${bold(ref)} · ${subjectWords(subject)}`;
}

export function customerUncopyable(kind: MessageKind): RichText {
  return rich`Sorry, we can't receive ${KINDS_WORDS[kind]} here. Please send text, a photo or a file.`;
}

/** Said once: nothing that they write after it is passed on. */
export function customerBlocked(): RichText {
  return plain("This chat is closed. Messages sent here won't be read.");
}

export function customerUndelivered(): RichText {
  return plain("Sorry, this message didn't reach our team. Please send it again as text, a photo or a file.");
}

export function customerToast(what: "answered" | "closed" | "unknown" | "switched", ref = ""): string {
  switch (what) {
    case "answered":
      return "Thank you!";
    case "closed":
      return `${ref} is closed.`;
    case "switched":
      return `Your messages go to ${ref} now.`;
    case "unknown":
      return EXPIRED;
    default:
      return what satisfies never;
  }
}
