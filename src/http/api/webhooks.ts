import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { waitUntil } from "cloudflare:workers";
import type { Config } from "../../domain/config.ts";
import { ENRICHMENT_ENDPOINT, SKILLS_ENDPOINT, signingSecret } from "../../domain/signing-secret.ts";
import { configCacheOf } from "../../record/config-cache.ts";
import { needs } from "../access.ts";
import type { Desk } from "../desk.ts";
import { ADMISSION, problem, problems } from "../problem.ts";

/** What the desk calls by its configuration: its endpoints, and the systems that it asks with signed questions. */
export const webhooksApi = new OpenAPIHono<Desk>();

webhooksApi.openapi(
  createRoute({
    method: "get",
    path: "/webhooks/{id}/secret",
    operationId: "getWebhookSecret",
    ...needs("admin"),
    summary: "The secret that checks the signature of what an endpoint gets",
    request: { params: z.object({ id: z.string().max(64).openapi({ example: "queue-manager" }) }) },
    responses: {
      200: {
        description:
          "As Standard Webhooks has it; it follows from `WEBHOOK_SECRET` and changes with it. `enrichment` and `skills` are those of the systems under `routing` that are asked with signed questions",
        content: {
          "application/json": {
            schema: z.object({ id: z.string(), secret: z.string().openapi({ example: "whsec_…" }) }),
          },
        },
      },
      ...problems(
        ...ADMISSION,
        "webhook.not_found",
        "request.invalid",
        "config.missing",
        "record.unreachable",
      ),
    },
  }),
  async (c) => {
    const { id } = c.req.valid("param");
    const versioned = await configCacheOf(c.env.DB).get(waitUntil);
    if (versioned === null) return problem(c, "config.missing");
    if (!isCalled(id, versioned.config)) return problem(c, "webhook.not_found");
    return c.json({ id, secret: await signingSecret(c.env.WEBHOOK_SECRET, id) }, 200, {
      "Cache-Control": "no-store",
    });
  },
);

/** HubSpot checks a token and no signature, so there is no secret to show. */
function isCalled(id: string, { webhooks, routing }: Config): boolean {
  if (id === ENRICHMENT_ENDPOINT) return routing.enrichment?.adapter === "generic";
  if (id === SKILLS_ENDPOINT) return routing.skills !== undefined;
  return webhooks.some((webhook) => webhook.id === id);
}
