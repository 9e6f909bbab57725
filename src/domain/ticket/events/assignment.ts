import type { RoutingReason } from "../../routing/reason.ts";
import type { GoneBecause } from "../../team/agent.ts";
import type { Actor } from "../actor.ts";
import type { Note } from "../note.ts";
import type { Ticket } from "../ticket.ts";
import {
  leave,
  noteOf,
  notifyAgent,
  notifyTopic,
  TRANSITION,
  type EventRows,
  type Happened,
  type NotifiesAgent,
  type NotifiesTopic,
  type Transition,
} from "./row.ts";

/**
 * A ticket's assignee and its group. What was so before (`previous…`) is told by the trail; where it may be missing,
 * earlier releases have not stored it.
 */
export type AssignmentEvent =
  /** `implicit`: by answering it, not by asking for it. */
  | (Transition & { type: "ticket_claimed"; implicit?: true })
  /** `why`, `agentName`: the desk took it from an agent who is away, or has left the group. */
  | (Transition & {
      type: "ticket_unclaimed";
      previousAssignee?: number;
      agentName?: string;
      why?: GoneBecause;
    })
  /** `previousAssignee`: null: none. `routing`: why this agent, if the desk handed it out. */
  | (Transition & {
      type: "ticket_assigned";
      assignee: number;
      assigneeName: string;
      previousAssignee?: number | null;
      routing?: RoutingReason;
    })
  /** The assignee gives it on: they are not asked again. */
  | (Transition & { type: "assignment_declined"; agent: number; agentName: string })
  /** The assignee did not answer in the time that the queue gives: it goes on, and they are away. */
  | (Transition & { type: "assignment_ignored"; agent: number; agentName: string })
  /**
   * By hand, or because its queue is not in the configuration any more. `group`: the group of the queue, if it is
   * another one; it has no assignee there yet. `queueSet`: left out, the queue counts as chosen.
   */
  | (Transition & {
      type: "ticket_transferred";
      queueSet?: boolean;
      queue: string;
      previousQueue: string;
      group?: string;
      previousGroup?: string;
      previousAssignee?: number | null;
    })
  /** It came from another group; `number` is what it is here, `topicId` the topic that it had here before, if any. */
  | (Happened & {
      type: "ticket_arrived";
      group: string;
      number: number;
      topicId: number | null;
      /** The group whose object owns the customer's private chat from now on, where that has changed. */
      home?: string;
      cameFrom: string;
    });

export type AssignmentTopicNotice =
  | { code: "ticket.claimed"; by: Actor }
  | { code: "ticket.unclaimed"; by: Actor; gone?: { name: string | null; why: GoneBecause; queue: string } }
  | {
      code: "ticket.assigned";
      by: Actor;
      assignee: { id: number; name: string };
      note?: Note;
      /** Where the configuration shows it to the group. */
      routing?: RoutingReason;
    }
  | { code: "ticket.transferred"; by: Actor; queue: string; group?: string; note?: Note }
  | { code: "ticket.arrived"; from: string; url: string | null; by?: Actor; note?: Note }
  | { code: "assignment.declined" | "assignment.ignored"; agent: { id: number; name: string } };

export type AssignmentAgentNotice =
  /** The desk gave them the ticket. */
  { code: "ticket.assigned_to_you"; note?: Note; routing?: RoutingReason } | { code: "assignment.ignored" };

type AssignmentEffect =
  | NotifiesTopic<AssignmentTopicNotice>
  | NotifiesAgent<AssignmentAgentNotice>
  /** It goes to another group. */
  | { kind: "move" };

