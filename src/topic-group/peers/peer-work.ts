import { always, left, type WorkHandler } from "../drain/work-handler.ts";
import { placeAgain } from "../new-rules/places.ts";
import { groupOfLane } from "../tables/lane.ts";
import { takeOver } from "./moving.ts";
import { toPeer } from "./numbers.ts";

const RETRY_MS = 1_000;
const RETRY_MAX_MS = 60_000;

export const peerWork: WorkHandler<"peer"> = {
  audience: "peer",
  onExhausted: "park",
  stopsLane: true,
  repeatable: always,
  call: ({ lane, seq, payload }, { rules }) => ({
    peer: groupOfLane(lane),
    from: rules.group.id,
    key: `${rules.group.id}:${seq}`,
    ...toPeer(payload.message, rules.epochs),
    versioned: { version: rules.version, config: rules.config },
  }),
  done: left,
  refused(tx, { lane, ticket, payload: { message } }) {
    // There never was anything of that group: a ticket that was to go there stays, and gets another queue.
    const gone = groupOfLane(lane);
    tx.report("peer.dropped", { group: gone, type: message.type, ticket });
    if (message.type === "ticket_moved" && gone !== tx.rules.group.id) {
      takeOver(tx, gone, message);
      placeAgain(tx, tx.tickets.numberOf(message.ticket.id, tx.rules.group.id)!, {});
    }
    return "over";
  },
  /** An object of ours comes back: nothing that one has said to another is ever given up. */
  schedule: ({ attempts }, now) => ({
    attempts: attempts + 1,
    at: now + Math.min(RETRY_MS * 2 ** Math.min(attempts, 10), RETRY_MAX_MS),
  }),
};
