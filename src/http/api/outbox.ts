import * as z from "zod";
import { forDocs } from "#for-docs";
import { askGroup, groupIds, hasGroup, onSubject } from "../../groups/ask.ts";
import { log } from "../../log.ts";
import { doneBy, recordAudit } from "../../record/audit-entries.ts";
import { encodeCursor } from "../../record/cursor.ts";
import { callerOf } from "../caller.ts";
import { problem } from "../problem.ts";
import { operation, Operations } from "../route.ts";
import { cursorOf, Instant, instant, Limit, pageOf } from "./shared.ts";
import { ENABLE_FIRST } from "./webhooks.ts";

/** Deliveries that gave up or whose outcome is unknown, and replaying them. */
export const outboxApi = new Operations();

const State = z.enum(["parked", "uncertain"]);
const Delivery = forDocs(() =>
  z
    .object({
      id: z.string().meta({ example: "main:m:1042" }),
      group: z.string(),
      state: State.meta({ description: "`parked`: gave up; `uncertain`: it is unknown whether it arrived" }),
      lane: z.string().meta({ description: "Where it goes", example: "telegram:5550000001" }),
      kind: z.string().meta({
        description:
          "`relay`: a message between customer and topic; anything else names what the desk itself sends",
        example: "relay",
      }),
      ticket: z.string().nullable().meta({ description: "The ticket's `id`", example: "main:1042" }),
      ref: z.string().nullable().meta({ description: "The ticket's reference", example: "SUP-1042" }),
      attempts: z.int(),
      code: z.string().meta({ description: "Why", example: "outcome_unknown" }),
      at: Instant,
    })
    .meta({ id: "Delivery" }),
);

outboxApi.add(
  operation("GET /outbox", {
    ...forDocs(() => ({
      id: "listDeliveries",
      summary: "Lists deliveries that failed and need a decision, group by group, oldest first",
      description:
        "What they say is kept for two weeks after it was accepted; then it goes, and the delivery with it.",
      answer: [
        200,
        pageOf(Delivery).extend({
          unreachableGroups: z
            .array(z.string())
            .meta({ description: "Groups that did not answer: their deliveries are missing here" }),
        }),
        "A page; it may be short, only a null `nextCursor` means the end",
      ],
      problems: ["group.not_found"],
    })),
    scopes: ["tickets:read"],
    query: z.strictObject({
      state: State.optional().meta(forDocs({ description: "Both states if left out" })),
      group: z
        .string()
        .max(64)
        .optional()
        .meta(forDocs({ example: "main" })),
      limit: Limit,
      cursor: cursorOf(z.tuple([z.string().max(64), z.string().max(64).nullable()])),
    }),
    configured: true,
  }),
  async (c) => {
    const { config } = c.get("versioned");
    const { state, group: only, limit, cursor } = c.req.valid("query");
    if (only !== undefined && !hasGroup(config, only)) return problem(c, "group.not_found");
    const groups = only === undefined ? groupIds(config) : [only];
    // A group that is gone since the page before: the list goes on from its start rather than skip someone.
    const start = cursor === undefined ? 0 : Math.max(groups.indexOf(cursor[0]), 0);
    let after = cursor !== undefined && groups[start] === cursor[0] ? cursor[1] : null;
    const items: z.infer<typeof Delivery>[] = [];
    const unreachableGroups: string[] = [];
    for (const group of groups.slice(start)) {
      for (let more = true; more;) {
        const from = after;
        const asked = await askGroup(c.env, group, (stub) =>
          onSubject(stub.deliveries(), (deliveries) => deliveries.parked(from, limit)),
        );
        if ("unreachable" in asked) unreachableGroups.push(group);
        const rows = "answer" in asked ? asked.answer : [];
        for (const row of rows) {
          after = row.id;
          if (state !== undefined && row.state !== state) continue;
          items.push({ ...row, at: instant(row.at) });
          if (items.length === limit)
            return c.json({ items, nextCursor: encodeCursor([group, after]), unreachableGroups }, 200);
        }
        more = rows.length === limit;
      }
      after = null;
    }
    return c.json({ items, nextCursor: null, unreachableGroups }, 200);
  },
);

outboxApi.add(
  operation("POST /outbox/{id}/replay", {
    ...forDocs(() => ({
      id: "replayDelivery",
      summary: "Retries a delivery",
      answer: [200, z.object({ id: z.string(), status: z.literal("replayed") }), "It is on its way"],
      problems: ["delivery.not_found", "webhook.disabled", "group.unreachable"],
    })),
    scopes: ["tickets:write"],
    params: z.object({
      id: z
        .string()
        .max(128)
        .meta(forDocs({ example: "main:m:1042" })),
    }),
    configured: true,
  }),
  async (c) => {
    const { config } = c.get("versioned");
    const { id } = c.req.valid("param");
    // An unknown name would bring an object into being.
    const group = /^([^:]+):[a-z]:\d+$/.exec(id)?.[1];
    if (group === undefined || !hasGroup(config, group)) return problem(c, "delivery.not_found");
    const undo = await recordAudit(c.env.DB, {
      at: c.get("now")(),
      ...doneBy(callerOf(c)),
      action: "delivery.replayed",
      target: { kind: "delivery", id },
    });
    const asked = await askGroup(c.env, group, (stub) =>
      onSubject(stub.deliveries(), (deliveries) => deliveries.replay(id, c.get("cause"))),
    );
    // A group that does not answer may have done it: the entry stays.
    if ("unreachable" in asked) return problem(c, "group.unreachable");
    if (asked.answer !== "replayed") {
      await undo();
      return asked.answer === "gone"
        ? problem(c, "delivery.not_found")
        : problem(c, "webhook.disabled", { detail: ENABLE_FIRST });
    }
    log("info", "delivery.replayed", { id, by: c.get("principal").name });
    return c.json({ id, status: "replayed" as const }, 200);
  },
);
