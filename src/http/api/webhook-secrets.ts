import type { Context } from "hono";
import * as z from "zod";
import { forDocs } from "#for-docs";
import type { Config } from "../../domain/config/config.ts";
import { signingRoot } from "../../domain/desk/secrets.ts";
import {
  ENRICHMENT_ENDPOINT,
  generationsAt,
  signingOf,
  signingSecret,
  SKILLS_ENDPOINT,
  type Signing,
} from "../../domain/desk/signing-secret.ts";
import { configureGroups, groupIds, newestConfigVersion } from "../../groups/ask.ts";
import { log } from "../../log.ts";
import { configCacheOf } from "../../record/config-cache.ts";
import { ConfigStore } from "../../record/config-store.ts";
import { callerOf } from "../caller.ts";
import type { Desk } from "../desk.ts";
import { problem } from "../problem.ts";
import { operation, Operations } from "../route.ts";
import { toldAgain } from "./config-change.ts";
import { Instant, instant, Overlap } from "./shared.ts";
import { Id } from "./webhooks.ts";

/** Secrets by which receivers know the desk: of its endpoints, and of the systems that it asks with signed questions. */
export const webhookSecretsApi = new Operations();

const Secret = forDocs(() => z.string().meta({ example: "whsec_…" }));

webhookSecretsApi.add(
  operation("GET /webhooks/{id}/secret", {
    ...forDocs(() => ({
      id: "getWebhookSecret",
      summary: "Gets the signing secret of a webhook",
      answer: [
        200,
        z
          .object({
            id: z.string(),
            secret: Secret,
            previous: z.object({ secret: Secret, until: Instant }).nullable().meta({
              description: "Signs as well until then, while the secret is being replaced",
            }),
          })
          .meta({ id: "WebhookSecret" }),
        "As Standard Webhooks has it; it follows from `SIGNING_ROOT` (from `WEBHOOK_SECRET` where that is not set) and changes with it. `enrichment` and `skills` are those of the systems under `routing` that are asked with signed questions",
      ],
      problems: ["webhook.not_found"],
    })),
    scopes: ["admin"],
    params: z.object({
      id: z
        .string()
        .max(64)
        .meta(forDocs({ example: "queue-manager" })),
    }),
    configured: true,
  }),
  async (c) => {
    const { config } = c.get("versioned");
    const { id } = c.req.valid("param");
    if (!isCalled(id, config)) return problem(c, "webhook.not_found");
    const endpoint = config.webhooks.find((webhook) => webhook.id === id);
    const secret = await secretsOf(c, id, signingOf(endpoint?.signing));
    return c.json({ id, ...secret }, 200, { "Cache-Control": "no-store" });
  },
);

webhookSecretsApi.add(
  operation("POST /webhooks/{id}/rotate", {
    ...forDocs(() => ({
      id: "rotateWebhookSecret",
      summary: "Rotates the signing secret of a webhook; for a while both sign",
      description:
        "It is a change of the configuration: the endpoint's `signing` counts its secrets, so going back to an older version brings that version's secret back, and so does putting the endpoint without its `signing`.",
      example: { overlap: "24h" },
      answer: [
        200,
        z.object({
          id: z.string(),
          secret: Secret,
          previous: z.object({ secret: Secret, until: Instant }).nullable(),
          version: z.int().meta({ description: "Of the configuration" }),
        }),
        "The new secret, and the one that it replaces",
      ],
      problems: ["config.missing", "webhook.not_found", "config.conflict", "config.invalid"],
    })),
    scopes: ["admin"],
    params: Id,
    body: z
      .strictObject({
        overlap: Overlap,
      })
      .meta(forDocs({ id: "WebhookRotation" })),
  }),
  async (c) => {
    const { id } = c.req.valid("param");
    const at = c.get("now")();
    const store = new ConfigStore(c.env.DB);
    const current = await store.current();
    if (current === null) return problem(c, "config.missing");
    const before = await store.madeBy(c.get("cause"));
    if (before !== null) {
      // A run that takes over from a dead one leaves the new secret alone: the one that people have signs beside it.
      await toldAgain(c, current);
      const secrets = await secretsOf(
        c,
        id,
        signingOf(endpointOf(before.document as Endpoints, id)?.signing),
      );
      return c.json({ id, ...secrets, version: before.version }, 200, { "Cache-Control": "no-store" });
    }
    const document = structuredClone(current.document) as Endpoints;
    const endpoint = endpointOf(document, id);
    if (endpoint === undefined) return problem(c, "webhook.not_found");
    const { generation } = signingOf(endpoint.signing);
    const until = at + c.req.valid("json").overlap;
    endpoint.signing = { generation: generation + 1, previousUntil: instant(until) };
    const check = await store.check(document, current.document, at);
    if (check.config === null) return problem(c, "config.invalid", { problems: check.problems });
    const change = {
      by: c.get("principal").name,
      at,
      note: `a new secret for the webhook ${id}`,
      ifVersion: current.version,
      above: await newestConfigVersion(c.env, groupIds(check.config)),
      caller: callerOf(c),
    };
    const { outcome, version } = await store.put(document, change);
    if (outcome === "conflict") return problem(c, "config.conflict", { detail: "Ask again." });
    const versioned = { version, config: check.config };
    configCacheOf(c.env.DB).learn(versioned);
    await configureGroups(c.env, versioned);
    log("info", "webhook.rotated", { id, version, by: change.by });
    const secrets = await secretsOf(c, id, { generation: generation + 1, previousUntil: until });
    return c.json({ id, ...secrets, version }, 200, { "Cache-Control": "no-store" });
  },
);

interface Endpoints {
  webhooks?: { id: string; signing?: Parameters<typeof signingOf>[0] }[];
}

function endpointOf({ webhooks = [] }: Endpoints, id: string) {
  return webhooks.find((webhook) => webhook.id === id);
}

async function secretsOf(c: Context<Desk>, id: string, signing: Signing) {
  const [newest, former] = await Promise.all(
    generationsAt(signing, c.get("now")()).map((one) => signingSecret(signingRoot(c.env), id, one)),
  );
  return {
    secret: newest!,
    previous: former === undefined ? null : { secret: former, until: instant(signing.previousUntil!) },
  };
}

/** HubSpot checks a token and no signature, so there is no secret to show. */
function isCalled(id: string, { webhooks, routing }: Config): boolean {
  if (id === ENRICHMENT_ENDPOINT) return routing.enrichment?.adapter === "generic";
  if (id === SKILLS_ENDPOINT) return routing.skills !== undefined;
  return webhooks.some((webhook) => webhook.id === id);
}
