import * as z from "zod";
import { ConfigDocument } from "../../domain/config/config.ts";
import { accepts } from "../acceptable.ts";
import { problem } from "../problem.ts";
import { operation, Operations } from "../route.ts";

/** The schema of a configuration as people write it: what has a default may be left out. */
export const configSchema = z.toJSONSchema(ConfigDocument, { io: "input", unrepresentable: "any" });

/** What editors offer where a text has a form of its own; a name would fit as well, so names get none. */
const EXAMPLES = ["15m", "4h", "2d", "09:00-17:30", "2026-12-31"];

/** The same with the desk's own words for what has the wrong form, which editors show in place of a pattern. */
function editorSchema(): object {
  return z.toJSONSchema(ConfigDocument, {
    io: "input",
    unrepresentable: "any",
    override({ zodSchema, jsonSchema }) {
      const takes = (value: unknown): boolean => z.safeParse(zodSchema, value).success;
      if (jsonSchema.pattern !== undefined) {
        const words = ruleOf(zodSchema, "?");
        if (words !== undefined)
          Object.assign(jsonSchema, { patternErrorMessage: words, errorMessage: words });
        const examples = takes("main") || takes("SUP") ? [] : EXAMPLES.filter(takes);
        if (examples.length > 0) jsonSchema.examples = examples;
      } else if (jsonSchema.type === "integer") {
        const words = ruleOf(zodSchema, "?");
        if (words !== undefined) Object.assign(jsonSchema, { errorMessage: words });
      }
    },
  });
}

function ruleOf(schema: z.core.$ZodType, wrong: unknown): string | undefined {
  const issues = z.safeParse(schema, wrong).error?.issues ?? [];
  return issues.map(({ message }) => message).find((message) => message.startsWith("must "));
}

let forEditors: object | null = null;

/** The same for editors, which bring no key: what a configuration can say is no secret. */
export const configSchemaApi = new Operations();

configSchemaApi.add(
  operation("GET /config/schema.json", {
    id: "getConfigSchema",
    security: [],
    summary: "Gets the JSON Schema of a configuration, for editors",
    description:
      'Name it in the document (`"$schema": "https://<desk>/api/v1/config/schema.json"`) and an editor completes and checks it. Whether everything that is named exists is found out by `PUT /config?dryRun=1` only.',
    answer: [200, null, "JSON Schema, draft 2020-12"],
    content: { "application/schema+json": { schema: { type: "object" as const } } },
    problems: ["request.not_acceptable"],
  }),
  (c) => {
    const accept = c.req.header("Accept");
    if (!accepts(accept, "application/schema+json") && !accepts(accept, "application/json"))
      return problem(c, "request.not_acceptable");
    const { origin, pathname } = new URL(c.req.url);
    forEditors ??= editorSchema();
    const schema = { $id: `${origin}${pathname}`, title: "Topicdesk configuration", ...forEditors };
    return c.json(schema as object, 200, {
      "Content-Type": "application/schema+json",
      "Cache-Control": "public, max-age=3600",
    });
  },
);
