import { waitUntil } from "cloudflare:workers";
import type { Context } from "hono";
import * as z from "zod";
import { forDocs } from "#for-docs";
import type { Config, VersionedConfig } from "../../domain/config/config.ts";
import type { SchemaProblem } from "../../domain/config/schema-problems.ts";
import { contactId, type ContactId } from "../../domain/contact/contact-id.ts";
import type { ContactFacts, UnreachableReason } from "../../domain/contact/contact.ts";
import { routeOfContact } from "../../domain/contact/route.ts";
import { Duration, ms } from "../../domain/duration.ts";
import { NOTE_CHARS_MAX, SUBJECT_CHARS_MAX, TAGS_MAX } from "../../domain/limits.ts";
import { PRIORITIES } from "../../domain/priority.ts";
import { unknownAnswers } from "../../domain/ticket/intake.ts";
import { defaultGroupOf } from "../../domain/ticket/policy.ts";
import { Tag } from "../../domain/ticket/tag.ts";
import type { Executed, ProgramAct, TicketOrder } from "../../domain/ticket/work-order.ts";
import { reroute } from "../../groups/addressee.ts";
import { askGroup, configureGroup, hasGroup, type GroupStub, onSubject } from "../../groups/ask.ts";
import { retireGroup } from "../../groups/retiring.ts";
import { configCacheOf } from "../../record/config-cache.ts";
import { customerRoutesOf } from "../../record/customer-routes.ts";
import { contactsByEmail, knownContact, unreachableBecause } from "../../record/known-contact.ts";
import type { TicketRow } from "../../record/queries.ts";
import { ticketPlace } from "../../record/ticket-place.ts";
import { lacks, scopeMissing } from "../access.ts";
import { callerOf } from "../caller.ts";
import type { Desk } from "../desk.ts";
import { RETRY_AFTER_S, WRITTEN_CHARS_MAX } from "../limits.ts";
import { problem } from "../problem.ts";
import { operation, Operations } from "../route.ts";
import { refused, unknownAt } from "./refused.ts";
import { EmailAddress, Instant, instantOrNull, Ref, When } from "./shared.ts";
import { By, Ticket, ticketJson } from "./ticket-json.ts";

/** What programs do: tickets that they open, and all that an agent can do in a topic. */
export const commandsApi = new Operations();

/** Groups that a ticket may go through while it is looked for. */
const HOPS_MAX = 5;

const AgentId = z
  .int()
  .positive()
  .meta(forDocs({ description: "Telegram id of an agent of the ticket's group", example: 9002 }));
const Name = z.string().min(1).max(64);
/** Telegram takes no message in which there is nothing to see. */
const VISIBLE = /[^\s\p{Cc}\p{Default_Ignorable_Code_Point}]/u;
const Written = z
  .string()
  .max(WRITTEN_CHARS_MAX)
  .refine((text) => VISIBLE.test(text), "must say something")
  .meta(forDocs({ description: "Plain text" }));
const Note = z
  .string()
  .min(1)
  .max(NOTE_CHARS_MAX)
  .optional()
  .meta(forDocs({ description: "Why; stands in the history" }));
const Fields = z
  .record(Name, Name)
  .refine((fields) => Object.keys(fields).length <= 32, { error: "must have at most 32 keys" })
  .meta(forDocs({ description: "Intake field → option", example: { category: "billing" } }));

const Order = z
  .strictObject({
    contact: z
      .strictObject({
        telegramId: z
          .int()
          .positive()
          .optional()
          .meta(forDocs({ description: "Of any Telegram user" })),
        id: z
          .int()
          .positive()
          .optional()
          .meta(forDocs({ description: "As `GET /contacts` has it" })),
        email: EmailAddress.optional().meta(
          forDocs({
            description:
              "As the staff has noted it of a contact (`/contacts/{id}/details`). Needs `contacts:read` as well",
          }),
        ),
        name: z
          .string()
          .trim()
          .min(1)
          .max(128)
          .optional()
          .meta(
            forDocs({
              description: "Name of a customer who has not written to the bot yet",
            }),
          ),
      })
      .refine(
        ({ telegramId, id, email }) =>
          [telegramId, id, email].filter((one) => one !== undefined).length === 1,
        {
          error: "must name somebody by one of telegramId, id and email",
        },
      )
      .meta(forDocs({ example: { telegramId: 5_550_000_001, name: "Ada" } })),
    message: Written.optional().meta(
      forDocs({ description: "The customer's words, for the topic; not stored" }),
    ),
    subject: z
      .string()
      .trim()
      .min(1)
      .max(SUBJECT_CHARS_MAX)
      .optional()
      .meta(
        forDocs({
          description: "Otherwise the first line of the message",
        }),
      ),
    topicGroup: Name.optional().meta(
      forDocs({
        description:
          "Otherwise where the rules send it. Of a group's queues the rules choose, or its default one",
      }),
    ),
    queue: Name.optional().meta(forDocs({ description: "Otherwise the rules decide" })),
    category: Name.optional().meta(forDocs({ description: "An option of the intake field `category`" })),
    urgency: Name.optional().meta(
      forDocs({
        description:
          "An option of the intake field `urgency`; an option whose id is a priority also sets the priority",
      }),
    ),
    tier: Name.optional().meta(
      forDocs({
        description: "A tier of the configuration, where the caller knows what the customer is to the desk",
      }),
    ),
    fields: Fields.optional(),
    notify: z
      .boolean()
      .default(true)
      .meta(
        forDocs({
          description: "Whether the customer is told in Telegram that the ticket was opened",
        }),
      ),
  })
  .meta(forDocs({ id: "TicketOrder" }));

