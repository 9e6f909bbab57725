import { forDocs } from "#for-docs";
import { accepts } from "../acceptable.ts";
import { besideWorker } from "../beside-worker.ts";
import { problem } from "../problem.ts";
import { operation, Operations } from "../route.ts";

/** The JSON Schema of a configuration, for editors, which bring no key: what a configuration can say is no secret. */
export const configSchemaApi = new Operations();

configSchemaApi.add(
  operation("GET /config/schema.json", {
    ...forDocs(() => ({
      id: "getConfigSchema",
      security: [],
      summary: "Gets the JSON Schema of a configuration, for editors",
      description:
        'Name it in the document (`"$schema": "https://<desk>/api/v1/config/schema.json"`) and an editor completes and checks it. Whether everything that is named exists is found out by `PUT /config?dryRun=1` only.',
      answer: [200, null, "JSON Schema, draft 2020-12"],
      content: { "application/schema+json": { schema: { type: "object" as const } } },
      problems: ["request.not_acceptable"],
    })),
  }),
  async (c) => {
    const accept = c.req.header("Accept");
    if (!accepts(accept, "application/schema+json") && !accepts(accept, "application/json"))
      return problem(c, "request.not_acceptable");
    const { origin, pathname } = new URL(c.req.url);
    const schema = await (await besideWorker(c)).json<object>();
    const named = { $id: `${origin}${pathname}`, title: "Topicdesk configuration", ...schema };
    return c.json(named, 200, {
      "Content-Type": "application/schema+json",
      "Cache-Control": "public, max-age=3600",
    });
  },
);
