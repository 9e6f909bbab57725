import { defineConfig } from "drizzle-kit";

/** `npm run migrations:record` writes the next migration of the record; `wrangler d1 migrations apply` runs it. */
export default defineConfig({
  dialect: "sqlite",
  schema: "./src/record/schema.ts",
  out: "./migrations/record",
});
