import type { Unavailable } from "../team/presence.ts";
import type { SkillGap } from "../team/skills.ts";

/** What speaks for giving an agent a ticket, or against it: a code with its facts, which `texts/` puts into words. */
export type RoutingWhy =
  /** Against it. `because` null: it is not known why. */
  | { why: "unavailable"; because: Unavailable | null }
  | { why: "no_room"; open: number; capacity: number }
  | { why: "declined" }
  | { why: "lacks"; skills: SkillGap[] }
  /** The wait has not let go of these preferred skills yet. */
  | { why: "waits_for"; skills: SkillGap[] }
  /** For it. */
  | { why: "preferred_agent" }
  /** Preferred skills, and how much of them they have in percent. */
  | { why: "skills_match"; skills: string[]; percent: number }
  | { why: "served_customer" }
  | { why: "served_tier" }
  | { why: "slots"; open: number; capacity: number };

/** What time alone changes for a ticket. */
export type RoutingChange =
  | { change: "preferred_skills_drop"; levels: number }
  | { change: "preferred_skills_over" }
  /** `pool`: where it goes if no agent is available; null: nowhere. */
  | { change: "skills_over"; pool: string | null }
  /** Its assignee has had the time that the queue gives. */
  | { change: "goes_on"; assignee: string }
  | { change: "agent_back"; agent: string }
  | { change: "shift_begins"; agent: string }
  | { change: "enrichment_over" };

/** `at` in ms since 1970. */
export interface NextChange {
  at: number;
  what: RoutingChange;
}
