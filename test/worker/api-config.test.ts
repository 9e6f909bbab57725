import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { API_BODY_BYTES_MAX } from "../../src/domain/limits.ts";
import { exampleDesk } from "../support/desks.ts";
import { codeOf, emptyRecord, HttpDesk } from "../support/http-desk.ts";

let desk: HttpDesk;
beforeEach(async () => {
  await emptyRecord();
  desk = new HttpDesk();
});

const named = (name: string) => ({ ...exampleDesk(), desk: { name } });
const versions = async (): Promise<number> =>
  (await env.DB.prepare("SELECT count(*) AS n FROM config_versions").first<number>("n"))!;
const json = async <T>(answer: Response | Promise<Response>): Promise<T> => (await answer).json();

describe("reading the configuration", () => {
  test("answers 404 before there is one", async () => {
    const answer = await desk.get("/api/v1/config");
    expect(answer.status).toBe(404);
    expect(await codeOf(answer)).toBe("config.not_found");
  });

  test("answers the document as it was put, with its version as ETag", async () => {
    await desk.put(named("Shop"));
    const answer = await desk.get("/api/v1/config");
    expect(answer.headers.get("ETag")).toBe('"1"');
    expect(answer.headers.get("Content-Type")).toBe("application/json");
    expect(await answer.json()).toEqual(named("Shop"));
  });

  test.each([
    ['"1"', 304],
    ['W/"1"', 304],
    ['"7", "1"', 304],
    ["*", 304],
    ['"2"', 200],
    ["1", 200],
    ["", 200],
  ])("answers If-None-Match %s with %d", async (tag, status) => {
    await desk.put(exampleDesk());
    const answer = await desk.get("/api/v1/config", { "If-None-Match": tag });
    expect(answer.status).toBe(status);
    expect(answer.headers.get("ETag")).toBe('"1"');
    expect((await answer.text()) === "").toBe(status === 304);
  });
});

