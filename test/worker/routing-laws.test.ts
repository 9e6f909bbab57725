import { describe, expect, test } from "vitest";
import { BusyDay } from "../support/busy-day.ts";
import { waits, type DeskHistory } from "../support/desk-history.ts";
import { Dice } from "../support/dice.ts";
import { LEAD } from "../support/random-desk.ts";
import { texts } from "../support/stage.ts";

/*
 * Laws of handing out, in the real runtime: random desks, random traffic, and then the whole history is looked through.
 * A failure names its seed; the same seed plays the same day again.
 */

const STEPS = 40;
const SEEDS = [1, 2];

describe.each([
  ["one group", { severalGroups: false, tiers: false }],
  ["one group whose customers have tiers", { severalGroups: false, tiers: true }],
  ["groups that share agents and help each other out", { severalGroups: true, tiers: false }],
] as const)("%s, whatever people do", (_, options) => {
  test.each(SEEDS)("hands out by the rules (seed %i)", { timeout: 600_000 }, async (seed) => {
    const day = await BusyDay.open(new Dice(seed), options);
    for (let n = 0; n < STEPS; n += 1) await day.step();
    await day.end();
    const history = await day.history();
    expect(history.givings).not.toEqual([]);
    expect(wronglyGiven(history)).toEqual([]);
    expect(overtaken(history)).toEqual([]);
    expect(starved(history, day.rests)).toEqual([]);
    expect(await unheardOf(history, day)).toEqual([]);
  });
});

/** Tickets given to agents who were away, had no room, or could not have them. */
function wronglyGiven(history: DeskHistory): string[] {
  return history.givings.flatMap(({ ref, agent: id, at }) => {
    const given = history.ticket(ref, at)!;
    const agent = history.team(given.group).find((one) => one.id === id);
    const say = (what: string): string => `${ref} to ${id} at ${iso(at)}: ${what}`;
    if (agent === undefined) return [say("does not work there")];
    return [
      ...(history.isThere(agent, at, true) ? [] : [say("is not there")]),
      ...(history.openOf(id, at) <= agent.capacity || history.cameByThemselves(id, at)
        ? []
        : [say(`has ${history.openOf(id, at)} of ${agent.capacity}`)]),
      ...(given.declined.includes(id) ? [say("has declined it")] : []),
      ...(history.suits({ ...given, declined: [] }, agent, at) ? [] : [say("lacks the skills")]),
    ];
  });
}

/** Tickets given to agents who could have had an older or more urgent one, which still waits. */
function overtaken(history: DeskHistory): string[] {
  return history.givings.flatMap(({ ref, agent: id, at }) => {
    const given = history.ticket(ref, at)!;
    if (history.hasMoved(ref)) return [];
    const agent = history.team(given.group).find((one) => one.id === id)!;
    return history.refs.flatMap((other) => {
      const [before, after] = [history.ticket(other, at, "before"), history.ticket(other, at)];
      if (!waits(before, history) || !waits(after, history)) return [];
      // Where it came from another group its place is another matter.
      if (after.group !== given.group || history.hasMoved(other)) return [];
      if (!history.precedes(after, given) || !history.suits(after, agent, at)) return [];
      return [`${other} was overtaken by ${ref}, which ${id} got at ${iso(at)}`];
    });
  });
}

/** Tickets that wait, when everything has come to rest, although an agent could take them. */
function starved(history: DeskHistory, rests: readonly number[]): string[] {
  return rests.flatMap((at) =>
    history.refs.flatMap((ref) => {
      const ticket = history.ticket(ref, at);
      if (!waits(ticket, history)) return [];
      return history
        .team(ticket.group)
        .filter(
          (agent) =>
            history.isThere(agent, at) &&
            history.openOf(agent.id, at) < agent.capacity &&
            !history.hasRefused(agent.id, ref, at) &&
            history.suits(ticket, agent, at),
        )
        .map(({ id }) => `${ref} waits at ${iso(at)}, and ${id} could take it`);
    }),
  );
}

/**
 * Tickets that no agent took in time, whatever the skills, although neither the pool has them nor the leads were told.
 */
async function unheardOf(history: DeskHistory, { stage, rests }: BusyDay): Promise<string[]> {
  const told = texts(await stage.telegram.messages(LEAD)).filter((text) => text.includes("Nobody in"));
  return history.refs.flatMap((ref) => {
    const overdue = rests.flatMap((at) => {
      const ticket = history.ticket(ref, at);
      if (!waits(ticket, history)) return [];
      const { overrideAfterMs, pool } = history.queue(ticket.queue);
      const isOverdue = overrideAfterMs !== null && at >= ticket.waitingSince + overrideAfterMs;
      return isOverdue ? [{ at, pool }] : [];
    });
    const isTold = told.some((text) => new RegExp(`\\b${ref}\\b`).test(text));
    return overdue
      .filter(({ pool }) => (pool === null ? !isTold : !history.hasMoved(ref)))
      .map(({ at, pool }) => `nobody has taken ${ref} at ${iso(at)}, and ${pool ?? "no lead"} knows nothing`);
  });
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
