import type { RefusalClass } from "../../domain/desk/failure.ts";
import {
  OUTBOX_AGE_MAX_MS,
  OUTBOX_ATTEMPTS_MAX,
  WEBHOOK_AGE_MAX_MS,
  WEBHOOK_PAUSES_MS,
} from "../../domain/limits.ts";
import type { AgentNotice } from "../../domain/ticket/effect.ts";
import { isActive } from "../../domain/ticket/status.ts";
import type { EnrichmentResult, Heard } from "../../integrations/enrichment-call.ts";
import type { SkillsResult } from "../../integrations/skill-service.ts";
import { formatted, joined } from "../../telegram/formatted.ts";
import { unsentInPrivate } from "../../texts/en/agent.ts";
import { notice } from "../../texts/notice.ts";
import { tellPeer } from "../commit/tell-peer.ts";
import { replyParameters, sendable, worded, type Transaction } from "../commit/transaction.ts";
import { noteUnreachable, UNREACHABLE } from "../conversation/customers.ts";
import { loseTopic } from "../conversation/topic.ts";
import { disable } from "../endpoints/hooks.ts";
import { placeAgain } from "../new-rules/places.ts";
import { takeOver, tellSpoken } from "../peers/moving.ts";
import { forgetStub, keepStub } from "../peers/stub.ts";
import { noteErasedTopic } from "../privacy/erasing.ts";
import { noteLost, type ProbeWork } from "../reconciliation/probing.ts";
import { settleEnrichment } from "../systems/enrichment.ts";
import { settleSkills } from "../systems/skills.ts";
import { FACTS } from "../tables/facts.ts";
import { chatOfLane, groupOfLane, isChatLane, STAFF, STAFF_CHAT, type Lane } from "../tables/lane.ts";
import type { MessageRow } from "../tables/messages.ts";
import type { OutboxWork } from "../tables/outbox-work.ts";
import type { OutboxRow } from "../tables/outbox.ts";
import type { OriginalKey } from "../tables/shapes.ts";
import { toldKey } from "../tables/told.ts";
import { feasible } from "./edit-form.ts";
import {
  FAILED,
  GIVEN_UP,
  messageIds,
  OK,
  sendAgainButton,
  strayed,
  troubleOf,
  type Final,
  type Refused,
  type Retry,
  type SettleContext,
  type Settled,
} from "./settled.ts";
import { iconsOf } from "./topic-view.ts";

export function settleWork(tx: Transaction, row: OutboxRow, outcome: Final, context: SettleContext): Settled {
  switch (outcome.kind) {
    case "done":
      return workDone(tx, row, outcome.result);
    case "uncertain":
      if (context.mustNotRepeat) {
        noticeUncertain(tx, row);
        return GIVEN_UP;
      }
      return workAgainLater(tx, row, outcome.code, context.retry);
    case "retry":
      return workAgainLater(tx, row, outcome.code, context.retry);
    case "refused":
      return workRefused(tx, row, outcome, context);
    default:
      return outcome satisfies never;
  }
}

function workDone(tx: Transaction, row: OutboxRow, result: unknown): Settled {
  const work = row.payload;
  if (work.kind === "skills") {
    settleSkills(tx, row, result as Heard<SkillsResult>);
    return OK;
  }
  if (work.kind === "enrichment") {
    settleEnrichment(tx, row, work.tries, result as Heard<EnrichmentResult>);
    return OK;
  }
  if (work.kind === "mirror_edit") editDone(tx, row.lane, work, result);
  if (work.kind === "mirror_reaction" && work.custom !== undefined) {
    standIn(tx, row, work, emojiOf(result) ?? UNNAMED);
    return OK;
  }
  // What was asked for anew while the call was under way is still to be done.
  if (isReplaced(tx, row)) return OK;
  tx.outbox.remove(row.seq);
  switch (work.kind) {
    case "receipt": {
      const id = messageIds(result)[0];
      const known = tx.tickets.get(row.ticket);
      if (id === undefined || known?.receiptId !== null) return OK;
      tx.tickets.saveReceipt(row.ticket, id);
      const { movedTo, id: ticketId } = known.ticket;
      if (movedTo !== null)
        tellPeer(tx, movedTo, row.ticket, { type: "receipt_sent", ticketId, receiptId: id });
      return OK;
    }
    case "webhook":
      tx.hookLog.delivered(row, tx.now);
      return OK;
    case "reply":
      linkReply(tx, row, result);
      return OK;
    case "mirror_delete":
      tx.messages.update(work.of, { state: "dropped", copyId: null });
      if (work.internal !== undefined)
        tx.tellTopic(row.ticket, notice("takenBack"), { reply_parameters: replyParameters(work.internal) });
      return OK;
    case "stub_topic":
      forgetStub(tx, work.number, work.topicId);
      return OK;
    case "erase_topic":
      noteErasedTopic(tx, work, work.how === "delete" ? "deleted" : "renamed");
      return OK;
    case "setup":
      if (work.fact !== null) tx.facts.set(work.fact, factOf(work.fact, result));
      return OK;
    case "topic_notice": {
      const topicId = tx.tickets.get(row.ticket)?.ticket.topicId ?? null;
      return strayed(result, topicId) ? { kind: "trouble", trouble: "group.not_a_forum" } : OK;
    }
    default:
      return OK;
  }
}

