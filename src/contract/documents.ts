import { RESOURCES } from "../http/app.ts";
import { PROBLEM_PAGE } from "../http/problem.ts";
import { editorSchema } from "./config-schema.ts";
import { contractOf } from "./openapi.ts";
import { DOCS_PAGE, PROBLEMS_PAGE } from "./pages.ts";

/** What lies beside the Worker, as text by its path; what ends in `.html` is served without that. */
export const DOCUMENTS: Readonly<Record<string, string>> = {
  "/api/v1/openapi.json": JSON.stringify(contractOf(RESOURCES)),
  "/api/v1/config/schema.json": JSON.stringify(editorSchema()),
  "/api/docs.html": (await DOCS_PAGE).toString(),
  [`${PROBLEM_PAGE}.html`]: (await PROBLEMS_PAGE).toString(),
};
