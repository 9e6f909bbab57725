import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import { toJSONSchema } from "zod";
import { ConfigDocument } from "../../domain/config.ts";
import type { Desk } from "../desk.ts";

/** The schema of a configuration as people write it: what has a default may be left out. */
export const configSchema = toJSONSchema(ConfigDocument, { io: "input", unrepresentable: "any" });

/** The same for editors, which bring no key: what a configuration can say is no secret. */
export const configSchemaApi = new OpenAPIHono<Desk>();

configSchemaApi.openapi(
  createRoute({
    method: "get",
    path: "/config/schema.json",
    operationId: "getConfigSchema",
    security: [],
    summary: "The JSON Schema of a configuration, for editors",
    description:
      'Name it in the document (`"$schema": "https://<desk>/api/v1/config/schema.json"`) and an editor completes and checks it. Whether everything that is named exists is found out by `PUT /config?dryRun=1` only.',
    responses: {
      200: {
        description: "JSON Schema, draft 2020-12",
        content: { "application/schema+json": { schema: { type: "object" as const } } },
      },
    },
  }),
  (c) => {
    const { origin, pathname } = new URL(c.req.url);
    const schema = { $id: `${origin}${pathname}`, title: "Topicdesk configuration", ...configSchema };
    return c.json(schema as object, 200, {
      "Content-Type": "application/schema+json",
      "Cache-Control": "public, max-age=3600",
    });
  },
);
