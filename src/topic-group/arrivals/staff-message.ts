import { routeOf } from "../../domain/contact/route.ts";
import { ALBUM_SETTLE_MS } from "../../domain/limits.ts";
import type { Ticket } from "../../domain/ticket/ticket.ts";
import { notice, type Notice } from "../../texts/notice.ts";
import type { Transaction } from "../commit/transaction.ts";
import type { Of } from "../conversation/arrival-of.ts";
import { mirrorReaction } from "../conversation/mirror.ts";
import { internalAlbum, speakIn } from "../conversation/speaking.ts";
import { canLeaveBy, keptFor } from "../conversation/where.ts";
import { laneTo, STAFF_CHAT } from "../tables/lane.ts";
import { onceKey, type OnceKey } from "../tables/once.ts";
import { announceMessage, writtenBy } from "../webhooks/webhooks.ts";
import { actorOf, agentOf, agentOrHint } from "./agents.ts";
import { contentOf } from "./customer-message.ts";
import { answersInternal, holdBack, withhold } from "./held-back.ts";

type StaffWriting = Pick<Of<"staff_message">, "sender" | "topicId" | "writing"> & {
  inBotsTopic?: boolean;
};

/**
 * What an agent wrote in a ticket's topic goes to the customer, unless it begins with a slash. `saidAt`: when they said it,
 * in ms since 1970, where that was by an edit.
 */
export function staffMessage(
  tx: Transaction,
  { sender, topicId, writing, inBotsTopic = false }: StaffWriting,
  updateId: number,
  saidAt: number = writing.sentAt,
): void {
  const ticket = ticketOf(tx, topicId);
  if (writing.ephemeral) return;
  if (ticket === undefined) {
    if (inBotsTopic) inFormerTopic(tx, { sender, topicId, writing });
    return;
  }
  const agent = agentOrHint(tx, sender, ticket, topicId, writing);
  if (agent === undefined) return;
  const reply = (text: Notice): void =>
    tx.hintUnsent(sender.id, topicId, ticket.number, text, writing.messageId);
  const lane = laneTo(routeOf(ticket));
  if (!canLeaveBy(lane, writing)) {
    reply(notice("undelivered", writing.copyable ? "kind_forbidden" : "uncopyable"));
    return;
  }
  // One item of an album that begins with a slash makes the whole album internal.
  if (writing.album !== null && tx.once.has(internalAlbum(writing.album)))
    return withhold(tx, ticket, sender.id, writing, updateId);
  // Its edit has overtaken it, and what would be copied is a note by now.
  if (tx.once.has(overtakenKey(writing.messageId))) return;
  if (answersInternal(tx, ticket, writing)) return holdBack(tx, ticket, sender.id, writing, updateId);
  const { decision, ticket: answered } = tx.apply(
    ticket.number,
    { type: "agent_answered", by: actorOf(agent) },
    saidAt,
  );
  if ("refused" in decision) {
    // An album is one answer to its sender.
    if (writing.album !== null && !tx.once.firstTime(onceKey("unsent-album", writing.album), tx.now)) return;
    reply(notice("answerRefused", decision.refused));
    return;
  }
  speakIn(tx, ticket);
  tellCollision(tx, ticket, sender.id, reply);
  const { elsewhere = null, album, messageId } = writing;
  const isFirst = album === null || tx.messages.albumOf({ chat: STAFF_CHAT, messageId, album }).length === 0;
  if (elsewhere !== null && isFirst) tx.notifyCustomer(ticket, notice("answersElsewhere", elsewhere));
  tx.relay({
    chat: STAFF_CHAT,
    messageId: writing.messageId,
    ticket: ticket.number,
    lane,
    album: writing.album,
    replyTo: writing.replyTo,
    writer: sender.id,
    sentAt: writing.sentAt,
    // A forward from a public place shows where it comes from; names of private people are kept from the reader.
    content: contentOf(writing, { names: ({ isPublic }) => isPublic, ...keptFor(lane, writing) }),
    file: writing.mark ?? null,
    notBefore: writing.album === null ? null : tx.now + ALBUM_SETTLE_MS,
    updateId,
  });
  announceMessage(tx, answered ?? ticket, writtenBy("agent", sender.id, writing));
  if (writing.kind === "poll") reply(notice("pollHint"));
}

/** Under which it is known that a message that has not come yet was edited into something internal. */
export function overtakenKey(messageId: number): OnceKey {
  return onceKey("overtaken", messageId);
}

/** Who answers in a colleague's ticket is told whose it is, once. */
function tellCollision(tx: Transaction, ticket: Ticket, by: number, reply: (text: Notice) => void): void {
  const { assignee, number, ref } = ticket;
  if (assignee === null || assignee.id === by) return;
  if (tx.once.firstTime(onceKey("collision", number, by), tx.now))
    reply(notice("collisionHint", assignee.name, ref));
}

/** A topic of the desk's that no ticket has: it is of a time before the numbers began anew, and the agent believes that the customer reads this. */
function inFormerTopic(tx: Transaction, { sender, topicId, writing }: StaffWriting): void {
  if (sender.anonymous || agentOf(tx, sender.id) === undefined) return;
  tx.sign(0, writing.messageId, "👎");
  if (tx.once.firstTime(onceKey("former", sender.id, topicId), tx.now))
    tx.hint(sender.id, topicId, 0, notice("formerTopicHint"), writing.messageId);
}

export function ticketOf(tx: Transaction, topicId: number | null): Ticket | undefined {
  return topicId === null ? undefined : tx.tickets.ofTopic(topicId)?.ticket;
}

export function staffReaction(
  tx: Transaction,
  { sender, messageId, ...reaction }: Of<"staff_reaction">,
): void {
  if (agentOf(tx, sender.id) === undefined) return;
  mirrorReaction(tx, STAFF_CHAT, messageId, reaction);
}
