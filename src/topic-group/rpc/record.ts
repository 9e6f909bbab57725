import type { Census, RecordedState } from "../../domain/desk/reconciliation.ts";
import { groupOfLane } from "../tables/lane.ts";
import { GroupRpc } from "./group-rpc.ts";

/** What the record should have, and telling it again. */
export class RecordRpc extends GroupRpc {
  /**
   * The tickets in hand here, how many of all the record does not have yet, and the groups to which some are on their way;
   * null before there are rules.
   */
  census(): (Census & { unrecorded: number; leavingFor: string[] }) | null {
    const rules = this.inside.rules();
    const { unrecorded, outbox } = this.inside.tables;
    if (rules === null) return null;
    const leavingFor = outbox.lanesOfMoves().map(groupOfLane);
    return { ...unrecorded.census(rules.group.id), unrecorded: unrecorded.count(), leavingFor };
  }

  /** Some tickets, open and closed, that the record should have as they are; `after`, the number of the last one seen. */
  recordedAfter(after: number, limit: number): RecordedState[] {
    return this.byRules([], (rules) =>
      this.inside.tables.unrecorded.recordedAfter(after, rules.group.id, limit),
    );
  }

  /** The open tickets of this group by number, after a number, with the version that each has. */
  openAfter(after: number, limit: number): RecordedState[] {
    return this.byRules([], (rules) => this.inside.tables.unrecorded.openAfter(after, rules.group.id, limit));
  }

  /** The numbers of those of some tickets that this group has, and has not passed on. */
  numbersOf(ids: string[]): number[] {
    const rules = this.inside.rules();
    const { tickets } = this.inside.tables;
    if (rules === null) return [];
    return ids.flatMap((id) => {
      const number = tickets.numberOf(id, rules.group.id);
      return number === null || tickets.get(number)?.ticket.movedTo !== null ? [] : [number];
    });
  }

  /** Sends some tickets to the record again as they are, without what happened to them before. */
  tellAgain(numbers: number[]): void {
    this.inside.tellRecord(() => this.inside.tables.unrecorded.tellAgain(numbers));
  }

  /** Sends some tickets to the record again, with everything that happened to them. */
  reprojectTickets(numbers: number[]): void {
    this.inside.tellRecord(() => this.inside.tables.unrecorded.forgetOf(numbers));
  }

  /** Sends every ticket, event and contact to the record again. Answers how many tickets. */
  reproject(): number {
    return this.inside.tellRecord(() => this.inside.tables.unrecorded.forgetAll());
  }
}