describe("putting a configuration", () => {
  test("stores it, says what changed and hands it to every group", async () => {
    await desk.put(named("Shop"));
    const answer = await desk.send("PUT", "/api/v1/config?note=new%20name", named("Other shop"));
    expect(answer.status).toBe(200);
    expect(answer.headers.get("ETag")).toBe('"2"');
    expect(await answer.json()).toEqual({
      version: 2,
      changed: true,
      diff: {
        added: [],
        removed: [],
        changed: [{ pointer: "/desk/name", at: "desk.name", from: "Shop", to: "Other shop" }],
      },
      inHand: [],
      unreachableGroups: [],
      warnings: expect.any(Array),
    });
    expect(desk.groups.configs.get("main")).toMatchObject({
      version: 2,
      config: { desk: { name: "Other shop" } },
    });
    expect(desk.groups.configs.get("vip")?.version).toBe(2);
    expect(await json(desk.get("/api/v1/config/versions/2"))).toMatchObject({
      createdBy: "admin",
      note: "new name",
      restoredFrom: null,
      document: named("Other shop"),
    });
  });

  test("takes effect at once in the same isolate", async () => {
    await desk.put(exampleDesk());
    const moved = exampleDesk();
    moved.groups[1].chatId = -77;
    await desk.put(moved);
    await desk.update({ update_id: 1, message: { chat: { id: -77, type: "supergroup" } } });
    expect(desk.groups.updatesOf("vip")).toHaveLength(1);
  });

  test("stores what is valid but probably unintended and says so; a rollback to it says it again", async () => {
    const doubtful = exampleDesk();
    doubtful.escalationPolicies!.push({ id: "spare", steps: [] });
    const warnings = [{ pointer: "/escalationPolicies/1", message: expect.stringContaining("no effect") }];
    expect(await json(desk.put(doubtful))).toMatchObject({ version: 1, changed: true, warnings });
    expect(await json(desk.put(exampleDesk()))).toMatchObject({ version: 2, warnings: [] });
    const rollback = desk.send("POST", "/api/v1/config/rollback", { version: 1 });
    expect(await json(rollback)).toMatchObject({ version: 3, warnings });
  });

  test("is not held up by a group that does not answer, and says which", async () => {
    desk.groups.down.add("vip");
    const answer = await json<{ version: number; unreachableGroups: string[] }>(desk.put(exampleDesk()));
    expect(answer).toMatchObject({ version: 1, unreachableGroups: ["vip"] });
    expect(desk.groups.configs.get("main")?.version).toBe(1);
  });

  test("is not undone where the group that takes over does not answer; both are named", async () => {
    const { groups: staffed, desk: named } = exampleDesk();
    const groups = staffed.map(({ leads: _leads, ...group }) => group);
    const queues = groups.map(({ id }) => ({ id: `of-${id}`, group: id }));
    const config = { desk: named, groups, queues, routing: { defaultQueue: "of-main" } };
    expect(await json(desk.put(config))).toMatchObject({ version: 1 });
    desk.groups.down.add("main");
    const withoutVip = { ...config, groups: groups.slice(0, 1), queues: queues.slice(0, 1) };
    const answer = desk.send("PUT", "/api/v1/config?reassign=group:vip=main", withoutVip);
    expect(await json(answer)).toMatchObject({ version: 2, unreachableGroups: ["main", "vip"] });
    expect(await versions()).toBe(2);
  });

  test("twice stores it once", async () => {
    await desk.put(exampleDesk());
    const answer = await desk.put(exampleDesk());
    expect(await answer.json()).toMatchObject({ version: 1, changed: false });
    expect(await versions()).toBe(1);
  });

  test.each<[string, Record<string, string>, number]>([
    ["the version in force", { "If-Match": '"2"' }, 200],
    ["one of several", { "If-Match": '"9", W/"2"' }, 200],
    ["any version", { "If-Match": "*" }, 200],
    ["an older version", { "If-Match": '"1"' }, 412],
    ["a version to come", { "If-Match": '"3"' }, 412],
    ["something that is no tag", { "If-Match": "2" }, 412],
    ["an empty tag", { "If-Match": "" }, 412],
    ["that there be none", { "If-None-Match": "*" }, 412],
  ])("goes by its condition %s: %j → %d", async (_name, condition, status) => {
    await desk.put(named("One"));
    await desk.put(named("Two"));
    const answer = await desk.put(named("Three"), condition);
    expect(answer.status).toBe(status);
    expect(await versions()).toBe(status === 200 ? 3 : 2);
    if (status === 200) return;
    expect(answer.headers.get("ETag")).toBe('"2"');
    expect(await codeOf(answer)).toBe("config.changed");
  });

  test("may ask to be the first", async () => {
    expect((await desk.put(exampleDesk(), { "If-Match": "*" })).status).toBe(412);
    expect((await desk.put(exampleDesk(), { "If-None-Match": "*" })).status).toBe(200);
  });

  test("lets one of several at once through and tells the others to look again", async () => {
    await desk.put(named("Start"));
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) => desk.put(named(`Racer ${index}`), { "If-Match": '"1"' })),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 412)).toHaveLength(7);
    expect(await versions()).toBe(2);
  });

  test("loses no change unseen where several callers at once named no version", async () => {
    await desk.put(named("Start"));
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) => desk.put(named(`Racer ${index}`))),
    );
    const stored = answers.filter(({ status }) => status === 200);
    const refused = answers.filter(({ status }) => status === 409);
    expect(stored.length + refused.length).toBe(8);
    expect(await versions()).toBe(1 + stored.length);
    for (const answer of refused) expect(await codeOf(answer)).toBe("config.conflict");
  });
});

