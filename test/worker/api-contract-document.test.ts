import { beforeEach, describe, expect, test } from "vitest";
import { SCOPE_NAMES } from "../../src/domain/desk/scope.ts";
import { PROBLEMS } from "../../src/http/problem.ts";
import { emptyRecord, HttpDesk } from "../support/http-desk.ts";

let desk: HttpDesk;

beforeEach(async () => {
  await emptyRecord();
  desk = new HttpDesk();
});

interface Contract {
  openapi: string;
  paths: Record<
    string,
    Record<string, { security?: { bearer?: string[] }[]; responses: Record<string, { description: string }> }>
  >;
  components: { schemas: Record<string, unknown> };
}

const contract = async (): Promise<Contract> => (await desk.fetch("/api/v1/openapi.json")).json();

describe("the contract", () => {
  test("is open to everyone and names every route", async () => {
    const { openapi, paths } = await contract();
    expect(openapi).toBe("3.1.0");
    const routes = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(routes.sort()).toEqual(
      [
        "GET /healthz",
        "GET /api/v1/config",
        "PUT /api/v1/config",
        "GET /api/v1/config/schema.json",
        "GET /api/v1/config/versions",
        "GET /api/v1/config/versions/{version}",
        "GET /api/v1/config/diff",
        "POST /api/v1/config/rollback",
        "GET /api/v1/config/{section}",
        "PUT /api/v1/config/{section}",
        "GET /api/v1/config/{section}/{id}",
        "PUT /api/v1/config/{section}/{id}",
        "DELETE /api/v1/config/{section}/{id}",
        "GET /api/v1/contacts/{id}/details",
        "PATCH /api/v1/contacts/{id}/details",
        "POST /api/v1/contacts/{id}/block",
        "POST /api/v1/contacts/{id}/unblock",
        "POST /api/v1/contacts/{id}/merge",
        "POST /api/v1/contacts/{id}/unmerge",
        "GET /api/v1/contacts/{id}/export",
        "GET /api/v1/contacts/{id}/erasure",
        "POST /api/v1/contacts/{id}/erase",
        "GET /api/v1/erasures/{id}",
        "GET /api/v1/legal-holds",
        "PUT /api/v1/contacts/{id}/legal-hold",
        "DELETE /api/v1/contacts/{id}/legal-hold",
        "PUT /api/v1/tickets/{ref}/legal-hold",
        "DELETE /api/v1/tickets/{ref}/legal-hold",
        "GET /api/v1/retention",
        "GET /api/v1/audit",
        "GET /api/v1/audit/export",
        "GET /api/v1/tickets",
        "GET /api/v1/tickets/{ref}",
        "GET /api/v1/tickets/{ref}/events",
        "GET /api/v1/events",
        "GET /api/v1/contacts",
        "GET /api/v1/contacts/{id}",
        "GET /api/v1/agents",
        "GET /api/v1/agents/{id}",
        "PUT /api/v1/agents/{id}/availability",
        "GET /api/v1/queues",
        "GET /api/v1/outbox",
        "POST /api/v1/outbox/{id}/replay",
        "POST /api/v1/groups/{id}/reproject",
        "POST /api/v1/sla/explain",
        "POST /api/v1/sla/sweep",
        "GET /api/v1/tickets/{ref}/sla",
        "GET /api/v1/escalations",
        "POST /api/v1/routing/simulate",
        "POST /api/v1/routing/replay",
        "GET /api/v1/tickets/{ref}/routing",
        "GET /api/v1/enrichment/audit",
        "POST /api/v1/tickets",
        "POST /api/v1/tickets/{ref}/commands",
        "GET /api/v1/webhooks",
        "GET /api/v1/webhooks/{id}/secret",
        "GET /api/v1/webhooks/{id}/deliveries",
        "POST /api/v1/webhooks/{id}/replay",
        "POST /api/v1/webhooks/{id}/ping",
        "POST /api/v1/webhooks/{id}/enable",
        "POST /api/v1/webhooks/{id}/rotate",
        "GET /api/v1/metrics",
        "GET /api/v1/reconciliation",
        "POST /api/v1/reconciliation",
        "POST /api/v1/reconciliation/drain",
        "POST /api/v1/reconciliation/webhook",
        "GET /api/v1/desk/address",
        "PUT /api/v1/desk/address",
        "GET /api/v1/keys",
        "POST /api/v1/keys",
        "GET /api/v1/keys/{id}",
        "POST /api/v1/keys/{id}/rotate",
        "POST /api/v1/keys/{id}/revoke",
      ].sort(),
    );
  });

  test("names for every route behind a key the scopes that it needs, and only such as exist", async () => {
    const { paths } = await contract();
    for (const [path, methods] of Object.entries(paths)) {
      if (["/healthz", "/api/v1/config/schema.json"].includes(path)) continue;
      for (const [method, { security }] of Object.entries(methods)) {
        expect(security, `${method} ${path}`).toHaveLength(1);
        expect(security?.[0].bearer?.length, `${method} ${path}`).toBeGreaterThan(0);
        for (const scope of security?.[0].bearer ?? []) expect(SCOPE_NAMES).toContain(scope);
      }
    }
  });

  test("refers only to schemas that it has", async () => {
    const document = await contract();
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)];
    expect(references.length).toBeGreaterThan(10);
    for (const [, name] of references) expect(Object.keys(document.components.schemas)).toContain(name);
  });

  test("names the problems of each route by codes that exist", async () => {
    const { paths } = await contract();
    const codes = [...JSON.stringify(paths).matchAll(/`([a-z]+\.[a-z_]+)`: /g)].map(([, code]) => code);
    expect(codes.length).toBeGreaterThan(20);
    for (const code of codes) expect(Object.keys(PROBLEMS)).toContain(code);
  });
});
