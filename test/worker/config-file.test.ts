import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { configFile, type Order } from "../../src/setup/config-file/config-file.ts";
import { exampleDesk } from "../support/desks.ts";
import { emptyRecord, HttpDesk } from "../support/http-desk.ts";

/* The commands against the real door, by what they print at a terminal. */

const URL_OF_DESK = "http://desk";
const FILE = "desk.jsonc";

let desk: HttpDesk;
let files: Map<string, string>;
let answers: string[];
let asked: string[];
beforeEach(async () => {
  await emptyRecord();
  desk = new HttpDesk();
  files = new Map();
  answers = [];
  asked = [];
});

/** Runs a command; `answers` are typed at the terminal; none: there is no terminal. */
async function run(
  command: Order["command"],
  more: Partial<Order> = {},
): Promise<{ code: number; said: string[] }> {
  const said: string[] = [];
  const code = await configFile(
    {
      say: (text) => void said.push(...text.split("\n")),
      ask:
        answers.length === 0
          ? null
          : (question) => {
              asked.push(question);
              return Promise.resolve(answers.shift() ?? "");
            },
      readFile: (name) => Promise.resolve(files.get(name) ?? null),
      writeFile: (name, text) => Promise.resolve(void files.set(name, text)),
      fetch: ((url: string, init: RequestInit) =>
        desk.fetch(url.slice(URL_OF_DESK.length), init)) as typeof fetch,
    },
    { command, file: FILE, desk: { url: URL_OF_DESK, token: "test-admin-token" }, ...more },
  );
  return { code, said };
}
const text = (): string => files.get(FILE)!;
const edit = (from: string | RegExp, to: string): void => {
  expect(text()).toMatch(from);
  files.set(FILE, text().replace(from, to));
};
const inForce = async (): Promise<unknown> => (await desk.get("/api/v1/config")).json();
const renamed = (name: string) => ({ ...exampleDesk(), desk: { ...exampleDesk().desk, name } });

describe("pull", () => {
  test("writes what is in force, with its version, its address and the editors' link, and no secret", async () => {
    await desk.put(exampleDesk());
    expect(await run("pull")).toEqual({ code: 0, said: ["desk.jsonc is version 1 of http://desk."] });
    expect(text()).toMatch(/^\/\/ The configuration of http:\/\/desk, version 1\. Keep this line/);
    expect(text()).toContain('"$schema": "http://desk/api/v1/config/schema.json"');
    expect(text()).not.toContain("whsec_");
    expect((await run("check")).said).toEqual(["Nothing differs from the desk."]);
    expect((await run("push")).said).toEqual(["Nothing differs from version 1 of http://desk."]);
  });

  test("says that the desk has no configuration yet", async () => {
    expect(await run("pull")).toMatchObject({
      code: 1,
      said: [expect.stringContaining("no configuration yet")],
    });
    expect(files.size).toBe(0);
  });

  test("merges what others changed, and keeps comments and the changes of the file", async () => {
    await desk.put(exampleDesk());
    await run("pull");
    edit('"queues": [', '"queues": [ // see the wiki');
    edit('"overrideAfter": "5m"', '"overrideAfter": "7m"');
    const theirs = renamed("Another shop");
    theirs.agents!.push({ telegramId: 9004, name: "New", groups: ["main"] });
    await desk.put(theirs);
    const { code, said } = await run("pull");
    expect(code).toBe(0);
    expect(said).toEqual([
      "desk.jsonc is version 2 of http://desk, with what came:",
      '  desk.name: "ShopStream Support" → "Another shop"',
      '+ agents[9004]: {"telegramId":9004,"name":"New","groups":["main"]}',
      "Changed in the file only:",
      "  queues[billing].overrideAfter: 5m → 7m",
    ]);
    expect(text()).toContain("// see the wiki");
    expect(text()).toContain("version 2.");
    expect((await run("push", { yes: true })).said).toContain("Version 3 is in force at http://desk.");
  });

  test("leaves a file alone that conflicts with the desk, is broken or is of another desk", async () => {
    await desk.put(exampleDesk());
    await run("pull");
    edit('"ShopStream Support"', '"Mine"');
    await desk.put(renamed("Theirs"));
    const before = text();
    expect(await run("pull")).toMatchObject({ code: 1, said: expect.arrayContaining(["  desk.name"]) });
    edit('"groups": [', '"groups" [');
    expect(await run("pull")).toMatchObject({
      code: 1,
      said: [
        expect.stringMatching(/^desk\.jsonc:\d+:\d+ {2}a ":" is missing behind the key$/),
        expect.stringContaining("--overwrite"),
      ],
    });
    files.set(FILE, before.replaceAll("http://desk", "https://other.example"));
    expect(await run("pull")).toMatchObject({
      code: 1,
      said: [expect.stringContaining("is of https://other.example")],
    });
    expect(await run("pull", { overwrite: true })).toMatchObject({ code: 0 });
    expect(text()).toContain('"Theirs"');
  });
});

