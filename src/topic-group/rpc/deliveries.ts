import { parkedDeliveries, replay, type ParkedDelivery, type Replayed } from "../deliveries/replay.ts";
import { GroupRpc } from "./group-rpc.ts";

/** What could not be delivered. */
export class DeliveriesRpc extends GroupRpc {
  /** Parked and uncertain deliveries, oldest first; `after` is the id of the last one of the page before. */
  parked(after: string | null, limit: number): ParkedDelivery[] {
    return this.byRules([], (rules) => parkedDeliveries({ ...this.inside.tables, rules }, after, limit));
  }

  /** Sends a parked delivery again, once for each cause. */
  replay(id: string, cause: string): Replayed {
    return this.byRules<Replayed>("gone", () =>
      this.inside.once(
        cause,
        (tx) => replay(tx, id),
        (done) => done === "replayed",
      ),
    );
  }
}
