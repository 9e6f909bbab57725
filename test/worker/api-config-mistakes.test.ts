import { env } from "cloudflare:workers";
import { beforeEach, expect, test } from "vitest";
import { exampleDesk } from "../support/desks.ts";
import { emptyRecord, HttpDesk } from "../support/http-desk.ts";

// oxlint-disable-next-line typescript/no-explicit-any -- mistakes do not keep to types
type Loose = any;
interface Answer {
  valid?: boolean;
  problems?: { pointer: string; at: string; message: string }[];
  warnings?: { pointer: string; at: string; message: string }[];
}

let desk: HttpDesk;
beforeEach(async () => {
  await emptyRecord();
  desk = new HttpDesk();
});

const json = async (answer: Response | Promise<Response>): Promise<Answer> => (await answer).json();
const rehearse = (document: unknown): Promise<Answer> =>
  json(desk.send("PUT", "/api/v1/config?dryRun=1", document));
function changed(change: (desk: Loose) => void): Loose {
  const document: Loose = exampleDesk();
  change(document);
  return document;
}
/** As an earlier release would have stored it. */
async function inForce(document: unknown): Promise<void> {
  await desk.put(exampleDesk());
  await env.DB.prepare("UPDATE config_versions SET document = ?").bind(JSON.stringify(document)).run();
}

test("problems and warnings say where they are by name, in a dry run and when it is refused", async () => {
  const broken = changed((d) => {
    d.slaPolicies[1].targets.normal.firstResponse = 120;
    d.agents[2].groups = ["sales"];
  });
  const places = ["slaPolicies[standard].targets.normal.firstResponse", "agents[9003].groups[0]"];
  const problems = places.map((at) => expect.objectContaining({ at }));
  expect(await rehearse(broken)).toMatchObject({ valid: false, problems });
  expect(await json(desk.put(broken))).toMatchObject({ code: "config.invalid", problems });
  const doubtful = changed((d) => (d.slaPolicies[1].targets.normal.resolution = "9h"));
  doubtful.slaPolicies[1].targets.normal.firstResponse = "10h";
  expect((await rehearse(doubtful)).warnings).toMatchObject([
    { at: "slaPolicies[standard].targets.normal.firstResponse" },
  ]);
});

test("a webhook that is never called is refused, and told once", async () => {
  const never = changed((d) => (d.webhooks[0].url = "http://hooks.example.com/desk"));
  expect(await rehearse(never)).toMatchObject({
    valid: false,
    problems: [{ at: "webhooks[queue-manager].url", message: expect.stringContaining("never called") }],
    warnings: [],
  });
  expect((await desk.put(never)).status).toBe(422);
});

test("a mistake stored by an earlier release does not block other changes, but a second of its kind is refused", async () => {
  const stored = changed((d) => (d.webhooks[0].url = "http://hooks.example.com/desk"));
  await inForce(stored);
  stored.desk.name = "Renamed";
  stored.routing.rules.unshift({ when: { payload: "x" }, queue: "general" });
  expect(await json(desk.put(stored))).toMatchObject({
    changed: true,
    warnings: [{ at: "webhooks[queue-manager].url", message: expect.stringContaining("never called") }],
  });
  stored.webhooks.push({ ...stored.webhooks[0], id: "second" });
  expect(await json(desk.put(stored))).toMatchObject({
    code: "config.invalid",
    problems: [{ at: "webhooks[second].url" }],
  });
});

test("a certificate that has expired is no obstacle to a change of something else, nor to the way back", async () => {
  const expired = changed((d) => {
    d.agents[1].skills.billing.expiresOn = "2020-01-01";
    d.routing.rules = [{ when: { category: "billing" }, requireSkills: { billing: 1 }, queue: "billing" }];
  });
  await inForce(expired);
  const more = structuredClone(expired);
  more.routing.rules.unshift({ when: { category: "technical" }, queue: "general" });
  expect(await json(desk.put(more))).toMatchObject({
    changed: true,
    warnings: [
      { at: "queues[billing].requireSkills.billing" },
      { at: "routing.rules[1].requireSkills.billing" },
    ],
  });
  const back = await desk.send("POST", "/api/v1/config/rollback", { version: 1 });
  expect(back.status).toBe(200);
  more.routing.rules[0].requireSkills = { billing: 1 };
  expect(await json(desk.put(more))).toMatchObject({
    problems: [{ at: "routing.rules[1].requireSkills.billing" }],
  });
});

