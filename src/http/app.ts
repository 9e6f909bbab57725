import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { methodNotAllowed } from "hono/method-not-allowed";
import { forDocs } from "#for-docs";
import { errorFacts } from "../domain/error-facts.ts";
import { API_BODY_BYTES_MAX } from "../domain/limits.ts";
import { log } from "../log.ts";
import { configCacheOf } from "../record/config-cache.ts";
import { RecordUnreachable } from "../record/reach.ts";
import { acceptable } from "./acceptable.ts";
import { agentsApi } from "./api/agents.ts";
import { auditApi } from "./api/audit.ts";
import { businessTimeApi } from "./api/business-time.ts";
import { commandsApi } from "./api/commands.ts";
import { configSchemaApi } from "./api/config-schema.ts";
import { configSectionsApi } from "./api/config-sections.ts";
import { configApi } from "./api/config.ts";
import { contactDetailsApi } from "./api/contact-details.ts";
import { contactErasureApi } from "./api/contact-erasure.ts";
import { contactExportApi } from "./api/contact-export.ts";
import { contactsApi } from "./api/contacts.ts";
import { deskAddressApi } from "./api/desk-address.ts";
import { enrichmentApi } from "./api/enrichment.ts";
import { escalationsApi } from "./api/escalations.ts";
import { eventsApi } from "./api/events.ts";
import { groupsApi } from "./api/groups.ts";
import { keysApi } from "./api/keys.ts";
import { legalHoldsApi } from "./api/legal-holds.ts";
import { metricsApi } from "./api/metrics.ts";
import { outboxApi } from "./api/outbox.ts";
import { queuesApi } from "./api/queues.ts";
import { reconciliationApi } from "./api/reconciliation.ts";
import { routingReplayApi } from "./api/routing-replay.ts";
import { routingSimulateApi } from "./api/routing-simulate.ts";
import { slaApi } from "./api/sla.ts";
import { ticketOpeningApi } from "./api/ticket-opening.ts";
import { ticketRoutingApi } from "./api/ticket-routing.ts";
import { ticketsApi } from "./api/tickets.ts";
import { webhookSecretsApi } from "./api/webhook-secrets.ts";
import { webhooksApi } from "./api/webhooks.ts";
import { authenticated } from "./auth.ts";
import { cors } from "./cors.ts";
import type { Desk } from "./desk.ts";
import { addDocs } from "./docs.ts";
import { healthz } from "./healthz.ts";
import { METER_PATIENCE_MS, RETRY_AFTER_S } from "./limits.ts";
import { problem } from "./problem.ts";
import { prometheus } from "./prometheus.ts";
import { rateLimited } from "./rate-limit.ts";
import type { Resources } from "./route.ts";
import { safeHeaders } from "./safe-headers.ts";
import { webhook } from "./webhook.ts";

const RESOURCES_BEHIND_A_KEY = [
  configApi,
  configSectionsApi,
  ticketsApi,
  ticketOpeningApi,
  commandsApi,
  eventsApi,
  contactsApi,
  agentsApi,
  queuesApi,
  outboxApi,
  groupsApi,
  reconciliationApi,
  deskAddressApi,
  routingSimulateApi,
  routingReplayApi,
  ticketRoutingApi,
  businessTimeApi,
  slaApi,
  escalationsApi,
  enrichmentApi,
  webhooksApi,
  webhookSecretsApi,
  keysApi,
  auditApi,
  contactDetailsApi,
  contactExportApi,
  contactErasureApi,
  legalHoldsApi,
  metricsApi,
];
/** What the contract tells of, each with the path that it stands under. */
export const RESOURCES: Resources = forDocs(() => [
  ["", healthz],
  ...[configSchemaApi, ...RESOURCES_BEHIND_A_KEY].map((one) => ["/api/v1", one] as const),
]);

/**
 * Every door of the desk that speaks HTTP. `now` tells the time, in ms since 1970. `bootstraps`: see `authenticated`; a
 * local desk, whose page uses `ADMIN_TOKEN`, does not. `meterPatienceMs`: how long a call waits to be counted.
 */
export function appWith(
  now: () => number,
  { bootstraps = true, meterPatienceMs = METER_PATIENCE_MS } = {},
): Hono<Desk> {
  const app = new Hono<Desk>();

  app.use(safeHeaders);
  app.use("/api/*", cors);
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (c, methods) => {
        const allow = [...methods, "OPTIONS"].join(", ");
        if (c.req.method === "OPTIONS") return new Response(null, { status: 204, headers: { Allow: allow } });
        return problem(c, "method.not_allowed", { detail: `It takes ${allow}.`, headers: { Allow: allow } });
      },
    }),
  );

  app.notFound((c) => problem(c, "route.not_found"));

  app.onError((error, c) => {
    if (error instanceof RecordUnreachable) {
      log("error", "record.unreachable", { code: error.code });
      return problem(c, "record.unreachable", {
        ...(error.code === "not_migrated" ? { detail: "Its tables are missing: apply the migrations." } : {}),
        headers: { "Retry-After": String(RETRY_AFTER_S) },
      });
    }
    const id = crypto.randomUUID();
    log("error", "internal.error", { id, ...errorFacts(error) });
    return problem(c, "internal.error", {
      detail: `The log has the reason under ${id}.`,
      instance: `urn:uuid:${id}`,
    });
  });

  app.use((c, next) => {
    c.set("now", now);
    configCacheOf(c.env.DB, now);
    c.set("bootstraps", bootstraps);
    c.set("meterPatienceMs", meterPatienceMs);
    return next();
  });
  app.route("/", webhook);
  app.route("/", healthz);
  app.route("/", prometheus);

  // Before `authenticated`: what the API can do is no secret.
  app.route("/api/v1", configSchemaApi);
  addDocs(app);

  app.use("/api/*", authenticated);
  app.use("/api/*", acceptable);
  app.use("/api/*", rateLimited);
  app.use(
    "/api/*",
    bodyLimit({ maxSize: API_BODY_BYTES_MAX, onError: (c) => problem(c, "request.too_large") }),
  );
  for (const resource of RESOURCES_BEHIND_A_KEY) app.route("/api/v1", resource);
  return app;
}
