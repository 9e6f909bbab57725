import type { RosterAgent } from "../team/roster.ts";
import { nextBeginning, Shifts } from "../team/shifts.ts";

/** The agents of a replayed desk: each has one set of slots over all their groups, and is available or not. */
export class ReplayAgents {
  readonly #shifts = new Shifts();
  readonly #open = new Map<number, number>();
  readonly #awayUntil = new Map<number, number>();
  readonly #answersOf: ReadonlyMap<number, readonly number[]>;

  /** `answersOf`: when the record has an agent answering, by their ids, in ms since 1970 and in order. */
  constructor(answersOf: ReadonlyMap<number, readonly number[]>) {
    this.#answersOf = answersOf;
  }

  /** How many tickets they have, all groups together. */
  openOf(agent: number): number {
    return this.#open.get(agent) ?? 0;
  }

  take(agent: number): void {
    this.#open.set(agent, this.openOf(agent) + 1);
  }

  free(agent: number): void {
    this.#open.set(agent, this.openOf(agent) - 1);
  }

  isThere({ id, shift }: RosterAgent, at: number): boolean {
    return at >= (this.#awayUntil.get(id) ?? -Infinity) && this.#shifts.isOpen(shift, at);
  }

  /** When an agent who is away may be back; null: never. */
  returnsAt({ id, shift }: RosterAgent, at: number): number | null {
    const awayUntil = this.#awayUntil.get(id) ?? -Infinity;
    if (at >= awayUntil) return this.#shifts.opensAt(shift, at);
    return awayUntil === Infinity ? null : awayUntil;
  }

  /**
   * An agent who ignores a ticket is away until they say otherwise, which the record does not hold: they are back at
   * their next recorded answer, or when their next shift begins. Without either they are back at `otherwise` (null:
   * never), when that ticket was answered.
   */
  ignores({ id, shift }: RosterAgent, at: number, otherwise: number | null): void {
    const answers = (this.#answersOf.get(id) ?? []).find((answer) => answer >= at);
    const back = Math.min(answers ?? Infinity, nextBeginning(shift, at) ?? Infinity);
    this.#awayUntil.set(id, back === Infinity ? (otherwise ?? Infinity) : back);
  }
}