/** Whether a later change took this one's place while it was on its way. */
function isReplaced(tx: Transaction, row: OutboxRow): boolean {
  if (row.key === null || row.attemptedAt !== null) return false;
  const now = tx.outbox.get(row.seq);
  if (now === undefined) return false;
  return now.acceptedAt !== row.acceptedAt || JSON.stringify(now.payload) !== JSON.stringify(row.payload);
}

type EditWork = Extract<OutboxWork, { kind: "mirror_edit" }>;
type ReactionWork = Extract<OutboxWork, { kind: "mirror_reaction" }>;

/** A new version that came as a message of its own is the copy from now on. */
function editDone(tx: Transaction, lane: Lane, { of, edit }: EditWork, result: unknown): void {
  const row = tx.messages.byOriginal(of);
  const copyId = messageIds(result)[0];
  if (row === undefined || copyId === undefined) return;
  const made = feasible(edit, row, tx.messages);
  if (made.what !== "again" && made.what !== "joined") return;
  const ticket = tx.tickets.get(row.ticket)?.ticket;
  const former = tx.messages.sharesCopy(row) ? null : row.copyId;
  tx.copiedAnew(row, copyId);
  if (ticket !== undefined) tellSpoken(tx, ticket, [{ ...row, copyId }]);
  if (made.what === "again" && made.alone === true && former !== null)
    tx.work({ lane, ticket: row.ticket, work: { kind: "former_copy", messageId: former } });
}

/** What stands for a reaction that bots cannot set: the giver's own app shows which it is. */
const UNNAMED = "👀";

function standIn(tx: Transaction, row: OutboxRow, work: ReactionWork, emoji: string): void {
  if (isReplaced(tx, row)) return;
  const { custom: _, ...plain } = work;
  tx.outbox.update(row.seq, { payload: { ...plain, emoji } });
}

/** The emoji that a custom one stands for, as `getCustomEmojiStickers` tells. */
function emojiOf(stickers: unknown): string | null {
  const [sticker] = Array.isArray(stickers) ? (stickers as { emoji?: unknown }[]) : [];
  const emoji = sticker?.emoji;
  return typeof emoji === "string" && emoji !== "" ? emoji.replaceAll("\ufe0f", "") : null;
}

/** So that what the customer answers to it, or how they react, finds its ticket. */
function linkReply(tx: Transaction, row: OutboxRow, result: unknown): void {
  const ticket = tx.tickets.get(row.ticket)?.ticket;
  const copyId = messageIds(result)[0];
  if (ticket === undefined || copyId === undefined) return;
  // It has no original in the group: a number that Telegram gives to none stands for it.
  const key = { chat: STAFF_CHAT, messageId: -row.seq };
  tx.relay({
    ...key,
    ticket: row.ticket,
    lane: row.lane,
    album: null,
    replyTo: null,
    writer: 0,
    sentAt: row.acceptedAt,
    content: null,
    file: null,
    notBefore: null,
    updateId: 0,
  });
  tx.messages.done(key, copyId);
  tellSpoken(tx, ticket, [{ ...tx.messages.byOriginal(key)!, copyId }]);
}

function factOf(fact: string, result: unknown): unknown {
  if (fact === FACTS.icons) return iconsOf(result);
  if (fact === FACTS.botUsername) return (result as { username?: string } | null)?.username ?? null;
  return result;
}

