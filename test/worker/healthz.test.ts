import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { exampleDesk } from "../support/desks.ts";
import { ADMIN, emptyRecord, HttpDesk } from "../support/http-desk.ts";

let desk: HttpDesk;

beforeEach(async () => {
  await emptyRecord();
  desk = new HttpDesk();
});

const health = async (headers: Record<string, string> = {}): Promise<Record<string, unknown>> => {
  const answer = await desk.fetch("/healthz", { headers });
  expect(answer.status).toBe(200);
  return answer.json();
};

describe("what the desk says of its health", () => {
  test("is that it waits for a configuration, at first", async () => {
    expect(await health()).toEqual({ status: "waiting", waitingFor: ["config.missing"] });
  });

  test("is that all is well, and to strangers no more than that", async () => {
    await desk.put(exampleDesk());
    expect(await health()).toEqual({ status: "ok", waitingFor: [] });
  });

  test("is everything to a caller with the token", async () => {
    await desk.put(exampleDesk());
    desk.groups.troublesOf.set("vip", ["bot.cannot_manage_topics"]);
    desk.groups.down.add("main");
    expect(await health(ADMIN)).toEqual({
      status: "waiting",
      waitingFor: ["group.unreachable", "bot.cannot_manage_topics"],
      configVersion: 1,
      groups: [
        { group: "main", reachable: false },
        {
          group: "vip",
          reachable: true,
          configVersion: 1,
          waiting: [{ lane: "telegram:1", count: 2, oldestAt: "1970-01-01T00:00:00.000Z" }],
          parked: 0,
          setAside: 0,
          unrecorded: 0,
          breakers: { enrichment: false, skills: false },
          troubles: ["bot.cannot_manage_topics"],
          stalls: [],
          systems: [],
        },
      ],
    });
  });

  test("names troubles to strangers by their codes only", async () => {
    await desk.put(exampleDesk());
    desk.groups.troublesOf.set("vip", ["bot.cannot_manage_topics"]);
    expect(await health()).toEqual({ status: "waiting", waitingFor: ["bot.cannot_manage_topics"] });
  });

  test("is that D1 is out of reach, while it goes on with the configuration it knows", async () => {
    await desk.put(exampleDesk());
    desk.d1.state = "failing";
    expect(await health(ADMIN)).toMatchObject({
      status: "waiting",
      waitingFor: ["record.unreachable"],
      configVersion: 1,
      groups: [{ group: "main" }, { group: "vip" }],
    });
  });

  test("is that the record has no tables yet", async () => {
    await reset();
    expect(await health()).toEqual({ status: "waiting", waitingFor: ["record.not_migrated"] });
    const answer = await desk.put(exampleDesk());
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ detail: "Its tables are missing: apply the migrations." });
  });

  test("is that a secret is missing", async () => {
    await desk.put(exampleDesk());
    desk.env = { ...desk.env, BOT_TOKEN: "" };
    expect(await health()).toEqual({ status: "waiting", waitingFor: ["secret.missing"] });
  });

  test("is that a newer release cannot read the configuration", async () => {
    await env.DB.prepare("INSERT INTO config_versions VALUES (1, '{}', 0, 'x', null, null)").run();
    expect(await health()).toEqual({ status: "waiting", waitingFor: ["config.invalid"] });
  });

  test("is that the configuration has settings of a later release, and everything else of it is in force", async () => {
    const later = { ...exampleDesk(), ofNextYear: { on: true } };
    await env.DB.prepare("INSERT INTO config_versions VALUES (1, ?, 0, 'x', null, null)")
      .bind(JSON.stringify(later))
      .run();
    expect(await health(ADMIN)).toMatchObject({
      waitingFor: ["config.newer"],
      groups: [{ group: "main" }, { group: "vip" }],
    });
    const write = {
      update_id: 1,
      message: {
        message_id: 1,
        date: 1,
        chat: { id: 5, type: "private" },
        from: { id: 5, is_bot: false, first_name: "Ann" },
        text: "Hello",
      },
    };
    expect((await desk.update(write)).status).toBe(200);
  });

  test("costs the groups nothing when strangers ask often", async () => {
    await desk.put(exampleDesk());
    await health();
    const before = desk.d1.queries;
    for (let times = 0; times < 20; times += 1) await health();
    expect(desk.d1.queries).toBe(before);
  });

  test("is nothing to a caller with a wrong token", async () => {
    const answer = await desk.fetch("/healthz", { headers: { Authorization: "Bearer wrong" } });
    expect(answer.status).toBe(401);
  });
});
