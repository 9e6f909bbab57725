import type { Context } from "hono";
import * as z from "zod";
import { forDocs } from "#for-docs";
import type { Config } from "../../domain/config/config.ts";
import type { AuditAction } from "../../domain/desk/audit.ts";
import { WEBHOOK_REPLAYED_MAX } from "../../domain/limits.ts";
import { defaultGroupOf } from "../../domain/ticket/policy.ts";
import { WEBHOOK_EVENTS } from "../../domain/ticket/webhook-event.ts";
import { askGroup, askGroups, gathered, groupIds, onSubject } from "../../groups/ask.ts";
import { log } from "../../log.ts";
import { doneBy, recordAudit } from "../../record/audit-entries.ts";
import { encodeCursor } from "../../record/cursor.ts";
import { callerOf } from "../caller.ts";
import type { Desk } from "../desk.ts";
import { problem } from "../problem.ts";
import { operation, Operations } from "../route.ts";
import { cursorOf, Instant, instant, instantOrNull, Limit, Until, When, pageOf } from "./shared.ts";

/** What the desk calls by its configuration: its endpoints, and the systems that it asks with signed questions. */
export const webhooksApi = new Operations();

export const Id = z.object({
  id: z
    .string()
    .max(64)
    .meta(forDocs({ example: "queue-manager" })),
});
/** What to do about `webhook.disabled`. */
export const ENABLE_FIRST = "`POST /api/v1/webhooks/{id}/enable` has it called again.";

const Endpoint = forDocs(() =>
  z
    .object({
      id: z.string(),
      url: z.string(),
      events: z.array(z.string()),
      status: z.enum(["active", "disabled"]).meta({
        description:
          "`disabled`: it answered 410, and is left alone until its address changes or it is enabled",
      }),
      disabledAt: Instant.nullable(),
      waiting: z.int().meta({ description: "Deliveries that are still tried" }),
      dead: z.int().meta({ description: "Deliveries that were given up, and can be replayed for two weeks" }),
      unreachableGroups: z.array(z.string()),
    })
    .meta({ id: "WebhookEndpoint" }),
);

webhooksApi.add(
  operation("GET /webhooks", {
    ...forDocs(() => ({
      id: "listWebhooks",
      summary: "Lists webhooks with the state of their deliveries",
      answer: [
        200,
        z.object({ items: z.array(Endpoint), events: z.array(z.string()) }),
        "All of them, in the configuration's order, and what they may subscribe to",
      ],
    })),
    scopes: ["config:read"],
    configured: true,
  }),
  async (c) => {
    const { config } = c.get("versioned");
    const items = await Promise.all(
      config.webhooks.map(async ({ id, url, events }) => {
        const asked = await askGroups(c.env, groupIds(config), (stub) =>
          onSubject(stub.webhooks(), (webhooks) => webhooks.health(id)),
        );
        const { answers: heard, unreachableGroups } = gathered(asked);
        const disabledAt = heard.flatMap((one) => one.disabledAt ?? []).sort((a, b) => a - b)[0] ?? null;
        return {
          id,
          url,
          events,
          status: disabledAt === null ? ("active" as const) : ("disabled" as const),
          disabledAt: instantOrNull(disabledAt),
          waiting: heard.reduce((sum, one) => sum + one.waiting, 0),
          dead: heard.reduce((sum, one) => sum + one.dead, 0),
          unreachableGroups,
        };
      }),
    );
    return c.json({ items, events: [...WEBHOOK_EVENTS] }, 200);
  },
);

const STATES = ["delivered", "waiting", "dead"] as const;
const Delivery = forDocs(() =>
  z
    .object({
      id: z
        .string()
        .meta({ description: "The `webhook-id` of the message, over all tries", example: "msg_main_7" }),
      group: z.string(),
      type: z.string().meta({ example: "ticket.resolved" }),
      state: z.enum(STATES),
      at: Instant.meta({ description: "When it happened" }),
      attempts: z.int(),
      code: z.string().nullable().meta({ description: "Why the last try failed", example: "http_503" }),
      deliveredAt: Instant.nullable(),
      nextTryAt: Instant.nullable(),
    })
    .meta({ id: "WebhookDelivery" }),
);

