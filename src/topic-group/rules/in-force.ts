import type { StoredVersion } from "../../domain/config/stored.ts";
import type { SkillTable } from "../../domain/team/skill-table.ts";
import { FACTS, type Facts } from "../tables/facts.ts";
import type { Numbering } from "../tables/numbering.ts";
import { rulesOf, type Rules } from "./rules.ts";

/** The rules in force, read once and kept in memory. */
export class RulesInForce {
  readonly #facts: Facts;
  readonly #botId: () => number;
  /** Undefined until they are read. */
  #rules: Rules | null | undefined;

  constructor(facts: Facts, botId: () => number) {
    this.#facts = facts;
    this.#botId = botId;
  }

  /** Null before the first configuration. */
  get(): Rules | null {
    return this.#rules === undefined ? (this.#rules = this.#read()) : this.#rules;
  }

  put(rules: Rules): void {
    this.#rules = rules;
  }

  /** Puts rules into force with the work that stores them; where that fails, the former ones stay. */
  change(rules: Rules, work: () => void): void {
    const before = this.get();
    this.#rules = rules;
    try {
      work();
    } catch (error) {
      this.#rules = before;
      throw error;
    }
  }

  /** The group's id, as far as it was read: for a log that must not fail. */
  get groupKnown(): string | null {
    return this.#rules?.group.id ?? null;
  }

  get botId(): number {
    return this.#botId();
  }

  numberingKept(): Numbering | undefined {
    return this.#facts.get(FACTS.numbering) as Numbering | undefined;
  }

  /** What the skills service last said; null where it has said nothing yet. */
  skillsKept(): SkillTable | null {
    return (this.#facts.get(FACTS.skills) as SkillTable | undefined) ?? null;
  }

  #read(): Rules | null {
    const stored = this.#facts.get(FACTS.config) as (StoredVersion & { since?: number }) | undefined;
    const group = this.#facts.get(FACTS.group);
    if (stored === undefined || typeof group !== "string") return null;
    const skills = stored.config.routing.skills === undefined ? null : this.skillsKept();
    const inForce = { ...stored, since: stored.since ?? 0 };
    return rulesOf(group, inForce, this.botId, skills, this.numberingKept());
  }
}
