import { groupsDue } from "../record/due.ts";
import { askGroups, gathered } from "./ask.ts";

/** What a sweep did; `at` in ms since 1970. */
export interface SweepReport {
  at: number;
  /** The groups in which something was due: tickets to which time did something, and how many events that made. */
  groups: { group: string; tickets: number; steps: number }[];
  /** Groups that did not answer. Nothing is lost: their own alarm does it, or the next sweep. */
  unreachableGroups: string[];
}

/**
 * Wakes the groups in which something is due by `now`. The record only says which to wake; what is to be done, and
 * whether it is done already, each object decides for itself.
 */
export async function sweepGroups(env: Env, now: number): Promise<SweepReport> {
  const answers = await askGroups(env, await groupsDue(env.DB, now), (stub) => stub.sweep());
  return {
    at: now,
    groups: answers.flatMap((one) => ("answer" in one ? [{ group: one.group, ...one.answer }] : [])),
    unreachableGroups: gathered(answers).unreachableGroups,
  };
}