webhooksApi.add(
  operation("GET /webhooks/{id}/deliveries", {
    ...forDocs(() => ({
      id: "listWebhookDeliveries",
      summary: "Lists the deliveries to a webhook, group by group, newest first",
      answer: [
        200,
        pageOf(Delivery).extend({ unreachableGroups: z.array(z.string()) }),
        "A page; delivered ones are kept for 30 days, and no more than 5,000 a group",
      ],
      problems: ["webhook.not_found"],
    })),
    scopes: ["config:read"],
    params: Id,
    query: z.strictObject({
      state: z.enum(STATES).optional(),
      limit: Limit,
      cursor: cursorOf(z.tuple([z.string().max(64), z.int().positive()])),
    }),
    configured: true,
  }),
  async (c) => {
    const { id } = c.req.valid("param");
    const { state, limit, cursor } = c.req.valid("query");
    const { config } = c.get("versioned");
    if (!hasEndpoint(config, id)) return problem(c, "webhook.not_found");
    const groups = groupIds(config);
    const start = cursor === undefined ? 0 : Math.max(groups.indexOf(cursor[0]), 0);
    let before = cursor !== undefined && groups[start] === cursor[0] ? cursor[1] : Number.MAX_SAFE_INTEGER;
    const items: z.infer<typeof Delivery>[] = [];
    const unreachableGroups: string[] = [];
    for (const group of groups.slice(start)) {
      const wanted = limit - items.length;
      const page = { state: state ?? null, before, limit: wanted };
      const asked = await askGroup(c.env, group, (stub) =>
        onSubject(stub.webhooks(), (webhooks) => webhooks.deliveries(id, page)),
      );
      if ("unreachable" in asked) unreachableGroups.push(group);
      const rows = "answer" in asked ? asked.answer : [];
      for (const { id: message, type, state: is, at, attempts, code, deliveredAt, nextTryAt } of rows) {
        items.push({
          id: message,
          group,
          type,
          state: is,
          at: instant(at),
          attempts,
          code,
          deliveredAt: instantOrNull(deliveredAt),
          nextTryAt: instantOrNull(nextTryAt),
        });
      }
      const last = rows.at(-1);
      if (items.length === limit && last !== undefined) {
        return c.json({ items, nextCursor: encodeCursor([group, last.seq]), unreachableGroups }, 200);
      }
      before = Number.MAX_SAFE_INTEGER;
    }
    return c.json({ items, nextCursor: null, unreachableGroups }, 200);
  },
);

const Which = z
  .strictObject({
    ids: z
      .array(z.string().max(128))
      .min(1)
      .max(WEBHOOK_REPLAYED_MAX)
      .optional()
      .meta(
        forDocs({
          description: "As `GET …/deliveries` has them",
          example: ["msg_main_7"],
        }),
      ),
    since: When.optional().meta(
      forDocs({
        description: "What happened then, by the deliveries' `at`; included",
      }),
    ),
    until: Until,
  })
  .refine(({ ids, since, until }) => (ids === undefined) !== (since === undefined && until === undefined), {
    error: "must say either ids, or since and until",
  })
  .meta(forDocs({ id: "WebhookReplay" }));

webhooksApi.add(
  operation("POST /webhooks/{id}/replay", {
    ...forDocs(() => ({
      id: "replayWebhook",
      summary: "Replays messages that a webhook did not take, by id or by period",
      example: { since: "2026-11-20T00:00:00Z" },
      answer: [
        200,
        z.object({ replayed: z.int(), unreachableGroups: z.array(z.string()) }),
        `How many are on their way again: ${WEBHOOK_REPLAYED_MAX} a group at most`,
      ],
      problems: ["webhook.not_found", "webhook.disabled"],
    })),
    scopes: ["config:write"],
    params: Id,
    body: Which,
    configured: true,
  }),
  async (c) => {
    const { id } = c.req.valid("param");
    const { ids, since, until } = c.req.valid("json");
    const { config } = c.get("versioned");
    if (!hasEndpoint(config, id)) return problem(c, "webhook.not_found");
    const undo = await noted(c, "webhook.replayed", id);
    const asked = await askGroups(c.env, groupIds(config), (stub, group) =>
      onSubject(stub.webhooks(), (webhooks) =>
        webhooks.replay(
          id,
          {
            seqs: ids === undefined ? null : ids.flatMap((one) => numberIn(one, group) ?? []),
            since: since ?? 0,
            until: until ?? Number.MAX_SAFE_INTEGER,
          },
          c.get("cause"),
        ),
      ),
    );
    const { answers, unreachableGroups } = gathered(asked);
    const replayed = answers.reduce<number>((sum, one) => sum + (one ?? 0), 0);
    // A group that does not answer may have done it: then the entry stays.
    if (replayed === 0 && unreachableGroups.length === 0) {
      await undo();
      if (answers.includes(null)) return problem(c, "webhook.disabled", { detail: ENABLE_FIRST });
    }
    log("info", "webhook.replayed", { id, replayed, by: c.get("principal").name });
    return c.json({ replayed, unreachableGroups }, 200);
  },
);

