import { isActive } from "../../domain/ticket/status.ts";
import { formatted, joined } from "../../telegram/formatted.ts";
import { NOT_DELIVERED } from "../../telegram/signs.ts";
import { DESK_LANGUAGE } from "../../texts/languages.ts";
import { notice } from "../../texts/notice.ts";
import type { Transaction } from "../commit/transaction.ts";
import { replyParameters, sendable, worded } from "../commit/words.ts";
import { OK, strayed } from "../drain/settled.ts";
import { always, leaves, left, over, type RowOf, type WorkHandler } from "../drain/work-handler.ts";
import { STAFF } from "../tables/lane.ts";
import { loseTopic } from "./topic.ts";
import { placeIn } from "./where.ts";

/* What the desk says in the staff group. */

export const topicNoticeWork: WorkHandler<"topic_notice"> = {
  audience: "staff",
  // What could not be said in a topic would not be said there later.
  onExhausted: "park_untold",
  stopsLane: true,
  repeatable: always,
  needsTopic: always,
  inFormerChat: "again",
  call({ ticket: number, payload }, context) {
    const { rules, tickets } = context;
    const ticket = tickets.get(number)?.ticket;
    // The ticket has left without ever having had a topic here: there is no place to say it.
    if (ticket !== undefined && ticket.movedTo !== null && ticket.topicId === null) return null;
    const { topic } = placeIn(STAFF, number, context);
    const thread = topic === undefined ? {} : { message_thread_id: topic };
    return {
      method: "sendMessage",
      params: { chat_id: rules.group.chatId, ...thread, ...worded(payload.words) },
    };
  },
  done(tx, row, result) {
    if (!leaves(tx, row)) return OK;
    const topicId = tx.tickets.get(row.ticket)?.ticket.topicId ?? null;
    return strayed(result, topicId) ? { kind: "trouble", trouble: "group.not_a_forum" } : OK;
  },
  refused(tx, row, { code }) {
    if (code === "topic_gone") {
      loseTopic(tx, row.ticket);
      const ticket = tx.tickets.get(row.ticket)?.ticket;
      // The topic that a moved ticket has left is not made anew.
      if (ticket !== undefined && ticket.movedTo === null && isActive(ticket)) return "again";
      sayInPrivate(tx, row);
    } else if (code === "reply_gone") {
      const { reply_parameters: _, ...wordsOnly } = row.payload.words;
      tx.outbox.update(row.seq, { payload: { ...row.payload, words: wordsOnly } });
      return "kept";
    }
    return "over";
  },
};

export const staffHintWork: WorkHandler<"staff_hint"> = {
  audience: "staff",
  onExhausted: "drop",
  stopsLane: false,
  repeatable: always,
  call({ payload: { topicId, plain, receiver, words: said } }, { rules }) {
    const topic = topicId === null ? {} : { message_thread_id: topicId };
    const onlyThem =
      plain || receiver === 0 ? {} : { ephemeral_message_parameters: { receiver_user_id: receiver } };
    return {
      method: "sendMessage",
      params: { chat_id: rules.group.chatId, ...topic, ...onlyThem, ...worded(said) },
    };
  },
  done: left,
  refused(tx, row, { code }) {
    if (!row.payload.plain && code !== "topic_gone") {
      // Ephemeral messages are young and not for every chat: then all members may see it.
      tx.outbox.update(row.seq, { payload: { ...row.payload, plain: true } });
      return "kept";
    }
    sayInPrivate(tx, row);
    return "over";
  },
  dropped: sayInPrivate,
};

export const staffReactionWork: WorkHandler<"staff_reaction"> = {
  audience: "staff",
  onExhausted: "drop",
  stopsLane: false,
  repeatable: always,
  call: ({ payload: { messageId, emoji } }, { rules }) => ({
    method: "setMessageReaction",
    params: { chat_id: rules.group.chatId, message_id: messageId, reaction: [{ type: "emoji", emoji }] },
  }),
  done: left,
  refused(tx, row, { code }) {
    // The group takes some reactions only, or the message has as many kinds as it can.
    if (code === "validation") signInWords(tx, row);
    return "over";
  },
  dropped: signInWords,
};

/** Without the sign nobody would know. */
function signInWords(
  tx: Transaction,
  { ticket, payload: { messageId, emoji } }: RowOf<"staff_reaction">,
): void {
  if (ticket === 0) return;
  const says = notice("signInWords", emoji);
  const reply = { reply_parameters: replyParameters(messageId) };
  if (emoji === NOT_DELIVERED) tx.tellUnsent(ticket, null, says, reply);
  else tx.notifyTopic(ticket, says, reply);
}

export const noticeEditWork: WorkHandler<"notice_edit"> = {
  audience: "staff",
  onExhausted: "drop",
  stopsLane: true,
  repeatable: always,
  call: ({ payload: { messageId, words: said } }, { rules }) => ({
    method: "editMessageText",
    params: { chat_id: rules.group.chatId, message_id: messageId, ...worded(said) },
  }),
  done: left,
  refused: over,
};

/**
 * That an answer was not sent is not lost with its topic: whose it was hears it in private, or a lead. What it answers, and
 * buttons, belong to the topic.
 */
function sayInPrivate(
  tx: Transaction,
  { ticket: number, payload }: RowOf<"topic_notice" | "staff_hint">,
): void {
  if (payload.unsent === undefined || payload.unsent === false) return;
  const agent = payload.kind === "staff_hint" ? payload.receiver : payload.unsent.agent;
  const { text, entities = [] } = worded(payload.words);
  const ticket = tx.tickets.get(number)?.ticket;
  const about = ticket === undefined ? [] : [formatted(DESK_LANGUAGE.unsentInPrivate(ticket))];
  const said = sendable(joined([...about, { text, entities }]));
  const leads = tx.rules.policy.roster.leads.map(({ id }) => id);
  const people = agent === null || agent === 0 ? leads : [agent, ...leads.filter((id) => id !== agent)];
  tx.tellFirstOf(people, number, said);
}
