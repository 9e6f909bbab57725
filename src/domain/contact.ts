/** What Telegram tells about a person with every message of theirs. */
export interface ContactFacts {
  /** Telegram user id; a private chat has the same id. */
  id: number;
  /** First and last name as one. */
  name: string;
  username: string | null;
  /** IETF language tag of the person's app, such as `"en"` or `"pt-br"`. */
  language: string | null;
  isPremium: boolean;
}

/** The reasons why nothing can be sent to a customer. */
export const UNREACHABLE_REASONS = ["blocked", "gone", "never_started"] as const;
export type UnreachableReason = (typeof UNREACHABLE_REASONS)[number];

export function sameContact(a: ContactFacts, b: ContactFacts): boolean {
  return (
    a.name === b.name && a.username === b.username && a.language === b.language && a.isPremium === b.isPremium
  );
}