describe("check", () => {
  test("names what is wrong with line and column, and changes nothing", async () => {
    await desk.put(exampleDesk());
    await run("pull");
    edit('"firstResponse": "2h"', '"firstResponse": 120');
    edit('"defaultQueue": "general"', '"defaultQueue": "genral"');
    const { code, said } = await run("check");
    expect(code).toBe(1);
    const line = (words: string): number => text().slice(0, text().indexOf(words)).split("\n").length;
    expect(said[0]).toMatch(
      new RegExp(
        `^desk\\.jsonc:${line('"firstResponse": 120')}:\\d+ {2}slaPolicies\\[standard\\]\\.targets\\.normal\\.firstResponse must be a duration in quotes`,
      ),
    );
    expect(said[1]).toMatch(
      new RegExp(
        `^desk\\.jsonc:${line('"defaultQueue"')}:\\d+ {2}routing\\.defaultQueue there is no queue "genral"; known: general`,
      ),
    );
    expect(said).toContain("A push to http://desk would change:");
    expect(said).toContain("  routing.defaultQueue: general → genral");
    expect(await inForce()).toEqual(exampleDesk());
  });

  test("tells warnings as such, which are no obstacle", async () => {
    await desk.put(exampleDesk());
    await run("pull");
    edit('"timeZone": "Europe/Berlin"', '"timeZone": "CET"');
    const { code, said } = await run("check");
    expect(code).toBe(0);
    expect(said[0]).toMatch(/^desk\.jsonc:\d+:\d+ {2}warning: desk\.timeZone "CET" is an abbreviation/);
    expect(said.at(-1)).toBe("It can be pushed.");
  });

  test.each([
    ['"groups": [', '"groups" [', 'a ":" is missing behind the key'],
    ['"locale": "en",', '"locale": "en"', "a comma is missing behind this"],
    [
      '"routing": {',
      '"queues": [], "routing": {',
      'the key "queues" stands twice in the same object: only one of them could hold',
    ],
  ])("names a slip of the pen: %s → %s", async (from, to, message) => {
    await desk.put(exampleDesk());
    await run("pull");
    edit(from, to);
    const { code, said } = await run("check");
    expect(code).toBe(1);
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(/^desk\.jsonc:\d+:\d+ {2}/);
    expect(said[0]).toContain(message);
  });

  test("needs a file, a token and a desk", async () => {
    expect(await run("check")).toEqual({
      code: 1,
      said: ['There is no desk.jsonc. "npm run config pull" writes it.'],
    });
    await desk.put(exampleDesk());
    await run("pull");
    expect((await run("check", { desk: { url: URL_OF_DESK, token: "wrong" } })).said[0]).toMatch(
      /ADMIN_TOKEN/,
    );
    const { key } = await desk.key("tickets:read");
    expect((await run("check", { desk: { url: URL_OF_DESK, token: key } })).said[0]).toMatch(
      /config:read and config:write/,
    );
  });
});

