import { env } from "cloudflare:workers";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { missingScopes, SCOPE_NAMES, type Scope } from "../../src/domain/desk/scope.ts";
import {
  answerProblem,
  exampleOf,
  hostileCalls,
  pathOf,
  stepsOf,
  wrongExamples,
  type Contract,
  type Step,
} from "../support/contract-walk.ts";
import { everythingKept, withoutCalls } from "../support/everything.ts";
import fc from "../support/fast-check.ts";
import { Stage } from "../support/stage.ts";

/* A walk through every operation of the contract, with the desk, its groups and its Telegram in the real runtime. */

const CALLS_EACH = 60;
/** What changes the desk for everything that comes after. */
const LAST = ["putConfigSection", "putConfig", "rollBackConfig"];

let stage: Stage;
let contract: Contract;
let steps: Step[];
let keys: Map<string, string>;

const call = (
  path: string,
  init: { method?: string; headers?: Record<string, string>; body?: string | undefined },
): Promise<Response> => stage.request(path, init);

async function newKey(...scopes: string[]): Promise<{ id: string; key: string }> {
  const answer = await stage.api("POST", "/api/v1/keys", { name: "walk", scopes, callsPerMinute: 60_000 });
  return answer.json();
}

/** A delivery that gave up, as the contract's replay needs one. */
async function parkedDelivery(): Promise<string> {
  const ada = await stage.customer();
  await ada.write("The kettle burns");
  await stage.settle();
  const description = "Bad Request: not enough rights to send photos to the chat";
  await stage.telegram.faults([
    { effect: "refuse", methods: ["copyMessage"], code: 400, description, times: 1 },
  ]);
  await ada.send({ photo: {}, caption: "the smoke" });
  await stage.settle();
  const { items } = await stage.get<{ items: { id: string }[] }>("/api/v1/outbox?state=parked");
  return items[0].id;
}

/** What has to be there for an operation's example, and only the desk knows how it is called. */
async function knownFor(step: Step): Promise<Record<string, string>> {
  if (step.path.startsWith("/api/v1/keys/{id}")) return { id: (await newKey("tickets:read")).id };
  if (step.id === "replayDelivery") return { id: await parkedDelivery() };
  if (step.id === "deleteConfigItem") return { section: "webhooks", id: await spareWebhook() };
  if (OF_SOMEBODY.has(step.id)) return { id: String(await somebody()) };
  if (step.id === "unmergeContact") {
    const id = await somebody();
    await stage.api("POST", `/api/v1/contacts/${id}/merge`, { into: FIRST });
    return { id: String(id) };
  }
  if (step.id === "getErasure") {
    const begun = await stage.api("POST", `/api/v1/contacts/${await somebody()}/erase`);
    return { id: (await begun.json<{ id: string }>()).id };
  }
  return {};
}

/** Who wrote first; the contract's examples are about them. */
const FIRST = 5_550_000_001;
/** Done to contacts of their own, so that the examples of the others hold. */
const OF_SOMEBODY = new Set(["blockContact", "mergeContact", "eraseContact"]);

async function somebody(): Promise<number> {
  const customer = await stage.customer();
  await customer.write("Hello");
  await stage.settle();
  return customer.id;
}

let spares = 0;
async function spareWebhook(): Promise<string> {
  const id = `spare-${(spares += 1)}`;
  await stage.api("PUT", `/api/v1/config/webhooks/${id}`, {
    id,
    url: "https://hooks.example.com/spare",
    events: ["*"],
  });
  return id;
}

/** Everything that a call could have changed. */
const everything = async (): Promise<string> => withoutCalls(await everythingKept(stage));

beforeAll(async () => {
  stage = await Stage.open({ intake: true });
  const ada = await stage.customer();
  await ada.write("My printer burns");
  await stage.settle();
  contract = await stage.get<Contract & Record<string, unknown>>("/api/v1/openapi.json");
  const all = stepsOf(contract);
  steps = [
    ...all.filter(({ id }) => !LAST.includes(id)),
    ...LAST.flatMap((id) => all.filter((step) => step.id === id)),
  ];
  keys = new Map();
  for (const scope of SCOPE_NAMES) keys.set(scope, (await newKey(scope)).key);
}, 60_000);
afterAll(() => stage.settle(0));

