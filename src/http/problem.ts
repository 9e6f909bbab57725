import type { Context, TypedResponse } from "hono";
import * as z from "zod";
import { forDocs } from "#for-docs";

/**
 * Every problem that the desk answers, by its code. A code never changes its meaning; titles are for people.
 */
export const PROBLEMS = {
  "request.malformed": { status: 400, title: "The body is not JSON, or nests too deep" },
  "update.malformed": { status: 400, title: "The body is no Telegram update" },
  "auth.missing": { status: 401, title: "A bearer token is needed" },
  "auth.invalid": { status: 401, title: "The bearer token is not valid" },
  "auth.expired": { status: 401, title: "The key, or this secret of it, has expired" },
  "auth.revoked": { status: 401, title: "The key was revoked" },
  "webhook.secret_invalid": { status: 401, title: "The webhook's secret token is not valid" },
  "auth.scope_missing": { status: 403, title: "The key may not do this" },
  "auth.bootstrap_only": {
    status: 403,
    title: "ADMIN_TOKEN only makes keys, once there is one with the scope admin",
  },
  "route.not_found": { status: 404, title: "There is nothing at this path" },
  "config.not_found": { status: 404, title: "The desk has no configuration yet" },
  "config.version_not_found": { status: 404, title: "There is no such version of the configuration" },
  "config.item_not_found": { status: 404, title: "There is no such section or item in the configuration" },
  "ticket.not_found": { status: 404, title: "There is no such ticket" },
  "agent.not_found": { status: 404, title: "There is no such agent" },
  "contact.not_found": { status: 404, title: "There is no such contact" },
  "ticket.closed": { status: 409, title: "The ticket is closed" },
  "ticket.resolved": { status: 409, title: "The ticket is resolved" },
  "ticket.claimed_by_other": { status: 409, title: "The ticket is assigned to another agent" },
  "ticket.moved": { status: 409, title: "The ticket is moving to another group" },
  "tags.too_many": { status: 409, title: "The ticket would have too many tags" },
  "erasure.not_found": { status: 404, title: "There is no such erasure" },
  "hold.not_found": { status: 404, title: "There is no such legal hold" },
  "delivery.not_found": { status: 404, title: "There is no such delivery, or it is on its way already" },
  "webhook.not_found": { status: 404, title: "There is no such webhook in the configuration" },
  "key.not_found": { status: 404, title: "There is no such key" },
  "group.not_found": { status: 404, title: "There is no such group" },
  "method.not_allowed": { status: 405, title: "This path does not take that method" },
  "request.not_acceptable": { status: 406, title: "The response is JSON, which the Accept header excludes" },
  "config.in_use": {
    status: 409,
    title: "A group or queue with work in hand is removed, and no successor is named",
  },
  "config.conflict": { status: 409, title: "The configuration was changed at the same moment" },
  "webhook.disabled": { status: 409, title: "The endpoint is disabled: it answered 410 Gone" },
  "contact.held": { status: 409, title: "A legal hold keeps the contact, or a ticket of theirs" },
  "contact.merged": { status: 409, title: "The contact is merged into another one already" },
  "contact.has_merged": { status: 409, title: "Other contacts are merged into this one" },
  "key.revoked": { status: 409, title: "The key was revoked" },
  "key.too_many": { status: 409, title: "The limit of API keys is reached" },
  "idempotency.running": { status: 409, title: "The same call is still running" },
  "idempotency.answer_lost": { status: 409, title: "The call was done, but its answer was not kept" },
  "events.cursor_lost": {
    status: 410,
    title: "The record was restored to before the cursor, or rebuilt",
  },
  "reconciliation.running": { status: 409, title: "A reconciliation is running already" },
  "drain.running": { status: 409, title: "Updates are being drained already" },
  "drain.no_address": {
    status: 409,
    title: "The desk has no address to set the webhook to afterwards: no update has come yet",
  },
  "address.unknown": { status: 409, title: "The desk does not know its address yet" },
  "config.changed": { status: 412, title: "The configuration is no longer the version that was asked for" },
  "request.too_large": { status: 413, title: "The body is too large" },
  "request.encoded": { status: 415, title: "The body must not be compressed" },
  "request.not_json": { status: 415, title: "The body must be sent as application/json" },
  "request.invalid": { status: 422, title: "Something in the request is not valid" },
  "idempotency.key_reused": { status: 422, title: "The idempotency key belongs to another request" },
  "config.invalid": { status: 422, title: "The configuration is not valid" },
  "address.refused": { status: 422, title: "Telegram does not take this address" },
  "sla.out_of_reach": { status: 422, title: "The calendar has too few hours to reach the target" },
  "rate.exceeded": { status: 429, title: "The rate limit of the key is exceeded" },
  "internal.error": { status: 500, title: "Something went wrong on our side" },
  "auth.unavailable": {
    status: 503,
    title: "The issuer's keys could not be fetched, so the token cannot be checked",
  },
  "config.missing": { status: 503, title: "The desk has no configuration yet" },
  "group.full": { status: 503, title: "The group's queue of deliveries is full" },
  "group.unreachable": { status: 503, title: "The group's object did not answer" },
  "record.unreachable": { status: 503, title: "The record did not answer" },
  "telegram.unreachable": { status: 503, title: "Telegram did not answer" },
} as const;

