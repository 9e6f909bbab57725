import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { profileFor } from "../profiles.ts";
import type { Telegram } from "../runtime/telegram.ts";

/** What the desk calls: Telegram's Bot API, a CRM and an endpoint, on loopback. */
export interface Neighbours {
  url: string;
  hooks: string;
  crm: string;
}

/** What the systems of others answer now: a status, nothing, or as usual. */
type OthersFate = () => number | "refused" | "hang" | null;

export async function neighbours(
  telegram: () => Telegram,
  others: OthersFate,
  remains: AsyncDisposableStack,
): Promise<Neighbours> {
  const server = createServer((request, response) => {
    answer(request, response, telegram(), others).catch(() => request.socket.destroy());
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  remains.defer(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, hooks: `${url}/hooks`, crm: `${url}/crm` };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  telegram: Telegram,
  others: OthersFate,
): Promise<void> {
  const isGone = new AbortController();
  response.once("close", () => isGone.abort());
  const body = await text(request);
  const call = /^\/bot([^/]+)\/(\w+)$/.exec(request.url ?? "");
  if (call !== null) {
    const given = await telegram.call(call[1], call[2], body || "{}", isGone.signal);
    const retryAfter = given.headers.get("retry-after");
    response.writeHead(given.status, {
      "content-type": "application/json",
      ...(retryAfter === null ? {} : { "retry-after": retryAfter }),
    });
    response.end(await given.text());
    return;
  }
  const fate = others();
  if (fate === "refused") request.socket.destroy();
  else if (fate === null) {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(request.url === "/crm" ? JSON.stringify(profileFor(body)) : "");
  } else if (fate !== "hang") response.writeHead(fate).end();
}
