import { expect, test } from "vitest";
import { contactId } from "../../src/domain/contact/contact-id.ts";
import { WaitingCount } from "../../src/topic-group/deliveries/waiting-count.ts";
import { Shares } from "../../src/topic-group/drain/shares.ts";
import fc from "../support/fast-check.ts";

const LIMIT = 10;

type Cause =
  | { what: "added"; rows: number }
  /** Told as an addition, though a row only got another content. */
  | { what: "replaced" }
  | { what: "left"; rows: number }
  | { what: "restart" };

const cause: fc.Arbitrary<Cause> = fc.oneof(
  fc.record({ what: fc.constant("added" as const), rows: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ what: fc.constant("replaced" as const) }),
  fc.record({ what: fc.constant("left" as const), rows: fc.integer({ min: 1, max: 10 }) }),
  fc.record({ what: fc.constant("restart" as const) }),
);

test("the door refuses exactly while the limit of waiting rows is reached, whatever was merged, joined or left", () => {
  fc.assert(
    fc.property(fc.array(cause, { maxLength: 200 }), (causes) => {
      let rows = 0;
      let count = new WaitingCount(LIMIT, () => rows);
      for (const [second, one] of causes.entries()) {
        if (one.what === "restart") count = new WaitingCount(LIMIT, () => rows);
        if (one.what === "left") rows = Math.max(0, rows - one.rows);
        if (one.what === "added") rows += one.rows;
        if (one.what === "added" || one.what === "replaced") count.added(one.what === "added" ? one.rows : 1);
        expect(count.isFull(second * 1_000)).toBe(rows >= LIMIT);
      }
    }),
  );
});

test("while it is full, rows are counted once a second", () => {
  let counted = 0;
  const count = new WaitingCount(1, () => {
    counted += 1;
    return 1;
  });
  for (let at = 0; at < 1_000; at += 10) expect(count.isFull(at)).toBe(true);
  expect(counted).toBe(1);
  expect(count.isFull(1_000)).toBe(true);
  expect(counted).toBe(2);
});

test("a customer's calls count for as long as the window is", () => {
  const shares = new Shares(60_000);
  shares.took(0, contactId(1), 3);
  shares.took(30_000, contactId(1), 1);
  shares.took(30_000, contactId(2), 10);
  expect([...shares.now(59_999)]).toEqual([
    [1, 4],
    [2, 10],
  ]);
  expect([...shares.now(60_000)]).toEqual([
    [1, 1],
    [2, 10],
  ]);
  expect([...shares.now(90_000)]).toEqual([]);
});
