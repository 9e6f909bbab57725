import type { ContactFacts } from "../contact/contact.ts";
import { routeOf, type Route } from "../contact/route.ts";
import { isStale } from "../routing/profile.ts";
import { lastingDue, nextDue, type ClockStanding } from "../sla/standing.ts";
import { highest, type SkillLevels } from "../team/skills.ts";
import { answersInWords } from "./intake.ts";
import type { Policy } from "./policy.ts";
import { standingOf } from "./status.ts";
import type { Ticket } from "./ticket.ts";

const SHOWN = [
  "ref",
  "subject",
  "status",
  "movedTo",
  "priority",
  "assignee",
  "queue",
  "tier",
  "tags",
  "followUpOf",
  "payload",
  "openedAt",
  "awaitingSince",
  "reminders",
  "statusBy",
  "topicsLost",
  "unreachable",
] as const;

/** What is told of a ticket where all of it is asked for, or shown by its card. Instants in ms since 1970. */
export interface CardFacts extends Pick<Ticket, (typeof SHOWN)[number]> {
  contact: Omit<ContactFacts, "phone">;
  /** Where the customer is reached. */
  route: Route;
  /** By the labels of the configuration. */
  answers: { name: string; label: string }[];
  /** What it takes to be given it. */
  needs: SkillLevels;
  /** How old what another system said of the customer is, where that is too old; in ms. */
  staleMs: number | null;
  due: ClockStanding | null;
  /** In which the due instant is shown, and the others. */
  dueZone: string;
  zone: string;
}

export function cardFacts(ticket: Ticket, contact: ContactFacts, policy: Policy, now: number): CardFacts {
  const { phone: _, ...person } = contact;
  const shown = Object.fromEntries(SHOWN.map((key) => [key, ticket[key]])) as Pick<
    Ticket,
    (typeof SHOWN)[number]
  >;
  return {
    ...shown,
    contact: person,
    route: routeOf(ticket),
    answers: answersInWords(policy.intakeFields, ticket.fields).map(({ name, label }) => ({ name, label })),
    needs: highest(policy.queues.get(ticket.queue)?.requireSkills, ticket.requireSkills),
    staleMs: staleMs(ticket, policy, now),
    due: nextDue(ticket, policy.sla, now),
    dueZone: policy.zoneFor(policy.sla.policyFor(ticket)),
    zone: policy.zoneFor(null),
  };
}

/** What the card in the ticket's topic shows: nothing that changes with each turn of the conversation. */
export function lastingFacts(ticket: Ticket, contact: ContactFacts, policy: Policy, now: number): CardFacts {
  const facts = cardFacts(ticket, contact, policy, now);
  return { ...facts, ...ofTurns(ticket, policy, now), awaitingSince: null };
}

/** Whether a turn of the conversation leaves the topic as it is: its icon, and its card. */
export function showsTheSame(before: Ticket, after: Ticket, policy: Policy, now: number): boolean {
  const [was, is] = [before, after].map((ticket) => JSON.stringify(ofTurns(ticket, policy, now)));
  return was === is;
}

/** What turns may change of what a topic shows. */
function ofTurns(ticket: Ticket, policy: Policy, now: number): Pick<CardFacts, "status" | "due"> {
  return { status: standingOf(ticket.status), due: lastingDue(ticket, policy.sla, now) };
}

function staleMs({ profile }: Ticket, { profileStaleAfterMs }: Policy, now: number): number | null {
  if (profile?.asOf == null || profileStaleAfterMs === null) return null;
  return isStale(profile, profileStaleAfterMs, now) ? now - profile.asOf : null;
}
