import * as z from "zod";
import { forDocs } from "#for-docs";
import { checkConfig } from "../domain/config-check/check.ts";
import type { Config } from "../domain/config/config.ts";
import { withoutUnknown } from "../domain/config/stored.ts";
import { missingScopes } from "../domain/desk/scope.ts";
import { signingRoot, telegramSecrets } from "../domain/desk/secrets.ts";
import { askGroups, groupIds } from "../groups/ask.ts";
import { inIsolate } from "../isolate.ts";
import { ApiKeys } from "../record/api-keys.ts";
import { configCacheOf } from "../record/config-cache.ts";
import { ConfigStore } from "../record/config-store.ts";
import { RecordUnreachable } from "../record/reach.ts";
import { Instant, instant, instantOrNull } from "./api/shared.ts";
import { identify, unauthorized } from "./auth.ts";
import { HEALTH_FRESH_MS } from "./limits.ts";
import { oauthIssuer } from "./oauth.ts";
import { tooMany } from "./rate-limit.ts";
import { operation, Operations } from "./route.ts";

/** Whether the desk can work, and what it waits for if not. */
export const healthz = new Operations();

const System = forDocs(() =>
  z
    .object({
      system: z.enum(["enrichment", "skills"]),
      failures: z.int().meta({ description: "In a row" }),
      leftAloneSince: Instant.nullable().meta({
        description: "Since when it is asked only now and then, because it failed too often; null: it is not",
      }),
      retryAt: Instant.nullable().meta({ description: "It is not asked before" }),
      lastFailure: z
        .object({ code: z.string(), why: z.string(), at: Instant })
        .nullable()
        .meta({ description: "Since its last answer" }),
      answeredAt: Instant.nullable().optional().meta({
        description: "`skills` only: when it said what holds now; null: nothing yet",
      }),
    })
    .meta({ id: "SystemHealth", description: "A system under `routing` that the desk asks" }),
);
const Group = forDocs(() =>
  z.object({
    group: z.string(),
    reachable: z.boolean(),
    configVersion: z.int().optional(),
    waiting: z.array(z.object({ lane: z.string(), count: z.int(), oldestAt: Instant })).optional(),
    parked: z.int().optional(),
    setAside: z.int().optional().meta({ description: "Updates that our own code could not apply" }),
    unrecorded: z.int().optional().meta({ description: "Tickets whose newest state the record lacks" }),
    breakers: z
      .object({ enrichment: z.boolean(), skills: z.boolean() })
      .optional()
      .meta({ description: "Which other systems are left alone because they failed too often" }),
    troubles: z.array(z.string()).optional(),
    stalls: z
      .array(
        z.object({
          lane: z.string(),
          why: z.enum(["flood_wait", "topic_flood_wait", "no_answer"]),
          since: Instant,
          until: Instant.nullable().meta({ description: "Null: unknown" }),
        }),
      )
      .optional()
      .meta({ description: "What Telegram keeps the desk from sending, for more than five minutes" }),
    systems: z.array(System).optional(),
  }),
);
const Health = forDocs(() =>
  z
    .object({
      status: z.enum(["ok", "waiting"]),
      waitingFor: z.array(z.string()).meta({
        description:
          "Codes: `config.missing`, `config.invalid`, `config.newer` (it has settings of a later release, which are left aside), `record.unreachable`, `record.not_migrated`, `group.unreachable`, `secret.missing`, `oauth.incomplete`, `telegram.flood_wait`, `telegram.topic_flood_wait` and `telegram.no_answer` (for more than five minutes; `stalls` says what and until when), and what groups report, such as `bot.cannot_manage_topics`",
      }),
      configVersion: z.int().optional().meta({ description: "With the scope `metrics:read` only" }),
      groups: z.array(Group).optional().meta({ description: "With the scope `metrics:read` only" }),
    })
    .meta({ id: "Health" }),
);
type Health = z.infer<typeof Health>;

