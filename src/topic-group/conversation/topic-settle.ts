import type { Transaction } from "../commit/transaction.ts";
import type { ViewJob } from "../drain/job.ts";
import {
  FAILED,
  GIVEN_UP,
  messageIds,
  OK,
  strayed,
  troubleOf,
  type Final,
  type Refused,
  type Retry,
  type SettleContext,
  type Settled,
} from "../drain/settled.ts";
import { nextViewStep, type TopicIcons, type ViewStep } from "../drain/topic-view.ts";
import { always, left, over, type WorkHandler } from "../drain/work-handler.ts";
import { FACTS } from "../tables/facts.ts";
import { STAFF } from "../tables/lane.ts";
import type { TicketRow } from "../tables/tickets.ts";
import { adoptTopic, loseTopic, orphanTopic } from "./topic.ts";

export function settleView(
  tx: Transaction,
  { row: seen, step }: ViewJob,
  outcome: Final,
  { retry, viewContextOf }: SettleContext,
): Settled {
  const { number } = seen.ticket;
  const row = tx.tickets.get(number)!;
  if (step.call.params["chat_id"] !== tx.rules.group.chatId) return settleFormer(tx, row, step, outcome);
  switch (outcome.kind) {
    case "done": {
      if (step.what === "create") {
        const topicId = (outcome.result as { message_thread_id?: number } | null)?.message_thread_id;
        // The echo of its own service message may have told before the answer did.
        if (topicId !== undefined && row.ticket.topicId === null) {
          if (row.ticket.movedTo === null) adoptTopic(tx, number, topicId);
          else orphanTopic(tx, topicId);
        }
      }
      const now = tx.tickets.get(number)!;
      if (step.what === "post_card" && strayed(outcome.result, now.ticket.topicId)) {
        return { kind: "trouble", trouble: "group.not_a_forum" };
      }
      const cardId = step.what === "post_card" ? (messageIds(outcome.result)[0] ?? null) : now.view.cardId;
      const view = { ...now.view, ...step.shows, cardId, creatingSince: null };
      const context = viewContextOf(now);
      const next = context === null ? null : nextViewStep({ ...now, view }, context);
      tx.views.save(number, view, next === null ? null : Math.max(tx.now, now.viewDueAt ?? 0));
      return OK;
    }
    case "uncertain":
      // A created topic shows itself by its echo; until then there is no second try.
      if (step.what !== "create") tx.views.save(number, row.view, retry.at);
      tx.wake(retry.at);
      return FAILED;
    case "retry":
      tx.views.save(number, { ...row.view, creatingSince: null }, retry.at);
      tx.wake(retry.at);
      return FAILED;
    case "refused":
      return viewRefused(tx, number, step.what, outcome, retry);
    default:
      return outcome satisfies never;
  }
}

/** The group has got another chat while this was done in the former one, where a topic that was made is one too many. */
function settleFormer(tx: Transaction, row: TicketRow, step: ViewStep, outcome: Final): Settled {
  const { number } = row.ticket;
  orphanMade(tx, step, outcome);
  tx.views.save(number, { ...row.view, creatingSince: null }, tx.now);
  tx.touched.add(STAFF);
  return OK;
}

function viewRefused(
  tx: Transaction,
  number: number,
  what: ViewStep["what"],
  refused: Refused,
  retry: Retry,
): Settled {
  const { code } = refused;
  const { view } = tx.tickets.get(number)!;
  const settled = { ...view, creatingSince: null };
  if (code === "topic_gone") {
    loseTopic(tx, number);
    return OK;
  }
  if (code === "target_gone" && what === "edit_card") {
    tx.views.save(number, { ...settled, cardId: null, card: null }, tx.now);
    return OK;
  }
  if (code === "validation" && (what === "create" || what === "rename")) {
    // Most likely an icon that Telegram has withdrawn: go on without icons until they are asked for again.
    tx.facts.set(FACTS.icons, {} satisfies TopicIcons);
    tx.views.save(number, { ...settled, icon: null }, tx.now);
    return OK;
  }
  const trouble = troubleOf(refused, STAFF);
  if (trouble !== null) {
    tx.views.save(number, settled, retry.at);
    tx.wake(retry.at);
    return { kind: "trouble", trouble };
  }
  tx.views.save(number, settled, null);
  return GIVEN_UP;
}

/** The ticket was erased while the call was under way: a topic that it made is one too many. */
export function viewForgotten(tx: Transaction, { step }: ViewJob, outcome: Final): void {
  orphanMade(tx, step, outcome);
}

function orphanMade(tx: Transaction, step: ViewStep, outcome: Final): void {
  const made = step.what === "create" && outcome.kind === "done" ? outcome.result : null;
  const topicId = (made as { message_thread_id?: unknown } | null)?.message_thread_id;
  if (typeof topicId === "number") orphanTopic(tx, topicId);
}

export const orphanTopicWork: WorkHandler<"orphan_topic"> = {
  audience: "staff",
  onExhausted: "park",
  stopsLane: false,
  repeatable: always,
  call: ({ payload: { topicId } }, { rules }) => ({
    method: "deleteForumTopic",
    params: { chat_id: rules.group.chatId, message_thread_id: topicId },
  }),
  done: left,
  refused: over,
};
