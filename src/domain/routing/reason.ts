import type { Priority } from "../priority.ts";
import type { SkillLevels } from "../team/skills.ts";
import type { Candidate, Stage } from "./assignment.ts";
import type { RoutingWhy } from "./why.ts";

/** Where the rules put a ticket. */
export interface Routed {
  queue: string;
  previousQueue: string;
  /** Where the rules set one. Earlier releases have not stored what it was before. */
  priority?: Priority;
  previousPriority?: Priority;
  /** What the rules require beyond the queue. */
  requireSkills: SkillLevels;
  /** The places of the rules that hold, from 0. */
  rules: number[];
  /** The group of the queue, where it is another one: the ticket goes there. */
  group?: string;
  previousGroup?: string;
}

/** Why an agent got a ticket, as the event keeps it. */
export interface RoutingReason {
  queue: string;
  stage: Stage;
  /** What spoke for them; earlier releases have stored it in words, here and below. */
  why: (RoutingWhy | string)[];
  score: number;
  /** The others, best first, cut at `ROUTING_CANDIDATES_KEPT`. */
  others: (Pick<Candidate, "agent" | "eligible" | "score"> & { why: (RoutingWhy | string)[] })[];
}
