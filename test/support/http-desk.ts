import { applyD1Migrations, reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { appWith } from "../../src/http/app.ts";
import { forgetIsolate } from "../../src/isolate.ts";
import { FakeGroups } from "./fake-groups.ts";
import { FlakyD1 } from "./flaky-d1.ts";
import { until } from "./until.ts";

/** When the desk of every file of tests begins. */
const MORNING = Date.parse("2026-11-20T09:00:00Z");
let looks = 0;
/** How far the doors' clock is ahead. */
let aheadMs = 0;
// The patience for a meter is real time, and a busy machine starts it slowly.
const app = appWith(deskNow, { bootstraps: false, meterPatienceMs: 60_000 });

/** The doors' clock: each look at it takes a millisecond, so that nothing happens at the same time as something else. */
export function deskNow(): number {
  looks += 1;
  return MORNING + looks + aheadMs;
}

/** Lets the doors' clock run ahead by so much. */
export function turnClock(ms: number): void {
  aheadMs = ms;
}

export const ADMIN = { Authorization: "Bearer test-admin-token" };
export const SECRET = { "X-Telegram-Bot-Api-Secret-Token": "test-webhook-secret" };

/** Empty tables, and an isolate that remembers nothing but its door's address. */
export async function emptyRecord(): Promise<void> {
  forgetIsolate();
  await reset();
  await applyD1Migrations(env.DB, env.RECORD_MIGRATIONS);
  // The door notes its address once an hour, beside an update: now, so that no later test sees that query.
  await new HttpDesk().update("no update");
  const noted = env.DB.prepare("SELECT 1 FROM jobs WHERE name = 'webhook'");
  await until("the door has noted its address", () => noted.first());
}

/** The desk behind its doors: real routes, real D1, groups that a test can look into. */
export class HttpDesk {
  readonly groups = new FakeGroups();
  readonly d1 = new FlakyD1(env.DB);
  env: Env = { ...env, DB: this.d1.database(), TOPIC_GROUP: this.groups.namespace() };

  /** The same desk served by another isolate, which remembers nothing. */
  elsewhere(): HttpDesk {
    const other = new HttpDesk();
    other.env = { ...other.env, TOPIC_GROUP: this.env.TOPIC_GROUP };
    return other;
  }

  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    return Promise.resolve(app.fetch(new Request(`http://desk${path}`, init), this.env));
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.fetch(path, { headers: { ...ADMIN, ...headers } });
  }

  send(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    return this.fetch(path, {
      method,
      headers: { ...ADMIN, "Content-Type": "application/json", ...headers },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
  }

  async put(document: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return this.send("PUT", "/api/v1/config", document, headers);
  }

  /** Makes an API key; answers it with the headers that present it. */
  async key(...scopes: string[]): Promise<{ id: string; key: string; headers: Record<string, string> }> {
    const answer = await this.send("POST", "/api/v1/keys", { name: `may ${scopes.join(" ")}`, scopes });
    if (answer.status !== 201) throw new Error(`no key: ${await answer.text()}`);
    const { id, key } = await answer.json<{ id: string; key: string }>();
    return { id, key, headers: { Authorization: `Bearer ${key}` } };
  }

  /** What Telegram does with an update. */
  update(update: unknown, headers: Record<string, string> = SECRET): Promise<Response> {
    return this.fetch("/telegram/webhook", {
      method: "POST",
      headers: { "Content-Type": "application/json", ...headers },
      body: typeof update === "string" ? update : JSON.stringify(update),
    });
  }
}

/** The code of a problem document. */
export async function codeOf(response: Response): Promise<string> {
  return (await response.json<{ code: string }>()).code;
}
