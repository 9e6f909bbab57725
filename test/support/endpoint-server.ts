import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout } from "node:timers/promises";
import type { TestProject } from "vitest/node";
import { crmDoor, CrmSaying, CrmStateSetting, LocalCrm } from "../../src/sandbox/host/crm.ts";

declare module "vitest" {
  interface ProvidedContext {
    endpointUrl: string;
  }
}

/** The worker project's WEBHOOK_SECRET. */
const DESK_SECRET = "test-webhook-secret";

/** What an endpoint got. */
export interface Received {
  method: string;
  headers: Record<string, string>;
  body: string;
}

/** How it answers. */
export interface ScriptedAnswer {
  /** Or it hangs up, or never answers. */
  status: number | "hangs up" | "is silent";
  headers?: Record<string, string>;
  body?: string;
  /** How long it thinks before it says anything: only where real time is what a scene is about. */
  afterMs?: number;
  /** It says nothing until the scene releases it. */
  held?: true;
  /** Instead of a body that ends, this one, again and again, with a pause in between. */
  trickles?: string;
}

/** What it answers, call by call, and what it answers when that is over. */
export interface Script {
  answers: ScriptedAnswer[];
  then?: ScriptedAnswer;
}

interface Served {
  received: Received[];
  script: Script;
  /** Lets go what is held back. */
  held: (() => void)[];
}

/**
 * Other systems, on loopback, for all tests: `/<name>` is an endpoint that keeps what it gets and answers as its script
 * says, 204 after the script's end; `/<name>/control` sets the script (`PUT`), shows what was received (`GET`), and
 * releases held answers (`DELETE`). At `/<name>/sandbox/crm` is a CRM like the sandbox's; `…-state` and `…-says` beside
 * it set its state and answers.
 */
export default async function endpointServer(project: TestProject): Promise<() => Promise<void>> {
  const endpoints = new Map<string, Served>();
  const crms = new Map<string, { crm: LocalCrm; door: ReturnType<typeof crmDoor> }>();
  const server = createServer((request, response) => {
    void serve(request, response);
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [name = "", door, ...rest] = request.url!.slice(1).split("/");
    if (door === "sandbox") return serveCrm(name, `/${[door, ...rest].join("/")}`, request, response);
    const endpoint = endpoints.get(name) ?? { received: [], script: { answers: [] }, held: [] };
    endpoints.set(name, endpoint);
    const pieces: Uint8Array[] = [];
    for await (const piece of request) pieces.push(piece as Uint8Array);
    const body = Buffer.concat(pieces).toString();
    if (door === "control") {
      if (request.method === "PUT") endpoint.script = JSON.parse(body) as Script;
      if (request.method === "DELETE") for (const release of endpoint.held.splice(0)) release();
      response.end(JSON.stringify(endpoint.received));
      return;
    }
    const headers = request.headers as Record<string, string>;
    endpoint.received.push({ method: request.method!, headers, body });
    const { answers, then } = endpoint.script;
    const answer: ScriptedAnswer = answers.shift() ?? then ?? { status: 204 };
    const { status, headers: more, body: text, afterMs, held, trickles } = answer;
    if (afterMs !== undefined) await setTimeout(afterMs);
    if (held) await new Promise<void>((release) => endpoint.held.push(release));
    if (status === "hangs up") request.socket.destroy();
    else if (status !== "is silent" && trickles !== undefined) await trickle(response, status, trickles);
    else if (status !== "is silent") response.writeHead(status, more).end(text);
  }

  async function serveCrm(
    name: string,
    path: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const crm = new LocalCrm();
    const served = crms.get(name) ?? { crm, door: crmDoor(crm, DESK_SECRET) };
    crms.set(name, served);
    if (await served.door(request, response, new URL(path, "http://crm"))) return;
    const pieces: Uint8Array[] = [];
    for await (const piece of request) pieces.push(piece as Uint8Array);
    const settings: unknown = JSON.parse(Buffer.concat(pieces).toString());
    if (path.endsWith("-state")) await served.crm.is(CrmStateSetting.parse(settings).state);
    else {
      const { customer, says } = CrmSaying.parse(settings);
      await served.crm.says(customer, says);
    }
    response.writeHead(204).end();
  }

  async function trickle(response: ServerResponse, status: number, text: string): Promise<void> {
    response.writeHead(status);
    while (!response.destroyed) {
      response.write(text);
      await setTimeout(5);
    }
  }

  // What ends a connection is what a scene asks for, never Node's five idle seconds.
  server.keepAliveTimeout = 60 * 60_000;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  project.provide("endpointUrl", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
}
