import type { ContactId } from "../../contact/contact-id.ts";
import type { Route } from "../../contact/route.ts";
import { isPriority } from "../../priority.ts";
import { customer, type Actor, type Worker } from "../actor.ts";
import { closedRefusal, type Decision } from "../decision.ts";
import type { TicketEvent } from "../event.ts";
import { evolve } from "../evolve.ts";
import { intakeComplete, unknownAnswers } from "../intake.ts";
import type { Policy } from "../policy.ts";
import { andRouted } from "../routed.ts";
import type { Subject } from "../subject.ts";
import type { Ticket } from "../ticket.ts";
import type { ActRows, CommandRows } from "./row.ts";

/** What a new ticket is made of; the shell knows the number, the domain never counts by itself. */
export interface Opening {
  number: number;
  customer: ContactId;
  subject: Subject;
  /** IETF language tag of the customer's app. */
  language: string | null;
  payload: string | null;
  followUpOf: string | null;
  /** Where its customer is written to; absent: in their private chat at Telegram. */
  route?: Route;
}

/** What a program knows about the ticket that it opens. */
interface Request extends Opening {
  /** The queue that was asked for; null: the rules decide. */
  queue: string | null;
  /** The group in which it must be, and its queue if the rules lead elsewhere; null: any. */
  within: { group: string; queue: string } | null;
  /** Intake field → option; `category` and `urgency` also if intake does not ask for them. */
  fields: Readonly<Record<string, string>>;
  tier: string | null;
  /** The customer is not told. */
  quiet: boolean;
}

/** Tickets that are opened, and what their intake asks. */
export type OpeningCommand =
  | { type: "ticket_requested"; by: Worker; opening: Request }
  | { type: "customer_answered_intake"; customer: ContactId; field: string; option: string }
  | { type: "agent_set_fields"; by: Worker; fields: Readonly<Record<string, string>> };
type Of<T extends OpeningCommand["type"]> = Extract<OpeningCommand, { type: T }>;

/** What is asked about its intake: field id → option id. */
export type OpeningAct = { type: "fields"; fields: Readonly<Record<string, string>> };

export const OPENING_COMMANDS = {
  ticket_requested: {
    decide: (command, _, policy, now) => requested(command, policy, now),
    establishedBy: null,
  },
  customer_answered_intake: {
    decide: answeredIntake,
    establishedBy: null,
  },
  agent_set_fields: {
    decide: fieldsSet,
    establishedBy: ({ fields }, event) =>
      event.type === "field_answered" && fields[event.field] === event.option,
  },
} satisfies CommandRows<OpeningCommand>;

export const OPENING_ACTS = {
  // Agents have no command for it.
  fields: { slash: null, command: ({ fields }, by) => ({ type: "agent_set_fields", by, fields }) },
} satisfies ActRows<OpeningAct, OpeningCommand>;

/** The customer's first message opens it. */
export function opened(
  command: { customer: ContactId; opening: Opening; broughtAt?: number },
  policy: Policy,
  now: number,
): Decision {
  const { number, subject, payload, language, followUpOf, route } = command.opening;
  const held = policy.intakeFields.some((field) => field.required);
  const event: TicketEvent = {
    type: "ticket_opened",
    at: now,
    by: customer(command.customer),
    to: "open",
    id: `${policy.group}:${number}`,
    number,
    ref: `${policy.prefix}-${number}`,
    group: policy.group,
    customer: command.customer,
    ...(route === undefined ? {} : { route }),
    subject,
    queue: policy.defaultQueue,
    priority: "normal",
    // However late it was brought, there is time to answer what is asked then.
    ...(held ? { heldUntil: (command.broughtAt ?? now) + policy.intakeHoldMs } : {}),
    ...(payload === null ? {} : { payload }),
    ...(language === null ? {} : { language }),
    ...(followUpOf === null ? {} : { followUpOf }),
  };
  return { events: andRouted(null, [event], policy, now) };
}

/**
 * A program opens it: nothing is asked of the customer before the staff sees it. Where it asks for a queue of another
 * group, the ticket is opened here, kept from the rules, and has to be transferred there.
 */