export function noticeUncertain(tx: Transaction, row: OutboxRow): void {
  tx.outbox.update(row.seq, { state: "uncertain", attemptedAt: null, key: null, code: "outcome_unknown" });
  if (row.ticket !== 0)
    tx.tellUnsent(row.ticket, null, notice("outcomeUnknown"), sendAgainButton(tx, "o", row.seq));
}

const PEER_RETRY_MS = 1_000;
const PEER_RETRY_MAX_MS = 60_000;

/** What goes to a person who need not be a customer. */
const PERSONAL: ReadonlySet<OutboxRow["kind"]> = new Set(["direct", "agent_notice"]);

/** Small things that are not worth keeping once they cannot be done at once. */
const FLEETING: ReadonlySet<OutboxRow["kind"]> = new Set([
  "toast",
  "staff_reaction",
  "mirror_reaction",
  "former_copy",
  "notice_edit",
  "staff_hint",
  // Its turn comes again.
  "probe",
  // It is closed in its time.
  "stub_topic",
  // The receipt says that it was not done.
  "erase_topic",
]);

function workAgainLater(tx: Transaction, row: OutboxRow, code: string, retry: Retry): Settled {
  if (row.kind === "webhook") return webhookAgainLater(tx, row, code, retry);
  if (row.kind === "peer") return peerAgainLater(tx, row, code);
  const attempts = row.attempts + (retry.counts ? 1 : 0);
  const exhausted = attempts >= OUTBOX_ATTEMPTS_MAX || tx.now - row.acceptedAt > OUTBOX_AGE_MAX_MS;
  if (exhausted && row.payload.kind === "erase_topic") noteErasedTopic(tx, row.payload, "left", code);
  if (row.kind === "toast" || (exhausted && FLEETING.has(row.kind))) {
    sayInPrivate(tx, row);
    tx.outbox.remove(row.seq);
    return GIVEN_UP;
  }
  if (exhausted) {
    tx.outbox.update(row.seq, { state: "parked", attempts, attemptedAt: null, key: null, code });
    return GIVEN_UP;
  }
  tx.outbox.update(row.seq, { attempts, attemptedAt: null, notBefore: retry.at });
  tx.wake(retry.at);
  return FAILED;
}

/** An object of ours comes back: nothing that one has said to another is ever given up. */
function peerAgainLater(tx: Transaction, row: OutboxRow, code: string): Settled {
  const at = tx.now + Math.min(PEER_RETRY_MS * 2 ** Math.min(row.attempts, 10), PEER_RETRY_MAX_MS);
  tx.outbox.update(row.seq, { attempts: row.attempts + 1, notBefore: at, code });
  tx.wake(at);
  return FAILED;
}

/** An endpoint that is away costs nobody anything: it is tried for days. */
function webhookAgainLater(tx: Transaction, row: OutboxRow, code: string, retry: Retry): Settled {
  const attempts = row.attempts + 1;
  const pause = WEBHOOK_PAUSES_MS[row.attempts];
  if (pause === undefined || tx.now - row.acceptedAt > WEBHOOK_AGE_MAX_MS) {
    tx.outbox.update(row.seq, { state: "parked", attempts, code });
    return GIVEN_UP;
  }
  const at = tx.now + Math.max(pause, retry.afterMs);
  tx.outbox.update(row.seq, { attempts, notBefore: at, code });
  tx.wake(at);
  return FAILED;
}

