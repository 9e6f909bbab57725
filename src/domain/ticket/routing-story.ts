import type { Priority } from "../priority.ts";
import type { Candidate, Stage } from "../routing/assignment.ts";
import type { RoutingFacts } from "../routing/rules.ts";
import type { RoutingStep } from "../routing/steps.ts";
import type { UnmetIn } from "../routing/unmet.ts";
import type { NextChange } from "../routing/why.ts";
import type { SkillLevels } from "../team/skills.ts";
import type { TicketEvent } from "./event.ts";

/** Events that tell who got a ticket, and why. */
export const ROUTING_EVENTS = [
  "ticket_routed",
  "ticket_transferred",
  "ticket_assigned",
  "ticket_claimed",
  "ticket_unclaimed",
  "assignment_declined",
  "assignment_ignored",
  "enrichment_answered",
  "enrichment_failed",
] as const;

/** How a live ticket got where it is, and what becomes of it. Instants in ms since 1970. */
export interface RoutingStory {
  at: number;
  facts: RoutingFacts;
  /** What the rules say of these facts now, in whichever queue the ticket is. */
  says: {
    queue: string;
    priority: Priority | null;
    requireSkills: SkillLevels;
    rules: number[];
    steps: RoutingStep[];
  };
  queue: string;
  assignment: "auto" | "claim";
  priority: Priority;
  assignee: { id: number; name: string } | null;
  /** What it takes to be given it: the queue's and the rules'. */
  requireSkills: SkillLevels;
  /** Null once it is assigned, or over. */
  waiting: {
    since: number;
    stage: Stage;
    /** Where it stands among those that wait for the same queue; null where agents choose. */
    place: { position: number; of: number } | null;
    candidates: Candidate[];
    /** Why no agent here could ever be given it; null if one could, or where agents choose. */
    unmet: UnmetIn | null;
  } | null;
  next: NextChange | null;
  past: { n: number; at: number; notedAt: number | null; event: TicketEvent }[];
}
