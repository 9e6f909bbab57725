import { createMiddleware } from "hono/factory";
import { jsonOf } from "./body.ts";
import type { Desk } from "./desk.ts";
import { isJson } from "./media-type.ts";
import { problem } from "./problem.ts";

/** Turns away a body that could not be read: packed, no JSON, or so deep that following it would end the stack. */
export const readable = createMiddleware<Desk>(async (c, next) => {
  if (["GET", "HEAD"].includes(c.req.method)) return next();
  const encoding = c.req.header("Content-Encoding");
  if (encoding !== undefined && encoding !== "identity")
    return problem(c, "request.not_json", { detail: "Send it without a Content-Encoding." });
  if (!isJson(c.req.header("Content-Type"))) return next();
  const bytes = await c.req.arrayBuffer();
  if (bytes.byteLength > 0 && "refused" in jsonOf(bytes)) return problem(c, "request.malformed");
  return next();
});