describe("push", () => {
  test("shows what changes, asks, and puts it in force with its note", async () => {
    await desk.put(exampleDesk());
    await run("pull");
    edit('"firstResponse": "2h"', '"firstResponse": "4h"');
    answers = ["no"];
    expect((await run("push")).said.at(-1)).toBe("Nothing was pushed.");
    answers = ["yes"];
    const { code, said } = await run("push", { note: "fewer people in December" });
    expect(code).toBe(0);
    expect(asked).toEqual(["Push it? (yes/no) ", "Push it? (yes/no) "]);
    expect(said).toContain("  slaPolicies[standard].targets.normal.firstResponse: 2h → 4h");
    expect(said.at(-1)).toBe("Version 2 is in force at http://desk.");
    expect(text()).toContain("version 2.");
    const version = await (
      await desk.get("/api/v1/config/versions/2")
    ).json<{ note: string; document: object }>();
    expect(version.note).toBe("fewer people in December");
    // The editors' link is the file's own.
    expect(version.document).not.toHaveProperty("$schema");
  });

  test("needs --yes without a terminal", async () => {
    await desk.put(exampleDesk());
    await run("pull");
    edit('"ShopStream Support"', '"Mine"');
    expect(await run("push")).toMatchObject({
      code: 1,
      said: expect.arrayContaining([expect.stringContaining("--yes")]),
    });
    expect(await inForce()).toEqual(exampleDesk());
    expect((await run("push", { yes: true })).code).toBe(0);
    expect(await inForce()).toEqual(renamed("Mine"));
  });

  test("is refused if the desk has changed since, with what changed and how to go on", async () => {
    await desk.put(exampleDesk());
    await run("pull");
    edit('"overrideAfter": "5m"', '"overrideAfter": "7m"');
    await desk.send("PUT", "/api/v1/config?note=new%20name", renamed("Theirs"));
    const { code, said } = await run("push", { yes: true });
    expect(code).toBe(1);
    expect(said).toEqual([
      "Nothing was pushed: desk.jsonc was made from version 1, and http://desk has changed since.",
      expect.stringMatching(/^Version 2, 2026-.+, by admin: new name$/),
      '  desk.name: "ShopStream Support" → Theirs',
      '"npm run config pull" brings that into desk.jsonc and keeps what you have changed there. Then push again.',
    ]);
    expect(await inForce()).toEqual(renamed("Theirs"));
  });

  test("is refused if the desk changes between the question and the answer", async () => {
    await desk.put(exampleDesk());
    await run("pull");
    edit('"overrideAfter": "5m"', '"overrideAfter": "7m"');
    answers = ["yes"];
    const put = desk.fetch.bind(desk);
    let isRehearsed = false;
    desk.fetch = async (path, init) => {
      if (isRehearsed && init?.method === "PUT") {
        isRehearsed = false;
        await desk.put(renamed("Theirs"));
        isRehearsed = false;
      }
      if (path.includes("dryRun")) isRehearsed = true;
      return put(path, init);
    };
    const { code, said } = await run("push");
    expect(code).toBe(1);
    expect(said).toContain(
      "Nothing was pushed: desk.jsonc was made from version 1, and http://desk has changed since.",
    );
    expect(await inForce()).toEqual(renamed("Theirs"));
  });

  test("puts the first configuration", async () => {
    files.set(FILE, `// new\n${JSON.stringify(exampleDesk(), null, 2)}`);
    expect((await run("check")).code).toBe(0);
    const { code, said } = await run("push", { yes: true });
    expect(code).toBe(0);
    expect(said).toContain("http://desk gets its first configuration.");
    expect(text()).toMatch(/^\/\/ The configuration of http:\/\/desk, version 1\.[^]+\n\/\/ new\n/);
  });

  test("refuses a file that does not say its version", async () => {
    await desk.put(exampleDesk());
    files.set(FILE, JSON.stringify(renamed("Mine")));
    const { code, said } = await run("push", { yes: true });
    expect(code).toBe(1);
    expect(said[0]).toContain("does not say which version of http://desk it was made from");
    expect(await inForce()).toEqual(exampleDesk());
  });

  test("says what is in hand of a group that is taken out, and passes on where that goes", async () => {
    await desk.put(exampleDesk());
    await run("pull");
    const without = exampleDesk();
    without.groups.pop();
    without.queues = without.queues.filter(({ group }) => group === "main");
    without.routing.rules!.splice(1, 1);
    for (const agent of without.agents!) agent.groups = ["main"];
    desk.groups.down.add("vip");
    files.set(FILE, `${text().split("\n").slice(0, 2).join("\n")}\n${JSON.stringify(without, null, 2)}`);
    const refused = await run("push", { yes: true });
    expect(refused.code).toBe(1);
    expect(refused.said.join("\n")).toMatch(
      /desk\.jsonc:\d+:\d+ {2}groups the group vip does not say what it has in hand/,
    );
    expect((await run("push", { yes: true, reassign: "group:nowhere" })).said.join("\n")).toMatch(/reassign/);
    const wrong = await run("check", { reassign: "group:vip=nowhere" });
    expect(wrong.said.join("\n")).toMatch(/^--reassign {2}group:vip: nowhere is no group/m);
    expect((await run("push", { yes: true, reassign: "group:vip=main" })).code).toBe(0);
    expect(await env.DB.prepare("SELECT count(*) AS n FROM config_versions").first("n")).toBe(2);
  });
});
