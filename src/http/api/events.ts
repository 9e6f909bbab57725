import * as z from "zod";
import { forDocs } from "#for-docs";
import { EVENT_TYPES } from "../../domain/ticket/events.ts";
import { encodeCursor } from "../../record/cursor.ts";
import { FEED_BEGIN, readFeed, type FeedPlace } from "../../record/feed.ts";
import { EVENTS_PAGE_DEFAULT, EVENTS_PAGE_MAX } from "../limits.ts";
import { problem } from "../problem.ts";
import { operation, Operations } from "../route.ts";
import { cursorOf, IntegerText } from "./shared.ts";
import { Due, dueJson, eventJson, TicketEvent } from "./ticket-json.ts";
import { several } from "./ticket-query.ts";

/** Everything that happened to tickets, for programs that keep up with the desk. */
export const eventsApi = new Operations();

const Cursor = forDocs(() =>
  z.string().meta({ description: "Give it as `after`; opaque", example: "WzEwNDIsIm1haW46MSIsM10" }),
);
const FeedEvent = forDocs(() =>
  TicketEvent.extend({
    ticket: z.object({
      id: z.string(),
      ref: z
        .string()
        .nullable()
        .meta({ example: "SUP-1", description: "Null: there is no ticket of this reference" }),
      due: Due,
    }),
    group: z.string().meta({ description: "The group that had the ticket when the record was told" }),
    cursor: Cursor,
  }).meta({ id: "FeedEvent" }),
);

eventsApi.add(
  operation("GET /events", {
    ...forDocs(() => ({
      id: "listEvents",
      summary: "Lists the events of all tickets since a cursor",
      description:
        "In the order in which the record was told: a reader that goes on with `nextCursor` misses nothing, and gets no event twice. A ticket's own events are counted by `n`; after an outage those of one group may come after younger ones of another. `nextCursor` is never null: ask again with it later. With a filter a page may be empty and `more` still true.",
      answer: [
        200,
        z.object({
          items: z.array(FeedEvent),
          nextCursor: Cursor,
          more: z.boolean().meta({ description: "Whether more has happened by now" }),
        }),
        "A page of events",
      ],
      problems: ["events.cursor_lost"],
    })),
    scopes: ["tickets:read"],
    query: z.strictObject({
      after: cursorOf(z.tuple([z.int().nonnegative(), z.string().max(64), z.int().nonnegative()])).meta(
        forDocs({
          description:
            "`nextCursor` of the page before, or an event's `cursor`; from the beginning without one",
        }),
      ),
      type: several(z.enum(EVENT_TYPES), 20).meta(
        forDocs(() => ({
          type: "array",
          items: { type: "string", enum: [...EVENT_TYPES] },
          description: "One or several, with commas between or repeated",
          example: ["ticket_opened", "ticket_resolved"],
        })),
      ),
      group: z
        .string()
        .min(1)
        .max(64)
        .optional()
        .meta(forDocs({ example: "main" })),
      limit: IntegerText.pipe(z.int().min(1).max(EVENTS_PAGE_MAX))
        .default(EVENTS_PAGE_DEFAULT)
        .meta(
          forDocs({
            type: "integer",
            minimum: 1,
            maximum: EVENTS_PAGE_MAX,
            default: EVENTS_PAGE_DEFAULT,
          }),
        ),
    }),
  }),
  async (c) => {
    const { after, type, group, limit } = c.req.valid("query");
    const place = after === undefined ? FEED_BEGIN : { seq: after[0], ticketId: after[1], n: after[2] };
    const page = await readFeed(c.env.DB, { types: type, group }, { after: place, limit });
    if (page === "lost")
      return problem(c, "events.cursor_lost", {
        detail: "Begin anew without a cursor, and leave out what you know by its ticket and `n`.",
      });
    const now = c.get("now")();
    const items = page.events.map((one) => ({
      ...eventJson(one.event),
      ticket: { id: one.event.ticketId, ref: one.ref, due: dueJson(one.promises, now) },
      group: one.group,
      cursor: cursorText(one.place),
    }));
    return c.json({ items, nextCursor: cursorText(page.next), more: page.more }, 200);
  },
);

function cursorText({ seq, ticketId, n }: FeedPlace): string {
  return encodeCursor([seq, ticketId, n]);
}
