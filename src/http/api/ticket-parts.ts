import type { Context } from "hono";
import * as z from "zod";
import { forDocs } from "#for-docs";
import type { Answered } from "../../groups/acting.ts";
import type { Desk } from "../desk.ts";
import { RETRY_AFTER_S, WRITTEN_CHARS_MAX } from "../limits.ts";
import { problem } from "../problem.ts";
import { refused } from "./refused.ts";

/* What orders and commands of programs have in common. */

export const Name = z.string().min(1).max(64);
/** Telegram takes no message in which there is nothing to see. */
const VISIBLE = /[^\s\p{Cc}\p{Default_Ignorable_Code_Point}]/u;
export const Written = z
  .string()
  .max(WRITTEN_CHARS_MAX)
  .refine((text) => VISIBLE.test(text), "must say something")
  .meta(forDocs({ description: "Plain text" }));
export const Fields = z
  .record(Name, Name)
  .refine((fields) => Object.keys(fields).length <= 32, { error: "must have at most 32 keys" })
  .meta(forDocs({ description: "Intake field → option", example: { category: "billing" } }));

export const REFUSALS = [
  "ticket.closed",
  "ticket.resolved",
  "ticket.claimed_by_other",
  "ticket.moved",
  "tags.too_many",
] as const;
export const TROUBLES = ["group.full", "group.unreachable"] as const;

export function failed(c: Context<Desk>, done: Exclude<Answered, { status: "done" }>) {
  if (done.status === "refused") return refused(c, done.refused);
  if (done.status === "forgotten")
    return problem(c, "ticket.closed", { detail: "It was forgotten but for its record: open a new one." });
  const headers = { "Retry-After": String(RETRY_AFTER_S) };
  if (done.status === "moving")
    return problem(c, "ticket.moved", { detail: "It is there in a moment: try again.", headers });
  return problem(c, done.status === "full" ? "group.full" : "group.unreachable", { headers });
}
