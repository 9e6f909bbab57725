/** How much of a person was removed where. */
export interface ErasureCounts {
  objects: {
    customers: number;
    tickets: number;
    events: number;
    messages: number;
    deliveries: number;
    other: number;
  };
  record: {
    contacts: number;
    details: number;
    homes: number;
    tickets: number;
    events: number;
    audit: number;
  };
  topics: {
    /** Asked of Telegram. */
    asked: number;
    deleted: number;
    /** Telegram did not let the bot delete them: they were given a name that tells nothing. */
    renamed: number;
    /** Left as they were, by group and topic id, with Telegram's reason. */
    left: { group: string; topicId: number; code: string }[];
  };
}

export const NOTHING_ERASED: ErasureCounts = {
  objects: { customers: 0, tickets: 0, events: 0, messages: 0, deliveries: 0, other: 0 },
  record: { contacts: 0, details: 0, homes: 0, tickets: 0, events: 0, audit: 0 },
  topics: { asked: 0, deleted: 0, renamed: 0, left: [] },
};

/** What one object has removed for an erasure so far, and what became of the topics. */
export interface ErasedHere {
  removed: ErasureCounts["objects"];
  topics: { topicId: number; is: "asked" | "deleted" | "renamed" | "left"; code?: string }[];
}
