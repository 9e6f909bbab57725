import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { TOKEN_HEADER } from "./token-header.ts";

export const TOKEN_IS_MISSING =
  "this needs the sandbox's token, which its page has and which is another one after each start: load the page again";

/** Whether a request presents the token. */
export function hasToken(request: IncomingMessage, token: string): boolean {
  const given = Buffer.from(String(request.headers[TOKEN_HEADER] ?? ""));
  const wanted = Buffer.from(token);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
