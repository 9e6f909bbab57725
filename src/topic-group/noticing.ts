import { RIGHTS_NEEDED, type Noticed, type StaffChat } from "../domain/reconciliation.ts";
import { STAFF } from "./drain/lane.ts";
import type { Trouble } from "./drain/settled.ts";
import type { Echoes, EchoesFound } from "./echoes.ts";
import { probeNext, takeLost } from "./probing.ts";
import { FACTS } from "./tables/facts.ts";
import type { Store } from "./tables/store.ts";
import type { Transaction } from "./transaction.ts";
import { clearTrouble, noteTrouble } from "./troubles.ts";

const NOTHING: EchoesFound = { unechoed: null, foreign: null };

/** What can be seen of a group that keeps the desk from working in it; null: nothing. */
export function troubleIn({ member, forum, lacks }: StaffChat): Trouble | null {
  if (!member) return "group.gone";
  if (!forum) return "group.not_a_forum";
  return lacks.includes(RIGHTS_NEEDED[0]) ? "bot.cannot_manage_topics" : null;
}

/** Whether a trouble is over where the group looks as it should: of the others only a call that works can tell. */
export function isOver(trouble: unknown): boolean {
  return trouble === "group.not_a_forum" || trouble === "group.gone";
}

/**
 * Somebody looks after this group and says what Telegram says of it, null if it said nothing. Answers what was noticed
 * since the last time, and has some tickets probed where `probes`. Unless it is `quiet`, echoes that are missing may
 * still come, and are kept for the next time.
 */
export function notice(
  tx: Transaction,
  chat: StaffChat | null,
  { quiet, probes }: { quiet: boolean; probes: boolean },
): Noticed {
  const { store } = tx;
  let strayed = 0;
  if (chat !== null) {
    const trouble = troubleIn(chat);
    if (trouble !== null) noteTrouble(tx, trouble);
    else if (isOver(store.fact(FACTS.trouble))) clearTrouble(tx);
    const seenAt = Number(store.fact(FACTS.forumSeenAt) ?? tx.now);
    if (chat.forum) store.setFact(FACTS.forumSeenAt, tx.now);
    else if (chat.member) strayed = tx.messages.countCopiedSince(seenAt);
  }
  const { unechoed, foreign } = echoesFound(store);
  const kept = quiet ? null : unechoed;
  if (kept !== null) store.setFact(FACTS.echoes, { unechoed: kept, foreign: null } satisfies EchoesFound);
  else if (unechoed !== null || foreign !== null) store.deleteFact(FACTS.echoes);
  const lost = takeLost(tx);
  if (probes && store.fact(FACTS.trouble) === undefined) probeNext(tx);
  return { unechoed: quiet ? unechoed : null, foreign, ...lost, strayed };
}

/** Keeps what has waited long enough, so that a restart does not forget it, and puts right what somebody else did to topics. */
export function keepEchoes(tx: Transaction, echoes: Echoes): void {
  const before = echoesFound(tx.store);
  const { touched, ...found } = echoes.overdue(tx.now, before);
  const isAny = [before, found].some(({ unechoed, foreign }) => unechoed !== null || foreign !== null);
  if (isAny) tx.store.setFact(FACTS.echoes, found satisfies EchoesFound);
  for (const topicId of touched) {
    const row = tx.store.ticketOfTopic(topicId);
    if (row === undefined || row.ticket.topicId !== topicId) continue;
    tx.store.saveView(row.ticket.number, { ...row.view, name: null, icon: null, closed: null }, tx.now);
    tx.touched.add(STAFF);
  }
}

function echoesFound(store: Store): EchoesFound {
  return (store.fact(FACTS.echoes) as EchoesFound | undefined) ?? NOTHING;
}
