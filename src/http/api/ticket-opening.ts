import { waitUntil } from "cloudflare:workers";
import type { Context } from "hono";
import * as z from "zod";
import { forDocs } from "#for-docs";
import type { Config, VersionedConfig } from "../../domain/config/config.ts";
import type { SchemaProblem } from "../../domain/config/schema-problems.ts";
import { contactId, type ContactId } from "../../domain/contact/contact-id.ts";
import type { ContactFacts, UnreachableReason } from "../../domain/contact/contact.ts";
import { chatOfContact } from "../../domain/contact/route.ts";
import { SUBJECT_CHARS_MAX } from "../../domain/limits.ts";
import { unknownAnswers } from "../../domain/ticket/intake.ts";
import { defaultGroupOf } from "../../domain/ticket/policy.ts";
import type { TicketOrder } from "../../domain/ticket/work-order.ts";
import { askConfigured } from "../../groups/acting.ts";
import { reroute } from "../../groups/addressee.ts";
import { hasGroup, onSubject } from "../../groups/ask.ts";
import { configCacheOf } from "../../record/config-cache.ts";
import { customerRoutesOf } from "../../record/customer-routes.ts";
import { contactsByEmail, knownContact, unreachableBecause } from "../../record/known-contact.ts";
import { lacks, scopeMissing } from "../access.ts";
import { callerOf } from "../caller.ts";
import type { Desk } from "../desk.ts";
import { problem } from "../problem.ts";
import { operation, Operations } from "../route.ts";
import { unknownAt } from "./refused.ts";
import { EmailAddress, Instant, instantOrNull } from "./shared.ts";
import { Ticket, ticketJson } from "./ticket-json.ts";
import { Name, Written, Fields, REFUSALS, TROUBLES, failed } from "./ticket-parts.ts";

/** Tickets that programs open for a customer. */
export const ticketOpeningApi = new Operations();

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
          error: "must name the customer by one of telegramId, id and email",
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

ticketOpeningApi.add(
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
    const done = await askConfigured(c.env, home, versioned, (stub) =>
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

function known(ids: readonly string[]): string {
  return ids.length === 0 ? "there are none" : `there are ${ids.join(", ")}`;
}

/** Which customer has an address, and whether any has, is known to keys with `contacts:read` only. */
const BY_ADDRESS = ["tickets:write", "contacts:read"] as const;

/** Everything that an order names and the desk does not have, where only some of its keys are valid. */
async function orderMisfits(
  c: Context<Desk>,
  sound: Partial<z.infer<typeof Order>>,
): Promise<SchemaProblem[]> {
  const versioned = await configCacheOf(c.env.DB).get(waitUntil);
  return versioned === null ? [] : (await fitted(c, sound, versioned.config)).wrong;
}

/** The customer of an order, and everything that it names and the desk does not have. */
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
    name: name ?? `Customer ${chatOfContact(contact)?.address ?? "by another channel"}`,
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
