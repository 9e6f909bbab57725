import type { NoAnswer } from "../../routing/no-answer.ts";
import type { Profile, Unfit } from "../../routing/profile.ts";
import type { Routed } from "../../routing/reason.ts";
import { leave, type EventRows, type Happened } from "./row.ts";

/** Where the desk's rules put a ticket, and what they know of its customer. */
export type RoutingEvent =
  /** The desk's rules gave it a place. */
  | (Happened & { type: "ticket_routed" } & Routed)
  /** A profile from another system; `latencyMs` 0 and `cached` if it was known already. */
  | (Happened & {
      type: "enrichment_answered";
      profile: Profile;
      /** What it said that does not fit the desk; earlier releases have stored it in words. */
      ignored: (Unfit | string)[];
      latencyMs: number;
      cached?: true;
      /** By its own account older than the configuration takes for good. */
      stale?: true;
    })
  /** `why`: earlier releases have stored it in words. */
  | (Happened & { type: "enrichment_failed"; code: string; why: NoAnswer | string; latencyMs: number });

/** It goes to another group. */
type RoutingEffect = { kind: "move" };

export const ROUTING_EVENTS = {
  ticket_routed: {
    about: "The desk's rules gave it a queue, a priority, skills",
    webhook: "ticket.transferred",
    facts: {
      queue: "told",
      previousQueue: "told",
      priority: "told",
      previousPriority: "kept",
      requireSkills: "kept",
      rules: "kept",
      group: "told",
      previousGroup: "kept",
    },
    outlives: ["queue", "previousQueue", "priority", "previousPriority", "group", "previousGroup"],
    changes: {
      priority: { was: "previousPriority", is: "priority" },
      queue: { was: "previousQueue", is: "queue" },
      group: { was: "previousGroup", is: "group" },
    },
    evolve(draft, event, before) {
      draft.queue = event.queue;
      draft.requireSkills = event.requireSkills;
      draft.priority = event.priority ?? before.priority;
      if (draft.priority !== before.priority) delete draft.raisedFrom;
      // In another queue the wait begins anew, and so does what it lets go of.
      if (event.queue !== event.previousQueue) draft.waitingSince = event.at;
      if (event.group !== undefined) leave(draft, event.group);
    },
    react: ({ group }) => (group === undefined ? [] : [{ kind: "move" }]),
  },
  enrichment_answered: {
    about: "Another system said who the customer is",
    webhook: "ticket.enriched",
    facts: {
      profile: { instants: ["asOf"] },
      ignored: "kept",
      latencyMs: "kept",
      cached: "kept",
      stale: "kept",
    },
    outlives: ["latencyMs", "cached"],
    changes: {},
    evolve(draft, event, before) {
      draft.profile = { ...event.profile, receivedAt: event.at };
      draft.tier = event.profile.tier ?? before.tier;
    },
    react: null,
  },
  enrichment_failed: {
    about: "It was asked and did not say",
    webhook: null,
    silent: true,
    facts: { code: "kept", why: "kept", latencyMs: "kept" },
    outlives: ["code", "latencyMs"],
    changes: {},
    evolve: null,
    react: null,
  },
} satisfies EventRows<RoutingEvent, RoutingEffect>;