export const ASSIGNMENT_EVENTS = {
  ticket_claimed: {
    about: "An agent took it",
    webhook: "ticket.assigned",
    facts: { ...TRANSITION, implicit: "kept" },
    outlives: ["implicit"],
    changes: { assignee: { was: () => null, is: (_, actor) => Number(actor) } },
    evolve(draft, { by, at }) {
      if (by.kind === "agent") draft.assignee = { id: by.id, name: by.name };
      draft.handedAt = null;
      draft.claimedAt ??= at;
    },
    // A claim by answering is visible as the answer itself.
    react: ({ implicit, by }) => (implicit === true ? [] : [notifyTopic({ code: "ticket.claimed", by })]),
  },
  ticket_unclaimed: {
    about: "It has no assignee any more",
    webhook: "ticket.unassigned",
    facts: { ...TRANSITION, previousAssignee: "kept", agentName: "kept", why: "kept" },
    outlives: ["previousAssignee", "agentName"],
    changes: { assignee: { was: "previousAssignee", is: () => null } },
    evolve: (draft, { at }) => unassign(draft, at),
    react({ by, why, agentName }, { queue }) {
      const gone = why === undefined ? {} : { gone: { name: agentName ?? null, why, queue } };
      return [notifyTopic({ code: "ticket.unclaimed", by, ...gone })];
    },
  },
  ticket_assigned: {
    about: "The desk, an agent or a program gave it to an agent",
    webhook: "ticket.assigned",
    facts: {
      ...TRANSITION,
      assignee: "told",
      assigneeName: "kept",
      previousAssignee: "kept",
      routing: "kept",
    },
    outlives: ["assignee", "assigneeName", "previousAssignee"],
    changes: { assignee: { was: "previousAssignee", is: "assignee" } },
    evolve(draft, event) {
      draft.assignee = { id: event.assignee, name: event.assigneeName };
      draft.handedAt = event.routing === undefined ? null : event.at;
      draft.claimedAt ??= event.at;
    },
    react(event, _, { showsReason }) {
      const { by } = event;
      const assignee = { id: event.assignee, name: event.assigneeName };
      const routing = event.routing === undefined ? {} : { routing: event.routing };
      const shown = showsReason ? routing : {};
      const told = notifyTopic({ code: "ticket.assigned", by, assignee, ...noteOf(event), ...shown });
      if (by.kind !== "system") return [told];
      return [told, notifyAgent(assignee, { code: "ticket.assigned_to_you", ...noteOf(event), ...routing })];
    },
  },
  assignment_declined: {
    about: "Its agent does not want it",
    webhook: "ticket.unassigned",
    facts: { ...TRANSITION, agent: "kept", agentName: "kept" },
    outlives: ["agent", "agentName"],
    changes: { assignee: { was: "agent", is: () => null } },
    evolve: passOn,
    react: (event) => [notifyTopic({ code: "assignment.declined", agent: agentOf(event) })],
  },
  assignment_ignored: {
    about: "Its agent did not answer in time",
    webhook: "ticket.unassigned",
    facts: { ...TRANSITION, agent: "kept", agentName: "kept" },
    outlives: ["agent", "agentName"],
    changes: { assignee: { was: "agent", is: () => null } },
    evolve: passOn,
    react(event) {
      const agent = agentOf(event);
      return [
        notifyTopic({ code: "assignment.ignored", agent }),
        notifyAgent(agent, { code: "assignment.ignored" }),
      ];
    },
  },
  ticket_transferred: {
    about: "It was put into another queue by hand",
    webhook: "ticket.transferred",
    facts: {
      ...TRANSITION,
      queueSet: "kept",
      queue: "told",
      previousQueue: "told",
      group: "told",
      previousGroup: "kept",
      previousAssignee: "kept",
    },
    outlives: ["queue", "previousQueue", "group", "previousGroup", "previousAssignee"],
    changes: {
      queue: { was: "previousQueue", is: "queue" },
      group: { was: "previousGroup", is: "group" },
      // It has no assignee there yet.
      assignee: { was: "previousAssignee", is: ({ group }) => (group === undefined ? undefined : null) },
    },
    evolve(draft, event) {
      draft.queue = event.queue;
      draft.queueSet = event.queueSet ?? true;
      draft.waitingSince = event.at;
      // Who did not want it is asked again only because a person sends it where they are.
      if (event.by.kind !== "system") draft.declined = [];
      if (event.group !== undefined) leave(draft, event.group);
    },
    react(event) {
      const { by, queue, group } = event;
      const where = group === undefined ? {} : { group };
      const told = notifyTopic({ code: "ticket.transferred", by, queue, ...where, ...noteOf(event) });
      return group === undefined ? [told] : [told, { kind: "move" }];
    },
  },
  ticket_arrived: {
    about: "It came from another group",
    webhook: null,
    facts: { group: "kept", number: "kept", topicId: "kept", home: "kept", cameFrom: "kept" },
    outlives: ["group", "cameFrom"],
    changes: { group: { was: "cameFrom", is: "group" } },
    evolve(draft, event, before) {
      draft.number = event.number;
      draft.group = event.group;
      draft.home = event.home ?? before.home;
      // The topic of the group that it came from is not a topic here, though its number may be.
      draft.topicId = event.topicId;
      draft.movedTo = null;
    },
    react: null,
  },
} satisfies EventRows<AssignmentEvent, AssignmentEffect>;

function agentOf({ agent, agentName }: { agent: number; agentName: string }): { id: number; name: string } {
  return { id: agent, name: agentName };
}

function unassign(draft: Ticket, at: number): void {
  draft.assignee = null;
  draft.handedAt = null;
  draft.waitingSince = at;
}

function passOn(draft: Ticket, { agent, at }: { agent: number; at: number }, before: Ticket): void {
  unassign(draft, at);
  draft.declined = [...before.declined, agent];
}
