import * as z from "zod";
import { ConfigDocument } from "../domain/config/config.ts";

/** The schema of a configuration as people write it: what has a default may be left out. */
export const configSchema = z.toJSONSchema(ConfigDocument, { io: "input", unrepresentable: "any" });

/** What editors offer where a text has a form of its own; a name would fit as well, so names get none. */
const EXAMPLES = ["15m", "4h", "2d", "09:00-17:30", "2026-12-31"];

/** The same with the desk's own words for what has the wrong form, which editors show in place of a pattern. */
export function editorSchema(): object {
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
