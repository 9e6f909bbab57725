import type { Context, Hono } from "hono";
import { accepts } from "./acceptable.ts";
import { besideWorker } from "./beside-worker.ts";
import type { Desk } from "./desk.ts";
import { problem, PROBLEM_PAGE } from "./problem.ts";

const CACHED = { "Cache-Control": "public, max-age=300" };
const PAGE = { "Content-Type": "text/html; charset=UTF-8" };

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

/** The contract, for programs and for people: files that lie beside the Worker (`npm run assets`), open to everyone. */
export function addDocs(app: Hono<Desk>): void {
  app.get("/api/docs", async (c) => {
    if (!accepts(c.req.header("Accept"), "text/html"))
      return problem(c, "request.not_acceptable", { detail: "Here it is a page; openapi.json is JSON." });
    return fileBeside(c, { ...CACHED, ...PAGE, "Content-Security-Policy": POLICY });
  });
  // The page at the desk's address.
  app.get("/", (c) => c.redirect("/api/docs", 302));
  app.get(PROBLEM_PAGE, (c) => fileBeside(c, { ...CACHED, ...PAGE }));
  app.get("/api/v1/openapi.json", (c) => fileBeside(c));
  app.get("/api/docs/:file", (c) => {
    // To servers of files it is a film.
    const isClient = c.req.path.endsWith(".ts");
    return fileBeside(c, {
      ...CACHED,
      ...(isClient ? { "Content-Type": "text/plain; charset=utf-8" } : {}),
    });
  });
}

async function fileBeside(c: Context<Desk>, headers: Record<string, string> = {}): Promise<Response> {
  const file = await besideWorker(c, c.req.raw.headers);
  if (file.status === 404) return problem(c, "route.not_found");
  const answer = new Response(file.body, file);
  // The platform lets browsers keep every file; what may be kept is said here.
  answer.headers.delete("Cache-Control");
  for (const [name, value] of Object.entries(headers)) answer.headers.set(name, value);
  return answer;
}