webhooksApi.add(
  operation("POST /webhooks/{id}/ping", {
    ...forDocs(() => ({
      id: "pingWebhook",
      summary: "Sends a webhook a message of the type `ping`, to try it",
      answer: [
        202,
        z.object({ id: z.string().meta({ example: "msg_main_7" }) }),
        "It is on its way; the log of deliveries tells what came of it",
      ],
      problems: ["webhook.not_found", "webhook.disabled", "group.unreachable"],
    })),
    scopes: ["config:write"],
    params: Id,
    configured: true,
  }),
  async (c) => {
    const { id } = c.req.valid("param");
    const { config } = c.get("versioned");
    if (!hasEndpoint(config, id)) return problem(c, "webhook.not_found");
    const undo = await noted(c, "webhook.pinged", id);
    const asked = await askGroup(c.env, defaultGroupOf(config), (stub) =>
      onSubject(stub.webhooks(), (webhooks) => webhooks.ping(id, c.get("cause"))),
    );
    if ("unreachable" in asked) return problem(c, "group.unreachable");
    if (asked.answer === null) {
      await undo();
      return problem(c, "webhook.disabled", { detail: ENABLE_FIRST });
    }
    return c.json({ id: asked.answer }, 202);
  },
);

webhooksApi.add(
  operation("POST /webhooks/{id}/enable", {
    ...forDocs(() => ({
      id: "enableWebhook",
      summary: "Re-enables an endpoint that was disabled by a 410",
      description:
        "What was given up meanwhile can be replayed. Groups that did not answer hear of it from the others.",
      answer: [
        200,
        z.object({ changed: z.boolean(), unreachableGroups: z.array(z.string()) }),
        "It is called; `changed` says whether it was left alone before",
      ],
      problems: ["webhook.not_found"],
    })),
    scopes: ["config:write"],
    params: Id,
    configured: true,
  }),
  async (c) => {
    const { id } = c.req.valid("param");
    const { config } = c.get("versioned");
    if (!hasEndpoint(config, id)) return problem(c, "webhook.not_found");
    const undo = await noted(c, "webhook.enabled", id);
    const asked = await askGroups(c.env, groupIds(config), (stub) =>
      onSubject(stub.webhooks(), (webhooks) => webhooks.enable(id, [])),
    );
    const { answers, unreachableGroups } = gathered(asked);
    const changed = answers.includes(true);
    const messenger = asked.find((one) => "answer" in one)?.group;
    if (messenger !== undefined && unreachableGroups.length > 0)
      await askGroup(c.env, messenger, (stub) =>
        onSubject(stub.webhooks(), (webhooks) => webhooks.enable(id, unreachableGroups)),
      );
    if (!changed && unreachableGroups.length === 0) await undo();
    return c.json({ changed, unreachableGroups }, 200);
  },
);

/** Notes in the audit trail what is about to be asked of the groups. Answers what takes the note back. */
function noted(c: Context<Desk>, action: AuditAction, id: string): Promise<() => Promise<void>> {
  const target = { kind: "webhook", id } as const;
  return recordAudit(c.env.DB, { at: c.get("now")(), ...doneBy(callerOf(c)), action, target });
}

function hasEndpoint({ webhooks }: Config, id: string): boolean {
  return webhooks.some((webhook) => webhook.id === id);
}

/** The number of a message of this group. */
function numberIn(id: string, group: string): number | null {
  const [, of, digits] = /^msg_(.+)_(\d{1,15})$/.exec(id) ?? [];
  return of === group ? Number(digits) : null;
}
