import type { Rules } from "../rules/rules.ts";
import type { Tables } from "../tables/tables.ts";
import type { Transaction } from "./transaction.ts";

/** The object as its rooms see it. */
export interface Inside {
  readonly tables: Tables;
  /** In ms since 1970. */
  now(): number;
  /** Those in force; null before the first configuration. */
  rules(): Rules | null;
  /** Runs work in one transaction of the object: all of it is committed, or nothing. */
  commit<T>(work: (tx: Transaction) => T): T;
  /** Our own code failed: a line for the log, of ids and codes only. */
  report(what: string, error: unknown): void;
}
