import type { Already, Refusal } from "../../domain/ticket/decision.ts";
import { listed } from "../commands.ts";
import { bold, code, plain, rich, type RichText } from "../rich-text.ts";
import { COMMANDS } from "./commands.ts";
import { durationWords, instant } from "./when.ts";
import { byWords, EXPIRED, STATUS_WORDS } from "./words.ts";

/** Hints for the person who has just acted. */

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

/** Below an answer to a note, to a line of the desk's own, or to a message that was not passed on. */
export function heldBack(): RichText {
  return plain(
    "🔒 Not sent: it answers something that the customer cannot see. If it is meant for them, send it with the button.",
  );
}

/** Takes the place of `heldBack` once the button was pressed. */
export function sentAfterAll(agent: string): RichText {
  return rich`📤 ${bold(agent)} sent this to the customer.`;
}

const HELD_BACK_TOAST = {
  sent: "It is on its way to the customer.",
  already: "It was sent already.",
  gone: "It is not to be sent any more.",
};

export function heldBackToast(what: keyof typeof HELD_BACK_TOAST): string {
  return HELD_BACK_TOAST[what];
}

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

/** The customer has the message, but the number of their copy is unknown. */
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
    case "agent.unknown":
      return "They aren't an agent of this group.";
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

export function staffHelp(): RichText {
  const commands = listed(COMMANDS.staff);
  return rich`${bold("How this works")}\nEvery ticket has its own topic. What you write there goes to the customer; replies, edits and reactions go along. Nothing that starts with a slash is ever sent: ${code("//")} or ${code("/note")} writes an internal note.\n\n${commands}`;
}

export function collisionHint(assignee: string, ref: string): RichText {
  return rich`👥 ${bold(assignee)} has ${ref}; your answer was sent anyway.`;
}

/** What a reminder was set to. */
export function reminderSet(at: number, inMs: number, timeZone: string): RichText {
  return rich`⏰ You'll get a reminder in ${durationWords(inMs)}: ${instant(at, timeZone)}. /snooze off cancels it.`;
}
