import type { Acts, GroupFindings, StaffChat } from "../../domain/desk/reconciliation.ts";
import type { Trouble } from "../../domain/desk/trouble.ts";
import type { Arrival } from "../../telegram/inbound.ts";
import type { Transaction } from "../commit/transaction.ts";
import { FACTS, type Facts } from "../tables/facts.ts";
import { STAFF } from "../tables/lane.ts";
import type { Tickets } from "../tables/tickets.ts";
import type { Belonging, Echoes, EchoesFound } from "./echoes.ts";
import { probeNext, takeLost } from "./probing.ts";
import { clearTrouble, noteTrouble } from "./troubles.ts";

const NOTHING: EchoesFound = { unechoed: null, foreign: null, waiting: [] };

/** A service message of what was done to a topic. */
export type Echo = Extract<Arrival, { byBot: boolean }>;

/** What can be seen of a group that keeps the desk from working in it; null: nothing. */
export function troubleIn({ member, forum }: StaffChat): Trouble | null {
  // What the bot may not do shows in what it does, and much can be done without.
  return member ? (forum ? null : "group.not_a_forum") : "group.gone";
}

/** Whether a trouble is over where the group looks as it should: of the others only a call that works can tell. */
export function isOver(trouble: unknown): boolean {
  return trouble === "group.not_a_forum" || trouble === "group.gone" || trouble === "bot.token_refused";
}

/** What was answered under a number, and may have got lost on its way. */
interface UnackedFindings {
  id: number;
  noticed: Told;
}
type Told = Omit<GroupFindings, "id" | "strayed">;

/**
 * Reconciliation reports what Telegram says of this group, null if it said nothing, and collects findings that are not
 * acknowledged; with `probes` some tickets are probed. Unless it is `quiet`, missing echoes may still come, and are
 * kept for the next run.
 */
export function reportGroupState(
  tx: Transaction,
  chat: StaffChat | null,
  { echoes, quiet, probes }: { echoes: Echoes; quiet: boolean; probes: boolean },
): GroupFindings {
  const { facts } = tx;
  let strayed = 0;
  if (chat !== null) {
    const trouble = troubleIn(chat);
    if (trouble !== null) noteTrouble(tx, trouble);
    else if (isOver(facts.get(FACTS.trouble))) clearTrouble(tx);
    const seenAt = Number(facts.get(FACTS.forumSeenAt) ?? tx.now);
    if (chat.forum) facts.set(FACTS.forumSeenAt, tx.now);
    else if (chat.member) strayed = tx.messages.countCopiedSince(seenAt);
  }
  const { unechoed, foreign, waiting } = keepEchoes(tx, echoes);
  saveEchoes(tx, { unechoed: quiet ? null : unechoed, foreign: null, waiting });
  const told = { unechoed: quiet ? unechoed : null, foreign, ...takeLost(tx) };
  if (probes && facts.get(FACTS.trouble) === undefined) probeNext(tx);
  return { ...keepUntilAcked(tx, told), strayed };
}

/** Adds it to what was answered before and perhaps not heard. */
function keepUntilAcked({ facts, now }: Transaction, told: Told): Told & Pick<GroupFindings, "id"> {
  const before = unacked(facts);
  const all = before === null ? told : together(before.noticed, told);
  if (isNothing(told)) return { ...all, id: before?.id ?? null };
  const id = Math.max(now, (before?.id ?? 0) + 1);
  facts.set(FACTS.unheard, { id, noticed: all } satisfies UnackedFindings);
  return { ...all, id };
}

/** Reconciliation has kept the findings under this number. */
export function ackFindings({ facts }: Transaction, id: number): void {
  if (unacked(facts)?.id === id) facts.delete(FACTS.unheard);
}

function unacked(facts: Facts): UnackedFindings | null {
  return (facts.get(FACTS.unheard) as UnackedFindings | undefined) ?? null;
}

function isNothing({ unechoed, foreign, lostTopics, lostCards }: Told): boolean {
  return unechoed === null && foreign === null && lostTopics.length + lostCards.length === 0;
}

function together(one: Told, other: Told): Told {
  return {
    unechoed: sumOf(one.unechoed, other.unechoed),
    foreign: sumOf(one.foreign, other.foreign),
    lostTopics: [...new Set([...one.lostTopics, ...other.lostTopics])],
    lostCards: [...new Set([...one.lostCards, ...other.lostCards])],
  };
}

function sumOf(one: Acts | null, other: Acts | null): Acts | null {
  if (one === null || other === null) return one ?? other;
  return { acts: one.acts + other.acts, since: Math.min(one.since, other.since) };
}

/**
 * What the desk knows of a service message of the bot's own. A topic that moved something was made for a ticket; one that
 * the desk shows open, and has nothing to do to, was not closed by it.
 */
export function belongingOf(tickets: Tickets, { kind, topicId }: Echo, moved: boolean): Belonging {
  const row = tickets.ofTopic(topicId);
  if (kind === "topic_created") return moved || row !== undefined ? "ours" : "contradicts";
  if (kind === "topic_edited" || row === undefined || row.viewDueAt !== null) return "unknown";
  return row.view.closed === (kind === "topic_reopened") ? "contradicts" : "unknown";
}

/**
 * Stores what must outlast a restart, and puts right what another user of the bot's token did to topics. Returns what
 * was found so far.
 */
export function keepEchoes(tx: Transaction, echoes: Echoes): EchoesFound {
  const { touched, ...found } = echoes.overdue(tx.now, echoesFound(tx.facts));
  saveEchoes(tx, found);
  for (const topicId of touched) {
    const row = tx.tickets.ofTopic(topicId);
    if (row === undefined || row.ticket.topicId !== topicId) continue;
    tx.views.save(row.ticket.number, { ...row.view, name: null, icon: null, closed: null }, tx.now);
    tx.touched.add(STAFF);
  }
  return found;
}

function saveEchoes(tx: Transaction, found: EchoesFound): void {
  const before = echoesFound(tx.facts);
  if (JSON.stringify(before) === JSON.stringify(found)) return;
  if (JSON.stringify(found) === JSON.stringify(NOTHING)) tx.facts.delete(FACTS.echoes);
  else tx.facts.set(FACTS.echoes, found);
}

export function echoesFound(facts: Facts): EchoesFound {
  return (facts.get(FACTS.echoes) as EchoesFound | undefined) ?? NOTHING;
}
