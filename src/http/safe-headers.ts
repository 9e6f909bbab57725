import { createMiddleware } from "hono/factory";
import type { Desk } from "./desk.ts";

/** What every answer says to browsers, unless a route says otherwise: show nothing, guess nothing, keep nothing. */
const HEADERS = {
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "Strict-Transport-Security": "max-age=31536000",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Cache-Control": "no-store",
};

export const safeHeaders = createMiddleware<Desk>(async (c, next) => {
  await next();
  // Telegram, which has shown its secret, is no browser, and the door answers it more often than anyone.
  if (c.get("isForTelegram")) return;
  for (const [name, value] of Object.entries(HEADERS)) {
    if (!c.res.headers.has(name)) c.res.headers.set(name, value);
  }
});
