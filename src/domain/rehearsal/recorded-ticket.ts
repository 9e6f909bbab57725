import type { ContactId } from "../contact/contact-id.ts";
import type { Profile } from "../routing/profile.ts";
import type { RoutingFacts } from "../routing/rules.ts";

/** A ticket as the record has it. Instants in ms since 1970, null where it has not happened. */
export interface RecordedTicket {
  ref: string;
  /** The group to which the customer wrote. */
  group: string;
  customer: ContactId;
  /** What the customer said, and the tier where it is known. */
  facts: RoutingFacts;
  /** What another system said of them. */
  profile: Profile | null;
  openedAt: number;
  firstAnsweredAt: number | null;
  /** When it was resolved, or closed without that. */
  endedAt: number | null;
  /** When the customer was to answer, in order; `to` null: they still are. */
  waits: readonly { from: number; to: number | null }[];
  /** Who had it last. */
  assignee: number | null;
}
