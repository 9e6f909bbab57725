import type { IncomingMessage, ServerResponse } from "node:http";
import { acts } from "../acts/all.ts";
import { lookingActs } from "../acts/looking.ts";
import { commands } from "../hosted-world.ts";
import type { HostedWorld } from "../hosted-world.ts";
import { ActRefused } from "../refusal.ts";
import { sendJson } from "./bot-api.ts";
import { parseObject, readBody } from "./request-params.ts";
import { TOKEN_IS_MISSING } from "./token.ts";

/** What may be asked with a plain GET, and without a token: nothing changes. */
export const LOOKS: readonly string[] = [
  ...Object.keys(lookingActs),
  "status",
  "snapshot",
  "nextDueAt",
  "callbackAnswer",
  "budgetLeft",
];

export interface ControlRequest {
  world: () => HostedWorld;
  name: string;
  query: URLSearchParams;
  /** Whether the request carried the token that changing requests need. */
  mayChange: boolean;
}

export async function serveControl(
  request: IncomingMessage,
  response: ServerResponse,
  { world: worldOf, name, query, mayChange }: ControlRequest,
): Promise<void> {
  const isLook = name === "" || name === "feed" || LOOKS.includes(name);
  if (!isLook && request.method === "GET") {
    sendJson(response, 405, { ok: false, error: `“${name}” changes something: use POST` });
    return;
  }
  if (!isLook && !mayChange) {
    sendJson(response, 403, { ok: false, error: TOKEN_IS_MISSING });
    return;
  }
  const world = worldOf();
  if (name === "") {
    sendJson(response, 200, { ...world.status, acts: Object.keys(acts), commands: Object.keys(commands) });
    return;
  }
  if (name === "feed") {
    serveFeed(response, world);
    return;
  }
  try {
    const input =
      request.method === "GET" ? fromQuery(query) : fromBody((await readBody(request)).toString("utf8"));
    sendJson(response, 200, { ok: true, result: world.control(name, input) ?? null });
  } catch (error) {
    if (!(error instanceof ActRefused)) throw error;
    sendJson(response, 400, { ok: false, error: error.message });
  }
}

function fromQuery(query: URLSearchParams): Record<string, unknown> {
  return Object.fromEntries([...query].map(([key, value]) => [key, jsonOrText(value)]));
}

function jsonOrText(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function fromBody(text: string): Record<string, unknown> {
  if (text.trim() === "") return {};
  try {
    return parseObject(text);
  } catch {
    throw new ActRefused("the body must be a JSON object");
  }
}

/** Server-sent events: one JSON line for every change. */
function serveFeed(response: ServerResponse, world: HostedWorld): void {
  response.writeHead(200, {
    "content-type": "text/event-stream",
    "cache-control": "no-store",
    connection: "keep-alive",
  });
  response.write(": connected\n\n");
  const stop = world.on((change) => response.write(`data: ${JSON.stringify(change)}\n\n`));
  response.once("close", stop);
}