function workRefused(
  tx: Transaction,
  row: OutboxRow,
  refused: Refused,
  { retry, url }: SettleContext,
): Settled {
  const work = row.payload;
  const { code } = refused;
  if (isReplaced(tx, row)) return OK;
  const trouble = troubleOf(refused, row.lane);
  if (
    trouble !== null &&
    work.kind !== "orphan_topic" &&
    work.kind !== "stub_topic" &&
    work.kind !== "erase_topic" &&
    work.kind !== "staff_reaction" &&
    work.kind !== "staff_hint"
  ) {
    if (row.attemptedAt !== null) tx.outbox.update(row.seq, { attemptedAt: null });
    return { kind: "trouble", trouble };
  }
  if (code === "topic_gone" && isChatLane(row.lane) && withoutThread(tx, row)) return OK;
  switch (work.kind) {
    case "erase_topic":
      if (code === "topic_gone") noteErasedTopic(tx, work, "deleted");
      else if (work.how === "delete") {
        tx.outbox.update(row.seq, { payload: { ...work, how: "rename" } });
        return OK;
      } else noteErasedTopic(tx, work, "left", code);
      break;
    case "stub_topic":
      if (code === "topic_gone") forgetStub(tx, work.number, work.topicId);
      else keepStub(tx, work.number);
      break;
    case "topic_notice":
      if (code === "topic_gone") {
        loseTopic(tx, row.ticket);
        const ticket = tx.tickets.get(row.ticket)?.ticket;
        if (ticket !== undefined && isActive(ticket))
          return workAgainLater(tx, row, code, { ...retry, at: tx.now, counts: true });
        sayInPrivate(tx, row);
      } else if (code === "reply_gone") {
        const { reply_parameters: _, ...wordsOnly } = work.words;
        tx.outbox.update(row.seq, { payload: { ...work, words: wordsOnly } });
        return OK;
      }
      break;
    case "agent_notice":
      // They never started the bot, or have blocked it: the topic reaches them too.
      if (!isSaidInTopic(work.notice))
        tx.tellTopic(row.ticket, notice("agentNoticeInTopic", work.agent, work.notice));
      break;
    case "webhook":
      // Its address was changed meanwhile, and the new one has said nothing yet.
      if (tx.rules.config.webhooks.find(({ id }) => id === work.webhook)?.url !== url) return OK;
      tx.outbox.update(row.seq, { state: "parked", attempts: row.attempts + 1, code: refused.description });
      if (refused.description === "http_410") disable(tx, work.webhook);
      return OK;
    case "probe":
      lost(tx, work, code);
      break;
    case "staff_hint":
      if (!work.plain && code !== "topic_gone") {
        // Ephemeral messages are young and not for every chat: then everybody may see it.
        tx.outbox.update(row.seq, { payload: { ...work, plain: true } });
        return OK;
      }
      sayInPrivate(tx, row);
      break;
    case "receipt": {
      const receiptId = tx.tickets.get(row.ticket)?.receiptId;
      if (code === "target_gone" && receiptId != null) {
        // The customer deleted it: they get a new one.
        tx.tickets.saveReceipt(row.ticket, null);
        return OK;
      }
      break;
    }
    case "mirror_edit": {
      const settled = editRefused(tx, row, work, code, retry);
      if (settled !== null) return settled;
      break;
    }
    case "mirror_reaction": {
      // The group may take some reactions only, and a custom one may stand for what is none.
      const { shown = work.emoji } = work;
      if (
        work.custom !== undefined ||
        (code === "validation" && work.emoji !== null && work.emoji !== UNNAMED)
      ) {
        tx.outbox.update(row.seq, {
          payload: {
            kind: work.kind,
            of: work.of,
            on: work.on,
            emoji: UNNAMED,
            ...(shown === null ? {} : { shown }),
          },
        });
        return OK;
      }
      if (code === "validation" && row.lane === STAFF && shown != null)
        tx.tellTopic(row.ticket, notice("reactedWith", shown), repliesTo(work.of));
      break;
    }
    case "mirror_delete":
      restore(tx, work.of);
      if (work.internal === undefined)
        tx.tellUnsent(
          row.ticket,
          work.by,
          notice("undelivered", code === "permanent" ? "too_late" : code),
          repliesTo(work.of),
        );
      else
        tx.tellTopic(row.ticket, notice("internalTooLate"), {
          reply_parameters: replyParameters(work.internal),
        });
      break;
    case "reply":
      tx.apply(row.ticket, { type: "delivery_failed", code });
      tx.tellUnsent(row.ticket, null, notice("replyUndelivered", code));
      break;
    case "setup":
      if (work.fact !== null) tx.facts.delete(work.fact);
      break;
    case "peer": {
      // There never was anything of that group: a ticket that was to go there stays, and gets another queue.
      const { message } = work;
      const gone = groupOfLane(row.lane);
      tx.report("peer.dropped", { group: gone, type: message.type, ticket: row.ticket });
      if (message.type === "ticket_moved" && gone !== tx.rules.group.id) {
        takeOver(tx, gone, message);
        placeAgain(tx, tx.tickets.numberOf(message.ticket.id, tx.rules.group.id)!, {});
      }
      break;
    }
    default:
  }
  const unreachable = UNREACHABLE[code];
  if (work.kind === "direct" && work.orElse !== undefined)
    tx.tellFirstOf(work.orElse, row.ticket, work.words);
  if (unreachable !== undefined && isChatLane(row.lane) && !PERSONAL.has(work.kind)) {
    noteUnreachable(tx, chatOfLane(row.lane), unreachable);
  }
  tx.outbox.remove(row.seq);
  return OK;
}

