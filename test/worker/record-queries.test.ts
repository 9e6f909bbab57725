import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, test } from "vitest";
import { project } from "../../src/record/projection.ts";
import { ticketByRef } from "../../src/record/queries.ts";
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