const Opened = forDocs(() =>
  z
    .object({
      ref: z.string().meta({ example: "SUP-1042" }),
      id: z.string(),
      group: z.string(),
      queue: z.string(),
      status: z.string(),
      expectedFirstResponse: Instant.nullable().meta({
        description: "Until when an answer is promised; null: nothing is",
      }),
      confirmation: z.string().meta({ description: "What a bot can tell the customer" }),
      reachable: z.boolean().nullable().meta({
        description:
          "Whether the desk's bot can write to the customer; null: they have not written to it yet, so Telegram will only say when it is tried",
      }),
      notice: z.string().nullable().meta({
        description: "Where `reachable` is not true: what that means, and which webhook tells the outcome",
      }),
      ticket: Ticket,
    })
    .meta({ id: "OpenedTicket" }),
);

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

const REFUSALS = [
  "ticket.closed",
  "ticket.resolved",
  "ticket.claimed_by_other",
  "ticket.moved",
  "tags.too_many",
] as const;
const TROUBLES = ["group.full", "group.unreachable"] as const;

commandsApi.add(
  operation("POST /tickets", {
    ...forDocs(() => ({
      id: "openTicket",
      summary: "Opens a ticket for a customer",
      description:
        "The ticket goes where the rules send it and its topic appears in the staff group. The customer is found by their Telegram id, as a contact, or by an address that the staff has noted; a customer who has never started the bot cannot be written to, and the ticket says so. To name them by `email` needs the scope `contacts:read` as well.",
      example: {
        contact: { telegramId: 5_550_000_001, name: "Ada" },
        message: "The invoice is wrong",
        category: "billing",
      },
      answer: [201, Opened, "It is open"],
      answerHeaders: {
        Location: {
          description: "Where it is read",
          schema: { type: "string", example: "/api/v1/tickets/SUP-1042" },
        },
      },
      problems: [...TROUBLES, ...REFUSALS],
    })),
    scopes: ["tickets:write"],
    body: Order,
    fits: orderMisfits,
    configured: true,
  }),
  async (c) => {
    const versioned = c.get("versioned");
    const order = c.req.valid("json");
    if (order.contact.email !== undefined && lacks(c, ...BY_ADDRESS)) return scopeMissing(c, BY_ADDRESS);
    const { config } = versioned;
    const { wrong, customer } = await fitted(c, order, config);
    if (wrong.length > 0 || customer === null) return problem(c, "request.invalid", { problems: wrong });
    const { category, urgency } = order;
    const fields = {
      ...order.fields,
      ...(category === undefined ? {} : { category }),
      ...(urgency === undefined ? {} : { urgency }),
    };

    const wantedGroup = order.topicGroup ?? config.queues.find(({ id }) => id === order.queue)?.group;
    const home = await homeOf(c, customer.id, wantedGroup ?? defaultGroupOf(config), versioned);
    const given: TicketOrder = {
      type: "open",
      customer,
      message: order.message ?? null,
      subject: order.subject ?? null,
      queue: order.queue ?? null,
      within: order.topicGroup === undefined ? null : within(config, order.topicGroup),
      fields,
      tier: order.tier ?? null,
      quiet: !order.notify,
    };
    const done = await told(c.env, home, versioned, (stub) =>
      onSubject(stub.tickets(), async (tickets) =>
        tickets.open(c.get("cause"), callerOf(c), given, versioned.version),
      ),
    );
    if (done.status !== "done") return failed(c, done);
    const { ticket, confirmation, firstResponseDueAt } = done;
    const { ref, id, groupId: group, queue: where, status } = ticket;
    const expectedFirstResponse = instantOrNull(firstResponseDueAt);
    const reach = reachOf(customer, ticket.unreachable ?? (await unreachableBecause(c.env.DB, customer.id)));
    const opened = { ref, id, group, queue: where, status, expectedFirstResponse, confirmation, ...reach };
    return c.json({ ...opened, ticket: ticketJson(ticket, c.get("now")()) }, 201, {
      Location: `/api/v1/tickets/${ref}`,
    });
  },
);

