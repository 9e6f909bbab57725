import { html } from "hono/html";
import { PROBLEMS } from "../http/problem.ts";

/** The contract for people, round Swagger UI: no script and no style stands in the page itself. */
export const DOCS_PAGE = html`<!doctype html>
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
export const PROBLEMS_PAGE = html`<!doctype html>
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
