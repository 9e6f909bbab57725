import { env } from "cloudflare:workers";
import { beforeEach, expect, test } from "vitest";
import { contactId } from "../../src/domain/contact/contact-id.ts";
import { project } from "../../src/record/projection.ts";
import { exampleDesk } from "../support/desks.ts";
import { emptyRecord, HttpDesk } from "../support/http-desk.ts";
import { ADA, batchesOf, life, NOON } from "../support/tickets.ts";

let desk: HttpDesk;
beforeEach(async () => {
  await emptyRecord();
  desk = new HttpDesk();
});

interface Document {
  contacts: { tickets: { ticket: { id: string }; events: { ticketId: string; n: number }[] }[] }[];
}

test("an export of a customer with many tickets has each with its own events, and asks D1 a few times", async () => {
  await desk.put(exampleDesk());
  const facts = { id: ADA, name: "Ada", username: null, language: null, isPremium: false };
  const contact = { facts, unreachable: null, firstSeenAt: NOON, updatedAt: NOON, version: 1 };
  await project(env.DB, { group: "main", at: NOON, tickets: [], events: [], contacts: [contact] });
  const lives = Array.from({ length: 250 }, (_, index) => batchesOf(life(index + 1)).at(-1)!);
  const events = Array.from({ length: 250 }, (_, index) => batchesOf(life(index + 1)));
  for (const [index, last] of lives.entries())
    // One ticket of which the record has no events.
    await project(env.DB, {
      ...last,
      events: index === 99 ? [] : events[index].flatMap((batch) => batch.events),
    });
  await project(env.DB, batchesOf(life(900, { customer: contactId(ADA + 1) })).at(-1)!);
  const before = desk.d1.queries;
  const document = await (await desk.get(`/api/v1/contacts/${ADA}/export`)).json<Document>();
  expect(desk.d1.queries - before).toBeLessThan(40);
  const { tickets } = document.contacts[0];
  expect(new Set(tickets.map(({ ticket }) => ticket.id)).size).toBe(250);
  expect(tickets.map(({ ticket }) => ticket.id)).not.toContain("main:900");
  for (const { ticket, events: own } of tickets) {
    expect(own.map(({ ticketId, n }) => `${ticketId} ${n}`)).toEqual(
      ticket.id === "main:100" ? [] : [1, 2, 3, 4, 5, 6, 7, 8].map((n) => `${ticket.id} ${n}`),
    );
  }
});
