import { expect, test } from "vitest";
import type { Transaction } from "../../src/topic-group/commit/transaction.ts";
import type { Job } from "../../src/topic-group/drain/job.ts";
import { settle } from "../../src/topic-group/drain/settle.ts";
import type { SettleContext } from "../../src/topic-group/drain/settled.ts";
import type { NewWork } from "../../src/topic-group/tables/outbox.ts";
import { DELIVERIES } from "../../src/topic-group/works.ts";

/* A call comes back, and the ticket that it was about has been erased meanwhile. */

function settled(job: unknown): { asked: NewWork[]; removed: number[]; outcome: string } {
  const asked: NewWork[] = [];
  const removed: number[] = [];
  const tx = {
    tickets: { get: () => undefined },
    outbox: { remove: (seq: number) => removed.push(seq) },
    work: (work: NewWork) => asked.push(work),
  } as unknown as Transaction;
  const outcome = { kind: "done", result: { message_thread_id: 77, message_id: 5 } } as const;
  const { kind } = settle(tx, job as Job, [], outcome, {} as SettleContext, DELIVERIES);
  return { asked, removed, outcome: kind };
}

test("the topic that it made is taken away again", () => {
  const { asked, outcome } = settled({
    kind: "view",
    row: { ticket: { number: 1 } },
    step: { what: "create" },
  });
  expect(asked.map(({ work }) => work)).toEqual([{ kind: "orphan_topic", topicId: 77 }]);
  expect(outcome).toBe("ok");
});

test.each([
  ["a card", { kind: "view", row: { ticket: { number: 1 } }, step: { what: "post_card" } }, []],
  ["a message", { kind: "relay", rows: [{ ticket: 1 }], joined: false }, []],
  ["a notice", { kind: "work", row: { seq: 9, ticket: 1 } }, [9]],
])("nothing is kept of %s", (_name, job, gone) => {
  expect(settled(job)).toEqual({ asked: [], removed: gone, outcome: "ok" });
});
