/**
 * The instant under which an assignment is noted, in ms since 1970, so that turns have an order also within one
 * instant: its own, but later than every other of the team. `team`: all agents of the group.
 */
export function turnAt(at: number, team: readonly { lastAssignedAt: number | null }[]): number {
  return team.reduce(
    (turn, { lastAssignedAt }) => (lastAssignedAt === null ? turn : Math.max(turn, lastAssignedAt + 1)),
    at,
  );
}
