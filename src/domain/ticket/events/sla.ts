import { LATE_AFTER_MS } from "../../limits.ts";
import {
  gravestOf,
  heldNotice,
  isNotice,
  momentKey,
  type EscalationReceipt,
  type HeldNotice,
  type MomentOf,
} from "../../sla/escalation-log.ts";
import { receivers } from "../../sla/escalation.ts";
import type { Policy } from "../policy.ts";
import type { Ticket } from "../ticket.ts";
import {
  notifyAgent,
  notifyTopic,
  type EventRows,
  type Happened,
  type NotifiesAgent,
  type NotifiesTopic,
} from "./row.ts";

/** What becomes of promises. */
export type SlaEvent =
  /** Stamped with the instant at which it was due, whenever the desk looked. */
  | (Happened & { type: "sla_warned" } & MomentOf)
  | (Happened & { type: "sla_breached" } & MomentOf)
  /** Time has passed since the breach, and the promise is still not kept. */
  | (Happened & { type: "sla_overdue" } & MomentOf)
  /** One action of an escalation step; a manual escalation is `ticket_escalated`. */
  | EscalationTaken
  /** What the cooldown held back was told in one go. */
  | NoticesMerged;

type EscalationTaken = Happened & { type: "escalation_taken" } & MomentOf & EscalationReceipt;
type NoticesMerged = Happened & { type: "escalation_notices_merged"; notices: HeldNotice[] };

/** What happened to a clock. */
export interface SlaLine extends MomentOf {
  /** The zone in which people read it; null in what an earlier release wrote without one. */
  timeZone: string | null;
  /** How long it still is until the due instant, where that is less than an hour; ms in full minutes. */
  soonMs?: number;
  /** The desk noted it late. */
  late: boolean;
  /** The promise was kept in the meantime, or the ticket is over. */
  kept: boolean;
  /** Which agents were missing: one to tell, or one free to take the ticket over. */
  nobody?: "to_tell" | "free";
}

/** What an endpoint is told of a step. */
export interface EscalationCall extends MomentOf {
  policy: string;
  step: number;
  /** When the step was due, in ms since 1970. */
  at: number;
  /** The desk noted it late. */
  late: boolean;
}

export type SlaNotice = { code: "sla"; lines: SlaLine[] };

/** A call to an endpoint of the configuration. */
export interface CallsWebhook {
  kind: "webhook";
  webhook: string;
  escalation: EscalationCall;
}

type SlaEffect = NotifiesTopic<SlaNotice> | NotifiesAgent<SlaNotice> | CallsWebhook;

const MOMENT_KEPT = {
  metric: "kept",
  instance: "kept",
  moment: "kept",
  offsetMs: "kept",
  clock: "kept",
  dueAt: "instant",
} as const;
const MOMENT = { ...MOMENT_KEPT, metric: "told", instance: "told", dueAt: "told_instant" } as const;
const MOMENT_KEYS = ["metric", "instance", "moment", "offsetMs", "clock", "dueAt"] as const;

export const SLA_EVENTS = {
  sla_warned: {
    about: "A promise is due soon",
    webhook: "sla.warned",
    facts: { ...MOMENT },
    outlives: MOMENT_KEYS,
    changes: {},
    evolve: happened,
    react: null,
  },
  sla_breached: {
    about: "A promise was not kept",
    webhook: "sla.breached",
    facts: { ...MOMENT },
    outlives: MOMENT_KEYS,
    changes: {},
    evolve: happened,
    react: null,
  },
  sla_overdue: {
    about: "Time has passed since then",
    webhook: null,
    facts: { ...MOMENT_KEPT },
    outlives: MOMENT_KEYS,
    changes: {},
    evolve: happened,
    react: null,
  },
  escalation_taken: {
    about: "An action of an escalation policy was taken",
    webhook: null,
    silent: true,
    facts: { ...MOMENT_KEPT, policy: "kept", step: "kept", action: "kept", result: "kept", agents: "kept" },
    outlives: [...MOMENT_KEYS, "policy", "step", "action", "result", "agents"],
    changes: {},
    evolve(draft, event, { escalation }) {
      const held = heldNotice(event);
      draft.escalation = {
        ...escalation,
        ...(isNotice(event) ? { noticeAt: event.at, noticeOf: event.moment } : {}),
        held: held === null ? escalation.held : [...escalation.held, held],
      };
    },
    react: stepNotices,
  },
  escalation_notices_merged: {
    about: "Notices that a cooldown kept back were told",
    webhook: null,
    silent: true,
    facts: { notices: { instants: ["at", "dueAt"] } },
    outlives: [],
    changes: {},
    evolve(draft, { at, notices }, { escalation }) {
      draft.escalation = { ...escalation, noticeAt: at, noticeOf: gravestOf(notices), held: [] };
    },
    react: mergedNotices,
  },
} satisfies EventRows<SlaEvent, SlaEffect>;

