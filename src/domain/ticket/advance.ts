import { PRIORITIES } from "../priority.ts";
import { whoTakesOver, type TeamAt } from "../routing/taking-over.ts";
import {
  GRAVITY,
  type EscalationReceipt,
  type HeldNotice,
  type Moment,
  type MomentKind,
  type MomentOf,
  type NoticeReceiver,
} from "../sla/escalation-log.ts";
import { momentsAhead, stepsAt, receivers } from "../sla/escalation.ts";
import type { EscalationAction, EscalationPolicy, SlaPolicy } from "../sla/sla-policy.ts";
import type { Actor } from "./actor.ts";
import type { TicketEvent } from "./event.ts";
import { evolve } from "./evolve.ts";
import type { Policy } from "./policy.ts";
import { andRouted } from "./routed.ts";
import type { Ticket } from "./ticket.ts";

/** Something that time alone does to a ticket. */
type DueStep =
  | { kind: "intake"; at: number; from: number }
  | { kind: "moment"; at: number; from: number; moment: Moment; sla: SlaPolicy }
  | { kind: "notices"; at: number; from: number }
  | { kind: "reminder"; at: number; from: number; agent: number }
  | { kind: "ignored"; at: number; from: number }
  | { kind: "auto_close"; at: number; from: number };

/** Steps of one call; what is left waits for the next, which follows at once. */
const STEPS_MAX = 100;

/**
 * What time has done to a ticket by `now`: everything that fell due, in the order and with the instants at which it
 * did, whenever the desk got to look. So the same history gives the same events whether this runs each second or once a
 * week.
 */
export function advance(ticket: Ticket, policy: Policy, team: TeamAt, now: number): TicketEvent[] {
  const events: TicketEvent[] = [];
  let present = ticket;
  for (let count = 0; count < STEPS_MAX; count += 1) {
    const step = nextStep(present, policy);
    if (step === null || step.from > now) break;
    // What a change made due in the past is due since that change, not before.
    const at = Math.max(step.at, present.changedAt, step.kind === "moment" ? policy.sla.since : 0);
    const made = happen(step, present, policy, team, at);
    events.push(...made);
    present = made.reduce<Ticket>(evolve, present);
  }
  return events;
}

/** The earliest instant at which `advance` would change the ticket, `null` if time alone changes nothing. */
export function dueAt(ticket: Ticket, policy: Policy): number | null {
  return nextStep(ticket, policy)?.from ?? null;
}

/** `at` is what the event is stamped with, `from` when it is certain: an answer at the due instant itself is in time. */
function nextStep(ticket: Ticket, policy: Policy): DueStep | null {
  if (ticket.movedTo !== null) return null;
  const steps: DueStep[] = [];
  const add = (step: DueStep): void => void steps.push(step);
  if (ticket.heldUntil !== null) add({ kind: "intake", at: ticket.heldUntil, from: ticket.heldUntil });

  const sla = policy.sla.policyFor(ticket);
  const moment = sla === null ? undefined : momentsAhead(ticket, sla)[0];
  if (sla !== null && moment !== undefined) {
    add({ kind: "moment", at: moment.at, from: moment.at + 1, moment, sla });
  }
  const { held, noticeAt } = ticket.escalation;
  if (held.length > 0) {
    const at = heldUntil(noticeAt ?? 0, held, sla);
    add({ kind: "notices", at, from: at });
  }
  for (const { agent, at } of ticket.reminders) add({ kind: "reminder", at, from: at, agent });
  const answerWithinMs = policy.queues.get(ticket.queue)?.answerWithinMs ?? null;
  if (ticket.handedAt !== null && answerWithinMs !== null && ticket.awaitingSince !== null) {
    // An answer at the last instant is in time.
    const at = ticket.handedAt + answerWithinMs;
    add({ kind: "ignored", at, from: at + 1 });
  }
  if (ticket.status === "resolved" && ticket.resolvedAt !== null) {
    const at = ticket.resolvedAt + policy.autoCloseResolvedAfterMs;
    add({ kind: "auto_close", at, from: at });
  }
  return steps.reduce<DueStep | null>(
    (first, one) => (first === null || one.at < first.at ? one : first),
    null,
  );
}

/** The end of the cooldown; notices counted in opening hours are sent in them, because no agent is there before. */
function heldUntil(noticeAt: number, held: readonly HeldNotice[], sla: SlaPolicy | null): number {
  const over = noticeAt + (sla?.escalation?.cooldownMs ?? 0);
  if (sla === null || held.some(({ clock }) => clock === "wall")) return over;
  const { open, opens } = sla.calendar.openingAt(over);
  return open ? over : (opens ?? over);
}

function happen(step: DueStep, ticket: Ticket, policy: Policy, team: TeamAt, at: number): TicketEvent[] {
  switch (step.kind) {
    case "intake":
      return [{ type: "intake_released", at, by: system("intake_hold"), why: "waited" }];
    case "moment":
      return new Escalation(ticket, policy, step.sla, team, at).take(step.moment);
    case "notices":
      return [
        { type: "escalation_notices_merged", at, by: system("escalation"), notices: ticket.escalation.held },
      ];
    case "reminder": {
      const { agent, name, reason } = ticket.reminders.find((one) => one.agent === step.agent)!;
      const said = reason === undefined ? {} : { reason };
      return [{ type: "reminder_due", at, by: system("reminder"), agent, agentName: name, ...said }];
    }
    case "ignored": {
      const { assignee, status } = ticket;
      const to = status === "in_progress" ? "open" : status;
      const by = system("routing");
      const ignored = { agent: assignee!.id, agentName: assignee!.name };
      const event = { type: "assignment_ignored", at, by, from: status, to, ...ignored } as const;
      return andRouted(ticket, [event], policy, at);
    }
    case "auto_close":
      return [
        {
          type: "ticket_closed",
          at,
          by: system("auto_close"),
          from: ticket.status,
          to: "closed",
          note: { reason: "resolved_and_quiet" },
        },
      ];
    default:
      return step satisfies never;
  }
}

