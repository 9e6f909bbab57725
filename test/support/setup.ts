import { inject } from "vitest";
import { moveDate } from "./moved-date.ts";

/* Before every file of tests, in the realm in which it runs. */

declare module "vitest" {
  interface ProvidedContext {
    dateMovedByMs: number;
  }
}

moveDate(inject("dateMovedByMs"));
