import { Hono } from "hono";
import type { Config } from "../domain/config/config.ts";
import { askGroups, groupIds } from "../groups/ask.ts";
import { STANDING_STATUSES, ticketsByStanding } from "../record/metrics.ts";
import { RecordUnreachable } from "../record/reach.ts";
import { scoped } from "./access.ts";
import { authenticated } from "./auth.ts";
import type { Desk } from "./desk.ts";
import { exposition, type Family, type Sample } from "./exposition.ts";
import { look } from "./healthz.ts";
import { rateLimited } from "./rate-limit.ts";

/** How the desk stands, for Prometheus: `/metrics`, behind a key with `metrics:read`. */
export const prometheus = new Hono<Desk>();

prometheus.get("/metrics", authenticated, rateLimited, scoped(["metrics:read"]), async (c) => {
  const families = await standing(c.env, c.get("now")());
  return c.body(exposition(families), 200, { "Content-Type": "text/plain; version=0.0.4; charset=utf-8" });
});

async function standing(env: Env, now: number): Promise<Family[]> {
  const { version, config } = await look(env);
  const [answers, tickets] = await Promise.all([
    askGroups(env, config === null ? [] : groupIds(config), (stub) => stub.health()),
    ticketsIn(env),
  ]);
  // An object that has not heard of the configuration yet does not know its name.
  const healths = answers.flatMap((asked) =>
    "answer" in asked ? [{ ...asked.answer, group: asked.group }] : [],
  );
  const perGroup = (value: (health: (typeof healths)[number]) => number): Sample[] =>
    healths.map((health) => ({ labels: { group: health.group }, value: value(health) }));
  const lanes = healths.flatMap(({ group, waiting }) =>
    byKind(waiting, now).map((lane) => ({ group, ...lane })),
  );
  return [
    gauge("record_reachable", "Whether D1 answers (1) or not (0).", [{ value: tickets === null ? 0 : 1 }]),
    gauge("config_version", "Version of the configuration in force; 0 before there is one.", [
      { value: version },
    ]),
    gauge(
      "group_reachable",
      "Whether a group's object answers (1) or not (0).",
      answers.map((asked) => ({ labels: { group: asked.group }, value: "answer" in asked ? 1 : 0 })),
    ),
    gauge(
      "group_config_version",
      "Version of the configuration that a group works by.",
      perGroup(({ configVersion }) => configVersion),
    ),
    gauge(
      "group_troubles",
      "What a group waits for people to mend; /healthz names it.",
      perGroup(({ troubles }) => troubles.length),
    ),
    gauge(
      "lanes_stalled",
      "Lanes that Telegram has kept from working for more than five minutes, by kind of lane and reason.",
      healths.flatMap(({ group, stalls }) =>
        [...Map.groupBy(stalls, ({ lane, why }) => `${lane} ${why}`).values()].map((same) => ({
          labels: { group, lane: same[0]!.lane, why: same[0]!.why },
          value: same.length,
        })),
      ),
    ),
    gauge(
      "lane_stalled_until_timestamp_seconds",
      "When the last of them may go on, where Telegram has said so.",
      healths.flatMap(({ group, stalls }) =>
        [
          ...Map.groupBy(
            stalls.filter(({ until }) => until !== null),
            ({ lane, why }) => `${lane} ${why}`,
          ).values(),
        ].map((same) => ({
          labels: { group, lane: same[0]!.lane, why: same[0]!.why },
          value: Math.max(...same.map(({ until }) => until!)) / 1_000,
        })),
      ),
    ),
    gauge(
      "deliveries_waiting",
      "Deliveries that wait to leave, by kind of lane.",
      lanes.map(({ group, lane, count }) => ({ labels: { group, lane }, value: count })),
    ),
    gauge(
      "deliveries_oldest_age_seconds",
      "How long the oldest delivery has waited, by kind of lane.",
      lanes.map(({ group, lane, oldestAt }) => ({
        labels: { group, lane },
        value: Math.max(0, now - oldestAt) / 1_000,
      })),
    ),
    gauge(
      "deliveries_parked",
      "Deliveries that were given up, or whose outcome is unknown.",
      perGroup(({ parked }) => parked),
    ),
    gauge(
      "updates_set_aside",
      "Updates that the desk's own code could not apply.",
      perGroup(({ setAside }) => setAside),
    ),
    gauge(
      "tickets_unrecorded",
      "Tickets whose newest state D1 does not have yet.",
      perGroup(({ unrecorded }) => unrecorded),
    ),
    gauge(
      "breaker_open",
      "Whether another system is left alone (1) because it failed too often, or asked (0).",
      healths.flatMap(({ group, breakers }) =>
        Object.entries(breakers).map(([system, isOpen]) => ({
          labels: { group, system },
          value: isOpen ? 1 : 0,
        })),
      ),
    ),
    gauge("tickets", "Tickets that are not closed, by queue and status.", ticketSamples(config, tickets)),
  ];
}

function gauge(name: string, help: string, samples: Sample[]): Family {
  return { name: `topicdesk_${name}`, type: "gauge", help, samples };
}

type Tickets = Awaited<ReturnType<typeof ticketsByStanding>>;

/** Null while D1 is away: figures that are not known are left out, not zero. */
async function ticketsIn(env: Env): Promise<Tickets | null> {
  try {
    return await ticketsByStanding(env.DB);
  } catch (error) {
    if (error instanceof RecordUnreachable) return null;
    throw error;
  }
}

/** Every queue of the configuration with every status, so that nothing vanishes when it is empty. */
function ticketSamples(config: Config | null, tickets: Tickets | null): Sample[] {
  if (config === null || tickets === null) return [];
  const known = new Set(config.queues.map(({ id }) => id));
  const counts = new Map<string, Map<string, number>>();
  for (const queue of known) counts.set(queue, new Map(STANDING_STATUSES.map((status) => [status, 0])));
  for (const { queue, status, count } of tickets) {
    // A queue that is gone shares one label: names of the past must not pile up.
    const place = known.has(queue) ? queue : "";
    const statuses = counts.get(place) ?? new Map<string, number>();
    statuses.set(status, (statuses.get(status) ?? 0) + count);
    counts.set(place, statuses);
  }
  return [...counts].flatMap(([queue, statuses]) =>
    [...statuses].map(([status, value]) => ({ labels: { queue, status }, value })),
  );
}

/** Kinds of lanes that always have their series: one that vanishes when nothing waits cannot be told from one that broke. */
const KINDS = ["telegram:staff", "telegram:private", "webhook", "enrichment", "skills", "group"];

/** `telegram:private`, `telegram:staff`, `webhook:crm` … by what stands before the first colon: endpoints have no end. */
function byKind(waiting: { lane: string; count: number; oldestAt: number }[], now: number) {
  const kinds = new Map(KINDS.map((lane) => [lane, { lane, count: 0, oldestAt: now }]));
  for (const { lane: whole, count, oldestAt } of waiting) {
    const lane = whole.startsWith("telegram:") ? whole : whole.split(":")[0]!;
    const one = kinds.get(lane) ?? { lane, count: 0, oldestAt };
    kinds.set(lane, { lane, count: one.count + count, oldestAt: Math.min(one.oldestAt, oldestAt) });
  }
  return [...kinds.values()];
}
