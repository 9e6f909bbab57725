import { createServer } from "node:http";
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { realNow } from "../../real-clock.ts";
import { failures } from "./errors.ts";
import { HostedWorld } from "./hosted-world.ts";
import { sendJson, serveBotCall, serveFile } from "./http/bot-api.ts";
import { serveControl } from "./http/control.ts";
import { LongPolls } from "./http/long-polls.ts";
import { refusalOf } from "./http/own-requests.ts";
import { hasToken } from "./http/token.ts";
import { WebhookSender } from "./http/webhook-sender.ts";
import type { BotSettings } from "./new-world.ts";

export interface SandboxOptions {
  /** 0 or nothing: any free port. */
  port?: number | undefined;
  /** Loopback only: a caller of the control interface can act as any user. */
  host?: string | undefined;
  /** Who the bot is in every new world. */
  bot?: BotSettings | undefined;
  /** What a request of the control interface must present to change something; left out: nothing. */
  token?: string | undefined;
  /** Others who live at the same address; true when the request was theirs. */
  beside?: Neighbour | undefined;
}

/** Serves requests that are not Telegram's; host and origin are checked before. */
export type Neighbour = (
  request: IncomingMessage,
  response: ServerResponse,
  address: URL,
) => boolean | Promise<boolean>;

export interface TelegramSandbox {
  /** The Bot API root of the default world; that of another one is `${url}/w/<name>`. */
  url: string;
  port: number;
  /** A world by its name, made when it is not there yet. */
  world(name?: string): HostedWorld;
  close(): Promise<void>;
}

const DEFAULT_WORLD = "default";
const WORLDS_MAX = 10_000;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/;
const SAFE_HEADERS = { "cross-origin-resource-policy": "same-origin", "x-content-type-options": "nosniff" };

export async function startTelegramSandbox({
  port = 0,
  host = "127.0.0.1",
  bot,
  token,
  beside,
}: SandboxOptions = {}): Promise<TelegramSandbox> {
  if (!LOOPBACK.test(host)) throw new Error(`the sandbox listens on loopback only, not on ${host}`);
  const worlds = new Map<string, Served>();

  function served(name: string): Served {
    const known = worlds.get(name);
    if (known) return known;
    if (worlds.size >= WORLDS_MAX) throw new Error(`there are ${WORLDS_MAX} worlds already`);
    const world = new HostedWorld(name, realNow, bot);
    const made = { world, polls: new LongPolls(world), sender: new WebhookSender(world) };
    worlds.set(name, made);
    return made;
  }

  const server = createServer((request, response) => {
    const port = request.socket.localPort ?? 0;
    serve(request, response, { port, worlds, served, token, beside }).catch((error: unknown) => {
      // A defect of the sandbox, which the bot sees as Telegram being out of order.
      console.error(error);
      if (!response.headersSent) sendJson(response, 500, failures.serverError().body);
      else response.destroy();
    });
  });
  // An idle connection that this side ends may carry the desk's next call already, which would then be lost: with
  // Node's five seconds that happens on a busy machine, and is not a fault that a scene asked for.
  server.keepAliveTimeout = IDLE_MS;
  await listening(server, port, host);
  const { port: actualPort } = server.address() as AddressInfo;

  return {
    url: `http://${host.includes(":") && !host.startsWith("[") ? `[${host}]` : host}:${actualPort}`,
    port: actualPort,
    world: (name = DEFAULT_WORLD) => served(name).world,
    close: () => {
      for (const { sender } of worlds.values()) sender.close();
      return new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

/** How long a connection may be idle before the server ends it. */
const IDLE_MS = 60 * 60_000;
/** Connections that wait to be taken, where hundreds of people write at once. */
const BACKLOG = 4_096;

function listening(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host.replaceAll(/[[\]]/g, ""), BACKLOG, resolve);
  });
}

interface Served {
  world: HostedWorld;
  polls: LongPolls;
  sender: WebhookSender;
}

interface House {
  port: number;
  worlds: ReadonlyMap<string, Served>;
  served: (name: string) => Served;
  token: string | undefined;
  beside: Neighbour | undefined;
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  { port, worlds, served, token, beside }: House,
): Promise<void> {
  const { headers } = request;
  const { host = null, origin = null } = headers;
  const asked = { host, origin, site: fetched(headers, "site"), mode: fetched(headers, "mode") };
  const refusal = refusalOf(asked, port);
  for (const [name, value] of Object.entries(SAFE_HEADERS)) response.setHeader(name, value);
  if (refusal !== null) {
    response.writeHead(refusal.status, refusal.headers).end(refusal.body);
    return;
  }
  const address = new URL(request.url ?? "/", `http://${host}`);
  if (await beside?.(request, response, address)) return;
  if (request.method !== "GET" && request.method !== "POST") {
    response.writeHead(405, { allow: "GET, POST" }).end();
    return;
  }
  const [, worldName = DEFAULT_WORLD, path = ""] =
    /^(?:\/w\/([\w-]{1,64}))?(\/.*)$/.exec(address.pathname) ?? [];
  const control = /^\/control(?:\/([\w]*))?\/?$/.exec(path);
  const file = /^\/file\/bot([^/]+)\/(.+)$/.exec(path);
  const call = /^\/bot([^/]+)\/([^/]+)\/?$/.exec(path);
  const isTrusted = token === undefined || hasToken(request, token);
  const isThere = isTrusted || worldName === DEFAULT_WORLD || worlds.has(worldName);
  if (!isThere || (!control && !file && !call)) {
    const failure = failures.notFound();
    sendJson(response, failure.code, failure.body);
    return;
  }
  if (control) {
    await serveControl(request, response, {
      world: () => served(worldName).world,
      name: control[1] ?? "",
      query: address.searchParams,
      mayChange: isTrusted,
    });
    return;
  }
  if (file) {
    serveFile(response, served(worldName).world, decode(file[1]), decode(file[2]));
    return;
  }
  const { world, polls } = served(worldName);
  await serveBotCall(request, response, {
    world,
    polls,
    token: decode(call?.[1]),
    method: decode(call?.[2]),
    query: address.searchParams,
  });
}

function fetched(headers: IncomingHttpHeaders, what: "site" | "mode"): string | null {
  const value = headers[`sec-fetch-${what}`];
  return value ?? null;
}

function decode(part: string | undefined): string {
  try {
    return decodeURIComponent(part ?? "");
  } catch {
    return part ?? "";
  }
}
