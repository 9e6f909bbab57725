import { peerLane } from "../tables/lane.ts";
import type { PeerMessage } from "../tables/peer-message.ts";
import type { Transaction } from "./transaction.ts";

/** Says something to another group's object; the lane keeps the order of all that is said. */
export function sendToPeer(tx: Transaction, group: string, ticket: number, message: PeerMessage): void {
  tx.work({ lane: peerLane(group), ticket, work: { kind: "peer", message } });
}