export function requested({ by, opening }: Of<"ticket_requested">, policy: Policy, now: number): Decision {
  const {
    number,
    customer: of,
    subject,
    payload,
    language,
    followUpOf,
    route,
    fields,
    tier,
    quiet,
    within,
  } = opening;
  const unknown = unknownAnswers(policy.intakeFields, fields);
  if (unknown.length > 0) return { refused: { code: "fields.unknown", unknown } };
  const urgency = fields["urgency"];
  const event: TicketEvent = {
    type: "ticket_opened",
    at: now,
    by,
    to: "open",
    id: `${policy.group}:${number}`,
    number,
    ref: `${policy.prefix}-${number}`,
    group: policy.group,
    customer: of,
    ...(route === undefined ? {} : { route }),
    subject,
    queue: policy.defaultQueue,
    priority: urgency !== undefined && isPriority(urgency) ? urgency : "normal",
    ...(payload === null ? {} : { payload }),
    ...(language === null ? {} : { language }),
    ...(followUpOf === null ? {} : { followUpOf }),
    ...(Object.keys(fields).length === 0 ? {} : { fields: { ...fields } }),
    ...(tier === null ? {} : { tier }),
    ...(quiet ? { quiet } : {}),
  };
  const byRules = andRouted(null, [event], policy, now);
  const groupOf = (queue: string): string | undefined => policy.queues.get(queue)?.group;
  const isWithin = within === null || groupOf(byRules.reduce(evolve, null)!.queue) === within.group;
  const chosen = opening.queue ?? (isWithin ? null : within.queue);
  if (chosen === null) return { events: byRules };
  const queue = groupOf(chosen) === policy.group ? chosen : event.queue;
  return { events: andRouted(null, [{ ...event, queue, queueSet: true }], policy, now) };
}

function answeredIntake(
  command: Of<"customer_answered_intake">,
  ticket: Ticket,
  policy: Policy,
  now: number,
): Decision {
  const by = customer(command.customer);
  if (ticket.status === "closed") return { refused: closedRefusal(ticket) };
  const field = policy.intakeFields.find((candidate) => candidate.id === command.field);
  if (field === undefined) return { refused: { code: "field.unknown", field: command.field } };
  if (!field.options.some((option) => option.id === command.option)) {
    return { refused: { code: "option.unknown", field: command.field, option: command.option } };
  }
  if (ticket.fields[command.field] === command.option) {
    return { already: { code: "ticket.already_so", ref: ticket.ref } };
  }
  return { events: answersOf([[command.field, command.option]], by, ticket, policy, now) };
}

function fieldsSet(
  { by, fields }: Of<"agent_set_fields">,
  ticket: Ticket,
  policy: Policy,
  now: number,
): Decision {
  if (ticket.status === "closed") return { refused: closedRefusal(ticket) };
  const unknown = unknownAnswers(policy.intakeFields, fields);
  if (unknown.length > 0) return { refused: { code: "fields.unknown", unknown } };
  const changed = Object.entries(fields).filter(([field, option]) => ticket.fields[field] !== option);
  if (changed.length === 0) return { already: { code: "ticket.already_so", ref: ticket.ref } };
  return { events: answersOf(changed, by, ticket, policy, now) };
}

/** What answers to intake fields set, given by the customer or by a program. */
function answersOf(
  answers: readonly (readonly [string, string])[],
  by: Actor,
  ticket: Ticket,
  policy: Policy,
  now: number,
): TicketEvent[] {
  const events: TicketEvent[] = answers.map(([field, option]) => ({
    type: "field_answered",
    at: now,
    by,
    field,
    option,
    previousOption: ticket.fields[field] ?? null,
  }));
  const fields = { ...ticket.fields, ...Object.fromEntries(answers) };
  const urgency = answers.find(([field]) => field === "urgency")?.[1];
  // The customer's own word on urgency is the ticket's priority until an agent knows better.
  if (urgency !== undefined && isPriority(urgency) && urgency !== ticket.priority) {
    events.push({ type: "priority_changed", at: now, by, priority: urgency, previous: ticket.priority });
  }
  if (ticket.heldUntil !== null && intakeComplete(policy.intakeFields, fields)) {
    events.push({ type: "intake_released", at: now, by, why: "answered" });
  }
  return andRouted(ticket, events, policy, now);
}
