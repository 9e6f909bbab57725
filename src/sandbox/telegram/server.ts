import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { realNow } from "../../real-clock.ts";
import { failures } from "./errors.ts";
import { HostedWorld } from "./hosted-world.ts";
import { sendJson, serveBotCall, serveFile } from "./http/bot-api.ts";
import { serveControl } from "./http/control.ts";
import { LongPolls } from "./http/long-polls.ts";
import { WebhookSender } from "./http/webhook-sender.ts";
import type { BotSettings } from "./new-world.ts";

export interface SandboxOptions {
  /** 0 or nothing: any free port. */
  port?: number | undefined;
  /** Loopback only: whoever reaches the control interface can be anybody. */
  host?: string | undefined;
  /** Who the bot is in every new world. */
  bot?: BotSettings | undefined;
  /** Others who live at the same address; true when the request was theirs. */
  beside?: Neighbour | undefined;
}

/** Serves requests that are not Telegram's; origin and host are checked before. */
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

interface Served {
  world: HostedWorld;
  polls: LongPolls;
  sender: WebhookSender;
}

export async function startTelegramSandbox({
  port = 0,
  host = "127.0.0.1",
  bot,
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
    serve(request, response, served, beside).catch((error: unknown) => {
      // A defect of the sandbox, which the bot sees as Telegram being out of order.
      console.error(error);
      if (!response.headersSent) sendJson(response, 500, failures.serverError().body);
      else response.destroy();
    });
  });
  // An idle connection that this side ends may carry the desk's next call already, which would then be lost: with Node's five
  // seconds that happens on a busy machine, and is nobody's fault that a scene asked for.
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

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  served: (name: string) => Served,
  beside: Neighbour | undefined,
): Promise<void> {
  const address = new URL(request.url ?? "/", `http://${request.headers.host ?? "localhost"}`);
  // A page from elsewhere must not reach in, be it under a name that somebody points at this machine.
  if (!LOOPBACK.test(address.hostname) || !isNearby(request.headers.origin)) {
    response.writeHead(403).end();
    return;
  }
  allowNearby(request, response);
  if (request.method === "OPTIONS") {
    response.writeHead(204).end();
    return;
  }
  if (await beside?.(request, response, address)) return;
  const [, worldName = DEFAULT_WORLD, path = ""] =
    /^(?:\/w\/([\w-]{1,64}))?(\/.*)$/.exec(address.pathname) ?? [];
  const control = /^\/control(?:\/([\w]*))?\/?$/.exec(path);
  if (control) {
    await serveControl(request, response, served(worldName).world, control[1] ?? "", address.searchParams);
    return;
  }
  const file = /^\/file\/bot([^/]+)\/(.+)$/.exec(path);
  if (file) {
    serveFile(response, served(worldName).world, decode(file[1]), decode(file[2]));
    return;
  }
  const call = /^\/bot([^/]+)\/([^/]+)\/?$/.exec(path);
  if (!call) {
    const failure = failures.notFound();
    sendJson(response, failure.code, failure.body);
    return;
  }
  const { world, polls } = served(worldName);
  await serveBotCall(request, response, {
    world,
    polls,
    token: decode(call[1]),
    method: decode(call[2]),
    query: address.searchParams,
  });
}

function decode(part: string | undefined): string {
  try {
    return decodeURIComponent(part ?? "");
  } catch {
    return part ?? "";
  }
}

function isNearby(origin: string | undefined): boolean {
  if (origin === undefined) return true;
  try {
    return LOOPBACK.test(new URL(origin).hostname);
  } catch {
    return false;
  }
}

/** The page that people play on may be served from another port of this machine. */
function allowNearby(request: IncomingMessage, response: ServerResponse): void {
  const { origin } = request.headers;
  if (origin === undefined) return;
  response.setHeader("access-control-allow-origin", origin);
  response.setHeader("access-control-allow-headers", "content-type");
  response.setHeader("access-control-allow-methods", "GET, POST, OPTIONS");
  response.setHeader("vary", "origin");
}