describe("a configuration that is not valid", () => {
  test("is refused where it requires a skill whose only certificate has expired", async () => {
    const expired = exampleDesk();
    expired.agents![1].skills!["billing"].expiresOn = "2020-01-01";
    expired.routing.rules = [];
    const answer = await desk.put(expired);
    expect(answer.status).toBe(422);
    expect(await json(answer)).toMatchObject({
      code: "config.invalid",
      problems: [
        {
          pointer: "/queues/1/requireSkills/billing",
          message: expect.stringContaining("it has expired for"),
        },
      ],
    });
    // What is in force stays in force when a certificate expires, and can still be read and worked by.
    await desk.put(exampleDesk());
    await env.DB.prepare("UPDATE config_versions SET document = ?").bind(JSON.stringify(expired)).run();
    expect(await json(desk.elsewhere().get("/healthz"))).toMatchObject({ status: "ok", configVersion: 1 });
  });

  test("is refused with an unknown query parameter, and changes nothing", async () => {
    const answer = await desk.send("PUT", "/api/v1/config?dryRun=1&unknown=1", exampleDesk());
    expect(answer.status).toBe(422);
    expect(await json(answer)).toMatchObject({
      code: "request.invalid",
      problems: [{ pointer: expect.stringContaining("unknown") as string }],
    });
    expect(await versions()).toBe(0);
  });

  test("is refused with every problem at once, and changes nothing", async () => {
    await desk.put(exampleDesk());
    const broken = exampleDesk();
    broken.queues[0].group = "nowhere";
    broken.calendars![0].timeZone = "Mars/One";
    broken.groups[1].chatId = broken.groups[0].chatId;
    const answer = await desk.put(broken);
    expect(answer.status).toBe(422);
    expect(answer.headers.get("Content-Type")).toBe("application/problem+json");
    const problem = await json<{ code: string; problems: { pointer: string }[] }>(answer);
    expect(problem.code).toBe("config.invalid");
    expect(problem.problems.map(({ pointer }) => pointer)).toEqual([
      "/groups/1/chatId",
      "/queues/0/group",
      "/calendars/0/timeZone",
    ]);
    expect(await versions()).toBe(1);
    expect(desk.groups.configs.get("main")?.version).toBe(1);
  });

  test.each<[string, string, number, string]>([
    ["half a document", '{"desk":', 400, "request.malformed"],
    ["nothing", "", 400, "request.malformed"],
    [
      "JSON that nests without end",
      `{"desk":${"[".repeat(50_000)}${"]".repeat(50_000)}}`,
      400,
      "request.malformed",
    ],
    ["a text", '"desk"', 422, "config.invalid"],
    ["null", "null", 422, "config.invalid"],
    ["a list", "[]", 422, "config.invalid"],
    ["an empty object", "{}", 422, "config.invalid"],
    ["keys that reach for the prototype", '{"__proto__":{"desk":1},"constructor":{}}', 422, "config.invalid"],
    ["more than a megabyte", `{"desk":"${"x".repeat(API_BODY_BYTES_MAX)}"}`, 413, "request.too_large"],
  ])("%s", async (_name, body, status, code) => {
    for (const path of ["/api/v1/config", "/api/v1/config?dryRun=0"]) {
      const answer = await desk.send("PUT", path, body);
      expect(answer.status).toBe(status);
      expect(await codeOf(answer)).toBe(code);
    }
    expect(await versions()).toBe(0);
  });

  test.each([
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "",
    "application/jsonx",
  ])("sent as %j is not read", async (type) => {
    const answer = await desk.put(exampleDesk(), { "Content-Type": type });
    expect(answer.status).toBe(415);
    expect(await codeOf(answer)).toBe("request.not_json");
    expect(await versions()).toBe(0);
  });

  test.each([
    "dryRun=yes",
    "dryRun=",
    "dryrun=1",
    "dryRun=1&dryRun=0",
    `note=${"x".repeat(501)}`,
    "note=a&note=b",
  ])("a query that is not understood (%s) stores nothing", async (query) => {
    const answer = await desk.send("PUT", `/api/v1/config?${query}`, exampleDesk());
    expect(answer.status).toBe(422);
    const { code, problems } = await json<{ code: string; problems: { pointer: string }[] }>(answer);
    expect(code).toBe("request.invalid");
    expect(problems[0].pointer).toMatch(/^\/query\//);
    expect(await versions()).toBe(0);
  });
});

describe("a dry run", () => {
  test("tells what would change and stores nothing", async () => {
    await desk.put(named("Shop"));
    for (const query of ["dryRun=1", "dryRun=true"]) {
      const answer = await desk.send("PUT", `/api/v1/config?${query}`, named("Other"));
      expect(await answer.json()).toEqual({
        version: 1,
        valid: true,
        problems: [],
        warnings: expect.any(Array),
        inHand: [],
        diff: {
          added: [],
          removed: [],
          changed: [{ pointer: "/desk/name", at: "desk.name", from: "Shop", to: "Other" }],
        },
      });
    }
    expect(await versions()).toBe(1);
    expect(desk.groups.configs.get("main")?.version).toBe(1);
  });

  test("tells what is not valid beside what would change", async () => {
    await desk.put(exampleDesk());
    const broken = exampleDesk();
    broken.routing.defaultQueue = "nowhere";
    const answer = await desk.send("PUT", "/api/v1/config?dryRun=1", broken);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      valid: false,
      problems: [{ pointer: "/routing/defaultQueue" }],
      diff: { changed: [{ pointer: "/routing/defaultQueue", from: "general", to: "nowhere" }] },
    });
  });

  test("names what is not valid and what is hardly meant, all of it at once", async () => {
    const doubtful = exampleDesk();
    doubtful.calendars![0].timeZone = "Mars/One";
    doubtful.calendars![1].weekly.mon = ["09:00-17:00", "16:00-18:00"];
    doubtful.calendars![1].holidays = [{ date: "2019-12-25", name: "Christmas Day" }];
    doubtful.slaPolicies!.push({ ...doubtful.slaPolicies![0], id: "gold" });
    doubtful.escalationPolicies![0].steps.reverse();
    const answer = await desk.send("PUT", "/api/v1/config?dryRun=1", doubtful);
    const { valid, problems, warnings } =
      await json<Record<"valid" | "problems" | "warnings", { pointer: string }[]>>(answer);
    expect(valid).toBe(false);
    expect(problems.map(({ pointer }) => pointer)).toEqual([
      "/calendars/0/timeZone",
      "/calendars/1/weekly/mon/1",
    ]);
    expect(warnings.map(({ pointer }) => pointer)).toEqual([
      "/calendars/1/holidays",
      "/slaPolicies/2",
      "/escalationPolicies/0/steps/1",
      "/escalationPolicies/0/steps/2",
    ]);
    expect(await versions()).toBe(0);
  });

  test("compares a first configuration with nothing", async () => {
    const answer = await desk.send("PUT", "/api/v1/config?dryRun=1", exampleDesk());
    const { version, diff } = await json<{ version: number; diff: { added: unknown[] } }>(answer);
    expect(version).toBe(0);
    expect(diff.added).toHaveLength(12);
    expect(await versions()).toBe(0);
  });

  test("keeps to If-Match", async () => {
    await desk.put(exampleDesk());
    const answer = await desk.send("PUT", "/api/v1/config?dryRun=1", exampleDesk(), { "If-Match": '"9"' });
    expect(answer.status).toBe(412);
  });
});

