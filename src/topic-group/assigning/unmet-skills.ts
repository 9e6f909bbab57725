import { neededFor, stageAt, type QueueRouting } from "../../domain/routing/assignment.ts";
import { Team, type Unmet } from "../../domain/routing/unmet.ts";
import { notice } from "../../texts/notice.ts";
import type { Transaction } from "../commit/transaction.ts";
import { onceKey } from "../tables/once.ts";
import type { WaitingTicket } from "../tables/waiting.ts";

/** In one pass: which unassigned tickets require skills that no agent here could ever have. */
export class UnmetSkills {
  readonly #tx: Transaction;
  readonly #asked: ReadonlyMap<number, number>;
  readonly #known = new Map<string, Unmet | null>();
  #team: Team | null = null;

  /** `asked`: ticket → until when another system's answer is awaited, in ms since 1970. */
  constructor(tx: Transaction, asked: ReadonlyMap<number, number>) {
    this.#tx = tx;
    this.#asked = asked;
  }

  /**
   * Tells the leads, once for each ticket. Answers when to look again because another system may yet say what the ticket
   * requires, in ms since 1970; null: no need.
   */
  tell(ticket: WaitingTicket, queue: QueueRouting, kind: string): number | null {
    const tx = this.#tx;
    const told = onceKey("unmet", ticket.number);
    const unmet = tx.waiting.told.has(told) ? null : this.#unmet(ticket, queue, kind);
    if (unmet === null) return null;
    const awaited = this.#asked.get(ticket.number);
    if (awaited !== undefined) return awaited;
    tx.waiting.told.add(told);
    if (!tx.once.firstTime(told, tx.now)) return null;
    const { id, group, overrideAfterMs } = queue;
    const facts = { queue: id, unmet: { ...unmet, group }, overrideAfterMs };
    const { leads } = tx.rules.policy.roster;
    for (const lead of leads) tx.notifyAgent(lead, ticket.number, { code: "skills_unmet", ...facts });
    if (leads.length === 0) tx.notifyTopic(ticket.number, notice("skillsUnmet", facts));
    return null;
  }

  #unmet(ticket: WaitingTicket, queue: QueueRouting, kind: string): Unmet | null {
    const known = this.#known.get(kind);
    if (known !== undefined) return known;
    const { now, rules } = this.#tx;
    const required = neededFor(ticket, queue);
    const isNeeded =
      Object.keys(required).length > 0 && stageAt(queue, now - ticket.waitingSince).kind !== "override";
    if (isNeeded) this.#team ??= new Team(rules.policy.roster.agents, now);
    const unmet = isNeeded ? this.#team!.unmet(required) : null;
    this.#known.set(kind, unmet);
    return unmet;
  }
}