function happened(draft: Ticket, event: MomentOf & { at: number }, { escalation }: Ticket): void {
  draft.escalation = {
    ...escalation,
    happened: { ...escalation.happened, [momentKey(event)]: event.at },
  };
}

function stepNotices(event: EscalationTaken, ticket: Ticket, policy: Policy, now: number): SlaEffect[] {
  const { action, result, agents, policy: ladder, step } = event;
  if (result === "held" || result === "unchanged") return [];
  if ("webhook" in action) {
    return [
      {
        kind: "webhook",
        webhook: action.webhook,
        escalation: { ...momentOf(event), policy: ladder, step, at: event.at, late: isLate(event, now) },
      },
    ];
  }
  if (!isNotice(event)) return [];
  const line = lineOf(event, ticket, policy, now, isLate(event, now));
  const lines: SlaLine[] = [
    result === "nobody" ? { ...line, nobody: "reassign" in action ? "free" : "to_tell" } : line,
  ];
  // Without receivers the notice goes into the topic.
  if (agents.length === 0) return [notifyTopic({ code: "sla", lines })];
  return agents.map((one) => notifyAgent(one, { code: "sla", lines }));
}

/** Each receiver gets one message with all that the cooldown kept for them. */
function mergedNotices(event: NoticesMerged, ticket: Ticket, policy: Policy, now: number): SlaEffect[] {
  const lines = new Map<number, { who: { id: number; name: string } | null; lines: SlaLine[] }>();
  const tell = (who: { id: number; name: string } | null, line: SlaLine): void => {
    const told = lines.get(who?.id ?? TOPIC)?.lines ?? [];
    lines.set(who?.id ?? TOPIC, { who, lines: [...told, line] });
  };
  for (const notice of event.notices) {
    const agents = receivers(notice.to, ticket, policy);
    const line = {
      ...lineOf(notice, ticket, policy, now, isLate(event, now)),
      ...(notice.nobody ? { nobody: "free" as const } : {}),
    };
    for (const one of agents) tell(one, line);
    if (agents.length === 0) tell(null, notice.to === "topic" ? line : { nobody: "to_tell", ...line });
  }
  return [...lines.values()].map(({ who, lines: all }) => {
    const said = all.filter((line) => !isOutdone(line, all));
    return who === null
      ? notifyTopic({ code: "sla", lines: said })
      : notifyAgent(who, { code: "sla", lines: said });
  });
}

/** A warning says nothing beside the breach of the same promise. */
function isOutdone(line: SlaLine, all: readonly SlaLine[]): boolean {
  const { metric, instance } = line;
  return (
    line.moment === "warning" &&
    all.some((one) => one.metric === metric && one.instance === instance && one.moment !== "warning")
  );
}

const TOPIC = 0;

/** Whether the desk noted an event so long after it was due that people should know. */
function isLate({ at }: { at: number }, notedAt: number): boolean {
  return notedAt - at > LATE_AFTER_MS;
}

function lineOf(of: MomentOf, ticket: Ticket, policy: Policy, now: number, late: boolean): SlaLine {
  const timeZone = policy.zoneFor(policy.sla.policyFor(ticket));
  const leftMs = Math.ceil((of.dueAt - now) / MINUTE_MS) * MINUTE_MS;
  const soon = of.moment === "warning" && leftMs > 0 && leftMs < 60 * MINUTE_MS ? { soonMs: leftMs } : {};
  return { ...momentOf(of), timeZone, ...soon, late, kept: isKept(of, ticket) };
}

const MINUTE_MS = 60_000;

function momentOf({ metric, instance, moment, offsetMs, clock, dueAt }: MomentOf): MomentOf {
  return { metric, instance, moment, offsetMs, clock, dueAt };
}

/** Whether the promise was kept, or the ticket is over, by now. */
function isKept({ metric, instance }: MomentOf, ticket: Ticket): boolean {
  switch (metric) {
    case "firstResponse":
      return ticket.firstResponseEndedAt !== null;
    case "nextResponse":
      return ticket.turns !== instance || ticket.awaitingSince === null;
    case "resolution":
      return ticket.resolvedAt !== null || ticket.closedAt !== null;
    default:
      return metric satisfies never;
  }
}