/**
 * Telegram tells a language or a username of almost every customer who writes; a contact that a program described has
 * neither.
 */
function reachOf(
  { language, username }: ContactFacts,
  unreachable: UnreachableReason | null,
): { reachable: boolean | null; notice: string | null } {
  if (unreachable !== null) {
    const why = {
      blocked: "They blocked the bot.",
      gone: "Their Telegram account is gone.",
      never_started: "They have never started the bot.",
    }[unreachable];
    const notice = `${why} What the desk sends does not arrive until they write to the bot; the webhook customer.reachable tells when they do.`;
    return { reachable: false, notice };
  }
  if (language !== null || username !== null) return { reachable: true, notice: null };
  const notice =
    "They have not written to the bot yet. If they never started it, nothing that the desk sends arrives: the ticket's unreachable says so moments later, and the webhook customer.unreachable tells it.";
  return { reachable: null, notice };
}

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
    const done = await acted(c, c.req.valid("param").ref, versioned, what);
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

type Answered = Executed<TicketRow> | { status: "unreachable" | "forgotten" | "moving" };

/** Finds the ticket where the record, or its name, says, and goes after it where it has moved meanwhile. */
async function acted(
  c: Context<Desk>,
  ref: string,
  versioned: VersionedConfig,
  what: ProgramAct,
): Promise<Answered | null> {
  const { config, version } = versioned;
  const place = (await ticketPlace(c.env.DB, ref)) ?? (await placeByName(c.env, ref, config));
  if (place === null || place === "unreachable") return place === null ? null : { status: "unreachable" };
  const isClosed = "closed" in place && place.closed;
  let { group } = place;
  let isMoving = false;
  for (let hop = 0; hop < HOPS_MAX; hop += 1) {
    // A group that was taken out hands over what it has, and says where that is.
    if (!hasGroup(config, group)) await retireGroup(c.env, group, versioned);
    const done = await told(c.env, group, versioned, (stub) =>
      onSubject(stub.tickets(), async (tickets) =>
        tickets.act(c.get("cause"), callerOf(c), place.id, what, version),
      ),
    );
    // Closed tickets are forgotten by their group before they are by the record; others may still be on their way there.
    if (done.status === "unknown" && isClosed) return { status: "forgotten" };
    if (done.status === "unknown" || (done.status === "refused" && done.refused.code === "ticket.moved")) {
      isMoving = true;
      break;
    }
    if (done.status !== "elsewhere") return done;
    isMoving = true;
    group = done.group;
  }
  return { status: isMoving ? "moving" : "unreachable" };
}

/** The record lags by moments: a ticket that it does not know yet is asked of the group whose prefix or id it bears. */
async function placeByName(
  env: Env,
  name: string,
  config: Config,
): Promise<{ id: string; group: string } | "unreachable" | null> {
  const [, group, sign, digits] = /^(.+)([-:])([1-9]\d{0,14})$/.exec(name) ?? [];
  const named = config.groups.find(({ id, prefix }) =>
    sign === ":" ? id === group?.toLowerCase() : prefix === group?.toUpperCase(),
  );
  if (named === undefined || digits === undefined) return null;
  const asked = await askGroup(env, named.id, (stub) =>
    onSubject(stub.tickets(), (tickets) => tickets.placeOf(Number(digits))),
  );
  return "unreachable" in asked ? "unreachable" : asked.answer;
}

/** Asks a group's object; one that has an older configuration is given ours first. */
async function told(
  env: Env,
  group: string,
  versioned: VersionedConfig,
  ask: (stub: GroupStub) => PromiseLike<Executed<TicketRow>>,
): Promise<Answered> {
  const asked = await askGroup(env, group, async (stub) => {
    const first = await ask(stub);
    if (first.status !== "config_needed") return first;
    await configureGroup(env, group, versioned);
    return ask(stub);
  });
  return "unreachable" in asked ? { status: "unreachable" } : asked.answer;
}

function failed(c: Context<Desk>, done: Exclude<Answered, { status: "done" }>) {
  if (done.status === "refused") return refused(c, done.refused);
  if (done.status === "forgotten")
    return problem(c, "ticket.closed", { detail: "It was forgotten but for its record: open a new one." });
  const headers = { "Retry-After": String(RETRY_AFTER_S) };
  if (done.status === "moving")
    return problem(c, "ticket.moved", { detail: "It is there in a moment: try again.", headers });
  return problem(c, done.status === "full" ? "group.full" : "group.unreachable", { headers });
}

function known(ids: readonly string[]): string {
  return ids.length === 0 ? "there are none" : `there are ${ids.join(", ")}`;
}

