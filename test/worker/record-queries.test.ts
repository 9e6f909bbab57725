import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, test } from "vitest";
import { contactsByEmail } from "../../src/record/known-contact.ts";
import { project } from "../../src/record/projection.ts";
import { ticketByRef } from "../../src/record/queries.ts";
import { countingReads } from "../support/d1-cost.ts";
import { emptyRecord } from "../support/http-desk.ts";
import { batchesOf, life } from "../support/tickets.ts";

beforeAll(emptyRecord);

describe("a ticket", () => {
  test("is found by its reference in whatever case, with its events a page at a time", async () => {
    for (const batch of batchesOf(life(5_000))) await project(env.DB, batch);
    const found = await ticketByRef(env.DB, "sup-5000", { after: 0, limit: 3 });
    expect(found?.ticket.ref).toBe("SUP-5000");
    expect(found?.events.map(({ n }) => n)).toEqual([1, 2, 3]);
    const rest = await ticketByRef(env.DB, "Sup-5000", { after: 3, limit: 100 });
    expect(rest?.events.map(({ type }) => type)).toEqual([
      "ticket_answered",
      "priority_changed",
      "note_added",
      "ticket_resolved",
      "ticket_closed",
    ]);
  });

  test.each(["SUP-0", "SUP", "", "%", "SUP-1' OR '1'='1", "\u0000", "ß-1", "🎫"])(
    "is not found as %j",
    async (ref) => {
      expect(await ticketByRef(env.DB, ref, { after: 0, limit: 1 })).toBeNull();
    },
  );
});

describe("a contact", () => {
  test("is found by an address in whatever case, without a look at all the others", async () => {
    await env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
       INSERT INTO contact_details (contact_id, email, merged_into, updated_at, version)
       SELECT i, CASE WHEN i % 10 = 0 THEN NULL ELSE 'Customer-' || (i / 2) || '@example.com' END,
         CASE WHEN i = 5 THEN 4 END, 0, 1 FROM n`,
    ).run();
    const reading = countingReads(env.DB);
    expect(await contactsByEmail(reading.d1, "customer-2@EXAMPLE.com")).toEqual([4]);
    expect(await contactsByEmail(reading.d1, "customer-3@example.com")).toHaveLength(2);
    expect(await contactsByEmail(reading.d1, "nobody@example.com")).toEqual([]);
    expect(reading.rowsRead()).toBeLessThan(20);
  });
});
