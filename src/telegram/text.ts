import type { UnreachableReason } from "../domain/contact/contact.ts";
import type { Trouble } from "../domain/desk/trouble.ts";
import { durationWords } from "../domain/duration.ts";
import { PARKED_TEXT_KEPT_MS, TEXT_CHARS_MAX } from "../domain/limits.ts";
import type { Metric } from "../domain/metric.ts";
import { PRIORITIES, type Priority } from "../domain/priority.ts";
import type { RoutingReason } from "../domain/routing/reason.ts";
import type { ClockState } from "../domain/sla/clocks.ts";
import type { Actor } from "../domain/ticket/actor.ts";
import type { Already, Refusal } from "../domain/ticket/decision.ts";
import type { AgentNotice, CustomerNotice, SlaLine, TopicNotice } from "../domain/ticket/effect.ts";
import type { TicketStatus } from "../domain/ticket/status.ts";
import { CUSTOMER_COMMANDS, PRIVATE_STAFF_COMMANDS, STAFF_COMMANDS } from "./commands.ts";
import type { MessageKind } from "./message.ts";
import type { Elsewhere } from "./origin.ts";
import type { RefusalClass } from "./outcome.ts";
import {
  bold,
  code,
  instant,
  italics,
  join,
  link,
  mention,
  plain,
  rich,
  timeOfDay,
  type RichText,
} from "./rich-text.ts";
import { wallTime, zoneWords } from "./when.ts";

/** Every word that the desk says in Telegram, but for the card (`card.ts`) and the receipt (`receipt-view.ts`). */

