import { ms } from "../../domain/duration.ts";
import { maySoonestTry, mayTry } from "../../domain/routing/breaker.ts";
import type { Heard } from "../../integrations/enrichment-call.ts";
import type { SkillsCall, SkillsResult } from "../../integrations/skill-service.ts";
import type { Transaction } from "../commit/transaction.ts";
import { OK } from "../drain/settled.ts";
import { always, over, type DeliveryContext, type RowOf, type WorkHandler } from "../drain/work-handler.ts";
import { withSkills } from "../rules/rules.ts";
import { FACTS } from "../tables/facts.ts";
import { SKILLS_LANE } from "../tables/lane.ts";
import { breakerOf, isBusy, noteAsking, noteHeard } from "./breakers.ts";

/**
 * Asks for the skill table if it is too old. Meanwhile the known one holds without a limit: no agent loses a skill
 * because a system is away.
 */
export function refreshSkills(tx: Transaction): void {
  const settings = tx.rules.config.routing.skills;
  if (settings === undefined) return;
  const known = tx.rules.skills;
  if (known !== null && tx.now - known.receivedAt < ms(settings.cacheFor)) return;
  if (!mayTry(breakerOf(tx.facts, "skills"), tx.now) || tx.outbox.waitingSince(KEY) !== null) return;
  tx.work({ lane: SKILLS_LANE, ticket: 0, work: { kind: "skills" }, key: KEY });
}

const KEY = "skills";

export const skillsWork: WorkHandler<"skills"> = {
  audience: "outside",
  onExhausted: "park",
  stopsLane: true,
  repeatable: always,
  call: skillsCall,
  done(tx, row, result) {
    settleSkills(tx, row, result as Heard<SkillsResult>);
    return OK;
  },
  // What a system says, or why it does not, is an answer: see `outside.ts`.
  refused: over,
};

function skillsCall({ seq }: RowOf<"skills">, { rules, now }: DeliveryContext): SkillsCall | null {
  const settings = rules.config.routing.skills;
  if (settings === undefined) return null;
  return {
    skills: true,
    source: rules.sources.skills,
    url: settings.url,
    id: `skills_${rules.group.id}_${seq}`,
    at: now,
    timeoutMs: ms(settings.timeout),
    group: rules.group.id,
    // All of the desk's: what a customer's system requires may be another group's to have.
    agents: rules.config.agents.map(({ telegramId }) => telegramId),
  };
}

/** A failure leaves what is known; the next time that work is handed out asks again, unless too many have failed. */
function settleSkills(tx: Transaction, row: RowOf<"skills">, result: Heard<SkillsResult>): void {
  if (result.source === tx.rules.sources.skills && isBusy(result)) {
    noteHeard(tx, "skills", result);
    const at = maySoonestTry(breakerOf(tx.facts, "skills"), tx.now);
    tx.outbox.update(row.seq, { notBefore: at });
    tx.wake(at);
    return;
  }
  tx.outbox.remove(row.seq);
  if (result.source !== tx.rules.sources.skills) {
    // Another service was asked, before the configuration changed.
    refreshSkills(tx);
    return;
  }
  noteAsking(tx, "skills");
  noteHeard(tx, "skills", result);
  if (result.kind !== "answer") return;
  tx.facts.set(FACTS.skills, result.table);
  tx.rules = withSkills(tx.rules, result.table);
  // An agent may be able now to take a waiting ticket.
  tx.capacityFreed = true;
}
