import { defineConfig } from "drizzle-kit";

/** `npm run migrations:topic-group` writes the next migration of the object's own database. */
export default defineConfig({
  dialect: "sqlite",
  driver: "durable-sqlite",
  schema: "./src/topic-group/tables/schema.ts",
  out: "./migrations/topic-group",
});
