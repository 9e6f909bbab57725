import type { UnreachableReason } from "../../contact/contact.ts";
import { notifyTopic, type EventRows, type Happened, type NotifiesTopic } from "./row.ts";

/** What became of messages and topics. */
export type DeliveryEvent =
  | (Happened & { type: "customer_unreachable"; reason: UnreachableReason })
  | (Happened & { type: "customer_reachable" })
  | (Happened & { type: "topic_created"; topicId: number })
  | (Happened & { type: "topic_lost"; topicId: number })
  | (Happened & { type: "delivery_failed"; code: string })
  | (Happened & { type: "delivery_uncertain" });

export type DeliveryTopicNotice =
  | { code: "customer.unreachable"; reason: UnreachableReason }
  | { code: "customer.reachable" };

export const DELIVERY_EVENTS = {
  customer_unreachable: {
    about: "The customer cannot be written to",
    webhook: "customer.unreachable",
    facts: { reason: "told" },
    outlives: [],
    changes: {},
    evolve(draft, { reason }) {
      draft.unreachable = reason;
    },
    react: ({ reason }) => [notifyTopic({ code: "customer.unreachable", reason })],
  },
  customer_reachable: {
    about: "They can be again",
    webhook: "customer.reachable",
    facts: {},
    outlives: [],
    changes: {},
    evolve(draft) {
      draft.unreachable = null;
    },
    react: () => [notifyTopic({ code: "customer.reachable" })],
  },
  topic_created: {
    about: "It has a topic",
    webhook: null,
    silent: true,
    facts: { topicId: "kept" },
    outlives: [],
    changes: {},
    evolve(draft, { topicId }) {
      draft.topicId = topicId;
    },
    react: null,
  },
  topic_lost: {
    about: "Its topic was deleted",
    webhook: null,
    facts: { topicId: "kept" },
    outlives: [],
    changes: {},
    evolve(draft) {
      draft.topicId = null;
      draft.topicsLost += 1;
    },
    react: null,
  },
  delivery_failed: {
    about: "A message did not arrive",
    webhook: "delivery.failed",
    silent: true,
    facts: { code: "told" },
    outlives: ["code"],
    changes: {},
    evolve: null,
    react: null,
  },
  delivery_uncertain: {
    about: "It is unknown whether a message arrived",
    webhook: null,
    silent: true,
    facts: {},
    outlives: [],
    changes: {},
    evolve: null,
    react: null,
  },
} satisfies EventRows<DeliveryEvent, NotifiesTopic<DeliveryTopicNotice>>;
