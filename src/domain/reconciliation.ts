/** How many tickets are in hand somewhere, and the sum of their versions: the same on both sides, or something is missing. */
export interface Census {
  tickets: number;
  versions: number;
}

/** Something that is not as it should be; `mended`: the run has put it right. Instants in ms since 1970. */
export type Finding =
  | { kind: "group.unreachable"; group: string; mended: false }
  /** The record has other tickets in hand than the group's object; mended by telling it everything again. */
  | { kind: "record.differs"; group: string; object: Census; record: Census; mended: boolean }
  /** Telegram sends updates elsewhere than where the last ones came. */
  | { kind: "webhook.drifted"; expected: string; seen: string; mended: boolean }
  /** Telegram could not deliver: what it said, and when. */
  | { kind: "webhook.errors"; message: string; at: number; mended: false }
  | { kind: "webhook.backlog"; updates: number; mended: false }
  /** Telegram did not say how the webhook is. */
  | { kind: "webhook.unknown"; mended: false };

/** One look at everything. */
export interface ReconciliationRun {
  at: number;
  /** The groups that were compared with the record. */
  groups: string[];
  findings: Finding[];
}

/** What a finding is about: the same one in the next run is told nobody again. */
export function topicOf(finding: Finding): string {
  return "group" in finding ? `${finding.kind} ${finding.group}` : finding.kind;
}

/** For the leads. */
export function findingInWords(finding: Finding): string {
  switch (finding.kind) {
    case "group.unreachable":
      return `The group ${finding.group} does not answer.`;
    case "record.differs":
      return `The record has ${finding.record.tickets} tickets of ${finding.group} in hand, the group ${finding.object.tickets}.`;
    case "webhook.drifted":
      return `Telegram sends updates to ${finding.seen === "" ? "nobody" : finding.seen}, not to ${finding.expected}.`;
    case "webhook.errors":
      return `Telegram could not deliver updates: ${finding.message}.`;
    case "webhook.backlog":
      return `${finding.updates} updates wait at Telegram.`;
    case "webhook.unknown":
      return "Telegram does not say how the webhook is.";
    default:
      return finding satisfies never;
  }
}
