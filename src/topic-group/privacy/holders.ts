import type { ErasureCounts } from "../../domain/contact/erasure.ts";
import type { Forgets } from "../tables/forgets.ts";
import type * as schema from "../tables/schema.ts";
import type { Tables } from "../tables/tables.ts";

type Counts = ErasureCounts["objects"];

/** Who removes what a table has of tickets and of people, and as what an erasure counts it. */
interface Holder {
  counts: keyof Counts;
  rows: (tables: Beside) => Forgets;
}

type Beside = Pick<
  Tables,
  | "blocked"
  | "contacts"
  | "history"
  | "webhookLog"
  | "inbox"
  | "laneRates"
  | "personMessages"
  | "outbox"
  | "tickets"
  | "once"
  | "topics"
>;

/**
 * Every table of the schema: a missing one does not compile. Null: it has nothing that must go with a customer or a
 * ticket.
 */
const HOLDERS = {
  customers: { counts: "customers", rows: ({ contacts }) => contacts },
  tickets: { counts: "tickets", rows: ({ tickets }) => tickets },
  events: { counts: "events", rows: ({ history }) => history },
  messages: { counts: "messages", rows: ({ personMessages }) => personMessages },
  outbox: { counts: "deliveries", rows: ({ outbox }) => outbox },
  webhookLog: { counts: "deliveries", rows: ({ webhookLog }) => webhookLog },
  topics: { counts: "other", rows: ({ topics }) => topics },
  told: { counts: "other", rows: ({ once }) => once },
  lanes: { counts: "other", rows: ({ laneRates }) => laneRates },
  blocked: { counts: "other", rows: ({ blocked }) => blocked },
  setAside: { counts: "other", rows: ({ inbox }) => inbox },
  /** Of the group, its queues, endpoints and lanes; ids of lost tickets go with the next look. */
  facts: null,
  /** Keys of causes, and numbers of tickets, which are given once: gone after `CAUSE_KEPT_MS`. */
  inbox: null,
  /** Numbers of updates stay, so that reconciliation does not look for them. */
  seenUpdates: null,
  /** The team's. */
  agents: null,
  slots: null,
  people: null,
  /** Counts, and topics: gone once the receipt is written. */
  erasures: null,
} satisfies Record<keyof typeof schema, Holder | null>;

/** Removes what every table has, by what `forget` asks of it. Answers how many rows, as an erasure counts them. */
export function forgetEverywhere(tables: Beside, forget: (rows: Forgets) => number | undefined): Counts {
  const removed: Counts = { customers: 0, tickets: 0, events: 0, messages: 0, deliveries: 0, other: 0 };
  for (const holder of Object.values<Holder | null>(HOLDERS))
    if (holder !== null) removed[holder.counts] += forget(holder.rows(tables)) ?? 0;
  return removed;
}