export const STATUS_WORDS: Record<TicketStatus, string> = {
  open: "Open",
  in_progress: "In progress",
  escalated: "Escalated",
  waiting: "Waiting for the customer",
  resolved: "Resolved",
  closed: "Closed",
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
const A_KIND = phrases((word, kind) =>
  kind === "dice" || kind === "paid_media" ? word : `${/^[aeiou]/.test(word) ? "an" : "a"} ${word}`,
);
const KINDS_WORDS = phrases((word, kind) =>
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

/** A kind of message as a person would call it: `"Voice message"`. */
export function kindWords(kind: MessageKind): string {
  return KIND_WORDS[kind];
}

export function actorName(by: Actor): string {
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
function Name(by: Actor): RichText {
  const name = actorName(by);
  return bold(`${name.charAt(0).toUpperCase()}${name.slice(1)}`);
}

// ── To customers ────────────────────────────────────────────────────────────────────────────────────────────

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
  const commands = CUSTOMER_COMMANDS.map(([name, what]) => `/${name} – ${what.toLowerCase()}`).join("\n");
  return rich`${bold(deskName)}\nWrite your question here. Photos, files and voice messages are welcome. A person will reply here. If you have several requests, reply to a message from the one you mean.\n\n${commands}`;
}

export function customerNewTicketPrompt(): RichText {
  return plain("What can we help with? Your next message starts a new request.");
}

export interface CustomerTicketLine {
  ref: string;
  status: TicketStatus;
  subject: string;
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
      rich`${several ? (line.current ? "▸ " : "· ") : ""}${bold(line.ref)} · ${CUSTOMER_STATUS_WORDS[line.status]} · ${line.subject}`,
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
export function customerSwitched(ref: string, subject: string): RichText {
  return rich`About ${bold(ref)} · ${subject}`;
}

export function customerUncopyable(kind: MessageKind): RichText {
  return rich`Sorry, we can't receive ${KINDS_WORDS[kind]} here. Please send text, a photo or a file.`;
}

/** Said once: nothing that they write after it is passed on. */
export function customerBlocked(): RichText {
  return plain("This chat is closed. Messages sent here won't be read.");
}

/** The name of a topic that had to stay when its customer was erased. */
export const ERASED_TOPIC = "Erased";

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

// ── To the staff ────────────────────────────────────────────────────────────────────────────────────────────

const UNREACHABLE_WORDS: Record<UnreachableReason, string> = {
  blocked: "The customer has blocked the bot. They won't get anything until they unblock it or write again.",
  gone: "The customer's account is gone, so they can't be reached any more.",
  never_started: "The customer hasn't started the bot, so it can't write to them.",
};

export function unreachableWords(reason: UnreachableReason): string {
  return UNREACHABLE_WORDS[reason];
}

/** What a program says in somebody's name stands in the topic, so that the staff reads the whole conversation. */
export function customerWroteElsewhere(customer: string, program: string, text: string): RichText {
  return rich`💬 ${bold(customer)}, through ${program}:\n${text}`;
}

export function programReplied(program: string, text: string): RichText {
  return rich`🤖 ${bold(program)} answered the customer:\n${text}`;
}

export function programNoted(program: string, text: string): RichText {
  return rich`✍ ${bold(program)}:\n${text}`;
}

/** A note that its writer whispered to the bot. */
export function notedBy(agent: string, text: string): RichText {
  return rich`✍ ${bold(agent)}:\n${text}`;
}

const GONE = {
  left: "does not work in this group any more",
  away: "is away",
  offline: "is offline",
  off_shift: "is not on shift",
} as const;

/**
 * A line of the desk's own among what people wrote: its sign and italics tell it from a customer's words, which come
 * from the same bot.
 */
export function deskLine(text: RichText): RichText {
  return italics(/^\p{Extended_Pictographic}/u.test(text.text) ? text : rich`ℹ️ ${text}`);
}

export function topicNotice(notice: TopicNotice): RichText {
  switch (notice.code) {
    case "ticket.claimed":
      return rich`🙋 ${Name(notice.by)} took this ticket.`;
    case "ticket.unclaimed":
      if (notice.gone !== undefined) {
        const { name, why, queue } = notice.gone;
        return rich`↩️ ${bold(name)} ${GONE[why]}. This ticket is back in the queue ${bold(queue)}.`;
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
      const note = notice.note === undefined ? "" : ` Note: ${notice.note}`;
      if (notice.group === undefined) return rich`➡️ ${moved}.${note}`;
      return rich`➡️ ${moved} (group ${notice.group}).${note}${stop(note)} The conversation continues there.`;
    }
    case "ticket.arrived": {
      const by = notice.by === undefined ? "" : rich` ${byWords(notice.by)}`;
      const note = notice.note === undefined ? "" : ` Note: ${notice.note}${stop(notice.note)}`;
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

function stop(text: string): string {
  return text === "" || /[.!?…]$/.test(text) ? "" : ".";
}

const METRIC_WORDS: Record<Metric, string> = {
  firstResponse: "First response",
  nextResponse: "Next response",
  resolution: "Resolution",
};

export function metricWords(metric: Metric): string {
  return METRIC_WORDS[metric];
}

const CLOCK_STATE_WORDS: Record<ClockState, string> = {
  healthy: "in time",
  at_risk: "⚠️ at risk",
  breached: "🔴 breached",
  met: "✅ kept",
  met_late: "kept, but late",
};

export function clockStateWords(state: ClockState): string {
  return CLOCK_STATE_WORDS[state];
}

/** What happened to a promise, in one line. */
function slaLine(line: SlaLine): RichText {
  const what = bold(METRIC_WORDS[line.metric]);
  const more: string[] = [];
  if (line.nobody === "free") more.push("nobody is free to take it");
  if (line.nobody === "to_tell") more.push("still unclaimed");
  if (line.kept) more.push("done since then");
  const rest = `${more.map((one) => `, ${one}`).join("")}${line.late ? " (late notice: the desk was offline)" : ""}`;
  const due = instant(line.dueAt, line.timeZone ?? "UTC");
  switch (line.moment) {
    case "warning":
      return line.soonMs === undefined
        ? rich`⏳ ${what} due ${due}${rest}`
        : rich`⏳ ${what} due in ${durationWords(line.soonMs)} (${due})${rest}`;
    case "breach":
      return rich`🔴 ${what} overdue: was due ${due}${rest}`;
    case "overdue": {
      const hours = line.clock === "business" ? ", opening hours" : "";
      return rich`🔴 ${what} is ${durationWords(line.offsetMs)} overdue (was due ${due}${hours})${rest}`;
    }
    default:
      return line.moment satisfies never;
  }
}

/** What a private notice to an agent is about. */
export interface AboutTicket {
  ref: string;
  subject: string;
  /** Where its topic is. */
  url: string | null;
  /** Who the customer is, by another system: for the assignee alone. */
  profile: string;
  /** The promise that is due next; null while none runs. */
  due: RichText | null;
}

export function agentNotice(notice: AgentNotice, about: AboutTicket | null): RichText {
  if (about === null) return agentNoticeWords(notice);
  const ref = about.url === null ? bold(about.ref) : link(about.ref, about.url);
  const why =
    notice.code === "ticket.assigned_to_you" && notice.routing !== undefined
      ? `${about.profile}${whyWords("Why you", notice.routing)}`
      : "";
  const due = notice.code === "ticket.assigned_to_you" && about.due !== null ? rich`\n⏱ ${about.due}` : "";
  return rich`${ref} · ${about.subject}\n${agentNoticeWords(notice)}${due}${why}`;
}

/** The routing reason, after its label. */
function whyWords(label: string, { queue, stage, why }: RoutingReason): string {
  const how = stage.kind === "override" ? ["waited too long for a specialist"] : [];
  return `\n${label}: ${[`queue ${queue}`, ...how, ...why].join(", ")}.`;
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
      return rich`🔎 Check needed:\n${notice.lines.join("\n")}`;
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

function unclaimed(tickets: number): string {
  return `${tickets} unclaimed ${tickets === 1 ? "ticket" : "tickets"}`;
}

/** Everybody who could take it is away or has no room, and skills do not matter any more. */
export function nobodyTakesIt(queue: string): RichText {
  return rich`⏳ Nobody in ${bold(queue)} can take this ticket: everyone is away or has no room. It goes to the next person who is free.`;
}

/** No one here could ever be given it, however long it waits for them. */
export function skillsUnmet({
  queue,
  why,
  overrideAfterMs,
}: Omit<Extract<AgentNotice, { code: "skills_unmet" }>, "code">): RichText {
  const until =
    overrideAfterMs === null
      ? "Give someone the skill, or assign or transfer it by hand."
      : `After ${durationWords(overrideAfterMs)} of waiting it goes to the next person who is free.`;
  return rich`🎓 Nobody in ${bold(queue)} has the skills for this ticket: ${why.join("; ")}. ${until}`;
}

function noted(note: string | undefined): string {
  return note === undefined ? "." : `: ${note}`;
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

export function checklistTicked(): RichText {
  return plain("☑️ Tasks were ticked off on the original of this list. Ticks do not show on the copy.");
}

/** Stands before a message that answers something outside of the chat. */
export function answersElsewhere({ what, name, url, quote }: Elsewhere): RichText {
  const named = name === "" ? "somebody" : name;
  const whose = url === null ? bold(named) : link(named, url);
  return rich`↪ The next message is about a ${what} of ${whose}${quote === null ? "." : rich`: “${quote}”`}`;
}

/** Where Telegram let a message only be copied, which loses whose it was. */
export function forwardedFrom(name: string): RichText {
  return rich`↪ A message here was forwarded from ${bold(name === "" ? "somebody" : name)}: the words are not the customer's.`;
}

/** Before what the customer has written and nobody has answered, in the topic of the group that a ticket has come to. */
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

/** Why a message did not reach the customer, for whoever wrote it. Every code has words: people never read codes. */
const FAILURE_WORDS = {
  client_blocked: UNREACHABLE_WORDS.blocked,
  client_gone: UNREACHABLE_WORDS.gone,
  chat_gone: UNREACHABLE_WORDS.never_started,
  client_unreachable: UNREACHABLE_WORDS.never_started,
  client_privacy:
    "The customer's privacy settings don't allow this kind of message. Send it as text or a file.",
  uncopyable: "Telegram doesn't let bots copy this kind of message. Send it in another form.",
  former_chat:
    "It was written in the group's former chat, where the bot can't read it any more. Write it here again.",
  source_gone: "The message was deleted before it could be sent.",
  reply_gone: "The message that it answers is gone. Send it again without the reply.",
  target_gone: "The customer's copy can't be found or changed any more. Send it as a new message.",
  too_late: "Telegram only deletes messages within 48 hours.",
  kind_forbidden: "The bot may not send this kind of message there. Send it in another form.",
  media_invalid: "Telegram can't read this file any more. Please attach it again.",
  media_limit: "The file is too big for a bot to send. Send a smaller one, or a link.",
  validation: "Telegram can't take it in this form. Try it shorter, or in several messages.",
  topic_gone: "The chat's topic is gone.",
  topic_closed: "The chat's topic is closed for the bot.",
  desk_gone: "The bot is not in that chat any more.",
  migrated: "The chat has moved to another address.",
  config: "The bot lacks a right that it needs there. A lead can give it.",
  conflict: "Something else uses this bot at the moment. Try again in a minute.",
  expired: "It came too late for Telegram.",
  fatal: "Telegram refuses the bot's token. A lead has to look after that.",
  bug: "The desk made a mistake in sending it. Please send it again in another form.",
  permanent: "Telegram refused it for good. Please try it in another form.",
} satisfies Record<RefusalClass | "too_late" | "former_chat", string>;

/** The words for a code that was stored, perhaps by an earlier release. */
function failureWords(code: string): string {
  return (FAILURE_WORDS as Partial<Record<string, string>>)[code] ?? FAILURE_WORDS.permanent;
}

export function undelivered(failure: string): RichText {
  return rich`⚠️ Not delivered. ${failureWords(failure)}`;
}

export function outcomeUnknown(): RichText {
  return plain(
    "❔ Telegram didn't confirm delivery. The customer may or may not have this; sending again could duplicate it.",
  );
}

/** The sign on a message that did not reach the customer, as a reaction. */
export const NOT_DELIVERED = "👎";

/** That an answer was not sent, where it cannot be said in the ticket's topic. */
export function unsentInPrivate(
  { ref, subject }: { ref: string; subject: string },
  said: RichText,
): RichText {
  return rich`${bold(ref)} · ${subject}\n${said}`;
}

export const SEND_AGAIN = "Send again";

/** A delivery that gave up; `toCustomer` tells whose message it was. */
export function replyUndelivered(failure: string): RichText {
  return rich`⚠️ The program’s answer wasn't delivered. ${failureWords(failure)}`;
}

export function parkedNotice(toCustomer: boolean, failure: string): RichText {
  const what = toCustomer
    ? "This message didn't reach the customer"
    : "A message from the customer couldn't be copied here";
  return rich`⚠️ ${what}: ${parkedWords(failure)} Saved; you can retry.`;
}

/** Deliveries that gave up and that nobody has sent again. */
export function parkedTooLong(count: number): RichText {
  const [what, text] =
    count === 1
      ? ["One message", "the text was not stored"]
      : [`${count} messages`, "their texts were not stored"];
  return plain(
    `🗑 ${what} couldn't be delivered. Gave up after ${durationWords(PARKED_TEXT_KEPT_MS)}; ${text}.`,
  );
}

/** Why a delivery was given up for now; where it is a refusal, by the words for refusals. */
const PARKED_WORDS = {
  no_answer: "Telegram didn't answer, several times.",
  unreadable_answer: "Telegram's answers couldn't be read, several times.",
  temporarily_unavailable: "Telegram couldn't reach the file, several times.",
  kind_forbidden: "The bot isn't allowed to send this kind of message in this group.",
  chat_gone: "Telegram can't find the chat it came from.",
  desk_failed: "The desk made a mistake in sending it.",
} satisfies Partial<Record<RefusalClass, string>> & Record<ParkedCode, string>;

/** Why something is given up, besides refusals: what `BotApi` says, and our own failures. */
export type ParkedCode = "no_answer" | "unreadable_answer" | "temporarily_unavailable" | "desk_failed";

function parkedWords(code: string): string {
  if (code.startsWith("http_")) return "Telegram had trouble of its own, several times.";
  return (PARKED_WORDS as Partial<Record<string, string>>)[code] ?? failureWords(code);
}

export function outsiderHint(userId: number): RichText {
  return rich`🚫 Not sent: you aren't set up as an agent. Ask a lead to add your id ${code(String(userId))} to ${code("agents")}. 👀 marks what only the team sees.`;
}

export function agentsOnlyHint(): RichText {
  return plain("Only agents of this desk can do this.");
}

export function formerTopicHint(): RichText {
  return plain(
    "Not sent: no open ticket has this topic any more. The group was connected anew, and its open tickets have new topics; /queue lists them.",
  );
}

export function anonymousHint(): RichText {
  return plain(
    "🚫 Not sent: you're posting anonymously. Turn off “Remain anonymous” and try again. 👀 marks what only the team sees.",
  );
}

export function unknownCommandHint(name: string): RichText {
  return rich`🚫 Nothing sent: ${code(`/${name}`)} isn't a command. /help lists them; // starts a note.`;
}

export function slipHint(): RichText {
  return plain(
    "🚫 Nothing sent: a message that starts with a slash never goes to the customer. Send it again without the slash.",
  );
}

/** Below an answer to a note, to a line of the desk's own, or to somebody who is not passed on. */
export function heldBack(): RichText {
  return plain(
    "🔒 Not sent: it answers something that the customer cannot see. If it is meant for them, send it with the button.",
  );
}

export const SEND_TO_CUSTOMER = "Send to the customer";

/** In the place of `heldBack`, once somebody has pressed the button. */
export function sentAfterAll(agent: string): RichText {
  return rich`📤 ${bold(agent)} sent this to the customer.`;
}

export const HELD_BACK_TOAST = {
  sent: "It is on its way to the customer.",
  already: "It was sent already.",
  gone: "It is not to be sent any more.",
} as const;

export function takenBack(): RichText {
  return plain(
    "🔒 This is internal now, and was deleted from the customer's chat. They may have read it before.",
  );
}

export function internalTooLate(): RichText {
  return plain(
    "⚠️ This is internal now, but the customer keeps what they got: Telegram does not let the desk delete it.",
  );
}

export function internalUncertain(): RichText {
  return plain(
    "⚠️ This is internal now and is not sent again, but nobody knows whether the customer has got it already: Telegram did not answer.",
  );
}

/** Their poll is on its way; what comes of it stays where it is. */
export function pollHint(): RichText {
  return plain(
    "📊 The customer gets this poll, but votes stay in their chat: the desk does not see them. Ask them to write what they chose.",
  );
}

export function checklistTickedHint(): RichText {
  return plain("☑️ Ticks on a checklist stay here: the customer's copy does not show them.");
}

/** An edit of something that was never sent, or that the desk has forgotten. */
export function editOfUnsent(): RichText {
  return plain(
    "Your edit stays here: the desk has not sent this message to the customer, or no longer knows it. Write it anew to send it.",
  );
}

export function editOfCommand(): RichText {
  return plain("An edited command is not carried out again. Write it anew.");
}

/** The customer has it, but nobody knows which of their messages it is. */
export function editWithoutCopy(): RichText {
  return plain(
    "Your edit did not reach the customer: Telegram did not tell the desk which of their messages this one is. Write the correction anew.",
  );
}

export function editOfUncertain(): RichText {
  return plain(
    "Nobody knows whether the customer has this message. “Send again” sends it as it is now; if they have it already, they still see the former version.",
  );
}

export function editOfRemoved(): RichText {
  return plain(
    "The customer does not have this message any more, and an edit does not send it. Write it anew.",
  );
}

export function notATopicHint(name: string): RichText {
  return rich`${code(`/${name}`)} only works in a ticket's topic.`;
}

export function replyNeededHint(): RichText {
  return plain("Reply with /delete to one of your messages to the customer.");
}

export function deletedHint(): RichText {
  return plain("Removed from the customer's chat.");
}

export function assignUsageHint(agents: readonly string[]): RichText {
  return rich`Who? /assign @name, one of: ${agents.join(", ")}.`;
}

export function assignAmbiguousHint(name: string, agents: readonly string[]): RichText {
  return rich`${bold(name)} could be ${agents.join(" or ")}. Write more of the name.`;
}

export function priorityUsageHint(): RichText {
  return rich`Which priority? ${PRIORITIES.map((one) => `/priority ${one}`).join(", ")}.`;
}

export function tagUsageHint(): RichText {
  return plain("Which tags? /tag refund adds one, /tag -refund removes it.");
}

export function snoozeUsageHint(): RichText {
  return plain(
    "Remind you when? /snooze 2h, /snooze 30m waiting for the parcel, /snooze 1d. /snooze off cancels it.",
  );
}

export function reminderClearedHint(): RichText {
  return plain("Reminder cancelled.");
}

export function awayUsageHint(): RichText {
  return plain("For how long? /away 30m, /away 2h, or just /away until you send /online.");
}

export function availabilityHint(
  availability: "online" | "away" | "offline",
  until: number | null,
  timeZone: string,
): RichText {
  if (availability === "online") return plain("🟢 You're online and will get tickets during your shift.");
  if (availability === "offline")
    return plain("⚫ You're offline and won't get tickets until you send /online.");
  return until === null
    ? plain("🌙 You're away and won't get tickets until you send /online.")
    : rich`🌙 You're away until ${instant(until, timeZone)}. Back sooner? Send /online.`;
}

export function noteUsageHint(): RichText {
  return plain("Write your note after it: /note text, or // text.");
}

export function refusalWords(refusal: Refusal): string {
  switch (refusal.code) {
    case "ticket.not_found":
      return "This topic doesn't belong to a ticket.";
    case "ticket.closed":
    case "ticket.resolved":
      return `${refusal.ref} is ${STATUS_WORDS[refusal.status].toLowerCase()}. Send /reopen first.`;
    case "ticket.claimed_by_other":
      return `${refusal.assignee.name} already has ${refusal.ref}.`;
    case "ticket.not_yours":
      return refusal.assignee === null
        ? `${refusal.ref} isn't yours: it's unclaimed.`
        : `${refusal.ref} is ${refusal.assignee.name}'s. A lead can reassign it.`;
    case "field.unknown":
    case "option.unknown":
    case "fields.unknown":
      return "We no longer ask this question.";
    case "tags.too_many":
      return `A ticket can have ${refusal.max} tags at most.`;
    case "queue.unknown":
      return refusal.queue === ""
        ? `Which queue? ${refusal.known.map((one) => `/transfer ${one}`).join(", ")}.`
        : `There's no queue “${refusal.queue}”. Choose from: ${refusal.known.join(", ")}.`;
    case "ticket.moved":
      return `${refusal.ref} has moved to the group ${refusal.group}.`;
    case "reminder.past":
      return "That time has passed. /snooze 2h reminds you in two hours.";
    case "reminder.too_far":
      return `Reminders can be at most ${durationWords(refusal.maxMs)} ahead.`;
    default:
      return refusal satisfies never;
  }
}

/** Answers instead of relaying: the ticket does not take an answer as it is. */
export function answerRefused(refusal: Refusal): string {
  return `🚫 Not sent. ${refusalWords(refusal)}`;
}

export function alreadyWords(already: Already, timeZone: string): RichText {
  switch (already.code) {
    case "ticket.already_claimed":
      return plain(`${already.ref} is already yours.`);
    case "ticket.already_unclaimed":
      return plain(`${already.ref} is already unclaimed.`);
    case "ticket.already_assigned":
      return plain(`${already.assignee.name} already has ${already.ref}.`);
    case "ticket.already_resolved":
      return rich`${already.ref} was resolved ${byWords(already.by)} on ${instant(already.at, timeZone)}.`;
    case "ticket.already_escalated":
      return rich`${already.ref} was escalated ${byWords(already.by)} on ${instant(already.at, timeZone)}.`;
    case "ticket.already_closed":
      return rich`${already.ref} was closed ${byWords(already.by)} on ${instant(already.at, timeZone)}.`;
    case "ticket.already_active":
      return plain(`${already.ref} is already ${STATUS_WORDS[already.status].toLowerCase()}.`);
    case "ticket.already_so":
      return plain(`Nothing to change: ${already.ref} already has that.`);
    default:
      return already satisfies never;
  }
}

/** What a press on a button answers. */
export function staffToast(
  what: "claim" | "resolve" | "close" | "reopen" | "outsider" | "expired" | "sent_again" | "not_sent_again",
): string {
  switch (what) {
    case "claim":
      return "It's yours now.";
    case "resolve":
      return "Resolved.";
    case "close":
      return "Closed.";
    case "reopen":
      return "Reopened.";
    case "outsider":
      return "Only agents of this desk can do this.";
    case "expired":
      return EXPIRED;
    case "sent_again":
      return "Sending it again.";
    case "not_sent_again":
      return "It's already on its way, or no longer here.";
    default:
      return what satisfies never;
  }
}

const EXPIRED = "This button has expired.";

export function staffHelp(): RichText {
  const commands = STAFF_COMMANDS.map(([name, what]) => `/${name} – ${what}`).join("\n");
  return rich`${bold("How this works")}\nEvery ticket has its own topic. What you write there goes to the customer; replies, edits and reactions go along. Nothing that starts with a slash is ever sent: ${code("//")} or ${code("/note")} writes an internal note.\n\n${commands}`;
}

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

/** What a list may be long, so that what follows it still fits. */
const LIST_CHARS_MAX = TEXT_CHARS_MAX - 200;

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

/** As many lines as a message takes, and how many more there are. */
function list(head: RichText, lines: readonly RichText[], total: number): RichText {
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

export function nothingOpen(whose: "group" | "own"): RichText {
  return plain(whose === "group" ? "☕ Nothing is open." : "☕ You have no tickets in this group.");
}

/** "5 min", "3 h", "2 d": full ones, because nobody needs it to the second. */
function shortDuration(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes} min`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / (24 * 60))} d`;
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

export function collisionHint(assignee: string, ref: string): RichText {
  return rich`👥 ${bold(assignee)} has ${ref}; your answer was sent anyway.`;
}

/** What a ticket that nobody has waits for. */
export function waitsFor(what: string, at: number, zone: string): RichText {
  return rich`Waiting to be assigned: ${what}, ${instant(at, zone)}`;
}

export function agentGreeting(name: string, desk: string): RichText {
  return rich`👋 Hi ${name}! You're an agent of ${bold(desk)}. You'll get your assignments and alerts here. Reply to one of them to add an internal note to its ticket. /help lists what works in this chat.`;
}

export function privateStaffHelp(): RichText {
  const commands = PRIVATE_STAFF_COMMANDS.map(([name, what]) => `/${name} – ${what}`).join("\n");
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

export function staffNoted(agent: string, text: string): RichText {
  return rich`✍ ${bold(agent)}, internal note:\n${text}`;
}

export function strangerNotice(chatId: number): RichText {
  return rich`This chat isn't connected to a support desk. Admins: add chat id ${code(String(chatId))} to ${code("groups")}.`;
}

/** Told to the leads: nobody answers there, and the bot's own chat is where the desk listens. */
export function channelDirectNotice(title: string): RichText {
  return rich`📭 Somebody wrote to the direct messages of your channel ${bold(title === "" ? "without a name" : title)}. The desk does not answer there: tell people to write to the bot in private, or answer them yourselves.`;
}

/** Told to the leads when the desk cannot work in its own group. */
export function troubleNotice(trouble: Trouble, groupId: string): RichText {
  return rich`⚠️ The desk can't work in the group ${bold(groupId)}: ${TROUBLE_WORDS[trouble]}. Nothing is lost: messages wait until this is fixed.`;
}

/** Under a message that arrives late; no entities, because it stands on a button. */
export function writtenAt(at: number, timeZone: string): string {
  return `🕒 Written ${wallTime(at, timeZone)} ${timeZone === "UTC" ? "UTC" : `(${zoneWords(timeZone)})`}`;
}

/** Told to the leads in private: something cannot be sent for long, and that will be told when it is over. */
export function laneStalled(
  what: { group: string } | { person: string } | null,
  { why, since, until }: { why: string; since: number; until: number | null },
): RichText {
  const where = whereWords(what);
  const end = until === null ? plain("") : rich` until ${instant(until)}`;
  if (why === "topic_flood_wait")
    return rich`⏳ Telegram lets the desk make no new topics${where}${end}. First messages of new requests wait; everything else goes on.`;
  if (why === "no_answer")
    return rich`⏳ Telegram hasn’t answered since ${instant(since)}. Nothing is lost: whatever waits goes out by itself when it is back.`;
  return rich`⏳ Telegram asked the desk to stay silent${where}${end}. Nothing is lost: whatever waits goes out by itself then.`;
}

export function laneWorksAgain(
  what: { group: string } | { person: string } | null,
  { why, since, until }: { why: string; since: number; until: number },
): RichText {
  const times = rich`${instant(since)} to ${instant(until)}`;
  if (why === "topic_flood_wait")
    return rich`✅ New topics can be made again${whereWords(what)}. From ${times} Telegram allowed none.`;
  if (why === "no_answer")
    return rich`✅ Telegram answers again. It did not from ${times}; whatever waited is going out now.`;
  return rich`✅ The desk can send again${whereWords(what)}. From ${times} Telegram had asked for silence; whatever waited is going out now.`;
}

function whereWords(what: { group: string } | { person: string } | null): RichText {
  if (what === null) return plain("");
  return "group" in what
    ? rich` in the group ${bold(what.group)}`
    : rich` in the private chat with ${bold(what.person)}`;
}

const TROUBLE_WORDS: Record<Trouble, string> = {
  "bot.cannot_manage_topics": "give the bot the admin right Manage topics",
  "group.not_a_forum": "turn on Topics in the group's settings",
  "group.gone": "the bot is no longer in the group, or the group is gone; add it again",
  "bot.token_refused": "Telegram rejects the bot's token",
};
