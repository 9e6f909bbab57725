import * as z from "zod";
import { forDocs } from "#for-docs";
import { Duration, ms } from "../../domain/duration.ts";
import { NOTE_CHARS_MAX, TAGS_MAX } from "../../domain/limits.ts";
import { PRIORITIES } from "../../domain/priority.ts";
import { Tag } from "../../domain/ticket/tag.ts";
import type { ProgramAct } from "../../domain/ticket/work-order.ts";
import { actOnTicket } from "../../groups/acting.ts";
import { callerOf } from "../caller.ts";
import { problem } from "../problem.ts";
import { operation, Operations } from "../route.ts";
import { refused } from "./refused.ts";
import { Instant, instantOrNull, Ref, When } from "./shared.ts";
import { By, Ticket, ticketJson } from "./ticket-json.ts";
import { Name, Written, Fields, REFUSALS, TROUBLES, failed } from "./ticket-parts.ts";

/** What programs do to a ticket: all that an agent can do in its topic. */
export const commandsApi = new Operations();

const AgentId = z
  .int()
  .positive()
  .meta(forDocs({ description: "Telegram id of an agent of the ticket's group", example: 9002 }));
const Note = z
  .string()
  .min(1)
  .max(NOTE_CHARS_MAX)
  .optional()
  .meta(forDocs({ description: "Why; stands in the history" }));

const Command = z
  .discriminatedUnion("type", [
    z.strictObject({ type: z.enum(["claim", "assign"]), agent: AgentId }),
    z.strictObject({ type: z.literal("unclaim") }),
    z.strictObject({ type: z.enum(["reply", "note"]), text: Written }),
    z.strictObject({ type: z.enum(["resolve", "close", "reopen", "escalate"]), note: Note }),
    z.strictObject({ type: z.literal("transfer"), queue: Name, note: Note }),
    z.strictObject({ type: z.literal("priority"), priority: z.enum(PRIORITIES) }),
    z.strictObject({
      type: z.literal("tags"),
      add: z.array(Tag).max(TAGS_MAX).default([]),
      remove: z.array(Tag).max(TAGS_MAX).default([]),
    }),
    z.strictObject({ type: z.literal("fields"), fields: Fields }),
    z
      .strictObject({
        type: z.literal("snooze"),
        agent: AgentId,
        for: Duration.optional(),
        until: When.optional(),
        off: z
          .literal(true)
          .optional()
          .meta(forDocs({ description: "Takes the reminder back" })),
        reason: z.string().min(1).max(NOTE_CHARS_MAX).optional(),
      })
      .refine(
        ({ for: how, until, off }) => [how, until, off].filter((one) => one !== undefined).length === 1,
        {
          error: "must say one of for, until and off",
        },
      ),
  ])
  .meta(forDocs({ id: "TicketCommand" }));

/** In an order in which one ticket takes them all. */
const COMMAND_EXAMPLES = {
  reopen: { value: { type: "reopen", note: "It broke again" } },
  unclaim: { value: { type: "unclaim" } },
  claim: { value: { type: "claim", agent: 9002 } },
  reply: { value: { type: "reply", text: "The money is on its way." } },
  note: { value: { type: "note", text: "They called twice" } },
  assign: { value: { type: "assign", agent: 9002 } },
  fields: { value: { type: "fields", fields: { category: "billing" } } },
  priority: { value: { type: "priority", priority: "high" } },
  tags: { value: { type: "tags", add: ["refund"], remove: [] } },
  snooze: { value: { type: "snooze", agent: 9002, for: "2h", reason: "call back" } },
  escalate: { value: { type: "escalate", note: "They have waited for days" } },
  transfer: { value: { type: "transfer", queue: "billing", note: "About the invoice" } },
  resolve: { value: { type: "resolve", note: "Refunded" } },
  close: { value: { type: "close" } },
} satisfies {
  [Type in ProgramAct["type"]]: { value: z.input<typeof Command> & { type: Type } };
};

const Done = forDocs(() =>
  z
    .object({
      changed: z
        .boolean()
        .meta({ description: "False: the ticket was in that state already, and nothing was written" }),
      already: z
        .object({
          code: z.string().meta({
            description:
              "What is so: `ticket.already_claimed`, `ticket.already_resolved` …, otherwise `ticket.already_so`",
            example: "ticket.already_resolved",
          }),
          by: By.nullable().meta({ description: "Who made it so, where that is known" }),
          at: Instant.nullable(),
        })
        .nullable()
        .meta({ description: "Who made it so before; null if it was changed now" }),
      ticket: Ticket,
    })
    .meta({ id: "CommandDone" }),
);

commandsApi.add(
  operation("POST /tickets/{ref}/commands", {
    ...forDocs(() => ({
      id: "actOnTicket",
      summary: "Runs a command on a ticket, as an agent would in its topic",
      description:
        "`claim` leaves a ticket with its assignee, `assign` does not. `reply` goes to the customer and stands in the topic with the key's name. Idempotent: if the ticket is in that state already, the response says who set it and when.",
      examples: COMMAND_EXAMPLES,
      answer: [200, Done, "Done"],
      problems: [...TROUBLES, ...REFUSALS, "ticket.not_found"],
    })),
    scopes: ["tickets:write"],
    params: z.object({ ref: Ref }),
    body: Command,
    configured: true,
  }),
  async (c) => {
    const versioned = c.get("versioned");
    const command = c.req.valid("json");
    const what = actOf(command, c.get("now")());
    const done = await actOnTicket(
      c.env,
      c.req.valid("param").ref,
      what,
      { cause: c.get("cause"), caller: callerOf(c) },
      versioned,
    );
    if (done === null) return problem(c, "ticket.not_found");
    if (done.status === "refused" && "for" in command) return refused(c, done.refused, "/for");
    if (done.status !== "done") return failed(c, done);
    const { already, ticket } = done;
    const so =
      already === null
        ? null
        : {
            code: already.code,
            by: already.by === undefined ? null : { ...already.by },
            at: instantOrNull(already.at ?? null),
          };
    return c.json(
      { changed: already === null, already: so, ticket: ticketJson(ticket, c.get("now")()) },
      200,
    );
  },
);

function actOf(command: z.infer<typeof Command>, now: number): ProgramAct {
  if (command.type === "snooze") {
    const { agent, for: how, until, reason } = command;
    const at = how === undefined ? (until ?? null) : now + ms(how);
    return { type: "snooze", agent, until: at, ...(reason === undefined ? {} : { reason }) };
  }
  if (!("note" in command)) return command as ProgramAct;
  const { note, ...rest } = command;
  return { ...rest, ...(note === undefined ? {} : { note }) };
}
