import type { SkillsUnmet, TopicNotice } from "../../domain/ticket/effect.ts";
import type { MessageKind } from "../../domain/ticket/message-kind.ts";
import type { InternalNote } from "../../domain/ticket/note.ts";
import { bold, join, link, mention, plain, rich, type RichText } from "../rich-text.ts";
import { UNREACHABLE_WORDS } from "./delivery.ts";
import { noteWords } from "./reasons.ts";
import { unmetWords } from "./routing.ts";
import { slaLine } from "./sla.ts";
import { durationWords } from "./when.ts";
import {
  A_KIND,
  byWords,
  CUSTOMER,
  internalNoteWords,
  Name,
  noted,
  stop,
  THE_AGENT,
  whyWords,
} from "./words.ts";

/** What stands in a ticket's topic. */

/** The name of a topic that had to stay when its customer was erased. */
export const ERASED_TOPIC = "Erased";

/** What a program brings from a customer, or answers them, is quoted in the topic: the staff reads the whole conversation. */
export function customerWroteElsewhere(customer: string, program: string, text: string): RichText {
  return rich`💬 ${bold(customer)}, through ${program}:\n${text}`;
}

export function programReplied(program: string, text: string): RichText {
  return rich`🤖 ${bold(program)} answered the customer:\n${text}`;
}

export function programNoted(program: string, note: InternalNote): RichText {
  return rich`✍ ${bold(program)}:\n${internalNoteWords(note)}`;
}

/** A note that its writer whispered to the bot. */
export function notedBy(agent: string, note: InternalNote): RichText {
  return rich`✍ ${bold(agent)}:\n${internalNoteWords(note)}`;
}

const GONE = {
  left: "does not work in this group any more",
  away: "is away",
  offline: "is offline",
  off_shift: "is not on shift",
} as const;

export function topicNotice(notice: TopicNotice): RichText {
  switch (notice.code) {
    case "ticket.claimed":
      return rich`🙋 ${Name(notice.by)} took this ticket.`;
    case "ticket.unclaimed":
      if (notice.gone !== undefined) {
        const { name, why, queue } = notice.gone;
        return rich`↩️ ${bold(name ?? THE_AGENT)} ${GONE[why]}. This ticket is back in the queue ${bold(queue)}.`;
      }
      return rich`↩️ ${Name(notice.by)} released this ticket. It's unclaimed.`;
    case "ticket.assigned": {
      const why = notice.routing === undefined ? "" : whyWords("Why", notice.routing);
      const assigned =
        notice.by.kind === "system"
          ? rich`Assigned automatically to ${mention(notice.assignee)}`
          : rich`${Name(notice.by)} assigned this to ${mention(notice.assignee)}`;
      return rich`👤 ${assigned}${noted(notice.note)}${why}`;
    }
    case "ticket.transferred": {
      const moved =
        notice.by.kind === "system"
          ? rich`Moved automatically to ${bold(notice.queue)}`
          : rich`${Name(notice.by)} moved this ticket to ${bold(notice.queue)}`;
      const note = notice.note === undefined ? "" : ` Note: ${noteWords(notice.note)}`;
      if (notice.group === undefined) return rich`➡️ ${moved}.${note}`;
      return rich`➡️ ${moved} (group ${notice.group}).${note}${stop(note)} The conversation continues there.`;
    }
    case "ticket.arrived": {
      const by = notice.by === undefined ? "" : rich` ${byWords(notice.by)}`;
      const text = notice.note === undefined ? "" : noteWords(notice.note);
      const note = notice.note === undefined ? "" : ` Note: ${text}${stop(text)}`;
      return rich`📥 Moved here from ${bold(notice.from)}${by}.${note}${notice.url === null ? "" : rich` Earlier messages: ${link("open topic", notice.url)}.`}`;
    }
    case "assignment.declined":
      return rich`↪️ ${bold(notice.agent.name)} declined. Looking for someone else.`;
    case "assignment.ignored":
      return rich`⌛ ${mention(notice.agent)} didn't answer in time and was set to away. Reassigning.`;
    case "ticket.escalated":
      return rich`🔥 Escalated ${byWords(notice.by)}${noted(notice.note)}`;
    case "sla":
      return join(notice.lines.map(slaLine), "\n");
    case "ticket.resolved":
      return rich`✅ Resolved ${byWords(notice.by)}${noted(notice.note)}`;
    case "ticket.closed":
      return rich`🏁 Closed ${byWords(notice.by)}${noted(notice.note)}`;
    case "ticket.reopened":
      if (notice.by.kind === "customer") return plain("🔄 Reopened: the customer wrote again.");
      return rich`🔄 Reopened ${byWords(notice.by)}${noted(notice.note)}`;
    case "intake.waited":
      return plain("ℹ️ The customer hasn't answered all the questions yet. Here is what they wrote.");
    case "customer.unreachable":
      return rich`⚠️ ${UNREACHABLE_WORDS[notice.reason]}`;
    case "customer.reachable":
      return plain("🔔 The customer can be reached again.");
    default:
      return notice satisfies never;
  }
}

