import { messageOf, type Outside } from "./outside.ts";

/** A fresh Worker and its secrets take a moment to be everywhere. */
const READY_TRIES = 30;
const READY_EVERY_MS = 2_000;
const TOKEN_TRIES = 5;
/** A key of the guide's own, for where the admin token may only make keys. */
const KEY_NAME = "go-live";
const KEY_LIVES_MS = 3_600_000;

/** The deployed desk's API, as its administrator. */
export interface DeskDoor {
  ask: (method: string, path: string, body?: unknown) => Promise<{ status: number; body: Body }>;
  /** Gives back what the guide has made for itself. */
  leave: () => Promise<void>;
}
type Body = Record<string, unknown>;

/**
 * Opens the door. `token` null: the operator is asked for one. `isNew`: it was set a moment ago, so being refused means
 * waiting.
 */
export async function openDoor(
  outside: Outside,
  url: string,
  { token, isNew }: { token: string | null; isNew: boolean },
): Promise<DeskDoor> {
  let presented = token;
  for (let tries = 0; tries < TOKEN_TRIES; tries += 1) {
    presented ??= await outside.ask("The desk's admin token, or a key of it with the scope admin: ");
    const current = presented;
    const came = await ready(outside, url, current, isNew);
    if (came === "open") return doorOf(outside, url, current, () => Promise.resolve());
    if (came === "keys_only") return keyed(outside, url, current);
    outside.say("The desk does not know this token.");
    presented = null;
  }
  throw new Error("Without its admin token, or a key, the desk cannot be set up.");
}

/** The admin token only makes keys once there is one: so it makes one for this run. */
async function keyed(outside: Outside, url: string, token: string): Promise<DeskDoor> {
  const maker = doorOf(outside, url, token, () => Promise.resolve());
  const expiresAt = new Date(outside.now() + KEY_LIVES_MS).toISOString();
  const made = await maker.ask("POST", "/keys", { name: KEY_NAME, scopes: ["admin"], expiresAt });
  if (made.status !== 201) throw new Error(`The desk made no key: ${JSON.stringify(made.body)}`);
  return doorOf(outside, url, String(made.body["key"]), async () => {
    await maker.ask("POST", `/keys/${String(made.body["id"])}/revoke`);
  });
}

function doorOf(outside: Outside, url: string, token: string, leave: () => Promise<void>): DeskDoor {
  return {
    async ask(method, path, body) {
      const answer = await outside.fetch(`${url}/api/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      return { status: answer.status, body: text === "" ? {} : (JSON.parse(text) as Body) };
    },
    leave,
  };
}

/** Waits until the Worker that was just deployed answers, under its secrets. */
async function ready(
  outside: Outside,
  url: string,
  token: string,
  isNew: boolean,
): Promise<"open" | "keys_only" | "refused"> {
  let last = "";
  for (let tries = 0; tries < READY_TRIES; tries += 1) {
    try {
      const answer = await outside.fetch(`${url}/api/v1/desk/address`, {
        headers: { authorization: `Bearer ${token}` },
      });
      const body = await answer.text();
      if (answer.ok) return "open";
      if (/"auth\.bootstrap_only"/.test(body)) return "keys_only";
      // A Worker of an earlier release does not have this path, and one without its secrets refuses every token.
      if (/"auth\.(invalid|expired|revoked)"/.test(body) && !isNew) return "refused";
      last = `${answer.status} ${body.slice(0, 200)}`;
    } catch (error) {
      last = messageOf(error);
    }
    await outside.sleep(READY_EVERY_MS);
  }
  throw new Error(`The Worker does not answer at ${url}: ${last}`);
}

/** Asks until the desk says what it should. */
export async function until(outside: Outside, what: string, look: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < READY_TRIES; tries += 1) {
    if (await look()) return;
    await outside.sleep(READY_EVERY_MS);
  }
  throw new Error(`${what} did not happen within ${(READY_TRIES * READY_EVERY_MS) / 1_000} seconds.`);
}
