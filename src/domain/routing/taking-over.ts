import { highest, type SkillLevels } from "../team/skills.ts";
import { assign, type AgentNow, type QueueRouting } from "./assignment.ts";

/**
 * Agents to whom the desk may give a ticket, as they are at an instant in ms since 1970. Agents whose slots are kept by
 * another group have to be asked for first, and are not among them.
 */
export type TeamAt = (at: number) => readonly AgentNow[];

/** No agent can take over. */
export const NO_TEAM: TeamAt = () => [];

/**
 * The agent who takes a ticket over from its assignee: available, with room, with the skills that queue and ticket
 * require, and not one who has declined it; of these the one with the smallest part of their capacity in use. `null` if
 * there is none.
 */
export function whoTakesOver(
  wanted: "senior" | "other",
  ticket: {
    queue: string;
    assignee: { id: number } | null;
    requireSkills: SkillLevels;
    declined: readonly number[];
  },
  { queues, group }: { queues: ReadonlyMap<string, QueueRouting>; group: string },
  team: TeamAt,
  at: number,
): { id: number; name: string } | null {
  const { assignee } = ticket;
  const able = team(at).filter(
    ({ agent }) => agent.id !== assignee?.id && (wanted === "other" || agent.role === "senior"),
  );
  const need = {
    requireSkills: highest(queues.get(ticket.queue)?.requireSkills ?? {}, ticket.requireSkills),
    preferredAgent: null,
    declined: ticket.declined,
    waitingSince: at,
  };
  return assign(need, able, { ...LEAST_IN_USE, id: ticket.queue, group }, at).assignee;
}

const LEAST_IN_USE: Omit<QueueRouting, "id" | "group"> = {
  auto: true,
  weights: { preferredAgent: 0, preferredSkills: 0, history: 0, spareCapacity: 1 },
  requireSkills: {},
  preferSkills: {},
  relaxAfterMs: [],
  overrideAfterMs: null,
  pool: null,
  answerWithinMs: null,
};
