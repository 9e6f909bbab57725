import fc from "fast-check";
import { expect, test } from "vitest";
import { lookThrough, type Hole, type UpdateLedger } from "../../src/domain/update-ledger.ts";

const HOUR = 3_600_000;
const look = (
  before: UpdateLedger | null,
  came: (readonly [id: number, at: number])[],
  { askedAt, quiet = true, bot = 1 }: { askedAt: number; quiet?: boolean; bot?: number },
) => lookThrough(before, { bot, askedAt, seen: came.map(([id, at]) => ({ id, at })), quiet });
const begun = look(null, [[10, 1_000]], { askedAt: 2_000 }).ledger;

test("the first look only says where the numbers stand", () => {
  expect(
    look(
      null,
      [
        [3, 1],
        [9, 2],
      ],
      { askedAt: 5 },
    ),
  ).toEqual({
    ledger: { bot: 1, id: 9, at: 2, lookedAt: 5, open: [] },
    missing: [],
  });
  expect(look(null, [], { askedAt: 5 })).toEqual({ ledger: null, missing: [] });
});

test("a number that did not come is missing between those that came", () => {
  const { ledger, missing } = look(
    begun,
    [
      [11, 3_000],
      [15, 9_000],
      [16, 9_500],
    ],
    { askedAt: 10_000 },
  );
  expect(missing).toEqual([{ from: 12, to: 14, after: 3_000, before: 9_000 }]);
  expect(ledger).toMatchObject({ id: 16, open: [] });
});

test("while Telegram has something to bring it may still come", () => {
  const first = look(begun, [[14, 9_000]], { askedAt: 10_000, quiet: false });
  expect(first.missing).toEqual([]);
  const second = look(first.ledger, [[12, 11_000]], { askedAt: 12_000 });
  expect(second.missing).toEqual([
    { from: 11, to: 11, after: 1_000, before: 9_000 },
    { from: 13, to: 13, after: 1_000, before: 9_000 },
  ]);
});

test("after a day Telegram has given it up", () => {
  const first = look(begun, [[12, 9_000]], { askedAt: 10_000, quiet: false });
  expect(look(first.ledger, [], { askedAt: 24 * HOUR, quiet: false }).missing).toEqual([]);
  expect(look(first.ledger, [], { askedAt: 26 * HOUR, quiet: false }).missing).toHaveLength(1);
});

test("after a quiet week, and for another bot, the numbers begin anew", () => {
  const later = 7 * 24 * HOUR;
  const anew = look(begun, [[500_000, later]], { askedAt: later + 1 });
  expect(anew).toMatchObject({ missing: [], ledger: { id: 500_000 } });
  expect(look(begun, [[77, 3_000]], { askedAt: 4_000, bot: 2 })).toMatchObject({
    missing: [],
    ledger: { bot: 2, id: 77 },
  });
});

test("exactly what was lost is found, in whatever order the rest comes", () => {
  const update = fc.record({
    lost: fc.boolean(),
    // How many looks later it comes than it should.
    late: fc.nat(3),
  });
  fc.assert(
    fc.property(fc.array(fc.array(update, { maxLength: 12 }), { maxLength: 8 }), (rounds) => {
      let id = 100;
      const coming: { id: number; round: number }[] = [];
      const lost: number[] = [];
      rounds.forEach((round, index) => {
        for (const one of round) {
          id += 1;
          if (one.lost) lost.push(id);
          else coming.push({ id, round: index + one.late });
        }
      });
      let ledger = look(null, [[100, 0]], { askedAt: 1 }).ledger;
      const missing: Hole[] = [];
      for (let round = 0; round < rounds.length + 4; round += 1) {
        const at = 1_000 * (round + 1);
        const seen = coming.filter((one) => one.round === round).map((one) => [one.id, at] as const);
        const quiet = !coming.some((one) => one.round > round);
        const answer = look(ledger, seen, { askedAt: at + 1, quiet });
        ledger = answer.ledger;
        missing.push(...answer.missing);
      }
      const found = missing.flatMap(({ from, to }) =>
        Array.from({ length: to - from + 1 }, (_, n) => from + n),
      );
      // What is lost after the last one that came cannot be seen.
      const last = Math.max(100, ...coming.map((one) => one.id));
      expect(found.sort((a, b) => a - b)).toEqual(lost.filter((one) => one < last));
    }),
  );
});
