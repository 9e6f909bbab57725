import { readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { extname, join, normalize } from "node:path";
import * as z from "zod";
import type { CrmRecord, CrmState } from "../scenarios/crm.ts";
import { sendJson } from "../telegram/http/bot-api.ts";
import { readBody } from "../telegram/http/request-params.ts";
import { hasToken, TOKEN_IS_MISSING } from "../telegram/http/token.ts";
import type { Neighbour } from "../telegram/server.ts";
import { CrmSaying, CrmStateSetting } from "./crm.ts";
import type { SandboxFacts, SandboxNews } from "./feed.ts";
import { INSTANCE_PATH } from "./running.ts";

/** What can be asked of the sandbox beside its Telegram. */
export interface Backstage {
  /** Where the page lies. */
  pagePath: string;
  facts(): SandboxFacts;
  subscribe(reader: (news: SandboxNews) => void): () => void;
  ticket(group: string, number: number): Promise<unknown>;
  /** Instants and pauses in milliseconds; `null`: to the next instant at which work is due. */
  travel(advanceMs: number | null): Promise<void>;
  setRecordDown(down: boolean): Promise<void>;
  setCrmState(state: CrmState): Promise<void>;
  /** Null: what the CRM says of them by itself. */
  setCrmRecord(customer: number, record: CrmRecord | null): Promise<void>;
  /** False while another scenario plays, or if there is none of this name. */
  play(scenario: string): boolean;
  stopPlaying(): Promise<void>;
  startOver(): Promise<void>;
}

const TRAVEL_MAX_MS = 31 * 86_400_000;
const KINDS: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};
const POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; media-src 'self' data: blob:; frame-ancestors 'none'";

/** Looks again by itself. */
const STARTING = `<!doctype html><title>Topicdesk</title><meta http-equiv="refresh" content="1" /><p>Topicdesk is starting …</p>`;

const travelSchema = z.strictObject({ advanceMs: z.number().int().min(0).max(TRAVEL_MAX_MS).nullable() });
const recordSchema = z.strictObject({ down: z.boolean() });
const playSchema = z.strictObject({ scenario: z.string() });

type Door = (backstage: Backstage, asked: Asked) => unknown;

interface Asked {
  query: URLSearchParams;
  body: () => Promise<unknown>;
  response: ServerResponse;
}

class Refused extends Error {}
/** What it has answered itself. */
const ANSWERED = Symbol("answered");
const DONE = true;

/** What changes something has a door for POST, and is asked with the token. */
const doors: Record<`${"GET" | "POST"} ${string}`, Door> = {
  "GET facts": (backstage) => backstage.facts(),
  "GET feed": (backstage, { response }) => {
    serveFeed(response, backstage);
    return ANSWERED;
  },
  "GET ticket": (backstage, { query }) =>
    backstage.ticket(query.get("group") ?? "", Number(query.get("number"))),
  "POST travel": async (backstage, { body }) => {
    await backstage.travel(travelSchema.parse(await body()).advanceMs);
    return DONE;
  },
  "POST record": async (backstage, { body }) => {
    await backstage.setRecordDown(recordSchema.parse(await body()).down);
    return DONE;
  },
  "POST crm-state": async (backstage, { body }) => {
    await backstage.setCrmState(CrmStateSetting.parse(await body()).state);
    return DONE;
  },
  "POST crm-says": async (backstage, { body }) => {
    const { customer, says } = CrmSaying.parse(await body());
    await backstage.setCrmRecord(customer, says);
    return DONE;
  },
  "POST play": async (backstage, { body }) => {
    const isPlaying = backstage.play(playSchema.parse(await body()).scenario);
    if (!isPlaying) throw new Refused("there is no such scenario, or another one plays");
    return DONE;
  },
  "POST stop": async (backstage) => {
    await backstage.stopPlaying();
    return DONE;
  },
  "POST start-over": async (backstage) => {
    await backstage.startOver();
    return DONE;
  },
};

