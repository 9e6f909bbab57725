import type { Config, EnrichmentConfig } from "../../domain/config/config.ts";
import { ms } from "../../domain/duration.ts";
import {
  ENRICHMENT_AGE_MAX_MS,
  ENRICHMENT_PAUSE_MAX_MS,
  ENRICHMENT_RETRIES_MS,
} from "../../domain/limits.ts";
import { maySoonestTry, mayTry } from "../../domain/routing/breaker.ts";
import type { NoAnswer } from "../../domain/routing/no-answer.ts";
import { fitted, isStale } from "../../domain/routing/profile.ts";
import type { TicketCommand } from "../../domain/ticket/command.ts";
import { isActive } from "../../domain/ticket/status.ts";
import type { Ticket } from "../../domain/ticket/ticket.ts";
import type { EnrichmentCall, EnrichmentResult, Heard } from "../../integrations/enrichment-call.ts";
import { enrichmentCallOf } from "../../integrations/enrichment.ts";
import { subjectForPrograms } from "../../texts/for-programs.ts";
import { sendToPeer } from "../commit/send-to-peer.ts";
import type { Transaction } from "../commit/transaction.ts";
import { OK } from "../drain/settled.ts";
import type { ViewContext } from "../drain/topic-view.ts";
import {
  always,
  over,
  type DeliveryContext,
  type Queues,
  type RowOf,
  type WorkHandler,
} from "../drain/work-handler.ts";
import { crmLane, questionKey, STAFF } from "../tables/lane.ts";
import type { KnownProfile } from "../tables/shapes.ts";
import type { TicketRow } from "../tables/tickets.ts";
import { breakerOf, isBusy, noteAsking, noteHeard } from "./breakers.ts";
import { refreshSkills } from "./skills.ts";

/**
 * Asks the configured system for the profile of a ticket's customer: answered at once from a fresh profile, otherwise
 * through the outbox. The ticket does not wait for it.
 */
export function enrich(tx: Transaction, ticket: Ticket): void {
  const settings = tx.rules.config.routing.enrichment;
  // Where it has gone, it is asked.
  if (settings === undefined || ticket.movedTo !== null) return;
  // What the answer requires is compared with what agents can do.
  refreshSkills(tx);
  const known = tx.contacts.get(ticket.customer)?.profile ?? null;
  if (known !== null && isCurrent(tx, known) && tx.now - known.receivedAt < ms(settings.cacheFor)) {
    answered(tx, ticket.number, settings, known, 0, true);
    return;
  }
  // It is asked once it answers again; until then the ticket goes on without.
  if (breakerOf(tx.facts, "enrichment").openedAt !== null) leftAlone(tx, ticket.number);
  const work = { kind: "enrichment", tries: 0 } as const;
  tx.work({ lane: crmLane(ticket.customer), ticket: ticket.number, work, key: questionKey(ticket.number) });
}

/** Whether it was said by the system that is asked now. */
export function isCurrent(tx: Transaction, { source = 0 }: KnownProfile): boolean {
  return source === tx.rules.sources.enrichment;
}

/**
 * Ticket → until when it is not handed out, in ms since 1970, because an answer may come that says to whom: no longer
 * than one question may take.
 */
export function questions(tx: Transaction): ReadonlyMap<number, number> {
  const settings = tx.rules.config.routing.enrichment;
  if (settings === undefined || breakerOf(tx.facts, "enrichment").openedAt !== null) return new Map();
  const since = tx.now - ms(settings.timeout);
  return new Map(
    tx.outbox
      .keyed("enrichment", since)
      .map(({ ticket, acceptedAt }) => [ticket, acceptedAt + ms(settings.timeout)]),
  );
}

/**
 * Until when the first topic of a ticket waits for what another system says of its customer, because the rules may then
 * send it to another group: no longer than one question may take. 0: it does not wait.
 */
