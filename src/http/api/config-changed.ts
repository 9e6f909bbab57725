import * as z from "zod";
import { forDocs } from "#for-docs";
import { InHand } from "./config-taken-out.ts";

/* What a change of the configuration answers. */

export const ETag = forDocs(() => ({
  ETag: { description: "The version", schema: { type: "string" as const, example: '"3"' } },
}));

const At = forDocs(() =>
  z.string().meta({
    description: "The place by the names of the items that it leads through",
    example: "slaPolicies[standard].targets.normal.firstResponse",
  }),
);
const Change = forDocs(() =>
  z.object({
    pointer: z.string(),
    at: At,
    from: z.unknown().optional(),
    to: z.unknown().optional(),
  }),
);
const Found = forDocs(() => z.object({ pointer: z.string(), at: At, message: z.string() }));
export const Diff = forDocs(() =>
  z
    .object({
      added: z.array(Change),
      removed: z.array(Change),
      changed: z.array(Change),
    })
    .meta({
      id: "ConfigDiff",
      description:
        "JSON pointers, and the same places by name: `added` and `changed` into the new document, `removed` into the old one. Items of lists are matched by their id.",
    }),
);

const Warnings = forDocs(() => z.array(Found).meta({ description: "Valid but probably unintended" }));

export const Changed = forDocs(() =>
  z
    .object({
      version: z.int().meta({ description: "The version in force now" }),
      changed: z
        .boolean()
        .meta({ description: "False if it was in force already, so that nothing was stored" }),
      diff: Diff,
      inHand: InHand,
      unreachableGroups: z
        .array(z.string())
        .meta({ description: "Groups that did not take it at once; they learn it with their next update" }),
      warnings: Warnings,
    })
    .meta({ id: "ConfigChanged" }),
);
export const DryRunResult = forDocs(() =>
  z
    .object({
      version: z.int().meta({ description: "The version in force, 0 for none" }),
      valid: z.boolean(),
      problems: z.array(Found),
      warnings: Warnings,
      inHand: InHand,
      diff: Diff,
    })
    .meta({ id: "ConfigDryRun" }),
);