test("a section that is left out is named in a warning; an empty one is not", async () => {
  await desk.put(exampleDesk());
  const without = changed((d) => {
    delete d.webhooks;
    delete d.retention;
    delete d.intake.fields;
    d.escalationPolicies[0].steps[1].actions.pop();
    d.routing.rules = d.routing.rules.slice(1, 2);
  });
  expect((await rehearse(without)).warnings).toEqual([
    { pointer: "/webhooks", at: "webhooks", message: expect.stringContaining("its one entry ends") },
    { pointer: "/retention", at: "retention", message: expect.stringContaining("put it back") },
    { pointer: "/intake/fields", at: "intake.fields", message: expect.stringContaining("2 entries end") },
  ]);
  Object.assign(without, { webhooks: [], retention: {} });
  without.intake.fields = [];
  expect((await rehearse(without)).warnings).toEqual([]);
});

test("a group whose tickets get another prefix is named", async () => {
  await desk.put(exampleDesk());
  expect((await rehearse(changed((d) => (d.groups[0].prefix = "HELP")))).warnings).toMatchObject([
    { at: "groups[main].prefix", message: "new tickets of main are called HELP-…; those so far keep SUP-…" },
  ]);
});

test("a body that is not JSON is told where, and what it is instead", async () => {
  const text = JSON.stringify(exampleDesk(), null, 2);
  const detailOf = async (body: string, headers: Record<string, string> = {}): Promise<unknown[]> => {
    const answer = await desk.send("PUT", "/api/v1/config", body, headers);
    const { code, detail } = await answer.json<{ code: string; detail: string }>();
    return [answer.status, code, detail];
  };
  const malformed = (detail: unknown): unknown[] => [400, "request.malformed", detail];
  const lines = text.split("\n").length;
  expect(await detailOf(text.replace(/\n\}$/, ",\n}"))).toEqual(
    malformed(`Line ${lines - 1}, column 4: a comma behind the last item: JSON has none before "}".`),
  );
  expect(await detailOf(`// our desk\n${text}`)).toEqual(
    malformed("Line 1, column 1: a comment: JSON has none."),
  );
  expect(await detailOf("desk:\n  name: Shop")).toEqual(
    malformed("Line 1, column 1: this is not JSON: it looks like YAML."),
  );
  expect(await detailOf("")).toEqual(malformed("The body is empty."));
  expect(await detailOf("[".repeat(2_000) + "]".repeat(2_000))).toEqual(
    malformed(expect.stringMatching(/^It nests deeper than \d+ levels\.$/)),
  );
  expect(await detailOf(text, { "Content-Type": "application/x-www-form-urlencoded" })).toEqual([
    415,
    "request.not_json",
    "It came as application/x-www-form-urlencoded. Send it with the header Content-Type: application/json.",
  ]);
  expect(
    await (await desk.send("POST", "/api/v1/config/rollback", '{ "version": 1, }')).json(),
  ).toMatchObject({
    code: "request.malformed",
    detail: 'Line 1, column 15: a comma behind the last item: JSON has none before "}".',
  });
});

test("JSON with comments is taken by its name, once for each key", async () => {
  const text = `// our desk\n${JSON.stringify(exampleDesk(), null, 2).replace(/\n\}$/, ", // the end\n}\n")}`;
  const jsonc = { "Content-Type": "application/jsonc; charset=utf-8", "Idempotency-Key": "one" };
  expect(await json(desk.send("PUT", "/api/v1/config", text, jsonc))).toMatchObject({
    version: 1,
    changed: true,
  });
  expect(await (await desk.get("/api/v1/config")).json()).toEqual(exampleDesk());
  expect(await json(desk.send("PUT", "/api/v1/config", text, jsonc))).toMatchObject({
    version: 1,
    changed: true,
  });
  const item = '{ "id": "extra", "group": "main", /* for now */ }';
  delete (jsonc as Record<string, string>)["Idempotency-Key"];
  expect((await desk.send("PUT", "/api/v1/config/queues/extra", item, jsonc)).status).toBe(200);
  expect(await json(desk.send("PUT", "/api/v1/config", '{ "desk": {}, "desk": {} }', jsonc))).toMatchObject({
    code: "request.malformed",
    detail: 'Line 1, column 15: the key "desk" stands twice in the same object: only one of them could hold.',
  });
});