healthz.add(
  operation("GET /healthz", {
    ...forDocs(() => ({
      id: "getHealth",
      security: [{}, { bearer: ["metrics:read"] }],
      summary: "What the desk waits for; details with the scope `metrics:read`",
      answer: [200, Health, "It is alive"],
      problems: [
        "auth.invalid",
        "auth.expired",
        "auth.revoked",
        "rate.exceeded",
        "auth.unavailable",
        "record.unreachable",
      ],
    })),
  }),
  async (c) => {
    const caller = c.req.header("Authorization") === undefined ? null : await identify(c);
    if (caller !== null && "refused" in caller) return unauthorized(c, caller.refused);
    const headers = { "Cache-Control": "no-store" };
    const seesDetails =
      caller !== null && missingScopes(caller.principal.scopes, ["metrics:read"]).length === 0;
    const count = caller?.metered ?? null;
    if (seesDetails && count?.allowed === false) return tooMany(c, count);
    if (seesDetails) return c.json(await examine(c.env, c.get("now")()), 200, headers);
    const { status, waitingFor } = await recent(c.env, c.get("now")());
    return c.json({ status, waitingFor }, 200, headers);
  },
);

const last = inIsolate(() => new WeakMap<Env["DB"], { at: number; health: Health }>());

/** What strangers get: it may be some seconds old, so that asking often costs the groups nothing. */
async function recent(env: Env, now: number): Promise<Health> {
  const known = last.value.get(env.DB);
  // A clock that was turned back makes nothing fresh.
  if (known !== undefined && now >= known.at && now - known.at < HEALTH_FRESH_MS) return known.health;
  const health = await examine(env, now);
  last.value.set(env.DB, { at: now, health });
  return health;
}

async function examine(env: Env, now: number): Promise<Health> {
  const { version, config, code } = await look(env);
  const answers = await askGroups(env, config === null ? [] : groupIds(config), (stub) => stub.health());
  const groups = answers.map((asked): z.infer<typeof Group> => {
    if ("unreachable" in asked) return { group: asked.group, reachable: false };
    const lanes = asked.answer.waiting.map(({ lane, count, oldestAt }) => ({
      lane,
      count,
      oldestAt: instant(oldestAt),
    }));
    const systems = asked.answer.systems.map(
      ({ leftAloneSince, retryAt, lastFailure, answeredAt, ...system }) => ({
        ...system,
        leftAloneSince: instantOrNull(leftAloneSince),
        retryAt: instantOrNull(retryAt),
        lastFailure: lastFailure === null ? null : { ...lastFailure, at: instant(lastFailure.at) },
        ...(answeredAt === undefined ? {} : { answeredAt: instantOrNull(answeredAt) }),
      }),
    );
    const stalls = asked.answer.stalls.map(({ since, until, ...stall }) => ({
      ...stall,
      since: instant(since),
      until: instantOrNull(until),
    }));
    return { ...asked.answer, group: asked.group, reachable: true, waiting: lanes, stalls, systems };
  });
  const missing =
    [env.BOT_TOKEN, telegramSecrets(env)[0], signingRoot(env)].some((secret) => !secret) ||
    (!env.ADMIN_TOKEN && code === null && !(await new ApiKeys(env.DB).hasAdmin(now)));
  const waitingFor = new Set([
    ...(code === null ? [] : [code]),
    ...(missing ? ["secret.missing"] : []),
    ...(oauthIssuer(env) === "incomplete" ? ["oauth.incomplete"] : []),
    ...(groups.some(({ reachable }) => !reachable) ? ["group.unreachable"] : []),
    ...groups.flatMap(({ troubles }) => troubles ?? []),
    ...groups.flatMap(({ stalls }) => (stalls ?? []).map(({ why }) => `telegram.${why}`)),
  ]);
  return {
    status: waitingFor.size === 0 ? "ok" : "waiting",
    waitingFor: [...waitingFor],
    configVersion: version,
    groups,
  };
}

/** The configuration as D1 has it now, or the one that this isolate remembers; `code` tells what is wrong. */
export async function look(
  env: Env,
): Promise<{ version: number; config: Config | null; code: string | null }> {
  try {
    const current = await new ConfigStore(env.DB).current();
    if (current === null) return { version: 0, config: null, code: "config.missing" };
    const { version, document } = current;
    const { config } = checkConfig(document);
    if (config !== null) return { version, config, code: null };
    const { config: legible } = checkConfig(withoutUnknown(document));
    return { version, config: legible, code: legible === null ? "config.invalid" : "config.newer" };
  } catch (error) {
    if (!(error instanceof RecordUnreachable)) throw error;
    const known = configCacheOf(env.DB).known;
    return {
      version: known?.version ?? 0,
      config: known?.config ?? null,
      code: error.code === "not_migrated" ? "record.not_migrated" : "record.unreachable",
    };
  }
}
