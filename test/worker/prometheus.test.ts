import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { exposition } from "../../src/http/exposition.ts";
import { ConfigStore } from "../../src/record/config-store.ts";
import { project } from "../../src/record/projection.ts";
import { exampleDesk } from "../support/desks.ts";
import { ADMIN, emptyRecord, HttpDesk } from "../support/http-desk.ts";
import { parseExposition } from "../support/prometheus-text.ts";
import { MORNING, Stage } from "../support/stage.ts";
import { emptyBatch, opened, states } from "../support/tickets.ts";

let desk: HttpDesk;
beforeEach(async () => {
  await emptyRecord();
  desk = new HttpDesk();
});

async function scrape() {
  const answer = await desk.get("/metrics");
  expect(answer.status).toBe(200);
  expect(answer.headers.get("Content-Type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  const families = parseExposition(await answer.text());
  return (name: string) => families.get(`topicdesk_${name}`)?.samples;
}

describe("what Prometheus scrapes", () => {
  test("tells of every group what waits, and of every queue how many tickets stand where", async () => {
    await desk.put(exampleDesk());
    for (const number of [1, 2]) {
      const [ticket] = states([opened(number, { queue: number === 1 ? "general" : "long-gone" })]);
      await project(env.DB, emptyBatch({ tickets: [{ ticket, dueAt: null }] }));
    }
    const of = await scrape();
    const groups = exampleDesk().groups.map(({ id }) => id);
    const queues = exampleDesk().queues.map(({ id }) => id);
    expect(of("record_reachable")).toEqual([{ labels: {}, value: 1 }]);
    expect(of("config_version")).toEqual([{ labels: {}, value: 1 }]);
    for (const family of ["group_reachable", "group_config_version"])
      expect(of(family)).toEqual(groups.map((group) => ({ labels: { group }, value: 1 })));
    for (const family of ["group_troubles", "deliveries_parked", "updates_set_aside", "tickets_unrecorded"])
      expect(of(family)).toEqual(groups.map((group) => ({ labels: { group }, value: 0 })));
    const waiting = of("deliveries_waiting")!;
    expect(waiting.filter(({ value }) => value > 0)).toEqual(
      groups.map((group) => ({ labels: { group, lane: "telegram:1" }, value: 2 })),
    );
    // Where no deliveries wait, the series has a zero instead of vanishing.
    expect(waiting).toContainEqual({ labels: { group: groups[0], lane: "webhook" }, value: 0 });
    const ages = of("deliveries_oldest_age_seconds")!;
    expect(ages.find(({ labels }) => labels["lane"] === "telegram:1")?.value).toBeGreaterThan(1e9);
    expect(ages.find(({ labels }) => labels["lane"] === "webhook")?.value).toBe(0);
    expect(of("breaker_open")).toHaveLength(2 * groups.length);
    const tickets = of("tickets")!;
    expect(tickets.filter(({ labels }) => labels["queue"] !== "")).toHaveLength(queues.length * 5);
    expect(tickets.filter(({ value }) => value > 0)).toEqual([
      { labels: { queue: "general", status: "open" }, value: 1 },
      { labels: { queue: "", status: "open" }, value: 1 },
    ]);
  });

  test("names groups by the configuration, also those that have not heard of it yet", async () => {
    const stage = await Stage.open();
    for (const [id, chatId] of [
      ["new-a", -1_009_000_000_001],
      ["new-b", -1_009_000_000_002],
    ] as const) {
      stage.config.groups.push({ id, chatId, prefix: id.replace("-", "").toUpperCase() });
      stage.config.queues.push({ id, group: id });
    }
    const store = new ConfigStore(env.DB);
    const { version } = (await store.current())!;
    await store.put(stage.config, { by: "elsewhere", at: MORNING, ifVersion: version });
    const families = parseExposition(await (await stage.api("GET", "/metrics")).text());
    const versions = families.get("topicdesk_group_config_version")!.samples;
    expect(versions.map(({ labels }) => labels["group"])).toEqual(stage.config.groups.map(({ id }) => id));
  });

  test("is answered before there is a configuration, and while a group or D1 is away", async () => {
    const unconfigured = await scrape();
    expect(unconfigured("config_version")).toEqual([{ labels: {}, value: 0 }]);
    expect(unconfigured("record_reachable")).toEqual([{ labels: {}, value: 1 }]);
    await desk.put(exampleDesk());
    const [group] = exampleDesk().groups.map(({ id }) => id);
    desk.groups.down.add(group);
    const partly = await scrape();
    expect(partly("group_reachable")).toContainEqual({ labels: { group }, value: 0 });
    expect(partly("deliveries_parked")?.some(({ labels }) => labels["group"] === group)).not.toBe(true);
    desk.d1.state = "failing";
    const alone = await scrape();
    expect(alone("record_reachable")).toEqual([{ labels: {}, value: 0 }]);
    // What is not known is left out: zero would be a lie.
    expect(alone("tickets")).toBeUndefined();
  });

  test("needs a key with metrics:read, and counts as a call of it", async () => {
    expect((await desk.fetch("/metrics")).status).toBe(401);
    const { headers } = await desk.key("tickets:read");
    expect((await desk.fetch("/metrics", { headers })).status).toBe(403);
    const reader = await desk.key("metrics:read");
    const accept = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
    const answer = await desk.fetch("/metrics", { headers: { ...reader.headers, Accept: accept } });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("RateLimit")).not.toBeNull();
    expect(answer.headers.get("Cache-Control")).toBe("no-store");
    expect((await desk.fetch("/metrics", { method: "POST", headers: ADMIN })).status).toBe(405);
  });
});

test("labels may be any text, and come back as they were", () => {
  const text = 'a "quoted" \\ back\nslash {x="y"} 💥';
  const family = {
    name: "one",
    type: "gauge",
    help: "two\nlines \\",
    samples: [{ labels: { text }, value: 1e21 }],
  } as const;
  expect(parseExposition(exposition([family])).get("one")).toMatchObject({
    help: "two\\nlines \\\\",
    samples: [{ labels: { text }, value: 1e21 }],
  });
});
