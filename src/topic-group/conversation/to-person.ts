import { cut } from "../../domain/cut.ts";
import { TOAST_CHARS_MAX } from "../../domain/limits.ts";
import { nextDue } from "../../domain/sla/standing.ts";
import type { AgentNotice } from "../../domain/ticket/effect.ts";
import type { Policy } from "../../domain/ticket/policy.ts";
import type { Ticket } from "../../domain/ticket/ticket.ts";
import { DESK_LANGUAGE, languageOf, type AboutTicket } from "../../texts/languages.ts";
import { inWords, notice, type Notice } from "../../texts/notice.ts";
import { worded, words } from "../commit/words.ts";
import { always, left, over, type DeliveryContext, type WorkHandler } from "../drain/work-handler.ts";
import { urlOfTopic } from "../tables/numbering.ts";

/* What the desk says to one person, who need not be a customer. */

/** How long an agent is not told of their ticket because it has no topic yet, and how often that is looked at. */
const TOPIC_PATIENCE_MS = 60_000;
const TOPIC_LOOK_MS = 1_000;

export const directWork: WorkHandler<"direct"> = {
  audience: "person",
  onExhausted: "park",
  stopsLane: true,
  repeatable: always,
  call: ({ payload: { chatId, words: said } }) => ({
    method: "sendMessage",
    params: { chat_id: chatId, ...worded(said) },
  }),
  done: left,
  refused(tx, { ticket, payload: { orElse, words: said } }) {
    if (orElse !== undefined) tx.tellFirstOf(orElse, ticket, said);
    return "over";
  },
};

export const agentNoticeWork: WorkHandler<"agent_notice"> = {
  audience: "agent",
  onExhausted: "park",
  stopsLane: true,
  repeatable: always,
  /** Who gets a ticket is told with a link to its topic: while that is being made, they are told a little later. */
  waitsUntil({ ticket: number, payload, acceptedAt }, { tickets }, now) {
    if (payload.notice.code !== "ticket.assigned_to_you" || now - acceptedAt > TOPIC_PATIENCE_MS) return 0;
    const ticket = tickets.get(number)?.ticket;
    const isMade = ticket === undefined || ticket.topicId !== null || ticket.movedTo !== null;
    return isMade ? 0 : now + TOPIC_LOOK_MS;
  },
  call: ({ ticket, payload: { agent, notice: about } }, context) => ({
    method: "sendMessage",
    params: { chat_id: agent.id, ...words(DESK_LANGUAGE.agentNotice(about, aboutTicket(ticket, context))) },
  }),
  done: left,
  refused(tx, { ticket, payload: { agent, notice: about } }) {
    // They never started the bot, or have blocked it: the topic reaches them too.
    if (!isSaidInTopic(about)) tx.notifyTopic(ticket, notice("agentNoticeInTopic", agent, about));
    return "over";
  },
};

export const toastWork: WorkHandler<"toast"> = {
  audience: "bot",
  onExhausted: "drop",
  stopsLane: true,
  repeatable: always,
  call: ({ payload: { queryId, text, reader } }) => ({
    method: "answerCallbackQuery",
    params: {
      callback_query_id: queryId,
      ...(text === "" ? {} : { text: cut(toastText(text, reader), TOAST_CHARS_MAX) }),
    },
  }),
  done: left,
  refused: over,
  // Telegram takes an answer to a press for a moment only.
  schedule: ({ attempts }) => ({ attempts, at: null }),
};

function toastText(text: Notice | string, reader: string | null = null): string {
  return typeof text === "string" ? text : inWords(text, languageOf(reader)).text;
}

function aboutTicket(number: number, { rules, tickets, now }: DeliveryContext): AboutTicket | null {
  const row = tickets.get(number);
  if (row === undefined) return null;
  const { ticket, view } = row;
  return {
    ref: ticket.ref,
    subject: ticket.subject,
    url: urlOfTopic(ticket.topicId, rules.epochs, view.cardId),
    profile: DESK_LANGUAGE.profileWords(ticket, rules.policy, now),
    due: dueOf(ticket, rules.policy, now),
  };
}

function dueOf(ticket: Ticket, policy: Policy, now: number): AboutTicket["due"] {
  const standing = nextDue(ticket, policy.sla, now);
  return standing === null ? null : { standing, zone: policy.zoneFor(policy.sla.policyFor(ticket)) };
}

/** Who gets a ticket is mentioned in its topic anyway. */
function isSaidInTopic({ code }: AgentNotice): boolean {
  return code === "ticket.assigned_to_you" || code === "assignment.ignored";
}
