import type { ContactFacts } from "../contact/contact.ts";
import { routeOf, type Route } from "../contact/route.ts";
import { isStale } from "../routing/profile.ts";
import { nextDue, type ClockStanding } from "../sla/standing.ts";
import { highest, type SkillLevels } from "../team/skills.ts";
import { answersInWords } from "./intake.ts";
import type { Policy } from "./policy.ts";
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

/** What a ticket's card shows. Instants in ms since 1970. */
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

function staleMs({ profile }: Ticket, { profileStaleAfterMs }: Policy, now: number): number | null {
  if (profile?.asOf == null || profileStaleAfterMs === null) return null;
  return isStale(profile, profileStaleAfterMs, now) ? now - profile.asOf : null;
}
