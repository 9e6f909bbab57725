import { createMiddleware } from "hono/factory";
import { parseAccept } from "hono/utils/accept";
import type { Desk } from "./desk.ts";
import { problem } from "./problem.ts";

/** Whether an `Accept` header takes a media type; no header takes everything. RFC 9110, section 12.5.1. */
export function accepts(header: string | undefined, type: string): boolean {
  if (header === undefined || header.trim() === "") return true;
  const ranges = parseAccept(header);
  // The most specific range that names the type decides, even if it is to refuse it.
  for (const range of [type, type.replace(/\/.*$/, "/*"), "*/*"]) {
    const named = ranges.find((one) => one.type.toLowerCase() === range);
    if (named !== undefined) return named.q > 0;
  }
  return false;
}

/** What answers otherwise than in JSON. */
const OTHER_TYPES: Readonly<Record<string, readonly string[]>> = {
  "/api/v1/audit/export": ["application/x-ndjson", "text/csv"],
};

/** The API answers JSON: a caller whose `Accept` excludes it is told so before anything is done. */
export const acceptable = createMiddleware<Desk>(async (c, next) => {
  const header = c.req.header("Accept");
  const types = ["application/json", ...(OTHER_TYPES[c.req.path] ?? [])];
  return types.some((type) => accepts(header, type)) ? next() : problem(c, "request.not_acceptable");
});
