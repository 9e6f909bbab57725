import type { Actor } from "../domain/actor.ts";
import type { UnreachableReason } from "../domain/contact.ts";
import type { Already, Refusal } from "../domain/decision.ts";
import { durationWords } from "../domain/duration.ts";
import type { AgentNotice, CustomerNotice, SlaLine, TopicNotice } from "../domain/effect.ts";
import { PARKED_TEXT_KEPT_MS } from "../domain/limits.ts";
import { PRIORITIES } from "../domain/priority.ts";
import type { RoutingReason } from "../domain/routing/reason.ts";
import type { ClockState } from "../domain/sla/clocks.ts";
import type { Metric } from "../domain/sla/metric.ts";
import type { TicketStatus } from "../domain/status.ts";
import { CUSTOMER_COMMANDS, STAFF_COMMANDS } from "./commands.ts";
import type { MessageKind } from "./message.ts";
import type { Elsewhere } from "./origin.ts";
import { bold, code, instant, join, link, mention, plain, rich, type RichText } from "./rich-text.ts";

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
      return "the desk";
    default:
      return by satisfies never;
  }
}

// ── To customers ────────────────────────────────────────────────────────────────────────────────────────────

export function customerNotice(notice: CustomerNotice): RichText {
  switch (notice.code) {
    case "ticket.resolved":
      return rich`${bold(notice.ref)} is resolved. If anything is left, just write. Otherwise it closes by itself in ${durationWords(notice.autoCloseAfterMs)}.`;
    case "ticket.closed":
      return rich`${notice.own ? "Done: " : ""}${bold(notice.ref)} is closed. Writing within ${durationWords(notice.reopenWithinMs)} opens it again; /new asks something else.`;
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
  return rich`${bold(deskName)}\nWrite your question here, with photos, files or voice as you like. People answer in this chat. To answer to one of several requests, reply to a message of it.\n\n${commands}`;
}

export function customerNewTicketPrompt(): RichText {
  return plain("Tell us what it is about: your next message opens a new request.");
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
  if (lines.length === 0) return plain("You have no requests yet. Just write to open one.");
  const listed = lines.map(
    (line) =>
      rich`${line.current ? "▸ " : "· "}${bold(line.ref)} · ${CUSTOMER_STATUS_WORDS[line.status]} · ${line.subject}`,
  );
  const several = lines.filter((line) => line.status !== "closed").length > 1;
  const hint = several
    ? "\n\nWhat you write goes to the one marked ▸; choose another below, or reply to a message of it."
    : "";
  return rich`${join(listed, "\n")}${hint}`;
}

export function customerChooseToClose(): RichText {
  return plain("Which one shall be closed?");
}

export function customerNothingToClose(): RichText {
  return plain("You have no open request.");
}

/** Precedes a message from another ticket than the one spoken in last. */
export function customerSwitched(ref: string, subject: string): RichText {
  return rich`${bold(ref)} · ${subject}`;
}

export function customerUncopyable(kind: MessageKind): RichText {
  return rich`This kind of message (${KIND_WORDS[kind].toLowerCase()}) cannot be passed on. Please send it as text, photo or file.`;
}

/** Said once: nothing that they write after it is passed on. */
export function customerBlocked(): RichText {
  return plain("Your messages are no longer passed on to the team.");
}

/** The name of a topic that had to stay when its customer was erased. */
export const ERASED_TOPIC = "Erased";

export function customerUndelivered(): RichText {
  return plain("This message could not be passed on to the team. Please try to send it in another form.");
}

export function customerToast(what: "answered" | "closed" | "unknown" | "switched", ref = ""): string {
  switch (what) {
    case "answered":
      return "Thank you.";
    case "closed":
      return `${ref} is closed.`;
    case "switched":
      return `What you write goes to ${ref} now.`;
    case "unknown":
      return "This button is no longer in use.";
    default:
      return what satisfies never;
  }
}

// ── To the staff ────────────────────────────────────────────────────────────────────────────────────────────

const UNREACHABLE_WORDS: Record<UnreachableReason, string> = {
  blocked: "The customer has blocked the bot. Nothing reaches them until they unblock it or write again.",
  gone: "The customer's account is gone. Nothing can reach them any more.",
  never_started: "The customer has not started the bot, so it cannot write to them.",
};

export function unreachableWords(reason: UnreachableReason): string {
  return UNREACHABLE_WORDS[reason];
}

/** What a program says in somebody's name stands in the topic, so that the staff reads the whole conversation. */
export function customerWroteElsewhere(customer: string, program: string, text: string): RichText {
  return rich`${bold(customer)} by ${program}:\n${text}`;
}

export function programReplied(program: string, text: string): RichText {
  return rich`${bold(program)} answered the customer:\n${text}`;
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

export function topicNotice(notice: TopicNotice): RichText {
  switch (notice.code) {
    case "ticket.claimed":
      return rich`${bold(actorName(notice.by))} took this ticket.`;
    case "ticket.unclaimed":
      if (notice.gone !== undefined) {
        const { name, why, queue } = notice.gone;
        return rich`${bold(name)} ${GONE[why]}. This ticket is back in the queue ${bold(queue)}.`;
      }
      return rich`${bold(actorName(notice.by))} gave this ticket back. It waits to be claimed.`;
    case "ticket.assigned":
      return rich`${bold(actorName(notice.by))} assigned this ticket to ${mention(notice.assignee)}${noted(notice.note)}${notice.routing === undefined ? "" : whyYou(notice.routing).replace("Why you", "Why")}`;
    case "ticket.transferred": {
      const where =
        notice.group === undefined
          ? ""
          : `, of the group ${notice.group}. What the customer writes goes there`;
      return rich`${bold(actorName(notice.by))} moved this ticket to the queue ${bold(notice.queue)}${where}${noted(notice.note)}`;
    }
    case "ticket.arrived":
      return rich`This ticket came from the group ${bold(notice.from)}${notice.url === null ? "" : rich`, where ${link("the conversation so far", notice.url)} is`}.`;
    case "assignment.declined":
      return rich`${bold(notice.agent.name)} cannot take this ticket. It goes to the next.`;
    case "assignment.ignored":
      return rich`${mention(notice.agent)} did not answer in time and is away now. It goes to the next.`;
    case "ticket.escalated":
      return rich`🔥 Escalated by ${bold(actorName(notice.by))}${noted(notice.note)}`;
    case "sla":
      return join(notice.lines.map(slaLine), "\n");
    case "ticket.resolved":
      return rich`✅ Resolved by ${bold(actorName(notice.by))}${noted(notice.note)}`;
    case "ticket.closed":
      return rich`🏁 Closed by ${bold(actorName(notice.by))}${noted(notice.note)}`;
    case "ticket.reopened":
      if (notice.by.kind === "customer") return plain("Reopened: the customer wrote again.");
      return rich`Reopened by ${bold(actorName(notice.by))}${noted(notice.note)}`;
    case "intake.waited":
      return plain("The customer has not answered every required question; here is what they wrote.");
    case "customer.unreachable":
      return rich`⚠️ ${UNREACHABLE_WORDS[notice.reason]}`;
    case "customer.reachable":
      return plain("The customer can be reached again.");
    default:
      return notice satisfies never;
  }
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
  const what = METRIC_WORDS[line.metric];
  const wanted = line.metric === "resolution" ? "not resolved" : "not answered";
  const more: string[] = [];
  if (line.kept) more.push("done since");
  if (line.nobody === "free") more.push("nobody is free to take it");
  if (line.nobody === "to_tell") more.push("nobody has it yet");
  if (line.late) more.push("noted late: the desk was away");
  const due = instant(line.dueAt, line.timeZone ?? "UTC");
  const rest = more.length === 0 ? "" : ` (${more.join("; ")})`;
  switch (line.moment) {
    case "warning":
      return rich`⏳ ${bold(what)} is due ${due}${rest}`;
    case "breach":
      return rich`🔴 ${bold(what)} was due ${due}: ${wanted}${rest}`;
    case "overdue":
      return rich`🔴 ${bold(what)} was due ${due}: ${wanted} ${durationWords(line.offsetMs)}${line.clock === "business" ? " of opening hours" : ""} later${rest}`;
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
}

export function agentNotice(notice: AgentNotice, about: AboutTicket | null): RichText {
  if (about === null) return agentNoticeWords(notice);
  const ref = about.url === null ? bold(about.ref) : link(about.ref, about.url);
  const why =
    notice.code === "ticket.assigned_to_you" && notice.routing !== undefined
      ? `${about.profile}${whyYou(notice.routing)}`
      : "";
  return rich`${ref} · ${about.subject}\n${agentNoticeWords(notice)}${why}`;
}

/** The routing reason: for the assignee alone. */
function whyYou({ queue, stage, why }: RoutingReason): string {
  const how = stage.kind === "override" ? "it waited so long that skills do not matter any more; " : "";
  return `\nWhy you: queue ${queue}; ${how}${why.join("; ")}.`;
}

/** The same in the ticket's topic, for an agent whom the bot may not write to. */
export function agentNoticeInTopic(agent: { id: number; name: string }, notice: AgentNotice): RichText {
  return rich`${mention(agent)}: ${agentNoticeWords(notice)}`;
}

function agentNoticeWords(notice: AgentNotice): RichText {
  switch (notice.code) {
    case "sla":
      return join(notice.lines.map(slaLine), "\n");
    case "ticket.assigned_to_you":
      return rich`This ticket is yours now${noted(notice.note)}`;
    case "assignment.ignored":
      return plain(
        "You did not answer it in time, so it went to somebody else, and you are away. /online brings you back.",
      );
    case "ticket.escalated":
      return rich`🔥 Escalated by ${bold(actorName(notice.by))}${noted(notice.note)}`;
    case "reminder":
      return rich`⏰ You asked to be reminded${noted(notice.reason)}`;
    case "nobody_takes_it":
      return nobodyTakesIt(notice.queue);
    case "reconciliation":
      return rich`🔎 Not as it should be:\n${notice.lines.join("\n")}`;
    case "webhook_disabled":
      return rich`🔌 The webhook ${bold(notice.webhook)} answered 410: it wants nothing more, and is left alone until its address changes or somebody enables it.`;
    case "skills_unmet":
      return skillsUnmet(notice);
    case "queue.depth_exceeded":
      return rich`📈 ${bold(notice.queue)}: ${notice.unassigned} tickets wait for somebody to take them, more than ${notice.limit}. /queue lists them.`;
    case "queue.depth_recovered":
      return rich`${bold(notice.queue)}: ${notice.unassigned} tickets wait for somebody, no more than ${notice.limit} again.`;
    default:
      return notice satisfies never;
  }
}

/** Whoever could take it is away or has no room, and skills do not matter any more. */
export function nobodyTakesIt(queue: string): RichText {
  return rich`⏳ Nobody in ${bold(queue)} can take this ticket: everybody is away or has no room. It goes to the next who is free.`;
}

/** No one here could ever be given it, however long it waits for them. */
export function skillsUnmet({
  queue,
  why,
  overrideAfterMs,
}: Omit<Extract<AgentNotice, { code: "skills_unmet" }>, "code">): RichText {
  const until =
    overrideAfterMs === null
      ? "It waits until somebody can: give them the skill, or assign or transfer it by hand."
      : `It goes to whoever is free once it has waited ${durationWords(overrideAfterMs)}.`;
  return rich`🎓 The desk can give this ticket in ${bold(queue)} to nobody: ${why.join("; ")}. ${until}`;
}

function noted(note: string | undefined): string {
  return note === undefined ? "." : `: ${note}`;
}

export function customerSentUncopyable(kind: MessageKind): RichText {
  return rich`The customer sent something that Telegram lets no bot copy (${KIND_WORDS[kind].toLowerCase()}). They were told.`;
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

export function sourceGone(): RichText {
  return plain("The customer deleted a message before it could be copied here.");
}

/** What went wrong with a message to the customer, in words; the codes are those of `outcome.ts`. */
const FAILURE_WORDS: Partial<Record<string, string>> = {
  client_blocked: UNREACHABLE_WORDS.blocked,
  client_gone: UNREACHABLE_WORDS.gone,
  chat_gone: UNREACHABLE_WORDS.never_started,
  client_unreachable: UNREACHABLE_WORDS.never_started,
  client_privacy: "The customer's privacy settings refuse this kind of message. Send it as text or file.",
  uncopyable: "Telegram lets no bot copy this kind of message. Send it in another form.",
  source_gone: "The message was deleted before it could be sent.",
  too_late: "Telegram deletes messages only within 48 hours.",
};

export function undelivered(failure: string): RichText {
  return rich`⚠️ Not delivered. ${FAILURE_WORDS[failure] ?? `Telegram refused it (${failure}).`}`;
}

export function outcomeUnknown(): RichText {
  return plain(
    "❔ Nobody knows whether this reached the customer: Telegram did not answer. Sending again may double it.",
  );
}

export const SEND_AGAIN = "Send again";

/** A delivery that gave up; `toCustomer` tells whose message it was. */
export function replyUndelivered(failure: string): RichText {
  return rich`⚠️ The program’s answer was not delivered. ${FAILURE_WORDS[failure] ?? `Telegram refused it (${failure}).`}`;
}

export function parkedNotice(toCustomer: boolean, failure: string): RichText {
  const what = toCustomer
    ? "This message did not reach the customer"
    : "A message of the customer could not be copied here";
  return rich`⚠️ ${what}: ${PARKED_WORDS[failure] ?? `Telegram does not take it (${failure})`}. It is kept.`;
}

/** Deliveries that gave up and that nobody has sent again. */
export function parkedTooLong(count: number): RichText {
  const [what, are] = count === 1 ? ["One delivery", "is"] : [`${count} deliveries`, "are"];
  return plain(
    `🗑 ${what} of this ticket waited ${durationWords(PARKED_TEXT_KEPT_MS)} for somebody to send again, and ${are} given up: the desk has not kept what was said.`,
  );
}

const PARKED_WORDS: Partial<Record<string, string>> = {
  no_answer: "Telegram did not answer, again and again",
  kind_forbidden: "the bot may not send this kind of message in this group",
  chat_gone: "Telegram does not find the chat it comes from",
};

export function outsiderHint(userId: number): RichText {
  return rich`👀 marks what only the team sees. Only the desk's agents are passed on to customers. Ask a lead to add ${code(String(userId))} to ${code("agents")} in the configuration.`;
}

export function agentsOnlyHint(): RichText {
  return plain("Only the desk's agents can do this.");
}

export function anonymousHint(): RichText {
  return plain(
    "👀 marks what only the team sees. Anonymous posts are not passed on, because nobody can tell whose they are. Turn off “Remain anonymous” in your administrator rights and write again.",
  );
}

export function unknownCommandHint(name: string): RichText {
  return rich`There is no command ${code(`/${name}`)}, and nothing was sent. /help lists the commands; // begins an internal note.`;
}

export function slipHint(): RichText {
  return plain(
    "A message that begins with a slash is never sent to the customer. Write it without the slash to send it.",
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
    "⚠️ This is internal now, but the customer keeps what they got: Telegram does not let it be deleted any more.",
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
  return rich`${code(`/${name}`)} works inside a ticket's topic.`;
}

export function replyNeededHint(): RichText {
  return plain("Reply with /delete to a message of yours that the customer got.");
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
  return rich`Which priority? /priority ${PRIORITIES.join(", /priority ")}.`;
}

export function tagUsageHint(): RichText {
  return plain("Which tags? /tag refund adds one, /tag -refund removes it.");
}

export function snoozeUsageHint(): RichText {
  return plain(
    "When? /snooze 2h, /snooze 30m waiting for the parcel, /snooze 1d; /snooze off takes it back.",
  );
}

export function reminderClearedHint(): RichText {
  return plain("The reminder is off.");
}

export function awayUsageHint(): RichText {
  return plain("For how long? /away 30m, /away 2h, or /away alone until /online.");
}

export function availabilityHint(
  availability: "online" | "away" | "offline",
  until: number | null,
): RichText {
  if (availability === "online")
    return plain("You are online: tickets may be handed to you while you are on shift.");
  if (availability === "offline") return plain("You are offline: nothing is handed to you until /online.");
  return until === null
    ? plain("You are away: nothing is handed to you until /online.")
    : rich`You are away until ${instant(until)}; /online ends it.`;
}

export function noteUsageHint(): RichText {
  return plain("Write the note behind it: /note text, or // text.");
}

export function refusalWords(refusal: Refusal): string {
  switch (refusal.code) {
    case "ticket.not_found":
      return "This is no ticket's topic.";
    case "ticket.closed":
    case "ticket.resolved":
      return `${refusal.ref} is ${STATUS_WORDS[refusal.status].toLowerCase()}: /reopen comes first.`;
    case "ticket.claimed_by_other":
      return `${refusal.assignee.name} has ${refusal.ref} already.`;
    case "ticket.not_yours":
      return `${refusal.ref} belongs to ${refusal.assignee?.name ?? "nobody"}; a lead can take it away.`;
    case "field.unknown":
    case "option.unknown":
    case "fields.unknown":
      return "This question is no longer asked.";
    case "tags.too_many":
      return `A ticket takes ${refusal.max} tags at most.`;
    case "queue.unknown":
      return `There is no queue “${refusal.queue}”. There are: ${refusal.known.join(", ")}.`;
    case "ticket.moved":
      return `${refusal.ref} belongs to the group ${refusal.group} now.`;
    case "reminder.past":
      return "That is now or past. /snooze 2h reminds you in two hours.";
    case "reminder.too_far":
      return `Reminders reach ${durationWords(refusal.maxMs)} ahead at most.`;
    default:
      return refusal satisfies never;
  }
}

/** Answers instead of relaying: the ticket does not take an answer as it is. */
export function answerRefused(refusal: Refusal): string {
  return `Not sent. ${refusalWords(refusal)}`;
}

export function alreadyWords(already: Already): string {
  switch (already.code) {
    case "ticket.already_claimed":
      return `${already.ref} is yours already.`;
    case "ticket.already_unclaimed":
      return `Nobody has ${already.ref}.`;
    case "ticket.already_assigned":
      return `${already.assignee.name} has ${already.ref} already.`;
    case "ticket.already_resolved":
      return `${already.ref} was resolved by ${actorName(already.by)} at ${utc(already.at)}.`;
    case "ticket.already_escalated":
      return `${already.ref} was escalated by ${actorName(already.by)} at ${utc(already.at)}.`;
    case "ticket.already_closed":
      return `${already.ref} was closed by ${actorName(already.by)} at ${utc(already.at)}.`;
    case "ticket.already_active":
      return `${already.ref} is ${STATUS_WORDS[already.status].toLowerCase()}.`;
    case "ticket.already_so":
      return `${already.ref} has that already.`;
    default:
      return already satisfies never;
  }
}

function utc(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

export function staffHelp(): RichText {
  const commands = STAFF_COMMANDS.map(([name, what]) => `/${name} – ${what}`).join("\n");
  return rich`${bold("How this works")}\nEvery ticket has a topic. What you write in it goes to the customer, whatever it is; replies, edits and reactions follow. Nothing that begins with a slash is ever sent: ${code("//")} or ${code("/note")} writes an internal note.\n\n${commands}`;
}

export interface QueueLine {
  ref: string;
  status: TicketStatus;
  subject: string;
  assignee: string | null;
  waitingSince: number | null;
  url: string | null;
}

export function queueList(lines: readonly QueueLine[], more: number): RichText {
  if (lines.length === 0) return plain("Nothing is open. ☕️");
  const listed = lines.map((line) => {
    const ref = line.url === null ? bold(line.ref) : link(line.ref, line.url);
    const since = line.waitingSince === null ? plain("") : rich` · since ${instant(line.waitingSince)}`;
    return rich`${ref} · ${STATUS_WORDS[line.status].toLowerCase()} · ${line.assignee ?? "unclaimed"}${since}\n   ${line.subject}`;
  });
  return rich`${join(listed, "\n")}${more > 0 ? `\n… and ${more} more` : ""}`;
}

export function strangerNotice(chatId: number): RichText {
  return rich`This bot serves a support desk and is not set up for this chat. If it should be: add a group with the chat id ${code(String(chatId))} to the desk's configuration.`;
}

/** Told to the leads: nobody answers there, and the bot's own chat is where the desk listens. */
export function channelDirectNotice(title: string): RichText {
  return rich`📭 Somebody wrote to the direct messages of your channel ${bold(title === "" ? "without a name" : title)}. The desk does not answer there: tell people to write to the bot in private, or answer them yourselves.`;
}

/** Told to the leads when the desk cannot work in its own group. */
export function troubleNotice(trouble: string, groupId: string): RichText {
  return rich`⚠️ The desk cannot work in the group ${bold(groupId)}: ${TROUBLE_WORDS[trouble] ?? trouble}. Nothing is lost: messages wait until this is mended.`;
}

const TROUBLE_WORDS: Partial<Record<string, string>> = {
  "bot.cannot_manage_topics": "make the bot an administrator with the right to manage topics",
  "group.not_a_forum": "switch the group's topics on",
  "group.gone": "the bot is not in the group any more, or the group is gone; add it again",
  "bot.token_refused": "Telegram refuses the bot's token",
};
