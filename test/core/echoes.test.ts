import { expect, test } from "vitest";
import { Echoes, type Belonging } from "../../src/topic-group/reconciliation/echoes.ts";

const BEGUN = { unechoed: null, foreign: null, waiting: [] };
const MINUTE = 60_000;
const START = 10 * MINUTE;
const edit = { method: "editForumTopic", params: { message_thread_id: 7 } };
const DONE = { kind: "done", result: true } as const;
const HELD_ALREADY = { kind: "done", result: null } as const;
const LOST = { kind: "uncertain", code: "no_answer" } as const;

let updates = 0;
function desk() {
  const echoes = new Echoes(START);
  return {
    echoes,
    did: (outcome: typeof DONE | typeof HELD_ALREADY | typeof LOST, at: number) =>
      echoes.did(edit, outcome, at),
    hears: (now: number, at = now, is: Belonging = "unknown") =>
      echoes.heard("topic_edited", { topicId: 7, updateId: (updates += 1), at, is }, now),
    found: (now: number) => echoes.overdue(now, BEGUN),
  };
}

test("an act and its echo belong together, in whatever order they come", () => {
  const { did, hears, found, echoes } = desk();
  did(DONE, START + 1_000);
  hears(START + 2_000);
  hears(START + 3_000);
  did(DONE, START + 4_000);
  expect(found(START + 5 * MINUTE)).toEqual({ ...BEGUN, touched: [] });
  expect(echoes.dueAt).toBeNull();
});

test("an echo matches a call whose answer was lost, before it and after it", () => {
  const { did, hears, found } = desk();
  hears(START + 1_000);
  did(LOST, START + 20_000);
  did(HELD_ALREADY, START + 40_000);
  did(LOST, START + 50_000);
  hears(START + 51_000);
  expect(found(START + 5 * MINUTE)).toMatchObject({ unechoed: null, foreign: null });
});

test("an echo of an act before the start matches none, and takes back what was found", () => {
  const { echoes, hears } = desk();
  hears(START + 100, START - 8_000);
  const before = { unechoed: { acts: 2, since: 5 }, foreign: null };
  expect(echoes.overdue(START + 5 * MINUTE, before)).toMatchObject({
    unechoed: { acts: 1, since: 5 },
    foreign: null,
  });
});

test("before a start it is foreign only where it contradicts what the desk knows", () => {
  const { hears, found } = desk();
  hears(START + 100, START - 100, "contradicts");
  hears(START + 200, START - 100, "ours");
  expect(found(START + 5 * MINUTE)).toMatchObject({ foreign: { acts: 1 }, touched: [7] });
});

test("an echo that is certainly the desk's is never foreign, and its call is not missed", () => {
  const { did, hears, found } = desk();
  hears(START + 10_000, START + 10_000, "ours");
  did(DONE, START + 11_000);
  hears(START + 20_000, START + 20_000, "ours");
  expect(found(START + 5 * MINUTE)).toMatchObject({ unechoed: null, foreign: null });
});

test("an echo that waits is remembered over a restart", () => {
  const { echoes, hears } = desk();
  hears(START + 1_000);
  const kept = echoes.waiting;
  const next = new Echoes(START + 30_000);
  next.restore(kept);
  expect(next.overdue(START + 2 * MINUTE, BEGUN)).toMatchObject({
    foreign: { acts: 1, since: START + 1_000 },
    touched: [7],
  });
});

test("an echo that Telegram brings twice is heard once", () => {
  const { echoes, did, found } = desk();
  did(DONE, START + 1_000);
  for (let n = 0; n < 2; n += 1)
    echoes.heard("topic_edited", { topicId: 7, updateId: 1, at: START, is: "unknown" }, START + 2_000);
  expect(found(START + 5 * MINUTE)).toMatchObject({ unechoed: null, foreign: null });
});

test("missing echoes and foreign acts are told apart", () => {
  const { did, hears, found } = desk();
  did(DONE, START + 1_000);
  did(DONE, START + 2_000);
  expect(found(START + 1_000 + MINUTE)).toMatchObject({ unechoed: { acts: 1, since: START + 1_000 } });
  hears(START + 2 * MINUTE);
  hears(START + 2 * MINUTE);
  hears(START + 2 * MINUTE);
  expect(found(START + 4 * MINUTE)).toMatchObject({ foreign: { acts: 1 }, touched: [7] });
});
