import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Finding, ReconciliationRun } from "../../domain/reconciliation.ts";
import { reconcile } from "../../groups/reconciling.ts";
import { log } from "../../log.ts";
import { Reconciliation } from "../../record/reconciliation.ts";
import { changes, needs } from "../access.ts";
import type { Desk } from "../desk.ts";
import { ADMISSION, ADMISSION_TO_CHANGE, problem, problems } from "../problem.ts";
import { Idempotent, Instant, instant } from "./shared.ts";

/** Whether the record, the groups and Telegram agree. */
export const reconciliationApi = new OpenAPIHono<Desk>();

const KINDS = [
  "group.unreachable",
  "record.differs",
  "webhook.drifted",
  "webhook.errors",
  "webhook.backlog",
  "webhook.unknown",
] as const satisfies Finding["kind"][];
const Run = z
  .object({
    at: Instant,
    groups: z.array(z.string()).openapi({ description: "Those that were compared with the record" }),
    findings: z.array(
      z.object({
        kind: z.enum(KINDS),
        mended: z.boolean().openapi({ description: "False: the leads are told, once" }),
        details: z.record(z.string(), z.unknown()),
      }),
    ),
  })
  .openapi("ReconciliationRun");

reconciliationApi.openapi(
  createRoute({
    method: "get",
    path: "/reconciliation",
    operationId: "listReconciliations",
    ...needs("metrics:read"),
    summary: "The last looks at whether record, groups and webhook agree; what was found and mended",
    responses: {
      200: {
        description: "Newest first: the last fifty, one every ten minutes",
        content: { "application/json": { schema: z.object({ items: z.array(Run) }) } },
      },
      ...problems(...ADMISSION),
    },
  }),
  async (c) => {
    const runs = await new Reconciliation(c.env.DB).runs();
    return c.json({ items: runs.map(runJson) }, 200);
  },
);

reconciliationApi.openapi(
  createRoute({
    method: "post",
    path: "/reconciliation",
    operationId: "reconcile",
    ...changes("admin"),
    summary: "Looks now",
    request: { headers: Idempotent },
    responses: {
      200: { description: "What was found", content: { "application/json": { schema: Run } } },
      ...problems(...ADMISSION_TO_CHANGE, "config.missing"),
    },
  }),
  async (c) => {
    const run = await reconcile(c.env, c.get("now")());
    if (run === null) return problem(c, "config.missing");
    log("info", "reconciliation.asked", { by: c.get("principal").name });
    return c.json(runJson(run), 200);
  },
);

function runJson({ at, groups, findings }: ReconciliationRun): z.infer<typeof Run> {
  return {
    at: instant(at),
    groups,
    findings: findings.map(({ kind, mended, ...rest }) => {
      const { at: when, ...details } = rest as { at?: number };
      return { kind, mended, details: when === undefined ? details : { ...details, at: instant(when) } };
    }),
  };
}