/** Which customer has an address, and whether any has, is known to keys with `contacts:read` only. */
const BY_ADDRESS = ["tickets:write", "contacts:read"] as const;

/** All that an order names that the desk does not have, where only some of its keys are valid. */
async function orderMisfits(
  c: Context<Desk>,
  sound: Partial<z.infer<typeof Order>>,
): Promise<SchemaProblem[]> {
  const versioned = await configCacheOf(c.env.DB).get(waitUntil);
  return versioned === null ? [] : (await fitted(c, sound, versioned.config)).wrong;
}

/** Whom an order is for, and all that it names that the desk does not have. */
async function fitted(
  c: Context<Desk>,
  { contact, ...names }: Partial<z.infer<typeof Order>>,
  config: Config,
): Promise<{ wrong: SchemaProblem[]; customer: ContactFacts | null }> {
  const wrong = semanticProblems(names, config);
  if (contact === undefined || (contact.email !== undefined && lacks(c, ...BY_ADDRESS))) {
    return { wrong, customer: null };
  }
  const customer = await customerOf(c.env.DB, contact);
  return "pointer" in customer ? { wrong: [...wrong, customer], customer: null } : { wrong, customer };
}

function semanticProblems(order: Partial<z.infer<typeof Order>>, config: Config): SchemaProblem[] {
  const { queue, topicGroup, tier } = order;
  const wrong: SchemaProblem[] = [];
  const group = config.queues.find(({ id }) => id === queue)?.group;
  if (queue !== undefined && group === undefined) {
    wrong.push({
      pointer: "/queue",
      message: `is no queue of the desk: ${known(config.queues.map(({ id }) => id))}`,
    });
  }
  if (topicGroup !== undefined && !hasGroup(config, topicGroup)) {
    const ids = config.groups.map(({ id }) => id);
    wrong.push({ pointer: "/topicGroup", message: `is no group of the desk: ${known(ids)}` });
  } else if (topicGroup !== undefined && group !== undefined && group !== topicGroup) {
    wrong.push({ pointer: "/queue", message: `belongs to the group ${group}, not to ${topicGroup}` });
  }
  if (tier !== undefined && !Object.hasOwn(config.tiers, tier)) {
    wrong.push({ pointer: "/tier", message: `is no tier of the desk: ${known(Object.keys(config.tiers))}` });
  }
  return [...wrong, ...unknownIn(order, config)];
}

/** Answers that the intake does not know, each where it stands in the order. */
function unknownIn(
  { fields = {}, category, urgency }: Partial<z.infer<typeof Order>>,
  config: Config,
): SchemaProblem[] {
  const known = config.intake.fields;
  const named = Object.entries({ category, urgency }).flatMap(([field, option]) =>
    option === undefined ? [] : unknownAnswers(known, { [field]: option }),
  );
  return [
    ...named.map((one) => ({ ...unknownAt(one), pointer: `/${one.field}` })),
    ...unknownAnswers(known, fields).map(unknownAt),
  ];
}

async function customerOf(
  d1: D1Database,
  { telegramId, id, email, name }: z.infer<typeof Order>["contact"],
): Promise<ContactFacts | SchemaProblem> {
  const [found, ...others] = email === undefined ? [] : await contactsByEmail(d1, email);
  const named = telegramId ?? id;
  const contact = named === undefined ? found : contactId(named);
  if (contact === undefined || others.length > 0) {
    const who = contact === undefined ? "no contact has" : "several contacts have";
    return { pointer: "/contact/email", message: `${who} this address: name them by telegramId` };
  }
  const known = await knownContact(d1, contact);
  if (known !== null) return known;
  if (id !== undefined) {
    return { pointer: "/contact/id", message: "is no contact of the desk: name them by telegramId" };
  }
  return {
    id: contact,
    name: name ?? `Customer ${routeOfContact(contact).address}`,
    username: null,
    language: null,
    isPremium: false,
  };
}

/** The customer's home, which they are given if they have none yet, or none that the desk still has. */
async function homeOf(
  c: Context<Desk>,
  customer: ContactId,
  wanted: string,
  versioned: VersionedConfig,
): Promise<string> {
  const routes = customerRoutesOf(c.env.DB);
  const group =
    (await routes.lookup(customer)) ?? (await routes.assign(customer, wanted, "api", c.get("now")()));
  return hasGroup(versioned.config, group) ? group : reroute(c.env, customer, group, versioned);
}

/** A group, and its queue for what the rules would send elsewhere; every group has one (`checkConfig`). */
function within({ queues, routing }: Config, group: string): TicketOrder["within"] {
  const own = queues.filter((queue) => queue.group === group);
  const queue = own.find(({ id }) => id === routing.defaultQueue) ?? own[0];
  return queue === undefined ? null : { group, queue: queue.id };
}

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