/** Every agent who could take it is away or has no room, and skills do not matter any more. */
export function nobodyTakesIt(queue: string): RichText {
  return rich`⏳ Nobody in ${bold(queue)} can take this ticket: everyone is away or has no room. It goes to the next person who is free.`;
}

/** No one here could ever be given it, however long it waits for them. */
export function skillsUnmet({ queue, overrideAfterMs, ...said }: SkillsUnmet): RichText {
  const why = "why" in said ? said.why : unmetWords(said.unmet);
  const until =
    overrideAfterMs === null
      ? "Give someone the skill, or assign or transfer it by hand."
      : `After ${durationWords(overrideAfterMs)} of waiting it goes to the next person who is free.`;
  return rich`🎓 Nobody in ${bold(queue)} has the skills for this ticket: ${why.join("; ")}. ${until}`;
}

export function customerSentUncopyable(kind: MessageKind): RichText {
  return rich`⚠️ The customer sent ${A_KIND[kind]}, which Telegram doesn't let bots copy. They were asked to send it another way.`;
}

/** The customer has edited a message, and the new version can be shown in no way. */
export function editNotCopied(): RichText {
  return plain(
    "✎ The customer has changed a message, but Telegram lets no bot copy the new version. Ask them to send it once more.",
  );
}

/** A reaction that Telegram does not take in this group. */
export function reactedWith(emoji: string): RichText {
  return rich`The customer reacted: ${emoji}`;
}

const SIGNS: Record<string, string> = {
  "👎": "This didn't reach the customer.",
  "👀": "This isn't passed on to the customer.",
  "✍": "Noted. The customer doesn't see this.",
  "👍": "Done.",
};

/** The desk's own reaction to a message, where this group does not take it. */
export function signInWords(emoji: string): RichText {
  return plain([emoji, SIGNS[emoji] ?? []].flat().join(" "));
}

export function checklistTicked(): RichText {
  return plain("☑️ Tasks were ticked off on the original of this list. Ticks do not show on the copy.");
}

/** Something outside of the chat that a message answers: whose it was first, and where it stands. */
export interface Cited {
  what: "message" | "story" | "photo" | "video" | "file" | "voice message" | "poll";
  name: string;
  url: string | null;
  quote: string | null;
}

const CITED_WORDS: Record<Cited["what"], string> = {
  message: "message",
  story: "story",
  photo: "photo",
  video: "video",
  file: "file",
  "voice message": "voice message",
  poll: "poll",
};

/** Stands before a message that answers something outside of the chat. */
export function answersElsewhere({ what, name, url, quote }: Cited): RichText {
  const named = name === "" ? "somebody" : name;
  const whose = url === null ? bold(named) : link(named, url);
  return rich`↪ The next message is about a ${CITED_WORDS[what]} of ${whose}${quote === null ? "." : rich`: “${quote}”`}`;
}

/** Where Telegram let a message only be copied, which loses whose it was. */
export function forwardedFrom(name: string): RichText {
  return rich`↪ A message here was forwarded from ${bold(name === "" ? "somebody" : name)}: the words are not the customer's.`;
}

/** Before the customer's unanswered messages, in the topic of the group to which the ticket came. */
export function openTurnFrom(group: string, count: number): RichText {
  return count === 1
    ? rich`📎 The customer's unanswered message, copied from ${bold(group)}:`
    : rich`📎 The customer's ${String(count)} unanswered messages, copied from ${bold(group)}:`;
}

export function sourceGone(): RichText {
  return plain("🗑 The customer deleted a message before it could be copied here.");
}

export function writtenToFormerBot(): RichText {
  return plain(
    "The customer wrote something to the bot that this desk had before, and it can't be brought here. Ask them to send it again.",
  );
}

export function staffNoted(agent: string, text: string): RichText {
  return rich`✍ ${bold(agent)}, internal note:\n${text}`;
}

/** Before what a customer wrote, joined in one message. */
export function customerWrote(name: string): RichText {
  return rich`${bold(name === "" ? CUSTOMER : name)} wrote:`;
}