const bearer = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` });
const JSON_TYPE = { "content-type": "application/json" };

test("every example of a body is what the contract says beside it", () => {
  expect(wrongExamples(contract)).toEqual([]);
});

test("the walk knows every operation, and its example", () => {
  expect(steps.length).toBeGreaterThan(25);
  for (const step of steps) {
    expect(step.id, `${step.method} ${step.path}`).toBeTruthy();
    if (
      /^(?:put|create|open|act|rotate|explain|simulate|replayRouting|rollBack|change|merge|hold)/.test(
        step.id,
      )
    )
      expect(step.bodies[0], step.id).toBeDefined();
  }
});

describe("hostile calls", () => {
  test("are the caller's fault, are answered as the contract says, and change nothing", async () => {
    for (const step of steps) {
      const known = await knownFor(step);
      await stage.settleNow();
      let before = await everything();
      await fc.assert(
        fc.asyncProperty(hostileCalls(step, known), async ({ path, ...init }) => {
          const answer = await call(path, {
            ...init,
            headers: { ...bearer(env.ADMIN_TOKEN), ...init.headers },
          });
          const text = await answer.text();
          const what = `${init.method} ${path.slice(0, 300)} ${init.body?.slice(0, 300) ?? ""} → ${text.slice(0, 300)}`;
          // Some paths lead elsewhere: an empty segment to a list, for example.
          const isElsewhere = answer.status === 404 && text.includes("route.not_found");
          const isMissed = answer.status === 405;
          expect(answer.status, what).toBeLessThan(500);
          if (!isElsewhere && !isMissed) expect(answerProblem(contract, step, answer, text), what).toBeNull();
          // What a change sets off goes on for a moment.
          if (answer.ok && step.changes) await stage.settleNow();
          const after = await everything();
          // What was well-formed after all may do its work.
          if (!answer.ok || !step.changes) expect(after, what).toBe(before);
          before = after;
        }),
        { numRuns: CALLS_EACH, endOnFailure: true },
      );
    }
  }, 300_000);
});

describe("a call without the scopes that its operation needs", () => {
  test("changes and shows nothing", async () => {
    const before = await everything();
    for (const step of steps.filter(({ scopes, path }) => scopes.length > 0 && path !== "/healthz")) {
      const needed = step.scopes as Scope[];
      const foreign = SCOPE_NAMES.filter((scope) => missingScopes([scope], needed).length > 0);
      expect(foreign.length).toBeGreaterThan(3);
      for (const scope of foreign) {
        const body = step.bodies[0] === undefined ? undefined : JSON.stringify(step.bodies[0]);
        const known = step.path.includes("/keys/{id}") ? { id: "3f9k2m1x7qpa" } : {};
        const headers = { ...bearer(keys.get(scope)!), ...JSON_TYPE };
        const answer = await call(pathOf(step, known), { method: step.method, headers, body });
        const text = await answer.text();
        expect([step.id, scope, answer.status]).toEqual([step.id, scope, 403]);
        expect(answer.headers.get("WWW-Authenticate")).toContain(`scope="${needed.join(" ")}"`);
        expect(answerProblem(contract, step, answer, text)).toBeNull();
      }
      const anonymous = await call(pathOf(step, { id: "x" }), { method: step.method });
      expect([step.id, anonymous.status]).toEqual([step.id, 401]);
      expect(answerProblem(contract, step, anonymous, await anonymous.text())).toBeNull();
    }
    expect(await everything()).toBe(before);
  }, 120_000);
});

describe("a call with exactly the scopes that its operation needs", () => {
  // Hostile calls that were well-formed after all have changed the desk.
  beforeEach(() => stage.configure());

  test("succeeds with every example of every operation, and is answered as the contract says", async () => {
    for (const step of steps) {
      const key = step.scopes.length === 0 ? null : (await newKey(...step.scopes)).key;
      for (const example of step.bodies) {
        const init = {
          method: step.method,
          headers: { ...(key === null ? {} : bearer(key)), ...(example === undefined ? {} : JSON_TYPE) },
          ...(example === undefined ? {} : { body: JSON.stringify(example) }),
        };
        const answer = await call(pathOf(step, await knownFor(step)), init);
        const text = await answer.text();
        expect(answer.ok, `${step.method} ${step.path}: ${text.slice(0, 500)}`).toBe(true);
        expect(answerProblem(contract, step, answer, text), step.id).toBeNull();
      }
    }
  }, 120_000);

  test("may say everything that its operation's query takes", async () => {
    for (const step of steps) {
      const optional = step.parameters.filter((one) => one.in === "query" && one.required !== true);
      const untold = optional.filter((one) => exampleOf(one) === undefined).map(({ name }) => name);
      expect([step.id, untold.filter((name) => name !== "cursor" && name !== "after")]).toEqual([
        step.id,
        [],
      ]);
      if (optional.length === 0) continue;
      const headers = { ...bearer(env.ADMIN_TOKEN), ...JSON_TYPE };
      const [example] = step.bodies;
      const body = example === undefined ? {} : { body: JSON.stringify(example) };
      const known = await knownFor(step);
      const path = pathOf(step, known, "all");
      let answer = await call(path, { method: step.method, headers, ...body });
      let text = await answer.text();
      if (answer.status === 409 && optional.some(({ name }) => name === "reassign")) {
        // The contract's example is about a group, and most changes take none out: that is all that is wrong with it.
        const problems = [{ pointer: "/query/reassign", message: expect.any(String) as string }];
        expect(JSON.parse(text), `${step.method} ${path}`).toMatchObject({ code: "config.in_use", problems });
        expect(answerProblem(contract, step, answer, text), step.id).toBeNull();
        const others = step.parameters.filter(({ name }) => name !== "reassign");
        const rest = pathOf({ ...step, parameters: others }, known, "all");
        answer = await call(rest, { method: step.method, headers, ...body });
        text = await answer.text();
      }
      expect(answer.ok, `${step.method} ${path}: ${text.slice(0, 500)}`).toBe(true);
      expect(answerProblem(contract, step, answer, text), step.id).toBeNull();
    }
  }, 120_000);

  test("is answered twice and done once where it changes something and is repeated with one key", async () => {
    for (const step of steps.filter(({ changes }) => changes)) {
      const headers = { ...bearer(env.ADMIN_TOKEN), ...JSON_TYPE, "Idempotency-Key": `walk-${step.id}` };
      const body = step.bodies[0] === undefined ? undefined : JSON.stringify(step.bodies[0]);
      const path = pathOf(step, await knownFor(step));
      const first = await call(path, { method: step.method, headers, body });
      expect(first.ok, `${step.id} ${first.status}`).toBe(true);
      // What a change sets off goes on for a moment.
      await stage.settleNow();
      const before = await everything();
      const again = await call(path, { method: step.method, headers, body });
      expect([step.id, again.status]).toEqual([step.id, first.status]);
      expect(again.headers.get("Idempotency-Replayed")).toBe("true");
      expect(again.headers.get("Location")).toBe(first.headers.get("Location"));
      expect(await again.text()).toBe(await first.text());
      expect(await everything()).toBe(before);
    }
  }, 120_000);
});
