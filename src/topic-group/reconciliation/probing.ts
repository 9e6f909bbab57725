import type { RefusalClass } from "../../domain/desk/failure.ts";
import { PROBED_TICKETS_MAX } from "../../domain/limits.ts";
import type { BotCall } from "../../telegram/api.ts";
import type { Transaction } from "../commit/transaction.ts";
import { loseTopic } from "../conversation/topic.ts";
import {
  always,
  left,
  type DeliveryContext,
  type RowOf,
  type WorkHandler,
  type WorkOf,
} from "../drain/work-handler.ts";
import { FACTS, type Facts } from "../tables/facts.ts";
import { STAFF } from "../tables/lane.ts";

/** Which ticket was probed last, and whose topics or cards were found gone since reconciliation asked. */
export interface Probing {
  after: number;
  lostTopics: string[];
  lostCards: string[];
}

const NONE: Probing = { after: 0, lostTopics: [], lostCards: [] };

type ProbeWork = WorkOf<"probe">;

/**
 * Asks Telegram whether the topics and cards of some open tickets are still there, each in its turn: deletions are never
 * told. The calls change nothing where all is well.
 */
export function probeNext(tx: Transaction): void {
  const { after } = probing(tx.facts);
  let tickets = tx.openTickets.withTopicAfter(after, PROBED_TICKETS_MAX);
  if (tickets.length === 0 && after > 0) tickets = tx.openTickets.withTopicAfter(0, PROBED_TICKETS_MAX);
  const last = tickets.at(-1);
  if (last === undefined) return;
  for (const number of tickets) {
    // The topic first: where it is gone, so is its card.
    for (const what of ["topic", "card"] as const) {
      // About no ticket, so that nothing which is said in its topic waits for it.
      const work: ProbeWork = { kind: "probe", number, what };
      tx.work({ lane: STAFF, ticket: 0, work, key: `probe:${what}:${number}` });
    }
  }
  save(tx, { ...probing(tx.facts), after: last });
}

export const probeWork: WorkHandler<"probe"> = {
  audience: "staff",
  // Its turn comes again.
  onExhausted: "drop",
  stopsLane: true,
  repeatable: always,
  call: probeCall,
  done: left,
  refused(tx, { payload }, { code }) {
    lost(tx, payload, code);
    return "over";
  },
};

/** The call that changes nothing; null where what the topic shows is not known, or about to change. */
function probeCall(
  { payload: { number, what } }: RowOf<"probe">,
  { rules, tickets }: DeliveryContext,
): BotCall | null {
  const row = tickets.get(number);
  if (row === undefined || row.ticket.movedTo !== null || row.viewDueAt !== null) return null;
  const { topicId } = row.ticket;
  const { cardId, card, name, icon } = row.view;
  const chat = { chat_id: rules.group.chatId };
  if (topicId === null) return null;
  if (what === "card") {
    if (cardId === null || card === null) return null;
    const [, keyboard] = JSON.parse(card) as [unknown, unknown[]];
    const params = { ...chat, message_id: cardId, reply_markup: { inline_keyboard: keyboard } };
    return { method: "editMessageReplyMarkup", params };
  }
  if (name === null) return null;
  const params = { ...chat, message_thread_id: topicId, name };
  return {
    method: "editForumTopic",
    params: icon === null ? params : { ...params, icon_custom_emoji_id: icon },
  };
}

/** A probe was refused: what is gone is made anew. */
function lost(tx: Transaction, { number, what }: ProbeWork, code: RefusalClass): void {
  const row = tx.tickets.get(number);
  if (row === undefined) return;
  if (code === "topic_gone") {
    noteLost(tx, number, "topic");
    loseTopic(tx, number);
  } else if (code === "target_gone" && what === "card") {
    noteLost(tx, number, "card");
    tx.views.save(number, { ...row.view, cardId: null, card: null }, tx.now);
  } else return;
  tx.touched.add(STAFF);
}

/** A probe found it gone. */
function noteLost(tx: Transaction, number: number, what: ProbeWork["what"]): void {
  const ref = tx.tickets.get(number)?.ticket.ref;
  if (ref === undefined) return;
  const before = probing(tx.facts);
  const key = what === "card" ? "lostCards" : "lostTopics";
  save(tx, { ...before, [key]: [...before[key], ref] });
}

/** Topics and cards found gone since reconciliation asked. */
export function takeLost(tx: Transaction): Pick<Probing, "lostTopics" | "lostCards"> {
  const { after, ...lost } = probing(tx.facts);
  if (lost.lostCards.length + lost.lostTopics.length > 0) save(tx, { ...NONE, after });
  return lost;
}

function probing(facts: Facts): Probing {
  return (facts.get(FACTS.probing) as Probing | undefined) ?? NONE;
}

function save(tx: Transaction, probing: Probing): void {
  tx.facts.set(FACTS.probing, probing);
}
