import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { CallResult } from "../calling.ts";
import { failures, TelegramFailure } from "../errors.ts";
import type { HostedWorld } from "../hosted-world.ts";
import { findMethod } from "../methods/all.ts";
import type { LongPolls } from "./long-polls.ts";
import { readCallParams } from "./request-params.ts";
import type { CallParams } from "./request-params.ts";

const LONG_POLL_MAX_SECONDS = 50;

export interface BotRequest {
  world: HostedWorld;
  polls: LongPolls;
  token: string;
  method: string;
  query: URLSearchParams;
}

/** Carries one call in and its answer out, the way its fate wants it. */
export async function serveBotCall(
  request: IncomingMessage,
  response: ServerResponse,
  call: BotRequest,
): Promise<void> {
  if (request.method === "GET" && !isLook(call.method)) {
    const description = `Method Not Allowed: here “${call.method}” takes POST, so that no link can call it`;
    return sendJson(response, 405, { ok: false, error_code: 405, description });
  }
  const startedAt = performance.now();
  const isGone = new AbortController();
  response.once("close", () => isGone.abort());
  let given: CallParams;
  try {
    given = await readCallParams(request, call.query);
  } catch (error) {
    const failure =
      error instanceof TelegramFailure
        ? error
        : new TelegramFailure(400, "Bad Request: can't parse the request body");
    return sendJson(response, failure.code, failure.body);
  }
  const result = await perform(call, given, isGone.signal);
  const finished = (): void =>
    call.world.core.finished(result.callId, Math.round(performance.now() - startedAt));
  const { delayMs, fate } = result.wire;
  if (delayMs > 0) await sleep(delayMs, undefined, { signal: isGone.signal, ref: false }).catch(() => null);
  if (fate === "hang") {
    response.once("close", finished);
    return;
  }
  if (fate === "reset") request.socket.resetAndDestroy();
  else if (typeof result.body === "string") sendHtml(response, result.status, result.body, result.headers);
  else sendJson(response, result.status, result.body);
  finished();
}

/** Telegram takes GET for everything. An unknown method is refused in its words; `getUpdates` takes updates away. */
function isLook(method: string): boolean {
  const name = findMethod(method)?.name;
  return name === undefined || (name.startsWith("get") && name !== "getUpdates");
}

async function perform(call: BotRequest, given: CallParams, isGone: AbortSignal): Promise<CallResult> {
  const { world, polls, token, method } = call;
  const makeCall = (): CallResult => world.core.call(token, method, given.params, given.uploads);
  const name = method.toLowerCase();
  if (name === "getupdates") polls.endedByOther();
  const result = makeCall();
  if (name === "setwebhook" && result.status === 200) polls.endedByWebhook();
  const timeout = Math.min(Number(given.params["timeout"] ?? 0), LONG_POLL_MAX_SECONDS);
  const isEmptyPoll = name === "getupdates" && result.status === 200 && isEmpty(result.body);
  if (!isEmptyPoll || !(timeout > 0)) return result;
  const ended = await polls.wait(timeout * 1000, isGone);
  if (ended) return { ...result, status: ended.code, body: ended.body };
  if (isGone.aborted) return result;
  world.core.finished(result.callId, 0);
  return makeCall();
}

function isEmpty(body: unknown): boolean {
  const { result } = body as { result?: unknown[] };
  return Array.isArray(result) && result.length === 0;
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  if (response.destroyed) return;
  const text = JSON.stringify(body);
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
  });
  response.end(text);
}

function sendHtml(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, {
    ...headers,
    "content-type": "text/html",
    "content-length": Buffer.byteLength(text),
  });
  response.end(text);
}

/** A file's bytes; if its content is unknown, as many zeros as it is long. */
export function serveFile(response: ServerResponse, world: HostedWorld, token: string, path: string): void {
  const file = token === world.core.token ? world.core.file(path) : null;
  if (!file) {
    const failure = failures.notFound();
    sendJson(response, failure.code, failure.body);
    return;
  }
  const bytes =
    file.contentBase64 === null ? Buffer.alloc(file.size) : Buffer.from(file.contentBase64, "base64");
  response.writeHead(200, { "content-type": "application/octet-stream", "content-length": bytes.length });
  response.end(bytes);
}
