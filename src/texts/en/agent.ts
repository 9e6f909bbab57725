import type { ClockStanding } from "../../domain/sla/standing.ts";
import type { AgentNotice, Found } from "../../domain/ticket/effect.ts";
import type { Subject } from "../../domain/ticket/subject.ts";
import { anywhere, listed } from "../commands.ts";
import { bold, code, join, link, mention, plain, rich, type RichText } from "../rich-text.ts";
import { COMMANDS } from "./commands.ts";
import { findingWords } from "./findings.ts";
import { clockLine } from "./promises.ts";
import { slaLine } from "./sla.ts";
import { nobodyTakesIt, skillsUnmet } from "./topic.ts";
import { byWords, noted, subjectWords, unclaimed, whyWords } from "./words.ts";

/** What an agent is told in private. */

/** What a private notice to an agent is about. */
export interface AboutTicket {
  ref: string;
  subject: Subject;
  /** Where its topic is. */
  url: string | null;
  /** Who the customer is, by another system: for the assignee alone. */
  profile: string;
  /** The promise that is due next; null while none runs. */
  due: { standing: ClockStanding; zone: string } | null;
}

export function agentNotice(notice: AgentNotice, about: AboutTicket | null): RichText {
  if (about === null) return agentNoticeWords(notice);
  const ref = about.url === null ? bold(about.ref) : link(about.ref, about.url);
  const why =
    notice.code === "ticket.assigned_to_you" && notice.routing !== undefined
      ? `${about.profile}${whyWords("Why you", notice.routing)}`
      : "";
  const due =
    notice.code === "ticket.assigned_to_you" && about.due !== null
      ? rich`\n⏱ ${clockLine(about.due.standing, about.due.zone)}`
      : "";
  return rich`${ref} · ${subjectWords(about.subject)}\n${agentNoticeWords(notice)}${due}${why}`;
}

/** The same in the ticket's topic, for an agent whom the bot may not write to. */
export function agentNoticeInTopic(agent: { id: number; name: string }, notice: AgentNotice): RichText {
  // The topic says already who escalated it, and why.
  if (notice.code === "ticket.escalated") return rich`🔔 ${mention(agent)}, please have a look.`;
  return rich`🔔 ${mention(agent)}: ${agentNoticeWords(notice)}`;
}

function agentNoticeWords(notice: AgentNotice): RichText {
  switch (notice.code) {
    case "sla":
      return join(notice.lines.map(slaLine), "\n");
    case "ticket.assigned_to_you":
      return rich`👤 This ticket is yours now${noted(notice.note)}`;
    case "assignment.ignored":
      return plain(
        "⌛ You didn't answer in time, so it's going to someone else and you were set to away. Send /online when you're back.",
      );
    case "ticket.escalated":
      return rich`🔥 Escalated ${byWords(notice.by)}${noted(notice.note)}`;
    case "reminder":
      return rich`⏰ Your reminder${noted(notice.reason)}`;
    case "nobody_takes_it":
      return nobodyTakesIt(notice.queue);
    case "reconciliation":
      return rich`🔎 Check needed:\n${foundLines(notice).join("\n")}`;
    case "numbers_begun_anew":
      return rich`🔎 Check needed:\n${
        notice.where === "staff"
          ? "The staff group numbers its messages anew: every open ticket gets a new topic, and what is written in the former ones reaches nobody."
          : "Private chats number their messages anew: edits, reactions and replies to earlier messages are not passed on."
      }`;
    case "webhook_disabled":
      return rich`🔌 Webhook ${bold(notice.webhook)} turned itself off (HTTP 410). Change its address, or re-enable it: ${code(`POST /api/v1/webhooks/${notice.webhook}/enable`)}.`;
    case "skills_unmet":
      return skillsUnmet(notice);
    case "queue.depth_exceeded":
      return rich`📈 ${bold(notice.queue)}: ${unclaimed(notice.unassigned)} (limit ${notice.limit}). /queue lists them.`;
    case "queue.depth_recovered":
      return rich`📉 ${bold(notice.queue)}: back to ${unclaimed(notice.unassigned)} (limit ${notice.limit}).`;
    default:
      return notice satisfies never;
  }
}

function foundLines(found: Found): string[] {
  if ("lines" in found) return found.lines;
  return found.findings.map((one) => findingWords(one, found.timeZone));
}

/** Stands before what says that an answer was not sent, where it cannot be said in the ticket's topic. */
export function unsentInPrivate({ ref, subject }: { ref: string; subject: Subject }): RichText {
  return rich`${bold(ref)} · ${subjectWords(subject)}\n`;
}

export function agentGreeting(name: string, desk: string): RichText {
  return rich`👋 Hi ${name}! You're an agent of ${bold(desk)}. You'll get your assignments and alerts here. Reply to one of them to add an internal note to its ticket. /help lists what works in this chat.`;
}

export function privateStaffHelp(): RichText {
  const commands = listed(anywhere(COMMANDS.staff));
  return rich`${bold("How this chat works")}\nYou get your assignments and alerts here. Reply to one of them to add an internal note to its ticket. Nothing you write here reaches a customer: answer them in the ticket's topic.\n\n${commands}`;
}

export function privateHint(): RichText {
  return plain(
    "ℹ️ Not sent to anyone. Answer customers in the ticket's topic. Reply to an alert about a ticket to add an internal note there; /help lists what works in this chat.",
  );
}

export function noteTaken(ref: string): RichText {
  return rich`✍ Added to ${bold(ref)} as an internal note. The customer doesn't see it.`;
}

export function noteIsTextHint(): RichText {
  return plain("🚫 Not added: notes from this chat can only be text. Post files in the ticket's topic.");
}
