import * as z from "zod";
import { forDocs } from "#for-docs";
import { askGroup, hasGroup, onSubject } from "../../groups/ask.ts";
import { log } from "../../log.ts";
import { doneBy, recordAudit } from "../../record/audit-entries.ts";
import { callerOf } from "../caller.ts";
import { problem } from "../problem.ts";
import { operation, Operations } from "../route.ts";

/** What can be asked of one group as a whole. */
export const groupsApi = new Operations();

groupsApi.add(
  operation("POST /groups/{id}/reproject", {
    ...forDocs(() => ({
      id: "reprojectGroup",
      summary: "Rebuilds the record of a group from its object",
      answer: [
        202,
        z.object({ group: z.string(), tickets: z.int() }),
        "Everything that the object knows is on its way to the record",
      ],
      problems: ["group.not_found", "group.unreachable"],
    })),
    scopes: ["admin"],
    params: z.object({
      id: z
        .string()
        .max(64)
        .meta(forDocs({ example: "main" })),
    }),
    configured: true,
  }),
  async (c) => {
    const { config } = c.get("versioned");
    const { id: group } = c.req.valid("param");
    if (!hasGroup(config, group)) return problem(c, "group.not_found");
    await recordAudit(c.env.DB, {
      at: c.get("now")(),
      ...doneBy(callerOf(c)),
      action: "group.reprojected",
      target: { kind: "group", id: group },
    });
    const asked = await askGroup(c.env, group, (stub) =>
      onSubject(stub.record(), (record) => record.reproject()),
    );
    if ("unreachable" in asked) return problem(c, "group.unreachable");
    log("info", "record.reprojected", { group, tickets: asked.answer, by: c.get("principal").name });
    return c.json({ group, tickets: asked.answer }, 202);
  },
);