/** It was to be deleted, and is there still. */
function restore(tx: Transaction, of: OriginalKey): void {
  const row = tx.messages.byOriginal(of);
  if (row?.state === "dropped" && row.copyId !== null) tx.messages.update(of, { state: "done" });
}

/** The topic of the customer's private chat is gone: the same goes to the chat itself. Answers whether there was one. */
function withoutThread(tx: Transaction, row: OutboxRow): boolean {
  const forgot = tx.messages.forgetThreads(chatOfLane(row.lane));
  const work = row.payload;
  const named = "words" in work && work.words.message_thread_id !== undefined;
  if (named) {
    const { message_thread_id: _, ...said } = work.words;
    tx.outbox.update(row.seq, { payload: { ...work, words: said } });
  }
  if ((forgot || named) && row.attemptedAt !== null) tx.outbox.update(row.seq, { attemptedAt: null });
  return forgot || named;
}

/** An edit that the copy does not take comes as a new copy; what cannot be copied either is said. Null: it is over. */
function editRefused(
  tx: Transaction,
  row: OutboxRow,
  { of, edit, ...work }: EditWork,
  code: RefusalClass,
  retry: Retry,
): Settled | null {
  const isForStaff = row.lane === STAFF;
  if (code === "topic_gone" && isForStaff) {
    loseTopic(tx, row.ticket);
    const ticket = tx.tickets.get(row.ticket)?.ticket;
    if (ticket === undefined || !isActive(ticket)) return null;
    return workAgainLater(tx, row, code, { ...retry, at: tx.now, counts: true });
  }
  if (UNREACHABLE[code] !== undefined && !isForStaff) {
    tx.sign(row.ticket, of.messageId, "👎", true);
    return null;
  }
  const original = tx.messages.byOriginal(of);
  const made = original === undefined ? edit : feasible(edit, original, tx.messages);
  const isLast = code === "source_gone" || (made.what === "again" && made.alone === true);
  if (made.what !== "location" && original !== undefined && !isLast) {
    const again = { what: "again", ...(made.what === "again" ? { alone: true as const } : {}) } as const;
    tx.outbox.update(row.seq, { payload: { ...work, of, edit: again }, attemptedAt: null });
    return OK;
  }
  if (!isForStaff) {
    if (made.what !== "location" || tx.told.firstTime(toldKey("still", of.chat, of.messageId), tx.now))
      tx.tellUnsent(row.ticket, original?.writer ?? null, notice("undelivered", code), repliesTo(of));
  } else if (made.what !== "location" && code !== "source_gone")
    tx.tellTopic(row.ticket, notice("editNotCopied"), repliesToCopy(original));
  return null;
}

function repliesToCopy(row: MessageRow | undefined) {
  return row?.copyId == null ? {} : { reply_parameters: replyParameters(row.copyId) };
}

/**
 * That an answer was not sent is not lost with its topic: whose it was hears it in private, or a lead. What it answers, and
 * buttons, belong to the topic.
 */
function sayInPrivate(tx: Transaction, { ticket: number, payload }: OutboxRow): void {
  if (payload.kind !== "topic_notice" && payload.kind !== "staff_hint") return;
  if (payload.unsent === undefined || payload.unsent === false) return;
  const agent = payload.kind === "staff_hint" ? payload.receiver : payload.unsent.agent;
  const { text, entities = [] } = worded(payload.words);
  const ticket = tx.tickets.get(number)?.ticket;
  const about = ticket === undefined ? [] : [formatted(unsentInPrivate(ticket))];
  const said = sendable(joined([...about, { text, entities }]));
  const leads = tx.rules.policy.roster.leads.map(({ id }) => id);
  const people = agent === null || agent === 0 ? leads : [agent, ...leads.filter((id) => id !== agent)];
  tx.tellFirstOf(people, number, said);
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

/** Who gets a ticket is mentioned in its topic anyway. */
function isSaidInTopic({ code }: AgentNotice): boolean {
  return code === "ticket.assigned_to_you" || code === "assignment.ignored";
}

function repliesTo(of: { chat: number; messageId: number }) {
  return of.chat === STAFF_CHAT ? { reply_parameters: replyParameters(of.messageId) } : {};
}
