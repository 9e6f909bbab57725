import { waitUntil } from "cloudflare:workers";
import * as z from "zod";
import { forDocs } from "#for-docs";
import type { Finding, ReconciliationRun } from "../../domain/desk/reconciliation.ts";
import { drainUpdates, STOPS } from "../../groups/reconciling/emergency-drain.ts";
import { reconcile } from "../../groups/reconciling/reconcile.ts";
import { log } from "../../log.ts";
import { doneBy, recordAudit } from "../../record/audit-entries.ts";
import { Reconciliation } from "../../record/reconciliation.ts";
import { callerOf } from "../caller.ts";
import { problem } from "../problem.ts";
import { operation, Operations } from "../route.ts";
import { Instant, instant } from "./shared.ts";

/** Whether the record, the groups and Telegram agree. */
export const reconciliationApi = new Operations();

const KINDS = [
  "group.unreachable",
  "config.ahead",
  "record.differs",
  "record.tickets_differ",
  "webhook.drifted",
  "webhook.secret_differs",
  "signing.root_changed",
  "webhook.deaf",
  "webhook.errors",
  "webhook.backlog",
  "webhook.unknown",
  "updates.missing",
  "bot.changed",
  "echoes.missing",
  "echoes.foreign",
  "topics.lost",
  "cards.lost",
  "group.gone",
  "group.left_over",
  "group.not_a_forum",
  "group.rights_missing",
] as const satisfies Finding["kind"][];
const Run = forDocs(() =>
  z
    .object({
      at: Instant,
      groups: z.array(z.string()).meta({ description: "Those that were compared with the record" }),
      findings: z.array(
        z.object({
          kind: z.enum(KINDS),
          mended: z.boolean().meta({ description: "False: the leads are told, once" }),
          details: z.record(z.string(), z.unknown()),
        }),
      ),
    })
    .meta({ id: "ReconciliationRun" }),
);

reconciliationApi.add(
  operation("GET /reconciliation", {
    ...forDocs(() => ({
      id: "listReconciliations",
      summary: "Lists the last runs of the reconciliation: what was found and mended",
      answer: [200, z.object({ items: z.array(Run) }), "Newest first: the last fifty, one every ten minutes"],
    })),
    scopes: ["metrics:read"],
  }),
  async (c) => {
    const runs = await new Reconciliation(c.env.DB).runs();
    return c.json({ items: runs.map(runJson) }, 200);
  },
);

reconciliationApi.add(
  operation("POST /reconciliation", {
    ...forDocs(() => ({
      id: "reconcile",
      summary: "Runs the reconciliation now",
      answer: [200, Run, "What was found"],
      problems: ["config.missing", "reconciliation.running"],
    })),
    scopes: ["admin"],
  }),
  async (c) => {
    const run = await reconcile(c.env, c.get("now")());
    if (run === null) return problem(c, "config.missing");
    if (run === "running") return problem(c, "reconciliation.running");
    log("info", "reconciliation.asked", { by: c.get("principal").name });
    return c.json(runJson(run), 200);
  },
);

const Drained = forDocs(() =>
  z
    .object({
      taken: z
        .object({ accepted: z.int(), duplicate: z.int(), ignored: z.int(), setAside: z.int() })
        .meta({ description: "Updates, by what became of them" }),
      stopped: z
        .enum(STOPS)
        .nullable()
        .meta({ description: "Why it ended before there was nothing more; ask again to go on" }),
      waiting: z
        .int()
        .nullable()
        .meta({ description: "Updates that wait at Telegram; null: it does not say" }),
      webhook: z.object({
        url: z.string(),
        set: z.boolean().meta({ description: "False: Telegram did not take it, and the next look sets it" }),
      }),
    })
    .meta({
      id: "DrainedUpdates",
      example: {
        taken: { accepted: 41, duplicate: 1, ignored: 3, setAside: 0 },
        stopped: null,
        waiting: 0,
        webhook: { url: "https://desk.example/telegram/webhook", set: true },
      },
    }),
);

reconciliationApi.add(
  operation("POST /reconciliation/drain", {
    ...forDocs(() => ({
      id: "drainUpdates",
      summary: "Fetches the updates that Telegram cannot deliver (emergency)",
      description:
        "For when webhooks do not get through although the desk can call Telegram. Takes the webhook away, which keeps Telegram's queue, fetches what waits, up to 500 updates, in its order, and sets the webhook again. What comes meanwhile is fetched too, or waits for the webhook. Nothing is taken twice.",
      example: { confirm: "drain" },
      answer: [200, Drained, "What it did"],
      problems: ["drain.running", "drain.no_address", "telegram.unreachable"],
    })),
    scopes: ["admin"],
    body: z.object({
      confirm: z.literal("drain", 'must be "drain": this takes the webhook away for a moment'),
    }),
  }),
  async (c) => {
    const now = c.get("now")();
    const target = { kind: "desk", id: "updates" } as const;
    const undo = await recordAudit(c.env.DB, {
      at: now,
      ...doneBy(callerOf(c)),
      action: "updates.drained",
      target,
    });
    const work = drainUpdates(c.env, now);
    // The caller may hang up: the webhook is set again all the same.
    waitUntil(work.catch(() => undefined));
    const answer = await work;
    if ("refused" in answer) {
      await undo();
      return problem(c, answer.refused);
    }
    const { taken, ...rest } = answer.drained;
    const { set_aside: setAside, ...others } = taken;
    return c.json({ ...rest, taken: { ...others, setAside } }, 200);
  },
);

function runJson({ at, groups, findings }: ReconciliationRun): z.infer<typeof Run> {
  return {
    at: instant(at),
    groups,
    findings: findings.map(({ kind, mended, ...rest }) => ({
      kind,
      mended,
      details: Object.fromEntries(
        Object.entries(rest).map(([key, value]) => [key, INSTANTS.has(key) ? instant(Number(value)) : value]),
      ),
    })),
  };
}

/** Which details of a finding are instants. */
const INSTANTS: ReadonlySet<string> = new Set(["at", "since", "after", "before"]);
