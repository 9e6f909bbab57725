import type { ContactFacts } from "../../domain/contact/contact.ts";
import { routeOf, type Route } from "../../domain/contact/route.ts";
import { highest } from "../../domain/team/skills.ts";
import { answersInWords } from "../../domain/ticket/intake.ts";
import type { Policy } from "../../domain/ticket/policy.ts";
import type { Ticket } from "../../domain/ticket/ticket.ts";
import { bold, code, customerLink, join, plain, rich, type RichText } from "../rich-text.ts";
import { unreachableWords } from "./delivery.ts";
import { profileAge } from "./profile.ts";
import { nextDueLine } from "./promises.ts";
import { noteWords } from "./reasons.ts";
import { instant } from "./when.ts";
import { byWords, CUSTOMER, STATUS_WORDS } from "./words.ts";

/** What the buttons of a card say. */
export const CARD_BUTTONS = { claim: "Claim", resolve: "Resolve", close: "Close", reopen: "Reopen" };

/** The ticket's card in its topic: who, what, how it stands, and since when. */
export function card(ticket: Ticket, contact: ContactFacts, policy: Policy, now: number): RichText {
  const zone = policy.zoneFor(null);
  const lines: RichText[] = [
    rich`${bold(ticket.ref)} · ${bold(ticket.movedTo === null ? STATUS_WORDS[ticket.status] : `Moved to ${ticket.movedTo}`)}${ticket.priority === "normal" ? "" : ` · ${ticket.priority}`}`,
    rich`${ticket.subject}`,
    rich``,
    who(contact, routeOf(ticket)),
    ...answersInWords(policy.intakeFields, ticket.fields).map(
      (answer) => rich`${answer.name}: ${bold(answer.label)}`,
    ),
    rich`Assignee: ${ticket.assignee === null ? "unclaimed" : bold(ticket.assignee.name)}`,
    rich`Queue: ${ticket.queue}${ticket.tier === null ? "" : ` · tier ${ticket.tier}`}${needs(ticket, policy)}`,
  ];
  const age = profileAge(ticket, policy, now);
  if (age !== null) lines.push(plain(age));
  if (ticket.tags.length > 0) lines.push(rich`Tags: ${ticket.tags.map((tag) => `#${tag}`).join(" ")}`);
  if (ticket.followUpOf !== null) lines.push(rich`Follow-up to ${ticket.followUpOf}`);
  if (ticket.payload !== null) lines.push(rich`Link: ${code(ticket.payload)}`);
  lines.push(rich`Opened: ${instant(ticket.openedAt, zone)}`);
  if (ticket.awaitingSince !== null && ticket.awaitingSince !== ticket.openedAt) {
    lines.push(rich`Customer waiting since: ${instant(ticket.awaitingSince, zone)}`);
  }
  const due = nextDueLine(ticket, policy, now);
  if (due !== null) lines.push(due);
  for (const { name, at } of ticket.reminders)
    lines.push(rich`⏰ Reminder for ${name}: ${instant(at, zone)}`);
  const over = ticket.status === "resolved" || ticket.status === "closed";
  if (over) {
    const { by, at, note } = ticket.statusBy;
    lines.push(
      rich`${STATUS_WORDS[ticket.status]} ${byWords(by)}: ${instant(at, zone)}${note === undefined ? "" : ` (${noteWords(note)})`}`,
    );
  }
  if (ticket.topicsLost > 0) {
    lines.push(
      rich`↩️ The earlier topic was deleted, so the ticket continues here. Earlier messages are still in the customer's chat.`,
    );
  }
  if (ticket.unreachable !== null) lines.push(rich`⚠️ ${unreachableWords(ticket.unreachable)}`);
  return join(lines, "\n");
}

function needs(ticket: Ticket, policy: Policy): string {
  const required = Object.entries(
    highest(policy.queues.get(ticket.queue)?.requireSkills, ticket.requireSkills),
  );
  if (required.length === 0) return "";
  return ` · needs ${required.map(([skill, level]) => `${skill} ≥ ${level}`).join(", ")}`;
}

function who(contact: ContactFacts, route: Route): RichText {
  const name = contact.name === "" ? CUSTOMER : contact.name;
  // It opens the profile only where the customer's privacy settings allow it; the name shows always.
  const person = customerLink(name, route);
  const username = contact.username === null ? "" : ` (@${contact.username})`;
  const language = contact.language === null ? "" : ` · ${contact.language}`;
  return rich`${person}${username}${language}${contact.isPremium ? " · Telegram Premium" : ""}`;
}
