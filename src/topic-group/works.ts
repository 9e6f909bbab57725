import { refusedByCustomer } from "./conversation/customers.ts";
import {
  formerCopyWork,
  mirrorDeleteWork,
  mirrorEditWork,
  mirrorReactionWork,
} from "./conversation/mirrored.ts";
import { relayCall, rowsCarried } from "./conversation/relay-call.ts";
import { customerNoticeWork, receiptWork, replyWork } from "./conversation/to-customer.ts";
import { agentNoticeWork, directWork, toastWork } from "./conversation/to-person.ts";
import {
  noticeEditWork,
  staffHintWork,
  staffReactionWork,
  topicNoticeWork,
} from "./conversation/to-staff.ts";
import { orphanTopicWork, settleView, viewForgotten } from "./conversation/topic-settle.ts";
import { endSilence, noteStall } from "./deliveries/stalls.ts";
import type { Deliveries, WorkHandlers } from "./drain/work-handler.ts";
import { setupWork } from "./new-rules/register-bot.ts";
import { followsTicket, settleRelay } from "./peers/following.ts";
import { peerWork } from "./peers/peer-work.ts";
import { stubCopiedWork, stubTopicWork } from "./peers/stub.ts";
import { eraseTopicWork } from "./privacy/erasing.ts";
import { probeWork } from "./reconciliation/probing.ts";
import { clearTrouble, noteTrouble } from "./reconciliation/troubles.ts";
import { asksFrom } from "./systems/breakers.ts";
import { awaitsPlaceUntil, enrichmentWork } from "./systems/enrichment.ts";
import { skillsWork } from "./systems/skills.ts";
import type { WorkKind } from "./tables/outbox-work.ts";
import { webhookTurnWork, webhookWaitWork } from "./webhooks/turns.ts";
import { webhookWork } from "./webhooks/webhook-work.ts";

/** Every kind of outgoing work and the room that delivers it. */
const HANDLERS = {
  receipt: receiptWork,
  customer_notice: customerNoticeWork,
  reply: replyWork,
  topic_notice: topicNoticeWork,
  staff_hint: staffHintWork,
  staff_reaction: staffReactionWork,
  notice_edit: noticeEditWork,
  direct: directWork,
  agent_notice: agentNoticeWork,
  toast: toastWork,
  mirror_edit: mirrorEditWork,
  mirror_reaction: mirrorReactionWork,
  mirror_delete: mirrorDeleteWork,
  former_copy: formerCopyWork,
  orphan_topic: orphanTopicWork,
  webhook: webhookWork,
  hook_wait: webhookWaitWork,
  hook_turn: webhookTurnWork,
  enrichment: enrichmentWork,
  skills: skillsWork,
  peer: peerWork,
  stub_copied: stubCopiedWork,
  stub_topic: stubTopicWork,
  erase_topic: eraseTopicWork,
  setup: setupWork,
  probe: probeWork,
} as const satisfies WorkHandlers;

/** The kinds that are an agent's own, even where that agent was once a customer. */
export const AGENT_KINDS = (Object.keys(HANDLERS) as WorkKind[]).filter(
  (kind) => HANDLERS[kind].audience === "agent",
);

/** Everything that leaves the object, but for the record. */
export const DELIVERIES: Deliveries = {
  works: HANDLERS,
  relay: { call: relayCall, carried: rowsCarried, moved: followsTicket, settle: settleRelay },
  view: { settle: settleView, forgotten: viewForgotten, createsFrom: awaitsPlaceUntil },
  refusedByCustomer,
  troubled: (tx, trouble) => (trouble === null ? clearTrouble(tx) : noteTrouble(tx, trouble)),
  stalled: noteStall,
  answered: endSilence,
  asksFrom,
};
