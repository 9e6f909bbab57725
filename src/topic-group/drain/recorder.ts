import { PROJECTION_EVENTS_MAX, PROJECTION_TICKETS_MAX, RETOLD_AT_ONCE_MAX } from "../../domain/limits.ts";
import { promisesOf } from "../../domain/sla/promised.ts";
import type { ProjectionBatch } from "../../record/projection.ts";
import { eventForPrograms, ticketForPrograms } from "../../texts/for-programs.ts";
import type { Inside } from "../commit/inside.ts";
import type { Rules } from "../rules/rules.ts";

/** After a failure the record is tried again this soon, doubling up to the maximum, for ever: nothing is dropped. */
const RETRY_MS = 2_000;
const RETRY_MAX_MS = 300_000;

export interface RecorderPorts extends Inside {
  project(batch: ProjectionBatch): Promise<void>;
  /** Runs work in one transaction, without waking anything. */
  store(work: () => void): void;
}

/**
 * Brings the record up to date with the object. What is to be told is derived from version numbers, so an outage
 * leaves no backlog to keep: afterwards the newest state goes out once.
 */
export class Recorder {
  readonly #ports: RecorderPorts;
  #failures = 0;

  constructor(ports: RecorderPorts) {
    this.#ports = ports;
  }

  /** Delivers until the record has everything. Answers when to look again, `null` if there is nothing more. */
  async run(): Promise<number | null> {
    const ports = this.#ports;
    const { unrecorded } = ports.tables;
    for (let hasBegun = false; ;) {
      const rules = ports.rules();
      if (rules === null) return null;
      const pending = this.#pending(rules);
      if (pending === null) {
        if (!unrecorded.isToldAgain()) return null;
        // By another alarm: what has come meanwhile goes first, and a run may not call the record without end.
        if (hasBegun) return ports.now();
        ports.store(() => unrecorded.forgetNext(RETOLD_AT_ONCE_MAX));
        hasBegun = true;
        continue;
      }
      try {
        await ports.project(pending.batch);
      } catch (error) {
        ports.report("record", error);
        const pause = Math.min(RETRY_MS * 2 ** this.#failures, RETRY_MAX_MS);
        this.#failures += 1;
        return ports.now() + pause;
      }
      this.#failures = 0;
      ports.store(() => {
        for (const { number, version } of pending.tickets) unrecorded.ticketRecorded(number, version);
        for (const { id, version } of pending.customers) unrecorded.contactRecorded(id, version);
      });
    }
  }

  #pending({ group, policy }: Rules) {
    const { history, unrecorded } = this.#ports.tables;
    const rows = unrecorded.tickets(PROJECTION_TICKETS_MAX);
    const customers = unrecorded.contacts(PROJECTION_TICKETS_MAX);
    if (rows.length === 0 && customers.length === 0) return null;

    const events: ProjectionBatch["events"] = [];
    const tickets: { number: number; version: number }[] = [];
    const told: ProjectionBatch["tickets"] = [];
    for (const { ticket, dueAt, recorded } of rows) {
      const room = PROJECTION_EVENTS_MAX - events.length;
      if (room <= 0) break;
      const some = history.after(ticket.number, recorded, room);
      for (const one of some)
        events.push({ ...one, ticketId: ticket.id, event: eventForPrograms(one.event) });
      told.push({ ticket: ticketForPrograms(ticket), dueAt, promises: promisesOf(ticket, policy.sla) });
      // With more events than fit, the ticket stays unrecorded and the rest follows.
      tickets.push({ number: ticket.number, version: some.at(-1)?.n ?? ticket.version });
    }
    const contacts = customers.map(({ contact, unreachable, firstSeenAt, updatedAt, version }) => ({
      facts: contact,
      unreachable,
      firstSeenAt,
      updatedAt,
      version,
    }));
    const batch: ProjectionBatch = {
      group: group.id,
      at: this.#ports.now(),
      tickets: told,
      events,
      contacts,
    };
    return { batch, tickets, customers: customers.map(({ id, version }) => ({ id, version })) };
  }
}
