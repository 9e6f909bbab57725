import type { ContactId } from "./contact-id.ts";
import { isSameRoute, type Route } from "./route.ts";

/** What Telegram tells about a person with every message of theirs, and what they have told of themselves. */
export interface ContactFacts {
  /** Of Telegram's people it is their user id. */
  id: ContactId;
  /** First and last name as one. */
  name: string;
  username: string | null;
  /** IETF language tag of the person's app, such as `"en"` or `"pt-br"`. */
  language: string | null;
  isPremium: boolean;
  /**
   * Their own number, `+` and digits: told only by who shares it, kept only while another system finds customers by it.
   */
  phone?: string;
  /** Where they were reached last; absent for Telegram's people, who are reached in their private chat. */
  route?: Route;
}

/** The reasons why nothing can be sent to a customer. */
export const UNREACHABLE_REASONS = ["blocked", "gone", "never_started"] as const;
export type UnreachableReason = (typeof UNREACHABLE_REASONS)[number];

export function sameContact(a: ContactFacts, b: ContactFacts): boolean {
  return (
    a.name === b.name &&
    a.username === b.username &&
    a.language === b.language &&
    a.isPremium === b.isPremium &&
    a.phone === b.phone &&
    isSameRoute(a.route, b.route)
  );
}
