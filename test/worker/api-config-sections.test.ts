import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { exampleDesk } from "../support/desks.ts";
import { codeOf, emptyRecord, HttpDesk } from "../support/http-desk.ts";

let desk: HttpDesk;
beforeEach(async () => {
  await emptyRecord();
  desk = new HttpDesk();
});

const at = (path: string): string => `/api/v1/config/${path}`;
const json = async <T = Record<string, unknown>>(answer: Response | Promise<Response>): Promise<T> =>
  (await answer).json();
const inForce = async () => json<ReturnType<typeof exampleDesk>>(desk.get("/api/v1/config"));

describe("a section of the configuration", () => {
  test("is read as it stands in the document, with the document's version", async () => {
    await desk.put(exampleDesk());
    const answer = await desk.get(at("queues"));
    expect(answer.headers.get("ETag")).toBe('"1"');
    expect(await answer.json()).toEqual(exampleDesk().queues);
    expect((await desk.get(at("queues"), { "If-None-Match": '"1"' })).status).toBe(304);
  });

  test("is put alone, and everything else stays", async () => {
    await desk.put(exampleDesk());
    const shop = { name: "Other shop" };
    const answer = await desk.send("PUT", `${at("desk")}?note=renamed`, shop, { "If-Match": '"1"' });
    expect(answer.headers.get("ETag")).toBe('"2"');
    expect(await inForce()).toEqual({ ...exampleDesk(), desk: shop });
    expect(desk.groups.configs.get("main")?.version).toBe(2);
    const [version] = (await json<{ items: object[] }>(desk.get("/api/v1/config/versions"))).items;
    expect(version).toMatchObject({ version: 2, createdBy: "admin", note: "renamed" });
  });

  test("is refused with the problems of the whole, and changes nothing", async () => {
    await desk.put(exampleDesk());
    const answer = await desk.send("PUT", at("queues"), [{ id: "general", group: "nowhere" }]);
    expect(answer.status).toBe(422);
    const { code, problems } = await json<{ code: string; problems: { pointer: string }[] }>(answer);
    expect(code).toBe("config.invalid");
    expect(problems.map(({ pointer }) => pointer)).toContain("/queues/0/group");
    expect(await inForce()).toEqual(exampleDesk());
  });

  test("may be rehearsed", async () => {
    await desk.put(exampleDesk());
    const answer = await json(desk.send("PUT", `${at("queues")}?dryRun=1`, []));
    expect(answer).toMatchObject({ version: 1, valid: false });
    expect(await inForce()).toEqual(exampleDesk());
  });

  test("is put on top of the version that it was made from, or not at all", async () => {
    await desk.put(exampleDesk());
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        desk.send("PUT", at("desk"), { name: `Racer ${index}` }, { "If-Match": '"1"' }),
      ),
    );
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 412, 412, 412, 412, 412]);
  });

  test("is answered as it was put where the run that put it died, whatever came after", async () => {
    await desk.put(exampleDesk());
    const put = (): Promise<Response> =>
      desk.send("PUT", at("desk"), { name: "Mine" }, { "If-Match": '"1"', "Idempotency-Key": "a" });
    const first = await json(put());
    expect(first).toMatchObject({ version: 2, changed: true });
    const died = (): Promise<unknown> =>
      env.DB.prepare("UPDATE api_calls SET status = NULL, answer = NULL, lease_until = 0").run();
    await died();
    const again = await put();
    expect([again.status, again.headers.get("ETag"), await again.json()]).toEqual([200, '"2"', first]);
    await desk.send("PUT", at("desk"), { name: "Theirs" });
    await died();
    expect(await json(put())).toEqual(first);
    expect(await json(desk.get(at("desk")))).toEqual({ name: "Theirs" });
    expect(desk.groups.configs.get("main")).toMatchObject({ version: 3 });
  });

  test("is a 404 where it is not there, a 422 where it cannot be", async () => {
    const early = await desk.get(at("queues"));
    expect([early.status, await codeOf(early)]).toEqual([404, "config.not_found"]);
    const alone = await desk.send("PUT", at("desk"), { name: "Shop" });
    expect([alone.status, await codeOf(alone)]).toEqual([404, "config.not_found"]);
    const { retention: _, ...without } = exampleDesk();
    await desk.put(without);
    expect(await codeOf(await desk.get(at("retention")))).toBe("config.item_not_found");
    expect((await desk.get(at("nonsense"))).status).toBe(422);
  });
});

