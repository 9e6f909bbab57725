import type { ContactId } from "../../domain/contact/contact-id.ts";
import { erasable, type Erasable } from "../privacy/erasable.ts";
import { erase, type ErasureStep } from "../privacy/erasing.ts";
import { exportContact } from "../privacy/export.ts";
import { forgetOld, type Forgetting, type Forgotten } from "../privacy/forgetting.ts";
import type { MessageLink } from "../tables/person-messages.ts";
import { GroupRpc } from "./group-rpc.ts";

/** Who is kept out, what there is of a person, and what is forgotten. */
export class PrivacyRpc extends GroupRpc {
  /** Whether a customer's messages are passed on from now on; null: they are. */
  block(customer: ContactId, since: number | null): void {
    const { blocked } = this.inside.tables;
    this.inside.store(() => (since === null ? blocked.delete(customer) : blocked.add(customer, since)));
  }

  /** Several customers whose messages are not passed on. */
  blockAll(customers: { customer: ContactId; since: number }[]): void {
    const { blocked } = this.inside.tables;
    this.inside.store(() => {
      for (const { customer, since } of customers) blocked.add(customer, since);
    });
  }

  /** What this group has of a person, as the API writes it; null if nothing. */
  exportContact(id: ContactId): unknown {
    return this.byRules(null, () => exportContact(this.inside.tables, id));
  }

  /** Which messages were passed on, without their words; `after` is the last one's number in the person's chat. */
  linksOf(id: ContactId, by: "customer" | "staff", after: number, limit: number): MessageLink[] {
    const { personMessages, tickets } = this.inside.tables;
    return personMessages.links(id, tickets.routesOf(id), by, after, limit);
  }

  /** How much `erase` would remove here, null if nothing; with the references of the first `refsMax` tickets. */
  erasable(people: ContactId[], refsMax: number): Erasable | null {
    return this.byRules(null, () => erasable(this.inside.tables, people, refsMax));
  }

  /** Removes what this group has of people, a step at a time: see `erase`. */
  erase(erasure: string, people: ContactId[]): ErasureStep {
    const nothing = { customers: 0, tickets: 0, events: 0, messages: 0, deliveries: 0, other: 0 };
    if (this.inside.rules() === null) return { removed: nothing, topics: [], more: false, found: false };
    return this.inside.commit((tx) => erase(tx, erasure, people));
  }

  /** The receipt of an erasure is written: nothing of it is kept here. */
  endErasure(erasure: string): void {
    this.inside.tables.erasures.end(erasure);
  }

  /** Forgets what is older than the configuration keeps, a step at a time. Answers what, and whether there is more. */
  forget(wanted: Forgetting): Forgotten {
    const nothing = { tickets: 0, webhooks: 0, profiles: 0, more: false, after: { ticket: 0, contact: 0 } };
    if (this.inside.rules() === null) return nothing;
    this.inside.purge();
    return this.inside.commit((tx) => forgetOld(tx, wanted));
  }
}
