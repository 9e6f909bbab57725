import type { Config } from "../../domain/config/config.ts";
import { asStored, readStored, type StoredVersion } from "../../domain/config/stored.ts";
import { recountSlots, rehome } from "../assigning/slots.ts";
import { advanceTickets } from "../commit/advance-tickets.ts";
import type { Inside } from "../commit/inside.ts";
import type { Transaction } from "../commit/transaction.ts";
import { perhapsMended } from "../reconciliation/troubles.ts";
import type { RulesInForce } from "../rules/in-force.ts";
import { rulesOf, type ConfigInForce } from "../rules/rules.ts";
import { sourcesOf } from "../rules/sources.ts";
import { forgetFormer } from "../systems/breakers.ts";
import { FACTS } from "../tables/facts.ts";
import { CRM_LANES } from "../tables/lane.ts";
import { anotherChat, keepNumbering } from "./beginning-anew.ts";
import { registerBot } from "./register-bot.ts";
import { retiredTo } from "./retired.ts";

/** Puts a newer configuration into force. Null: the object has this one or a newer one, or it has no such group. */
export function putIntoForce(
  inside: Inside,
  inForce: RulesInForce,
  group: string,
  { version, config: stored }: StoredVersion,
): { hasMoved: boolean } | null {
  const { facts } = inside.tables;
  const before = inForce.get();
  if (before !== null && before.version >= version) return null;
  const config = readStored(stored);
  if (config === null) return null;
  // It was taken out, and is there again.
  const isBack = config.groups.some(({ id }) => id === group);
  if (isBack && retiredTo(facts) !== null) facts.delete(FACTS.retired);
  // What was due before belongs to the rules that were in force then.
  advanceTickets(inside);
  const retimed = before === null || isRetimed(before.config, config);
  const sources = sourcesOf(before, { version, config });
  const kept: ConfigInForce = {
    version,
    config: asStored(config),
    since: retimed ? inside.now() : before.since,
    sources,
  };
  const keepsSkills = config.routing.skills !== undefined && before?.sources.skills === sources.skills;
  const skills = keepsSkills ? inForce.skillsKept() : null;
  const numbering = before?.epochs ?? inForce.numberingKept();
  const rules = rulesOf(group, kept, inForce.botId, skills, numbering);
  if (rules === null) return null;
  const hasMoved = before !== null && before.group.chatId !== rules.group.chatId;
  inForce.change(rules, () =>
    inside.commit((tx) => {
      tx.facts.set(FACTS.group, group);
      tx.facts.set(FACTS.config, kept);
      if (before !== null) forgetFormer(tx.facts, before.sources, sources);
      if (before === null) keepNumbering(tx);
      if (hasMoved) anotherChat(tx, before.epochs);
      // Questions to a system that did not answer go to the one that is configured now.
      for (const lane of CRM_LANES) tx.touched.add(lane);
      if (retimed) {
        tx.clocks.allDueAt(tx.now);
        tx.wake(tx.now);
      }
      for (const { id } of config.queues) tx.depthChanged.add(id);
      tx.waiting.forget();
      tx.capacityFreed = true;
      perhapsMended(tx);
      registerBot(tx);
      if (before !== null) rehome(tx, before.config);
      recountWhereCountedAnew(tx);
    }),
  );
  return { hasMoved };
}

/** Reports all slots to the agents' homes again if a setting or release changed what fills one. */
export function recountWhereCountedAnew(tx: Transaction): void {
  const { countsWaiting } = tx.rules.policy;
  if (tx.facts.get(FACTS.countsWaiting) === countsWaiting) return;
  tx.facts.set(FACTS.countsWaiting, countsWaiting);
  recountSlots(tx);
}

/** What decides when something falls due, section by section. */
const TIMING = [
  "desk",
  "tiers",
  "queues",
  "calendars",
  "slaPolicies",
  "escalationPolicies",
  "intake",
] as const;

/** Whether a change of the configuration may have moved due instants. */
function isRetimed(before: Config, after: Config): boolean {
  return (
    TIMING.some((section) => JSON.stringify(before[section]) !== JSON.stringify(after[section])) ||
    before.routing.defaultTier !== after.routing.defaultTier ||
    before.routing.defaultQueue !== after.routing.defaultQueue
  );
}