export function awaitsPlaceUntil(
  { facts, outbox }: Queues,
  { ticket }: TicketRow,
  { rules: { config, policy } }: ViewContext,
): number {
  const { enrichment, rules } = config.routing;
  const { number, topicId, topicsLost, assignee, queueSet, profile } = ticket;
  const isPlaced = topicId !== null || topicsLost > 0 || assignee !== null || queueSet || profile !== null;
  if (enrichment === undefined || isPlaced) return 0;
  const mayLeave =
    rules.some(({ queue }) => queue !== undefined && policy.queues.get(queue)?.group !== policy.group) &&
    rules.some(({ queue, when }) => queue !== undefined && dependsOnProfile(when));
  const seq = mayLeave ? outbox.seqOf(questionKey(number)) : null;
  const question = seq === null ? undefined : outbox.get(seq);
  if (question?.payload.kind !== "enrichment" || question.payload.tries > 0) return 0;
  const until = question.acceptedAt + ms(enrichment.timeout);
  const isAskedInTime = (question.notBefore ?? 0) < until && breakerOf(facts, "enrichment").openedAt === null;
  return isAskedInTime ? until : 0;
}

/** Whether the other system's answer may change that a rule holds. */
function dependsOnProfile({
  tier,
  segment,
  attributes,
  language,
}: Config["routing"]["rules"][number]["when"]): boolean {
  return [tier, segment, attributes, language].some((fact) => fact !== undefined);
}

export const enrichmentWork: WorkHandler<"enrichment"> = {
  audience: "outside",
  onExhausted: "park",
  stopsLane: true,
  repeatable: always,
  attempted: (tx) => noteAsking(tx, "enrichment"),
  call: enrichmentCall,
  done(tx, row, result) {
    settleEnrichment(tx, row, result as Heard<EnrichmentResult>);
    return OK;
  },
  // What a system says, or why it does not, is an answer: see `outside.ts`.
  refused: over,
  uncalled: putOffQuestion,
};

/** The call for a question; `null` if the configuration no longer names a system. */
function enrichmentCall(
  { seq, ticket: number }: RowOf<"enrichment">,
  { rules, facts, contacts, tickets, now }: DeliveryContext,
): EnrichmentCall | null {
  const settings = rules.config.routing.enrichment;
  const ticket = tickets.get(number)?.ticket;
  const contact = ticket === undefined ? undefined : contacts.get(ticket.customer)?.contact;
  if (settings === undefined || ticket === undefined || contact === undefined) return null;
  if (!isActive(ticket) || !mayTry(breakerOf(facts, "enrichment"), now)) return null;
  const { ref, group, queue, priority, fields, payload, language, openedAt } = ticket;
  return enrichmentCallOf(settings, {
    source: rules.sources.enrichment,
    id: `ask_${rules.group.id}_${seq}`,
    at: now,
    ticket: {
      ref,
      group,
      queue,
      priority,
      category: fields["category"] ?? null,
      urgency: fields["urgency"] ?? null,
      payload,
      language,
      openedAt,
      subject: subjectForPrograms(ticket.subject),
    },
    contact,
  });
}

