import type { D1Migration } from "cloudflare:test";

declare global {
  namespace Cloudflare {
    interface Env {
      /** What `readD1Migrations` found in migrations/record; bound for tests only. */
      RECORD_MIGRATIONS: D1Migration[];
    }
  }
}