describe("the history", () => {
  test("is listed newest first, in pages that end", async () => {
    for (const name of ["One", "Two", "Three"]) await desk.put(named(name));
    type Page = { items: { version: number; createdAt: string }[]; nextCursor: string | null };
    const first = await json<Page>(desk.get("/api/v1/config/versions?limit=2"));
    expect(first.items.map(({ version }) => version)).toEqual([3, 2]);
    expect(first.items[0].createdAt).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect(first.items[0]).not.toHaveProperty("document");
    const second = await json<Page>(desk.get(`/api/v1/config/versions?limit=2&cursor=${first.nextCursor}`));
    expect(second.items.map(({ version }) => version)).toEqual([1]);
    expect(second.nextCursor).toBeNull();
  });

  test("has no version that never was", async () => {
    await desk.put(exampleDesk());
    const answer = await desk.get("/api/v1/config/versions/2");
    expect(answer.status).toBe(404);
    expect(await codeOf(answer)).toBe("config.version_not_found");
  });

  test.each(["0", "-1", "1.5", "one", "9007199254740993", "%00", "1%27"])(
    "does not take %s for a version",
    async (version) => {
      expect((await desk.get(`/api/v1/config/versions/${version}`)).status).toBe(422);
    },
  );
});

describe("a rollback", () => {
  beforeEach(async () => {
    await desk.put(named("One"));
    await desk.put(named("Two"));
  });

  test("brings an earlier version back as a new one, to every group", async () => {
    const answer = await desk.send("POST", "/api/v1/config/rollback", { version: 1, note: "oops" });
    expect(await answer.json()).toMatchObject({
      version: 3,
      changed: true,
      diff: { changed: [{ pointer: "/desk/name", from: "Two", to: "One" }] },
    });
    expect(await json(desk.get("/api/v1/config"))).toEqual(named("One"));
    expect(await json(desk.get("/api/v1/config/versions/3"))).toMatchObject({
      restoredFrom: 1,
      note: "oops",
    });
    expect(desk.groups.configs.get("vip")).toMatchObject({ version: 3, config: { desk: { name: "One" } } });
  });

  test("stores nothing where the version is in force", async () => {
    const answer = await desk.send("POST", "/api/v1/config/rollback", { version: 2 });
    expect(await answer.json()).toMatchObject({ version: 2, changed: false });
    expect(await versions()).toBe(2);
  });

  test("checks the old document as it would check a new one", async () => {
    await env.DB.prepare("UPDATE config_versions SET document = '{\"desk\":{}}' WHERE version = 1").run();
    const answer = await desk.send("POST", "/api/v1/config/rollback", { version: 1 });
    expect(answer.status).toBe(422);
    expect(await codeOf(answer)).toBe("config.invalid");
    expect(await versions()).toBe(2);
  });

  test("keeps to If-Match", async () => {
    const answer = await desk.send("POST", "/api/v1/config/rollback", { version: 1 }, { "If-Match": '"1"' });
    expect(answer.status).toBe(412);
    expect(await versions()).toBe(2);
  });

  test.each<[string, string, number, string]>([
    ["a version that never was", '{"version":9}', 404, "config.version_not_found"],
    ["no version", "{}", 422, "request.invalid"],
    ["a text for a version", '{"version":"1"}', 422, "request.invalid"],
    ["version 0", '{"version":0}', 422, "request.invalid"],
    ["a version too many", '{"version":1,"versions":[1]}', 422, "request.invalid"],
    ["a number for a note", '{"version":1,"note":5}', 422, "request.invalid"],
    ["half a document", '{"version":', 400, "request.malformed"],
    ["nothing", "", 400, "request.malformed"],
    ["more than a megabyte", `{"note":"${"x".repeat(API_BODY_BYTES_MAX)}"}`, 413, "request.too_large"],
  ])("is refused to %s", async (_name, body, status, code) => {
    const answer = await desk.send("POST", "/api/v1/config/rollback", body);
    expect(answer.status).toBe(status);
    expect(await codeOf(answer)).toBe(code);
    expect(await versions()).toBe(2);
  });

  test("names every problem of its body at once", async () => {
    const answer = await desk.send("POST", "/api/v1/config/rollback", { version: "1", note: 5, x: 1 });
    expect(await answer.json()).toMatchObject({
      problems: [
        { pointer: "/version", message: "must be a number" },
        { pointer: "/note", message: "must be a text" },
        { pointer: "/x", message: "is not a known key here; known: version, note" },
      ],
    });
  });
});

test("nothing is answered from memory and nothing is lost while D1 is out of reach", async () => {
  await desk.put(exampleDesk());
  desk.d1.state = "failing";
  for (const answer of await Promise.all([
    desk.get("/api/v1/config"),
    desk.put(named("Other")),
    desk.get("/api/v1/config/versions"),
    desk.send("POST", "/api/v1/config/rollback", { version: 1 }),
  ])) {
    expect(answer.status).toBe(503);
    expect(answer.headers.get("Retry-After")).toBe("5");
    expect(await codeOf(answer)).toBe("record.unreachable");
  }
  expect(await versions()).toBe(1);
});