/** One moment of a clock and the steps of the ladder for it; every action sees what those before it have done. */
class Escalation {
  readonly #policy: Policy;
  readonly #sla: SlaPolicy;
  readonly #team: TeamAt;
  readonly #at: number;
  #ticket: Ticket;
  readonly #events: TicketEvent[] = [];

  constructor(ticket: Ticket, policy: Policy, sla: SlaPolicy, team: TeamAt, at: number) {
    this.#ticket = ticket;
    this.#policy = policy;
    this.#sla = sla;
    this.#team = team;
    this.#at = at;
  }

  take({ metric, instance, moment: kind, offsetMs, clock, dueAt: due }: Moment): TicketEvent[] {
    const moment: MomentOf = { metric, instance, moment: kind, offsetMs, clock, dueAt: due };
    const type = { warning: "sla_warned", breach: "sla_breached", overdue: "sla_overdue" } as const;
    this.#append({ type: type[moment.moment], at: this.#at, by: system("sla"), ...moment });
    // A warning that comes with the breach, or after it, warns of nothing.
    if (moment.moment === "warning" && this.#at >= moment.dueAt) return this.#events;
    const ladder = this.#sla.escalation;
    if (ladder === null) return this.#events;
    const quiet = this.#isQuiet(ladder, moment.moment);
    const waiting = this.#ticket.escalation.held.length;
    for (const { index, step } of stepsAt(moment, this.#sla)) {
      for (const action of step.actions) {
        const { result, agents, events } = this.#act(action, quiet !== false);
        this.#append({
          type: "escalation_taken",
          at: this.#at,
          by: system("escalation"),
          ...moment,
          policy: ladder.id,
          step: index,
          action,
          result,
          agents,
        });
        for (const event of events) this.#append(event);
      }
    }
    const { held } = this.#ticket.escalation;
    if (quiet === "together" && held.length > waiting) {
      this.#append({
        type: "escalation_notices_merged",
        at: this.#at,
        by: system("escalation"),
        notices: held,
      });
    }
    return this.#events;
  }

  /**
   * Whether people were told something so recently that notices wait. A breach never waits, nor does a notice graver
   * than the last one sent: waiting notices go out with it, `together`.
   */
  #isQuiet({ cooldownMs }: EscalationPolicy, moment: MomentKind): boolean | "together" {
    const { noticeAt, noticeOf = "warning", held } = this.#ticket.escalation;
    const cooling = noticeAt !== null && this.#at < noticeAt + cooldownMs;
    const breaksThrough = moment === "breach" || GRAVITY[moment] > GRAVITY[noticeOf];
    if (held.length > 0) return breaksThrough ? "together" : true;
    return cooling && !breaksThrough;
  }

  #append(event: TicketEvent): void {
    this.#events.push(event);
    this.#ticket = evolve(this.#ticket, event);
  }

  #act(action: EscalationAction, quiet: boolean): Acted {
    const { assignee, status, priority } = this.#ticket;
    if ("notify" in action || "note" in action) {
      const to: NoticeReceiver = "notify" in action ? action.notify : "topic";
      const agents = receivers(to, this.#ticket, this.#policy);
      const nobody = to !== "topic" && agents.length === 0;
      return { result: quiet ? "held" : nobody ? "nobody" : "done", agents, events: [] };
    }
    if ("reassign" in action) {
      const { roster } = this.#policy;
      const agent = whoTakesOver(action.reassign, this.#ticket, this.#policy, this.#team, this.#at);
      if (agent === null) {
        return { result: quiet ? "held" : "nobody", agents: [...roster.leads], events: [] };
      }
      const taken: TicketEvent = {
        type: "ticket_assigned",
        at: this.#at,
        by: system("escalation"),
        from: status,
        to: status === "open" ? "in_progress" : status,
        assignee: agent.id,
        assigneeName: agent.name,
        previousAssignee: assignee?.id ?? null,
        ...(assignee === null ? {} : { note: { reason: "taken_over", from: assignee.name } }),
      };
      return { result: "done", agents: [{ id: agent.id, name: agent.name }], events: [taken] };
    }
    if ("priority" in action) {
      // It is raised, never lowered.
      if (PRIORITIES.indexOf(action.priority) >= PRIORITIES.indexOf(priority)) return UNCHANGED;
      const raised: TicketEvent = {
        type: "priority_changed",
        at: this.#at,
        by: system("escalation"),
        priority: action.priority,
        previous: priority,
      };
      return { result: "done", agents: [], events: [raised] };
    }
    if ("status" in action) {
      if (status !== "open" && status !== "in_progress") return UNCHANGED;
      const escalated: TicketEvent = {
        type: "ticket_escalated",
        at: this.#at,
        by: system("escalation"),
        from: status,
        to: "escalated",
      };
      return { result: "done", agents: [], events: [escalated] };
    }
    return { result: "done", agents: [], events: [] };
  }
}

interface Acted extends Pick<EscalationReceipt, "result" | "agents"> {
  events: TicketEvent[];
}

const UNCHANGED: Acted = { result: "unchanged", agents: [], events: [] };

function system(rule: Extract<Actor, { kind: "system" }>["rule"]): Actor {
  return { kind: "system", rule };
}
