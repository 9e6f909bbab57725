import { createMiddleware } from "hono/factory";
import { faultIn, withoutComments } from "../domain/config/json-text.ts";
import { inWords, jsonOf } from "./body.ts";
import type { Desk } from "./desk.ts";
import { isJson, isJsonWithComments } from "./media-type.ts";
import { problem } from "./problem.ts";

const JSON_TYPE = "application/json";

/**
 * Turns away a body that could not be read: packed, no JSON, not in UTF-8, or so deep that following it would end the
 * stack. JSON with comments goes on as plain JSON.
 */
export const readable = createMiddleware<Desk>(async (c, next) => {
  if (["GET", "HEAD"].includes(c.req.method)) return next();
  const encoding = c.req.header("Content-Encoding");
  if (encoding !== undefined && encoding.trim().toLowerCase() !== "identity")
    return problem(c, "request.encoded", { detail: `Send it without Content-Encoding: ${encoding}.` });
  if (isJsonWithComments(c.req.header("Content-Type"))) {
    const bytes = await c.req.raw.arrayBuffer();
    if (!isUtf8(bytes)) return problem(c, "request.malformed", { detail: "Send it in UTF-8." });
    const text = new TextDecoder().decode(bytes);
    const fault = faultIn(text, { comments: true });
    if (fault !== null) return problem(c, "request.malformed", { detail: inWords(fault) });
    c.req.raw = asJson(c.req.raw, withoutComments(text));
  }
  const type = c.req.header("Content-Type");
  if (!isJson(type)) return next();
  // Validators know fewer forms of the type than RFC 9110 has: none with a space before its parameters.
  if (type !== JSON_TYPE) c.req.raw = withType(c.req.raw, JSON_TYPE);
  const bytes = await c.req.arrayBuffer();
  if (bytes.byteLength === 0) return next();
  if (!isUtf8(bytes)) return problem(c, "request.malformed", { detail: "Send it in UTF-8." });
  const read = jsonOf(bytes);
  if ("refused" in read) return problem(c, read.refused, { detail: read.detail });
  return next();
});

function withType(request: Request, type: string): Request {
  const headers = new Headers(request.headers);
  headers.set("Content-Type", type);
  return new Request(request, { headers });
}

function asJson(request: Request, body: string): Request {
  const headers = new Headers(request.headers);
  headers.set("Content-Type", JSON_TYPE);
  headers.delete("Content-Length");
  return new Request(request.url, { method: request.method, headers, body });
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
