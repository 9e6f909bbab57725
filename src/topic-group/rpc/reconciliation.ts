import type { GroupFindings, StaffChat } from "../../domain/desk/reconciliation.ts";
import type { Hole, SeenSince, SeenUpdate } from "../../domain/desk/update-ledger.ts";
import type { Found } from "../../domain/ticket/effect.ts";
import { ackFindings, isOver, reportGroupState, troubleIn } from "../reconciliation/findings.ts";
import { FACTS } from "../tables/facts.ts";
import { STAFF } from "../tables/lane.ts";
import { GroupRpc } from "./group-rpc.ts";

/** What a look at everything asks of a group, and says to it. */
export class ReconciliationRpc extends GroupRpc {
  /** The reconciliation reports the staff group's state and collects this object's findings: see `reportGroupState`. */
  reportGroupState(chat: StaffChat | null, quiet: boolean): GroupFindings | null {
    if (this.inside.rules() === null) return null;
    // In a group in which nothing happens no alarm rings.
    this.inside.purge();
    const before = this.inside.tables.facts.get(FACTS.trouble);
    const trouble = chat === null ? null : troubleIn(chat);
    const noticed = this.inside.commit((tx) =>
      reportGroupState(tx, chat, {
        echoes: this.inside.echoes(),
        quiet,
        probes: !this.inside.drain.isBacklogged(STAFF),
      }),
    );
    if (trouble !== null) this.inside.drain.stopped(trouble);
    else if (chat !== null && isOver(before)) this.inside.drain.mended();
    this.inside.drain.kick();
    return noticed;
  }

  /** The reconciliation has stored what `reportGroupState` answered. */
  ackFindings(id: number): void {
    this.inside.commit((tx) => ackFindings(tx, id));
  }

  /** Which updates have come here since the last look: see `SeenUpdates.since`. */
  updatesSince(look: { after: number; since: number; mark: number | null }): SeenSince {
    const epoch = this.inside.rules()?.epochs.staffEpoch ?? 0;
    return this.inside.tables.seenUpdates.since({ ...look, epoch });
  }

  /** Those of some numbers of updates that have come here. */
  updatesAmong(holes: Pick<Hole, "from" | "to">[]): SeenUpdate[] {
    return this.inside.tables.seenUpdates.among(holes);
  }

  /** Tells the leads what a look at everything has found. */
  notifyLeads(found: Found): void {
    if (this.inside.rules() === null) return;
    this.inside.commit((tx) => {
      for (const lead of tx.rules.policy.roster.leads) {
        tx.notifyAgent(lead, 0, { code: "reconciliation", ...found });
      }
    });
  }
}
