import type { Context } from "hono";
import * as z from "zod";
import { forDocs } from "#for-docs";
import { PAGE_SIZE_DEFAULT } from "../../domain/limits.ts";
import { ContactDetails } from "../../record/contact-details.ts";
import { encodeCursor } from "../../record/cursor.ts";
import { SORTED_TICKETS_MAX } from "../../record/limits.ts";
import { ticketByRef, type TicketEventRow } from "../../record/queries.ts";
import { findTickets } from "../../record/ticket-search.ts";
import { DEPRECATED, DEPRECATION_HEADERS } from "../deprecation.ts";
import type { Desk } from "../desk.ts";
import { problem } from "../problem.ts";
import { operation, Operations } from "../route.ts";
import { cursorOf, Limit, NextCursor, Ref, pageOf } from "./shared.ts";
import { eventJson, Ticket, TicketEvent, ticketJson } from "./ticket-json.ts";
import { ticketCursor, TicketQuery, ticketQuestion } from "./ticket-query.ts";

/** Tickets as the record has them: moments behind the groups, and `recordedAt` says how many. */
export const ticketsApi = new Operations();

const EventCursor = cursorOf(z.tuple([z.int().nonnegative()]));

ticketsApi.add(
  operation("GET /tickets", {
    ...forDocs(() => ({
      id: "listTickets",
      summary: "Lists, filters and searches tickets, newest first",
      description:
        "What is given must all hold. A page reads only so much of the record: where little matches it may be short, or even empty, and still have a `nextCursor`. The list ends where that is null. A cursor is a place in one order; it goes on with other filters, but not with another `sort`.",
      answer: [200, pageOf(Ticket), "A page of tickets"],
      answerHeaders: DEPRECATION_HEADERS,
    })),
    scopes: ["tickets:read"],
    query: TicketQuery,
  }),
  async (c) => {
    const query = c.req.valid("query");
    // Merged contacts have their tickets in one list.
    const customer =
      query.customer === undefined ? undefined : await new ContactDetails(c.env.DB).together(query.customer);
    const { filter, sort, cursor, limit, isDeprecated } = ticketQuestion({ ...query, customer });
    if (cursor !== null && cursor.sort !== sort) return notOurs(c, `is one of a list by ${cursor.sort}`);
    const found = await findTickets(c.env.DB, filter, sort, { after: cursor, limit });
    if (found === "other_place") return notOurs(c, "is one of a list with or without a search, unlike this");
    if (found === "too_many") {
      const message = `more than ${SORTED_TICKETS_MAX} tickets have these words, and so many can only be listed by openedAt`;
      return problem(c, "request.invalid", { problems: [{ pointer: "/query/sort", message }] });
    }
    const nextCursor = found.next === null ? null : ticketCursor(sort, found.next);
    const now = c.get("now")();
    return c.json({ items: found.rows.map((row) => ticketJson(row, now)), nextCursor }, 200, {
      ...(isDeprecated ? DEPRECATED : {}),
    });
  },
);

function notOurs(c: Context<Desk>, message: string) {
  return problem(c, "request.invalid", { problems: [{ pointer: "/query/cursor", message }] });
}

ticketsApi.add(
  operation("GET /tickets/{ref}", {
    ...forDocs(() => ({
      id: "getTicket",
      summary: "Gets a ticket with its first events",
      answer: [
        200,
        Ticket.extend({
          events: z.object({ items: z.array(TicketEvent), nextCursor: NextCursor }),
        }).meta({ id: "TicketWithEvents" }),
        "The ticket; `events.nextCursor` goes on under `/tickets/{ref}/events`",
      ],
      problems: ["ticket.not_found"],
    })),
    scopes: ["tickets:read"],
    params: z.object({ ref: Ref }),
  }),
  async (c) => {
    const found = await ticketByRef(c.env.DB, c.req.valid("param").ref, firstEvents(PAGE_SIZE_DEFAULT));
    if (found === null) return problem(c, "ticket.not_found");
    return c.json(
      { ...ticketJson(found.ticket, c.get("now")()), events: eventsJson(found.events, PAGE_SIZE_DEFAULT) },
      200,
    );
  },
);

ticketsApi.add(
  operation("GET /tickets/{ref}/events", {
    ...forDocs(() => ({
      id: "listTicketEvents",
      summary: "Lists the events of a ticket, oldest first",
      answer: [200, pageOf(TicketEvent), "A page of events"],
      problems: ["ticket.not_found"],
    })),
    scopes: ["tickets:read"],
    params: z.object({ ref: Ref }),
    query: z.strictObject({ limit: Limit, cursor: EventCursor }),
  }),
  async (c) => {
    const { limit, cursor } = c.req.valid("query");
    const page = { ...firstEvents(limit), after: cursor?.[0] ?? 0 };
    const found = await ticketByRef(c.env.DB, c.req.valid("param").ref, page);
    if (found === null) return problem(c, "ticket.not_found");
    return c.json(eventsJson(found.events, limit), 200);
  },
);

/** One more than shown, to know whether there is another page. */
function firstEvents(limit: number): { after: number; limit: number } {
  return { after: 0, limit: limit + 1 };
}

function eventsJson(rows: TicketEventRow[], limit: number) {
  const items = rows.slice(0, limit).map(eventJson);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last !== undefined ? encodeCursor([last.n]) : null };
}