/** What came of a question: it comes back as a cause of its own, and the rules run again. */
function settleEnrichment(tx: Transaction, row: RowOf<"enrichment">, result: Heard<EnrichmentResult>): void {
  const { tries } = row.payload;
  // A topic may have waited for this.
  tx.touched.add(STAFF);
  const { source } = result;
  const isOurs = source === tx.rules.sources.enrichment;
  const leftAlone = isOurs && noteHeard(tx, "enrichment", result).leftAlone;
  const settings = tx.rules.config.routing.enrichment;
  const ticket = tx.tickets.get(row.ticket)?.ticket;
  if (ticket === undefined || settings === undefined) {
    tx.outbox.remove(row.seq);
    return;
  }
  if (!isOurs) {
    // Another system was asked, before the configuration changed: the one that counts now is asked in its place.
    tx.outbox.update(row.seq, { payload: { kind: "enrichment", tries: 0 }, notBefore: null });
    tx.touched.add(row.lane);
    return;
  }
  if (result.kind === "answer") {
    const { profile, ignored, latencyMs } = result;
    tx.outbox.remove(row.seq);
    tx.contacts.saveProfile(ticket.customer, { profile, ignored, receivedAt: tx.now, source });
    answered(tx, ticket.number, settings, { profile, ignored }, latencyMs, false);
    return;
  }
  if (isBusy(result)) {
    // No question loses its turn: all of them wait until the system takes questions again.
    askLater(tx, row, tries, maySoonestTry(breakerOf(tx.facts, "enrichment"), tx.now));
    return;
  }
  // What is tried for hours is not told with every try.
  if (tries <= ENRICHMENT_RETRIES_MS.length)
    failed(tx, ticket.number, result.code, result.why, result.latencyMs);
  if (!result.passing || tx.now - row.acceptedAt > ENRICHMENT_AGE_MAX_MS) {
    tx.outbox.remove(row.seq);
    return;
  }
  const longest = ENRICHMENT_PAUSE_MAX_MS;
  const pause = ENRICHMENT_RETRIES_MS[tries] ?? Math.min(longest, 60_000 * 2 ** Math.min(tries - 1, 10));
  // While the breaker is open, the one probe may be any question.
  const at = tx.now + (leftAlone ? 0 : Math.max(pause, Math.min(result.retryAfterMs ?? 0, longest)));
  askLater(tx, row, tries + 1, at);
}

function askLater(tx: Transaction, row: RowOf<"enrichment">, tries: number, at: number): void {
  tx.outbox.update(row.seq, { payload: { kind: "enrichment", tries }, notBefore: at });
  if (at > tx.now) tx.wake(at);
}

/**
 * A question that cannot be asked now: it waits for the system, unless its ticket is closed or no system is configured
 * any more.
 */
function putOffQuestion(tx: Transaction, row: RowOf<"enrichment">): void {
  const ticket = tx.tickets.get(row.ticket)?.ticket;
  const isWanted = tx.rules.config.routing.enrichment !== undefined;
  if (!isWanted || ticket === undefined || !isActive(ticket)) {
    tx.outbox.remove(row.seq);
    return;
  }
  const breaker = breakerOf(tx.facts, "enrichment");
  // Our own code failed on it, which time does not mend.
  if (mayTry(breaker, tx.now)) tx.outbox.remove(row.seq);
  else askLater(tx, row, row.payload.tries, maySoonestTry(breaker, tx.now));
}

function leftAlone(tx: Transaction, number: number): void {
  failed(tx, number, "breaker_open", { why: "breaker_open" }, 0);
}

/** A ticket's question is not for this group to ask any more. Answers whether there was one that waits. */
export function takeBackQuestion(tx: Transaction, number: number): boolean {
  const seq = tx.outbox.seqOf(questionKey(number));
  if (seq !== null) tx.outbox.remove(seq);
  return seq !== null;
}

function answered(
  tx: Transaction,
  number: number,
  { staleAfter }: EnrichmentConfig,
  said: Pick<KnownProfile, "profile" | "ignored">,
  latencyMs: number,
  cached: boolean,
): void {
  // Kept as it was said: what fits the desk now need not fit it later.
  const { profile, ignored: unfit } = fitted(said.profile, tx.rules.config, tx.rules.skills);
  const ignored = [...said.ignored, ...unfit];
  const stale = isStale(profile, ms(staleAfter), tx.now);
  note(tx, number, { type: "enrichment_answered", profile, ignored, latencyMs, cached, stale });
}

function failed(tx: Transaction, number: number, code: string, why: NoAnswer, latencyMs: number): void {
  note(tx, number, { type: "enrichment_failed", code, why, latencyMs });
}

/** The ticket may have moved since the question was asked: then this is for the group that has it. */
function note(
  tx: Transaction,
  number: number,
  command: Extract<TicketCommand, { type: "enrichment_answered" | "enrichment_failed" }>,
): void {
  const { movedTo, id: ticketId } = tx.tickets.get(number)!.ticket;
  if (movedTo === null) tx.apply(number, command);
  else sendToPeer(tx, movedTo, number, { type: "ticket_command", ticketId, command });
}
