import { readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { extname, join, normalize } from "node:path";
import { z } from "zod";
import type { CrmRecord, CrmState } from "../scenarios/crm.ts";
import { sendJson } from "../telegram/http/bot-api.ts";
import { readBody } from "../telegram/http/request-params.ts";
import type { Neighbour } from "../telegram/server.ts";
import { CrmSaying, CrmStateSetting } from "./crm.ts";
import type { SandboxFacts, SandboxNews } from "./feed.ts";

/** What can be asked of the sandbox beside its Telegram. */
export interface Backstage {
  facts(): SandboxFacts;
  subscribe(reader: (news: SandboxNews) => void): () => void;
  ticket(group: string, number: number): Promise<unknown>;
  /** Instants and pauses in milliseconds; `null`: to whatever is due next. */
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

const travelSchema = z.strictObject({ advanceMs: z.number().int().min(0).max(TRAVEL_MAX_MS).nullable() });
const recordSchema = z.strictObject({ down: z.boolean() });
const playSchema = z.strictObject({ scenario: z.string() });

/** The page at `/`, and what it asks of the desk and of the sandbox under `/sandbox/`. */
export function backstageDoors(pagePath: string, backstage: () => Backstage | null): Neighbour {
  return async (request, response, { pathname, searchParams }) => {
    if (request.method === "GET" && (pathname === "/" || pathname.startsWith("/assets/"))) {
      await servePage(response, pagePath, pathname === "/" ? "/index.html" : pathname);
      return true;
    }
    if (!pathname.startsWith("/sandbox/")) return false;
    const asked = backstage();
    if (asked === null) {
      response.writeHead(503, { "retry-after": "1" }).end();
      return true;
    }
    await serveBackstage(request, response, asked, pathname.slice("/sandbox/".length), searchParams);
    return true;
  };
}

async function serveBackstage(
  request: IncomingMessage,
  response: ServerResponse,
  backstage: Backstage,
  what: string,
  query: URLSearchParams,
): Promise<void> {
  const body = async (): Promise<unknown> => {
    const text = (await readBody(request)).toString("utf8");
    return text === "" ? {} : JSON.parse(text);
  };
  const refused = (error: string): void => sendJson(response, 400, { ok: false, error });
  const done = (): void => sendJson(response, 200, { ok: true, result: true });
  try {
    switch (`${request.method} ${what}`) {
      case "GET facts":
        return sendJson(response, 200, { ok: true, result: backstage.facts() });
      case "GET feed":
        return serveFeed(response, backstage);
      case "GET ticket": {
        const result = await backstage.ticket(query.get("group") ?? "", Number(query.get("number")));
        return sendJson(response, 200, { ok: true, result });
      }
      case "POST travel":
        await backstage.travel(travelSchema.parse(await body()).advanceMs);
        return done();
      case "POST record":
        await backstage.setRecordDown(recordSchema.parse(await body()).down);
        return done();
      case "POST crm-state":
        await backstage.setCrmState(CrmStateSetting.parse(await body()).state);
        return done();
      case "POST crm-says": {
        const { customer, says } = CrmSaying.parse(await body());
        await backstage.setCrmRecord(customer, says);
        return done();
      }
      case "POST play":
        return backstage.play(playSchema.parse(await body()).scenario)
          ? done()
          : refused("there is no such scenario, or another one plays");
      case "POST stop":
        await backstage.stopPlaying();
        return done();
      case "POST start-over":
        await backstage.startOver();
        return done();
      default:
        return sendJson(response, 404, {
          ok: false,
          error: `there is no ${request.method} /sandbox/${what}`,
        });
    }
  } catch (error) {
    if (error instanceof z.ZodError) return refused(z.prettifyError(error));
    if (error instanceof SyntaxError) return refused("the body must be a JSON object");
    throw error;
  }
}

function serveFeed(response: ServerResponse, backstage: Backstage): void {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  response.write(": connected\n\n");
  const stop = backstage.subscribe((news) => response.write(`data: ${JSON.stringify(news)}\n\n`));
  response.once("close", stop);
}

async function servePage(response: ServerResponse, pagePath: string, path: string): Promise<void> {
  try {
    const bytes = await readFile(join(pagePath, normalize(path)));
    response.writeHead(200, {
      "content-type": KINDS[extname(path)] ?? "application/octet-stream",
      "content-length": bytes.length,
      "content-security-policy": POLICY,
      "cache-control": path === "/index.html" ? "no-store" : "max-age=31536000, immutable",
    });
    response.end(bytes);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    response.writeHead(404).end();
  }
}
