import { after, CLOSED, maySoonestTry, trying, type Breaker } from "../../domain/routing/breaker.ts";
import type { NoAnswer } from "../../domain/routing/no-answer.ts";
import type { EnrichmentFailure } from "../../integrations/enrichment-call.ts";
import { noAnswerForPrograms } from "../../texts/for-programs.ts";
import type { Transaction } from "../commit/transaction.ts";
import type { Rules } from "../rules/rules.ts";
import { SYSTEMS, type Sources, type System } from "../rules/sources.ts";
import { FACTS, type Facts } from "../tables/facts.ts";
import { CRM_LANES, isCrmLane, SKILLS_LANE, type Lane } from "../tables/lane.ts";

/** How it goes with a system that is asked. Instants in ms since 1970. */
export interface SystemHealth {
  system: "enrichment" | "skills";
  /** In a row; 0 once it has answered. */
  failures: number;
  /** Since when it is asked no more than now and then; null: it is asked whenever it is needed. */
  leftAloneSince: number | null;
  /** The next question may be asked then; null: now. */
  retryAt: number | null;
  /** Since its last answer; `why` in words, without anything of what was answered. */
  lastFailure: { code: string; why: string; at: number } | null;
  /** Of the skills service, whose word holds until the next: when it came; null: it has said nothing yet. */
  answeredAt?: number | null;
}

const BREAKERS = { enrichment: FACTS.breaker, skills: FACTS.skillsBreaker } as const;

/** A breaker as it is kept: with the last failure, which earlier releases have stored in words. */
type StoredBreaker = Breaker & { failed?: { code: string; why: NoAnswer | string; at: number } };

/** Forgets what was known of systems that are not asked any more, where they were asked until now. */
export function forgetFormer(facts: Facts, before: Sources, now: Sources): void {
  for (const system of SYSTEMS) if (before[system] !== now[system]) facts.delete(BREAKERS[system]);
  if (before.skills !== now.skills) facts.delete(FACTS.skills);
}

export function breakerOf(facts: Facts, system: System): Breaker {
  return (facts.get(BREAKERS[system]) as StoredBreaker | undefined) ?? CLOSED;
}

/** When the system of a lane may be asked at the soonest, in ms since 1970; null: no system is asked in this lane. */
export function asksFrom(lane: Lane, facts: Facts, now: number): number | null {
  if (!isCrmLane(lane)) return null;
  return maySoonestTry(breakerOf(facts, lane === SKILLS_LANE ? "skills" : "enrichment"), now);
}

/** Notes that a question goes out now. */
export function noteAsking(tx: Transaction, system: System): void {
  const breaker = breakerOf(tx.facts, system);
  const next = trying(breaker, tx.now);
  if (next !== breaker) tx.facts.set(BREAKERS[system], next);
}

/** Whether a system answered that it is asked too often (RFC 6585): it is there, and takes the question later. */
export function isBusy(result: { kind: "answer" } | EnrichmentFailure): boolean {
  return result.kind === "failed" && result.code === "http_429";
}

/** Notes what came of a question. Answers whether the system is left alone now. */
export function noteHeard(
  tx: Transaction,
  system: System,
  result: { kind: "answer" } | EnrichmentFailure,
): { leftAlone: boolean } {
  const breaker = breakerOf(tx.facts, system);
  const busy = isBusy(result);
  const outcome =
    result.kind === "answer" ? result : ({ ...result, kind: busy ? "busy" : "failed" } as const);
  const next: StoredBreaker = after(breaker, outcome, tx.now);
  // Work that waited for the system may go on.
  if (breaker.openedAt !== null && next.openedAt === null) for (const lane of CRM_LANES) tx.touched.add(lane);
  if (result.kind === "failed") {
    const { code, why } = result;
    if (next !== breaker) tx.facts.set(BREAKERS[system], { ...next, failed: { code, why, at: tx.now } });
    tx.report("system.failed", { system, code, failures: next.failures, leftAlone: next.openedAt !== null });
  } else if (next.slow !== undefined) tx.facts.set(BREAKERS[system], next);
  else if (breaker !== CLOSED) tx.facts.delete(BREAKERS[system]);
  return { leftAlone: next.openedAt !== null };
}

/** How it goes with the systems that the configuration names. */
export function systemsHealth(facts: Facts, { config, skills }: Rules): SystemHealth[] {
  return SYSTEMS.filter((system) => config.routing[system] !== undefined).map((system) => {
    const { failures, openedAt, retryAt, failed } = breakerOf(facts, system) as StoredBreaker;
    return {
      system,
      failures,
      leftAloneSince: openedAt,
      retryAt,
      lastFailure: failed === undefined ? null : { ...failed, why: noAnswerForPrograms(failed.why) },
      ...(system === "skills" ? { answeredAt: skills?.receivedAt ?? null } : {}),
    };
  });
}