describe("an item of a section", () => {
  test.each([
    ["queues", "billing"],
    ["groups", "vip"],
    ["agents", "9002"],
    ["tiers", "premium"],
    ["calendars", "office"],
    ["webhooks", "queue-manager"],
  ])("is found by its name in %s: %s", async (section, id) => {
    await desk.put(exampleDesk());
    const whole = exampleDesk() as unknown as Record<string, unknown>;
    const list = whole[section] as Record<string, unknown>[] & Record<string, unknown>;
    const expected =
      section === "tiers" ? list[id] : list.find((one) => String(one["id"] ?? one["telegramId"]) === id);
    expect(await json(desk.get(at(`${section}/${id}`)))).toEqual(expected);
  });

  test("is put in the place of the one before, or at the end", async () => {
    await desk.put(exampleDesk());
    const billing = { id: "billing", group: "main" };
    await desk.send("PUT", at("queues/billing"), billing);
    await desk.send("PUT", at("queues/extra"), { id: "extra", group: "vip" });
    const { queues } = await inForce();
    const order = exampleDesk().queues.map(({ id }) => id);
    expect(queues.map(({ id }) => id)).toEqual([...order, "extra"]);
    expect(queues[order.indexOf("billing")]).toEqual(billing);
  });

  test("is put where its name says", async () => {
    await desk.put(exampleDesk());
    const answer = await desk.send("PUT", at("queues/extra"), { id: "other", group: "vip" });
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({ problems: [{ pointer: "/id" }] });
  });

  test("is taken out, unless something still refers to it", async () => {
    await desk.put(exampleDesk());
    const kept = await desk.send("DELETE", at("calendars/office"));
    expect([kept.status, await codeOf(kept)]).toEqual([422, "config.invalid"]);
    await desk.send("PUT", at("queues/extra"), { id: "extra", group: "vip" });
    expect((await desk.send("DELETE", at("queues/extra"), undefined, { "If-Match": '"1"' })).status).toBe(
      412,
    );
    const gone = await desk.send("DELETE", at("queues/extra"));
    expect(await gone.json()).toMatchObject({ version: 3, changed: true });
    expect(await inForce()).toEqual(exampleDesk());
  });

  test("is a 404 where it is not there, or cannot be", async () => {
    await desk.put(exampleDesk());
    for (const path of ["queues/nobody", "tiers/toString", "desk/name", "routing/rules", "agents/12"]) {
      for (const method of ["GET", "DELETE"]) {
        const answer = await desk.send(method, at(path));
        expect([answer.status, await codeOf(answer)], path).toEqual([404, "config.item_not_found"]);
      }
    }
    expect((await desk.send("PUT", at("desk/x"), { id: "x" })).status).toBe(404);
  });
});

describe("what differs between two versions", () => {
  test("is told by pointers, with who made them", async () => {
    await desk.put(exampleDesk());
    await desk.send("PUT", at("desk"), { name: "Two" });
    await desk.send("PUT", at("desk"), { name: "Three" });
    const name = (from: string, to: string) => ({ changed: [{ pointer: "/desk/name", from, to }] });
    const one = await json<{ diff: object }>(desk.get("/api/v1/config/diff?from=2"));
    expect(one).toMatchObject({ from: { version: 2, createdBy: "admin" }, to: { version: 3 } });
    expect(one.diff).toMatchObject(name("Two", "Three"));
    expect(await json(desk.get("/api/v1/config/diff?from=3&to=2"))).toMatchObject({
      diff: name("Three", "Two"),
    });
  });

  test("needs versions that there were", async () => {
    await desk.put(exampleDesk());
    expect(await codeOf(await desk.get("/api/v1/config/diff?from=1&to=9"))).toBe("config.version_not_found");
    expect((await desk.get("/api/v1/config/diff")).status).toBe(422);
  });
});
