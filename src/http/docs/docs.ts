import type { OpenAPIHono } from "@hono/zod-openapi";
import { accepts } from "../acceptable.ts";
import { contractOf } from "../contract.ts";
import type { Desk } from "../desk.ts";
import { problem } from "../problem.ts";
import { docsPage } from "./page.ts";
import type { ContractShape } from "./shape.ts";
import { DOCS_STYLE } from "./style.ts";

const CACHED = { "Cache-Control": "public, max-age=300" };

/** The page about the contract, and its style. Open to everyone, as the contract is. */
export function addDocs(app: OpenAPIHono<Desk>): void {
  app.get("/api/docs", async (c) => {
    if (!accepts(c.req.header("Accept"), "text/html"))
      return problem(c, "request.not_acceptable", { detail: "Here it is a page; openapi.json is JSON." });
    return c.html(docsPage(contractOf(app) as unknown as ContractShape), 200, {
      ...CACHED,
      "Content-Security-Policy":
        "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'",
    });
  });
  app.get("/api/docs/style.css", (c) =>
    c.body(DOCS_STYLE, 200, { ...CACHED, "Content-Type": "text/css; charset=utf-8" }),
  );
}
