import type { CardFacts } from "../../domain/ticket/card.ts";
import { bold, code, customerLink, join, rich, type RichText } from "../rich-text.ts";
import { unreachableWords } from "./delivery.ts";
import { ageWords } from "./profile.ts";
import { clockLine } from "./promises.ts";
import { noteWords } from "./reasons.ts";
import { instant } from "./when.ts";
import { byWords, CUSTOMER, PRIORITY_WORDS, STATUS_WORDS, subjectWords } from "./words.ts";

/** What the buttons of a card say. */
export const CARD_BUTTONS = { claim: "Claim", resolve: "Resolve", close: "Close", reopen: "Reopen" };

/** The ticket's card in its topic: who, what, how it stands, and since when. */
export function card(ticket: CardFacts): RichText {
  const { zone } = ticket;
  const lines: RichText[] = [
    rich`${bold(ticket.ref)} · ${bold(ticket.movedTo === null ? STATUS_WORDS[ticket.status] : `Moved to ${ticket.movedTo}`)}${ticket.priority === "normal" ? "" : ` · ${PRIORITY_WORDS[ticket.priority]}`}`,
    rich`${subjectWords(ticket.subject)}`,
    rich``,
    who(ticket),
    ...ticket.answers.map((answer) => rich`${answer.name}: ${bold(answer.label)}`),
    rich`Assignee: ${ticket.assignee === null ? "unclaimed" : bold(ticket.assignee.name)}`,
    rich`Queue: ${ticket.queue}${ticket.tier === null ? "" : ` · tier ${ticket.tier}`}${needs(ticket)}`,
  ];
  if (ticket.staleMs !== null) lines.push(rich`⚠️ Customer data is stale: ${ageWords(ticket.staleMs)} old`);
  if (ticket.tags.length > 0) lines.push(rich`Tags: ${ticket.tags.map((tag) => `#${tag}`).join(" ")}`);
  if (ticket.followUpOf !== null) lines.push(rich`Follow-up to ${ticket.followUpOf}`);
  if (ticket.payload !== null) lines.push(rich`Link: ${code(ticket.payload)}`);
  lines.push(rich`Opened: ${instant(ticket.openedAt, zone)}`);
  if (ticket.awaitingSince !== null && ticket.awaitingSince !== ticket.openedAt) {
    lines.push(rich`Customer waiting since: ${instant(ticket.awaitingSince, zone)}`);
  }
  if (ticket.due !== null) lines.push(clockLine(ticket.due, ticket.dueZone));
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

function needs(ticket: CardFacts): string {
  const required = Object.entries(ticket.needs);
  if (required.length === 0) return "";
  return ` · needs ${required.map(([skill, level]) => `${skill} ≥ ${level}`).join(", ")}`;
}

function who({ contact, route }: CardFacts): RichText {
  const name = contact.name === "" ? CUSTOMER : contact.name;
  // It opens the profile only where the customer's privacy settings allow it; the name shows always.
  const person = customerLink(name, route);
  const username = contact.username === null ? "" : ` (@${contact.username})`;
  const language = contact.language === null ? "" : ` · ${contact.language}`;
  return rich`${person}${username}${language}${contact.isPremium ? " · Telegram Premium" : ""}`;
}
