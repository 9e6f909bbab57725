import * as z from "zod";
import { forDocs } from "#for-docs";
import { enrichmentAudit } from "../../record/enrichment-audit.ts";
import { operation, Operations } from "../route.ts";
import { Instant, instant, Until, When } from "./shared.ts";

/** How well the system that knows the customers serves the desk. */
export const enrichmentApi = new Operations();

const WEEK_MS = 7 * 86_400_000;

const Audit = forDocs(() =>
  z
    .object({
      since: Instant,
      until: Instant,
      asked: z.int().meta({ description: "Questions that went out" }),
      cached: z.int().meta({ description: "Tickets that were answered from what was known" }),
      answered: z.int(),
      failed: z.array(
        z.object({
          code: z.string().meta({ description: "`breaker_open`: not asked at all", example: "timeout" }),
          count: z.int(),
        }),
      ),
      failureRate: z.number().nullable().meta({ description: "Of the questions that went out, 0 to 1" }),
      stale: z.int().meta({ description: "Answers older, by their own account, than `staleAfter`" }),
      staleRate: z.number().nullable().meta({ description: "Of all answers" }),
      dated: z.int().meta({ description: "Answers that name their age" }),
      meanAgeSeconds: z.number().nullable().meta({ description: "Of these" }),
      unfit: z.int().meta({ description: "Answers of which something is unknown to the desk" }),
      latencyMs: z.object({
        median: z.number().nullable(),
        p95: z.number().nullable(),
        max: z.number().nullable(),
      }),
      corrected: z.int().meta({
        description:
          "Answers after which an agent, or a program with an API key, changed the ticket's queue or priority",
      }),
      disagreementRate: z.number().nullable().meta({ description: "Of all answers" }),
    })
    .meta({ id: "EnrichmentAudit" }),
);

enrichmentApi.add(
  operation("GET /enrichment/audit", {
    ...forDocs(() => ({
      id: "auditEnrichment",
      summary: "Gets the failures, staleness and disagreements of the enrichment system",
      answer: [200, Audit, "Counted from the tickets' events"],
    })),
    scopes: ["metrics:read"],
    query: z.strictObject({
      since: When.optional().meta(forDocs({ description: "A week before `until` unless said otherwise" })),
      until: Until.meta(forDocs({ description: "Now unless said otherwise; not included" })),
      group: z
        .string()
        .min(1)
        .max(64)
        .optional()
        .meta(forDocs({ example: "main" })),
    }),
  }),
  async (c) => {
    const query = c.req.valid("query");
    const until = query.until ?? c.get("now")();
    const since = query.since ?? until - WEEK_MS;
    const { ageMs, ...audit } = await enrichmentAudit(c.env.DB, { since, until, group: query.group });
    const notAsked = audit.failed.find(({ code }) => code === "breaker_open")?.count ?? 0;
    const failed = audit.failed.reduce((sum, { count }) => sum + count, -notAsked);
    return c.json(
      {
        since: instant(since),
        until: instant(until),
        ...audit,
        failureRate: share(failed, audit.asked),
        staleRate: share(audit.stale, audit.answered),
        meanAgeSeconds: ageMs === null ? null : Math.round(ageMs / 1_000),
        disagreementRate: share(audit.corrected, audit.answered),
      },
      200,
    );
  },
);

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.round((part / whole) * 1_000) / 1_000;
}
