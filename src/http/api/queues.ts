import * as z from "zod";
import { forDocs } from "#for-docs";
import { PRIORITIES } from "../../domain/priority.ts";
import { queueDepths, type DepthRow } from "../../record/queue-depths.ts";
import { operation, Operations } from "../route.ts";
import { Instant, instantOrNull } from "./shared.ts";

/** How deep the queues are, by the record: moments behind the groups, and `recordedAt` says how many. */
export const queuesApi = new Operations();

const Depth = forDocs(() =>
  z.object({
    depth: z.int().meta({ description: "Tickets in hand: neither resolved nor closed" }),
    unassigned: z.int().meta({ description: "Of these, unassigned with the desk's turn" }),
    oldestUnassignedAt: Instant.nullable().meta({ description: "When the first of those was opened" }),
    oldestAwaitingSince: Instant.nullable().meta({
      description: "Since when the first customer waits for an answer",
    }),
  }),
);
const Queue = forDocs(() =>
  Depth.extend({
    id: z.string().meta({ example: "billing" }),
    group: z.string().nullable().meta({ description: "Null: the configuration has this queue no more" }),
    byPriority: z.array(Depth.extend({ priority: z.enum(PRIORITIES) })),
    byTier: z.array(Depth.extend({ tier: z.string().nullable().meta({ description: "Null: not known" }) })),
    recordedAt: Instant.nullable().meta({
      description:
        "When the record last heard of a ticket of this queue that is not closed; null: there is none",
    }),
  }).meta({ id: "Queue" }),
);

queuesApi.add(
  operation("GET /queues", {
    ...forDocs(() => ({
      id: "listQueues",
      summary: "Lists queues: how deep they are, what waits, and since when",
      answer: [
        200,
        z.object({
          items: z.array(Queue),
          complete: z.boolean().meta({
            description: "False: more tickets are in hand than are counted, and the youngest are left out",
          }),
          at: Instant.meta({ description: "When it was counted" }),
        }),
        "The queues in the configuration's order, then such as it has no more",
      ],
    })),
    scopes: ["tickets:read"],
    query: z.strictObject({
      group: z
        .string()
        .min(1)
        .max(64)
        .optional()
        .meta(forDocs({ example: "main" })),
    }),
    configured: true,
  }),
  async (c) => {
    const { config } = c.get("versioned");
    const { group } = c.req.valid("query");
    const { rows, complete } = await queueDepths(c.env.DB);
    const configured = new Map(config.queues.map((queue) => [queue.id, queue.group]));
    const ids = new Set([...configured.keys(), ...rows.map(({ queue }) => queue)]);
    const items = [...ids]
      .map((id) =>
        queueJson(
          id,
          configured.get(id) ?? null,
          rows.filter(({ queue }) => queue === id),
        ),
      )
      .filter((queue) => group === undefined || queue.group === group);
    return c.json({ items, complete, at: new Date(c.get("now")()).toISOString() }, 200);
  },
);

function queueJson(id: string, group: string | null, rows: readonly DepthRow[]): z.infer<typeof Queue> {
  const tiers = [...new Set(rows.map(({ tier }) => tier))].sort((a, b) => ((a ?? "") < (b ?? "") ? -1 : 1));
  return {
    id,
    group,
    ...sum(rows),
    byPriority: PRIORITIES.flatMap((priority) => {
      const some = rows.filter((row) => row.priority === priority);
      return some.length === 0 ? [] : [{ priority, ...sum(some) }];
    }),
    byTier: tiers.map((tier) => ({ tier, ...sum(rows.filter((row) => row.tier === tier)) })),
    recordedAt: instantOrNull(rows.length === 0 ? null : Math.max(...rows.map((row) => row.recordedAt))),
  };
}

function sum(rows: readonly DepthRow[]): z.infer<typeof Depth> {
  const total = (key: "depth" | "unassigned"): number => rows.reduce((all, row) => all + row[key], 0);
  const first = (key: "oldestUnassignedAt" | "oldestAwaitingSince"): string | null => {
    const instants = rows.flatMap((row) => (row[key] === null ? [] : [row[key]]));
    return instants.length === 0 ? null : new Date(Math.min(...instants)).toISOString();
  };
  return {
    depth: total("depth"),
    unassigned: total("unassigned"),
    oldestUnassignedAt: first("oldestUnassignedAt"),
    oldestAwaitingSince: first("oldestAwaitingSince"),
  };
}
