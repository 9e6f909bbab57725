import type { MessageRow } from "../tables/messages.ts";
import type { OutboxRow } from "../tables/outbox.ts";
import type { TicketRow } from "../tables/tickets.ts";
import type { ViewStep } from "./topic-view.ts";

/** One message, the items of one album, or texts to be joined into one message. */
export interface RelayJob {
  kind: "relay";
  rows: MessageRow[];
  joined: boolean;
}

export interface ViewJob {
  kind: "view";
  row: TicketRow;
  step: ViewStep;
}

/** One thing that a lane can do now. */
export type Job = RelayJob | ViewJob | { kind: "work"; row: OutboxRow };

/** The ticket that a job is about, 0 for none. */
export function ticketOf(job: Job): number {
  if (job.kind === "relay") return job.rows[0]!.ticket;
  return job.kind === "work" ? job.row.ticket : job.row.ticket.number;
}

/** Its name in memory and in the log. */
export function nameOf(job: Job): string {
  if (job.kind === "relay") return `m:${job.rows[0]!.seq}`;
  return job.kind === "work" ? `o:${job.row.seq}` : `v:${job.row.ticket.number}`;
}