/** What every route behind a key may answer before it does anything. */
export const ADMISSION = [
  "auth.missing",
  "auth.invalid",
  "auth.expired",
  "auth.revoked",
  "auth.scope_missing",
  "auth.bootstrap_only",
  "request.not_acceptable",
  "rate.exceeded",
  "auth.unavailable",
  "record.unreachable",
] as const satisfies (keyof typeof PROBLEMS)[];

/** The same for routes that change something. */
export const ADMISSION_TO_CHANGE = forDocs(
  () =>
    [
      ...ADMISSION,
      "request.malformed",
      "request.too_large",
      "request.encoded",
      "request.not_json",
      "request.invalid",
      "idempotency.running",
      "idempotency.answer_lost",
      "idempotency.key_reused",
    ] as const satisfies (keyof typeof PROBLEMS)[],
);

export type ProblemCode = keyof typeof PROBLEMS;
const PROBLEM_CODES = forDocs(() => Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]);
type StatusOf<Code extends ProblemCode> = (typeof PROBLEMS)[Code]["status"];

/** Where every code is described, see `docs.ts`. */
export const PROBLEM_PAGE = "/api/problems";

/** A problem document, RFC 9457. */
export const Problem = forDocs(() =>
  z
    .object({
      code: z.enum(PROBLEM_CODES).meta({
        id: "ProblemCode",
        description: `Stable; what programs should look at.\n\n${PROBLEM_CODES.map(
          (code) => `- \`${code}\` (${PROBLEMS[code].status}): ${PROBLEMS[code].title}`,
        ).join("\n")}`,
        example: "ticket.not_found",
      }),
      type: z.url().meta({
        description: "Where the code is described",
        example: "https://desk.example.com/api/problems#ticket.not_found",
      }),
      title: z.string(),
      status: z.int(),
      detail: z.string().optional().meta({ description: "What is special about this occurrence" }),
      instance: z.string().meta({
        description:
          "What was asked for (a URI reference); of `internal.error` the name under which the log has it",
        example: "/api/v1/tickets/SUP-1",
      }),
      problems: z
        .array(
          z.object({
            pointer: z.string().meta({
              description:
                "JSON pointer into the body; what was wrong elsewhere stands under /query, /path or /header",
              example: "/queues/1/group",
            }),
            message: z.string(),
            at: z.string().optional().meta({
              description:
                "Of a configuration: the same place by the names of the items that it leads through",
              example: "queues[invoices].group",
            }),
          }),
        )
        .optional()
        .meta({ description: "Everything that is not valid, at once" }),
    })
    .meta({ id: "Problem" }),
);

interface More {
  detail?: string;
  instance?: string;
  problems?: { pointer: string; message: string; at?: string }[];
  headers?: Record<string, string>;
}

/** Answers a problem document. */
export function problem<Code extends ProblemCode>(c: Context, code: Code, { headers, ...more }: More = {}) {
  const status: StatusOf<Code> = PROBLEMS[code].status;
  const { origin, pathname } = new URL(c.req.url);
  const document: z.infer<typeof Problem> = {
    code,
    type: `${origin}${PROBLEM_PAGE}#${code}`,
    title: PROBLEMS[code].title,
    status,
    instance: pathname,
    ...more,
  };
  return c.json(document, status, { ...headers, "Content-Type": "application/problem+json" });
}

/** A body was sent as something else, as curl does by itself. */
export function notJson(c: Context) {
  const type = c.req.header("Content-Type");
  const came = type === undefined ? "It came without a Content-Type" : `It came as ${type.slice(0, 80)}`;
  return problem(c, "request.not_json", {
    detail: `${came}. Send it with the header Content-Type: application/json.`,
  });
}

/** What a handler answers with one of these problems. */
export type ProblemAnswer<Code extends ProblemCode> = TypedResponse<
  z.input<typeof Problem>,
  StatusOf<Code>,
  "json"
>;
