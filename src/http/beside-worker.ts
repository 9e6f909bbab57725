import type { Context } from "hono";
import type { Desk } from "./desk.ts";

/**
 * The file that lies beside the Worker at the request's path (`npm run assets`); 404 if none does. `headers` are those of a
 * request that is passed on as it is, `If-None-Match` among them.
 */
export function besideWorker(c: Context<Desk>, headers: HeadersInit = {}): Promise<Response> {
  return c.env.ASSETS.fetch(new URL(c.req.path, c.req.url).href, { headers });
}
