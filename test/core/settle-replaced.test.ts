import { expect, test } from "vitest";
import type { Outcome } from "../../src/domain/desk/outcome.ts";
import type { Transaction } from "../../src/topic-group/commit/transaction.ts";
import type { Job } from "../../src/topic-group/drain/job.ts";
import { settle } from "../../src/topic-group/drain/settle.ts";
import type { Final, SettleContext } from "../../src/topic-group/drain/settled.ts";
import type { OutboxWork } from "../../src/topic-group/tables/outbox-work.ts";
import type { OutboxRow } from "../../src/topic-group/tables/outbox.ts";
import { DELIVERIES } from "../../src/topic-group/works.ts";

/* A call comes back, and a later edit or reaction has taken its place in the outbox meanwhile. */

const OF = { chat: 5001, messageId: 7 };
const edit = (text: string): OutboxWork => ({
  kind: "mirror_edit",
  of: OF,
  edit: { what: "text", text, entities: [] },
});
const reaction = (emoji: string): OutboxWork => ({ kind: "mirror_reaction", of: OF, on: "copy", emoji });

function removedAfter(sent: OutboxWork, waits: OutboxWork, outcome: Outcome): number[] {
  const removed: number[] = [];
  const row = { seq: 9, ticket: 0, lane: "staff", key: "k", attemptedAt: null, kind: sent.kind };
  const tx = {
    tickets: { get: () => undefined },
    messages: { byOriginal: () => undefined },
    outbox: { get: () => ({ ...row, payload: waits }), remove: (seq: number) => removed.push(seq) },
  } as unknown as Transaction;
  const job = { kind: "work", row: { ...row, payload: sent } as unknown as OutboxRow } as Job;
  settle(tx, job, [], outcome as Final, {} as SettleContext, DELIVERIES);
  return removed;
}

test.each([
  ["an edit", edit("v1"), edit("v2")],
  ["a reaction", reaction("👍"), reaction("👎")],
])("the later of two of %s is still made, whatever came of the earlier", (_, earlier, later) => {
  const done = { kind: "done", result: true } as const;
  const refused = { kind: "refused", code: "target_gone", description: "gone" } as const;
  expect(removedAfter(earlier, later, done)).toEqual([]);
  expect(removedAfter(earlier, later, refused)).toEqual([]);
  expect(removedAfter(earlier, earlier, done)).toEqual([9]);
});