/** The names of all doors under `/sandbox/`, such as `POST travel`. */
export const BACKSTAGE_DOORS: readonly string[] = Object.keys(doors);

/** The page at `/`, and what it asks of the desk and of the sandbox under `/sandbox/`. */
export function backstageDoors(
  token: string,
  instance: string,
  backstage: () => Backstage | null,
): Neighbour {
  return async (request, response, { pathname, searchParams }) => {
    if (request.method === "GET" && pathname === INSTANCE_PATH) {
      sendJson(response, 200, { ok: true, result: instance });
      return true;
    }
    const isOfPage = request.method === "GET" && (pathname === "/" || pathname.startsWith("/assets/"));
    if (!isOfPage && !pathname.startsWith("/sandbox/")) return false;
    const asked = backstage();
    if (asked === null) {
      const type = "text/html; charset=utf-8";
      response.writeHead(503, { "retry-after": "1", "content-type": type, "cache-control": "no-store" });
      response.end(pathname === "/" ? STARTING : "");
      return true;
    }
    if (isOfPage) {
      const isPage = pathname === "/";
      const path = join(asked.pagePath, isPage ? "index.html" : normalize(pathname));
      await serveFile(response, path, isPage ? (html) => withToken(html, token) : undefined);
      return true;
    }
    await serveBackstage(request, response, {
      backstage: asked,
      what: pathname.slice("/sandbox/".length),
      query: searchParams,
      mayChange: hasToken(request, token),
    });
    return true;
  };
}

async function serveBackstage(
  request: IncomingMessage,
  response: ServerResponse,
  given: { backstage: Backstage; what: string; query: URLSearchParams; mayChange: boolean },
): Promise<void> {
  const { backstage, what, query, mayChange } = given;
  const refused = (status: number, error: string): void => sendJson(response, status, { ok: false, error });
  const name = `${request.method} ${what}`;
  if (!Object.hasOwn(doors, name)) return refused(404, `there is no ${request.method} /sandbox/${what}`);
  if (request.method !== "GET" && !mayChange) return refused(403, TOKEN_IS_MISSING);
  const body = async (): Promise<unknown> => {
    const text = (await readBody(request)).toString("utf8");
    return text === "" ? {} : JSON.parse(text);
  };
  try {
    const result = await doors[name as keyof typeof doors]!(backstage, { query, body, response });
    if (result !== ANSWERED) sendJson(response, 200, { ok: true, result });
  } catch (error) {
    if (error instanceof Refused) return refused(400, error.message);
    if (error instanceof z.ZodError) return refused(400, z.prettifyError(error));
    if (error instanceof SyntaxError) return refused(400, "the body must be a JSON object");
    throw error;
  }
}

function serveFeed(response: ServerResponse, backstage: Backstage): void {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  response.write(": connected\n\n");
  const stop = backstage.subscribe((news) => response.write(`data: ${JSON.stringify(news)}\n\n`));
  response.once("close", stop);
}

/** The page alone can read it: other origins may show no frame of it, and read nothing of what they fetch. */
function withToken(html: string, token: string): string {
  return html.replace("</head>", `<meta name="sandbox-token" content="${token}" /></head>`);
}

async function serveFile(
  response: ServerResponse,
  path: string,
  finish?: (html: string) => string,
): Promise<void> {
  try {
    const read = await readFile(path);
    const bytes = finish === undefined ? read : Buffer.from(finish(read.toString("utf8")));
    response.writeHead(200, {
      "content-type": KINDS[extname(path)] ?? "application/octet-stream",
      "content-length": bytes.length,
      "content-security-policy": POLICY,
      "cross-origin-opener-policy": "same-origin",
      "cache-control": finish === undefined ? "max-age=31536000, immutable" : "no-store",
    });
    response.end(bytes);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    response.writeHead(404).end();
  }
}
