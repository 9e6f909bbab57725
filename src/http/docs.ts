import type { Hono } from "hono";
import { html } from "hono/html";
import { accepts } from "./acceptable.ts";
import type { Desk } from "./desk.ts";
import { problem, PROBLEM_PAGE, PROBLEMS } from "./problem.ts";

const CACHED = { "Cache-Control": "public, max-age=300" };

/** Only the viewer's files and the desk itself; no inline script or style. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const PAGE = html`<!doctype html>
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width" />
      <title>Topicdesk API</title>
      <link rel="icon" href="data:," />
      <link rel="stylesheet" href="/api/docs/swagger-ui.css" />
      <link rel="stylesheet" href="/api/docs/theme.css" />
    </head>
    <body>
      <main id="viewer"></main>
      <noscript>
        This page needs JavaScript. The contract itself is at
        <a href="/api/v1/openapi.json">/api/v1/openapi.json</a>.
      </noscript>
      <script src="/api/docs/swagger-ui-bundle.js"></script>
      <script src="/api/docs/start.js"></script>
    </body>
  </html>`;

/** What the `type` of a problem leads to. */
const PROBLEMS_PAGE = html`<!doctype html>
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width" />
      <title>Problems of the Topicdesk API</title>
    </head>
    <body>
      <h1>Problems of the Topicdesk API</h1>
      <p>
        Every refusal is a problem document (RFC 9457). Programs look at its <code>code</code>, which never
        changes its meaning. The <a href="/api/docs">contract</a> says which call may answer which.
      </p>
      <dl>
        ${Object.entries(PROBLEMS).map(
          ([code, { status, title }]) =>
            html`<dt id="${code}"><code>${code}</code> (${status})</dt>
              <dd>${title}.</dd> `,
        )}
      </dl>
    </body>
  </html>`;

/**
 * The contract for people: a page round Swagger UI, whose files lie beside the Worker (`npm run assets`). Open to
 * everyone, as the contract is.
 */
export function addDocs(app: Hono<Desk>): void {
  app.get("/api/docs", (c) => {
    if (!accepts(c.req.header("Accept"), "text/html"))
      return problem(c, "request.not_acceptable", { detail: "Here it is a page; openapi.json is JSON." });
    return c.html(PAGE, 200, { ...CACHED, "Content-Security-Policy": POLICY });
  });
  // The page at the desk's address.
  app.get("/", (c) => c.redirect("/api/docs", 302));
  app.get(PROBLEM_PAGE, (c) => c.html(PROBLEMS_PAGE, 200, CACHED));
  app.get("/api/docs/:file", async (c) => {
    const file = await c.env.ASSETS.fetch(c.req.raw);
    if (file.status === 404) return problem(c, "route.not_found");
    const answer = new Response(file.body, file);
    answer.headers.set("Cache-Control", CACHED["Cache-Control"]);
    // To servers of files it is a film.
    if (c.req.param("file").endsWith(".ts")) answer.headers.set("Content-Type", "text/plain; charset=utf-8");
    return answer;
  });
}
