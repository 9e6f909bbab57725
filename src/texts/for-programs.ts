import type { Segment } from "../domain/calendar/segments.ts";
import type { VersionNote } from "../domain/config/version-note.ts";
import type { Simulation } from "../domain/rehearsal/simulate.ts";
import type { Candidate } from "../domain/routing/assignment.ts";
import type { NoAnswer } from "../domain/routing/no-answer.ts";
import type { Unfit } from "../domain/routing/profile.ts";
import type { RoutingReason } from "../domain/routing/reason.ts";
import type { RoutingStep } from "../domain/routing/steps.ts";
import type { UnmetIn } from "../domain/routing/unmet.ts";
import type { NextChange } from "../domain/routing/why.ts";
import type { PauseReason } from "../domain/sla/clocks.ts";
import type { Unavailable } from "../domain/team/presence.ts";
import type { TicketEvent } from "../domain/ticket/event.ts";
import type { Subject } from "../domain/ticket/subject.ts";
import type { Ticket, TicketForPrograms } from "../domain/ticket/ticket.ts";
import { PROGRAM_LANGUAGE } from "./languages.ts";

/* What programs and the record read: where the desk keeps codes, the words that earlier releases have stored. */

export function eventForPrograms(event: TicketEvent): TicketEvent {
  if (event.type === "ticket_opened") return { ...event, subject: subjectForPrograms(event.subject) };
  if (event.type === "note_added") return { ...event, text: PROGRAM_LANGUAGE.internalNoteWords(event.text) };
  if (event.type === "enrichment_answered") return profileForPrograms(event);
  if (event.type === "enrichment_failed") return { ...event, why: noAnswerForPrograms(event.why) };
  if ("note" in event && event.note !== undefined)
    return withRouting({ ...event, note: PROGRAM_LANGUAGE.noteWords(event.note) });
  return withRouting(event);
}

export function subjectForPrograms(subject: Subject): string {
  return PROGRAM_LANGUAGE.subjectWords(subject);
}

export function ticketForPrograms(ticket: Ticket): TicketForPrograms {
  return { ...ticket, subject: subjectForPrograms(ticket.subject) };
}

/** What another system said, with what of it is of no use. */
export function profileForPrograms<T extends { ignored: (Unfit | string)[] }>(said: T): T {
  return { ...said, ignored: said.ignored.map(PROGRAM_LANGUAGE.unfitWords) };
}

export function noAnswerForPrograms(why: NoAnswer | string): string {
  return PROGRAM_LANGUAGE.noAnswerWords(why);
}

/** Why a version of the configuration was stored. */
export function versionNoteForPrograms(note: VersionNote): string {
  return PROGRAM_LANGUAGE.versionNoteWords(note);
}

function withRouting(event: TicketEvent): TicketEvent {
  if (event.type !== "ticket_assigned" || event.routing === undefined) return event;
  const { routing } = event;
  return { ...event, routing: { ...inWords(routing), others: routing.others.map(inWords) } };
}

function inWords<T extends Pick<RoutingReason, "why">>(said: T): T & { why: string[] } {
  return { ...said, why: said.why.map(PROGRAM_LANGUAGE.routingWhyWords) };
}

export function candidatesForPrograms(candidates: readonly Candidate[]) {
  return candidates.map(inWords);
}

export function nextForPrograms(next: NextChange | null): { at: number; what: string } | null {
  return next === null ? null : { at: next.at, what: PROGRAM_LANGUAGE.routingChangeWords(next.what) };
}

export function unmetForPrograms(unmet: UnmetIn | null): string[] {
  return unmet === null ? [] : PROGRAM_LANGUAGE.unmetWords(unmet);
}

export function stepsForPrograms(steps: readonly RoutingStep[]): string[] {
  return PROGRAM_LANGUAGE.routingStepWords(steps);
}

export function simulationForPrograms(simulation: Simulation) {
  const { reason, candidates, unmet, next } = simulation;
  return {
    ...simulation,
    reason: stepsForPrograms(reason),
    candidates: candidatesForPrograms(candidates),
    unmet: unmetForPrograms(unmet),
    next: nextForPrograms(next),
  };
}

export function pauseForPrograms(reason: PauseReason | null): string | null {
  return reason === null ? null : PROGRAM_LANGUAGE.pauseWords(reason);
}

/** A stretch of a ticket's clock: pauses have the clock's reasons. */
export function segmentForPrograms(segment: Segment): Segment {
  if (segment.kind !== "paused") return segment;
  return { ...segment, reason: PROGRAM_LANGUAGE.pauseWords(segment.reason as PauseReason) };
}

export function unavailableForPrograms(because: Unavailable | null): string | null {
  return because === null ? null : PROGRAM_LANGUAGE.unavailableWords(because);
}
