/** How the CRM is: it answers, it takes three seconds, it answers 503, or what it says breaks the contract. */
export const CRM_STATES = ["well", "slow", "down", "lying"] as const;
export type CrmState = (typeof CRM_STATES)[number];

/** What the CRM knows of a customer; null where it says nothing. */
export interface CrmRecord {
  tier: string | null;
  segment: string | null;
  /** What their concerns are about. */
  category: string | null;
  /** In words, for agents only. */
  reason: string | null;
  /** The Telegram id of the preferred agent. */
  preferredAgent: number | null;
  /** How old that is when the desk asks, in ms. */
  ageMs: number;
}

/** Nothing, as of now. */
export const UNKNOWN_TO_CRM: CrmRecord = {
  tier: null,
  segment: null,
  category: null,
  reason: null,
  preferredAgent: null,
  ageMs: 0,
};

/** The CRM that the desk asks for customers' profiles; it may be slow, wrong or down. */
export interface Crm {
  /** What it says of a customer from now on; null: what it says by itself. */
  says(customer: number, record: CrmRecord | null): Promise<void>;
  is(state: CrmState): Promise<void>;
}
