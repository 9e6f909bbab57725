import { isStale } from "../../domain/routing/profile.ts";
import type { Policy } from "../../domain/ticket/policy.ts";
import type { Ticket } from "../../domain/ticket/ticket.ts";
import { durationWords } from "./when.ts";

const HOUR_MS = 3_600_000;

/** The customer's profile from another system, for the assignee alone; nothing without a profile. */
export function profileWords({ profile }: Ticket, policy: Policy, now: number): string {
  if (profile === null) return "";
  const facts = [
    ...(profile.tier === null ? [] : [profile.tier]),
    ...(profile.segment === null ? [] : [`segment ${profile.segment}`]),
    ...Object.entries(profile.attributes).map(([key, value]) => `${key}: ${String(value)}`),
    ...(profile.reason === null ? [] : [profile.reason]),
  ];
  if (facts.length === 0) return "";
  const stale = policy.profileStaleAfterMs !== null && isStale(profile, policy.profileStaleAfterMs, now);
  const age =
    profile.asOf === null ? "" : ` (CRM, ${ageWords(now - profile.asOf)} ago${stale ? ", stale" : ""})`;
  return `\nCustomer: ${facts.join("; ")}${age}.`;
}

/** In full days, hours or minutes: seconds do not matter here. */
export function ageWords(ms: number): string {
  const unit = ms >= 24 * HOUR_MS ? 24 * HOUR_MS : ms >= HOUR_MS ? HOUR_MS : HOUR_MS / 60;
  return durationWords(Math.max(unit, Math.floor(ms / unit) * unit));
}
