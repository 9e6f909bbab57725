/** What the audit trail tells beside the events of tickets, each as `<kind>.<what happened>`. */
export const AUDIT_ACTIONS = [
  "config.stored",
  "config.rolled_back",
  "key.created",
  "key.rotated",
  "key.revoked",
  "contact.updated",
  "contact.blocked",
  "contact.unblocked",
  "contact.merged",
  "contact.unmerged",
  "contact.exported",
  "contact.erasure_requested",
  "contact.erased",
  "hold.set",
  "hold.lifted",
  "retention.ran",
  "agent.availability_set",
  "webhook.replayed",
  "webhook.enabled",
  "webhook.pinged",
  "delivery.replayed",
  "group.reprojected",
  "updates.drained",
  "updates.webhook_set",
  "desk.address_set",
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** Kinds of actions; `ticket` are the events of tickets. */
export const AUDIT_KINDS = [
  "ticket",
  "config",
  "key",
  "contact",
  "hold",
  "retention",
  "agent",
  "webhook",
  "delivery",
  "group",
  "updates",
  "desk",
] as const;
export type AuditKind = (typeof AUDIT_KINDS)[number];

/** Who did it: a program by the id of its key, or the desk itself by the rule that made it act. */
export type AuditActor =
  | { kind: "key"; id: string; name: string }
  | { kind: "system"; id: "telegram" | "retention" | "erasure" };

export const AUDIT_TARGETS = [
  "config",
  "key",
  "contact",
  "ticket",
  "desk",
  "agent",
  "webhook",
  "delivery",
  "group",
] as const;
export interface AuditTarget {
  kind: (typeof AUDIT_TARGETS)[number];
  id: string;
}

/** Where a call came from, as far as it is kept. */
export interface Origin {
  /** The part of the address that names a network: `203.0.113.0/24`, `2001:db8:1::/48`. */
  network: string | null;
  userAgent: string | null;
}

/** One change to the desk; `at` in ms since 1970. */
export interface AuditEntry {
  at: number;
  by: AuditActor;
  action: AuditAction;
  target: AuditTarget;
  from?: Record<string, unknown> | null;
  to?: Record<string, unknown> | null;
  /** Names and counts only: never what people wrote, never a value of a person's. */
  data?: Record<string, unknown>;
  origin?: Origin;
  /** The call that asked for it: asked again by the same call, it is told once. */
  cause?: string | undefined;
}

/** Who calls the API, and from where. */
export interface Caller {
  id: string;
  name: string;
  origin: Origin;
}

/** The API key or token that calls, from where, and the call. */
export interface ApiCaller extends Caller {
  /** Of calls that change something, which happen once. */
  cause: string | undefined;
}
