import { expect, test } from "vitest";
import { lookThrough, type Hole, type UpdateLedger } from "../../src/domain/desk/update-ledger.ts";
import fc from "../support/fast-check.ts";

const HOUR = 3_600_000;
const look = (
  before: UpdateLedger | null,
  came: (readonly [id: number, at: number])[],
  { askedAt, quiet = true, bot = 1 }: { askedAt: number; quiet?: boolean; bot?: number },
) => lookThrough(before, { bot, askedAt, seen: came.map(([id, at]) => ({ id, at })), quiet });
const begun = look(look(null, [], { askedAt: 500 }).ledger, [[10, 1_000]], { askedAt: 2_000 }).ledger;

test("a ledger begins with what comes after its first look", () => {
  const first = look(null, [[3, 1]], { askedAt: 5 });
  expect(first).toEqual({ ledger: { bot: 1, id: null, at: 5, lookedAt: 5, open: [] }, missing: [] });
  const nothing = look(first.ledger, [[3, 1]], { askedAt: 10 });
  expect(nothing).toEqual({ ledger: { bot: 1, id: null, at: 5, lookedAt: 10, open: [] }, missing: [] });
  expect(
    look(
      nothing.ledger,
      [
        [7, 8],
        [9, 12],
      ],
      { askedAt: 20 },
    ),
  ).toEqual({
    ledger: { bot: 1, id: 9, at: 12, lookedAt: 20, open: [] },
    missing: [],
  });
});

test("an update that came after the question is counted, but a gap before it is not judged yet", () => {
  const { missing, ledger } = look(
    begun,
    [
      [12, 3_000],
      [11, 6_000],
    ],
    { askedAt: 5_000 },
  );
  expect(missing).toEqual([]);
  expect(ledger).toMatchObject({ id: 12, open: [] });
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

test("a missing number is lost after a day, when Telegram has given it up", () => {
  const first = look(begun, [[12, 9_000]], { askedAt: 10_000, quiet: false });
  const nearly = look(first.ledger, [], { askedAt: 24 * HOUR, quiet: false });
  expect(nearly.missing).toEqual([]);
  expect(look(nearly.ledger, [], { askedAt: 26 * HOUR, quiet: false }).missing).toHaveLength(1);
});

test("after a quiet week, and for another bot, the numbers begin anew", () => {
  let ledger = begun;
  for (let day = 1; day < 7; day += 1) ledger = look(ledger, [], { askedAt: day * 24 * HOUR }).ledger;
  const later = 7 * 24 * HOUR - 1;
  expect(look(ledger, [[500_000, later]], { askedAt: later + 1 })).toMatchObject({
    missing: [],
    ledger: { id: 500_000 },
  });
  const other = look(begun, [[11, 3_000]], { askedAt: 4_000, bot: 2 });
  expect(other).toMatchObject({ missing: [], ledger: { bot: 2, id: null } });
  expect(look(other.ledger, [[77, 5_000]], { askedAt: 6_000, bot: 2 })).toMatchObject({
    missing: [],
    ledger: { bot: 2, id: 77 },
  });
});

test("numbers that were not looked at for a day are not judged", () => {
  const { missing, ledger } = look(begun, [[40, 25 * HOUR]], { askedAt: 26 * HOUR });
  expect([missing, ledger.id]).toEqual([[], null]);
});

test("a very long list is looked through like a short one", () => {
  const came = Array.from({ length: 300_000 }, (_none, n) => [11 + n, 3_000] as const);
  expect(look(begun, came, { askedAt: 5_000 })).toMatchObject({ missing: [], ledger: { id: 300_010 } });
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
      let ledger: UpdateLedger = { bot: 1, id: 100, at: 0, lookedAt: 1, open: [] };
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
