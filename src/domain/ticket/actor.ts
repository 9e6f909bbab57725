import type { ContactId } from "../contact/contact-id.ts";
/**
 * Who did something: a customer or an agent by Telegram id, a program by its API key, or the desk itself by the rule
 * that made it act. A key's `id` is missing in what earlier releases stored.
 */
export type Actor =
  | { kind: "customer"; id: ContactId }
  | { kind: "agent"; id: number; name: string }
  | { kind: "key"; id?: string; name: string }
  | { kind: "system"; rule: SystemRule };

/** An agent as the one who acts. */
export type AgentActor = Extract<Actor, { kind: "agent" }>;
/** An actor who may work on a ticket: an agent in Telegram, or a program through the API. */
export type Worker = Extract<Actor, { kind: "agent" | "key" }>;

/** The rules by which the desk acts on its own. */
export type SystemRule =
  | "auto_close"
  | "intake_hold"
  | "delivery"
  | "sla"
  | "escalation"
  | "reminder"
  | "routing"
  | "enrichment";

export function customer(id: ContactId): Actor {
  return { kind: "customer", id };
}

export function system(rule: SystemRule): Actor {
  return { kind: "system", rule };
}
