import { createMiddleware } from "hono/factory";
import { jsonOf } from "./body.ts";
import type { Desk } from "./desk.ts";
import { isJson } from "./media-type.ts";
import { problem } from "./problem.ts";

const JSON_TYPE = "application/json";

/**
 * Turns away a body that could not be read: packed, no JSON, not in UTF-8, or so deep that following it would end the
 * stack.
 */
export const readable = createMiddleware<Desk>(async (c, next) => {
  if (["GET", "HEAD"].includes(c.req.method)) return next();
  const encoding = c.req.header("Content-Encoding");
  if (encoding !== undefined && encoding.trim().toLowerCase() !== "identity")
    return problem(c, "request.encoded", { detail: `Send it without Content-Encoding: ${encoding}.` });
  const type = c.req.header("Content-Type");
  if (!isJson(type)) return next();
  // Validators know fewer forms of the type than RFC 9110 has: none with a space before its parameters.
  if (type !== JSON_TYPE) c.req.raw = withType(c.req.raw, JSON_TYPE);
  const bytes = await c.req.arrayBuffer();
  if (bytes.byteLength === 0) return next();
  if (!isUtf8(bytes)) return problem(c, "request.malformed", { detail: "Send it in UTF-8." });
  if ("refused" in jsonOf(bytes)) return problem(c, "request.malformed");
  return next();
});

function withType(request: Request, type: string): Request {
  const headers = new Headers(request.headers);
  headers.set("Content-Type", type);
  return new Request(request, { headers });
}

/** RFC 8259, section 8.1. What is read leniently would be stored otherwise than it was meant. */
function isUtf8(bytes: ArrayBuffer): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
