import type { MessageRow } from "../tables/messages.ts";
import type { Transaction } from "../transaction.ts";
import type { Job } from "./plan.ts";
import { settleRelay } from "./settle-relay.ts";
import { settleView } from "./settle-view.ts";
import { settleWork } from "./settle-work.ts";
import type { Final, SettleContext, Settled } from "./settled.ts";

/** Settles what came of a job, in the transaction of its caller. `carried` are the messages that its call carried. */
export function settle(
  tx: Transaction,
  job: Job,
  carried: readonly MessageRow[],
  outcome: Final,
  context: SettleContext,
): Settled {
  switch (job.kind) {
    case "relay":
      return settleRelay(tx, job, carried, outcome, context);
    case "work":
      return settleWork(tx, job.row, outcome, context);
    case "view":
      return settleView(tx, job, outcome, context);
    default:
      return job satisfies never;
  }
}
