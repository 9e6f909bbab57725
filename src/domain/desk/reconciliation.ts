import type { Left } from "./address.ts";

/** How many tickets are in hand somewhere, and the sum of their versions: the same on both sides, or something is missing. */
export interface Census {
  tickets: number;
  versions: number;
}

/** A ticket as the record should have it; `closedAt` in ms since 1970. */
export interface RecordedState {
  number: number;
  id: string;
  version: number;
  closedAt: number | null;
}

/** What Telegram says of a staff group: whether the bot is in it, whether it has topics, and what the bot may do. */
export interface StaffChat {
  member: boolean;
  forum: boolean;
  /** Of `RIGHTS_NEEDED` those that the bot lacks. */
  lacks: string[];
}

/** Rights of an administrator that the desk uses [Bot API: ChatAdministratorRights]. */
export const RIGHTS_NEEDED = ["can_manage_topics", "can_delete_messages"] as const;

/** Acts of the bot on topics, and since when, in ms since 1970. */
export interface Acts {
  acts: number;
  since: number;
}

/** Findings of a group's object that reconciliation has not collected. */
export interface GroupFindings {
  /** By which the object is told that this was heard: until then it answers the same again. Null: it is nothing. */
  id: number | null;
  /** Topics that the desk made, renamed, closed or reopened, and of which Telegram brought no service message. */
  unechoed: Acts | null;
  /** Such service messages of the bot for which the desk did nothing. */
  foreign: Acts | null;
  /** Open tickets of which a probe found the topic, or the card, gone, by reference. They are made anew. */
  lostTopics: string[];
  lostCards: string[];
  /** Copies that were made since the group was last seen with topics, where it has none now. */
  strayed: number;
}

/** Something that is not as it should be; `mended`: the run has put it right. Instants in ms since 1970. */
export type Finding =
  | { kind: "group.unreachable"; group: string; mended: false }
  /** The group's object goes by a higher version of the configuration than the record has: D1 was brought back to an older day. */
  | { kind: "config.ahead"; group: string; object: number; record: number; mended: boolean }
  /** A group that is not in the configuration any more had open tickets; they go to the group `to`. */
  | { kind: "group.left_over"; group: string; tickets: number; to: string; mended: true }
  /** The record has other tickets in hand than the group's object; mended by telling it those that differ. */
  | { kind: "record.differs"; group: string; object: Census; record: Census; mended: boolean }
  /** The record lacks these tickets, or has them older; mended by telling it those again. */
  | { kind: "record.tickets_differ"; group: string; tickets: string[]; mended: boolean }
  /** Telegram sends updates elsewhere than to the desk's address; `left`: why that was not changed. */
  | { kind: "webhook.drifted"; expected: string; seen: string; left?: Left; mended: boolean }
  /** Telegram presents another secret than the desk's; if setting it again does not help, something else says 401. */
  | { kind: "webhook.secret_differs"; at: number; mended: boolean }
  /** What the desk signs follows from another secret than before: who checks signatures refuses it. */
  | { kind: "signing.root_changed"; mended: false }
  /** Telegram does not send these kinds of updates. */
  | { kind: "webhook.deaf"; updates: string[]; mended: boolean }
  /** Telegram could not deliver: what it said, and when. */
  | { kind: "webhook.errors"; message: string; at: number; mended: false }
  | { kind: "webhook.backlog"; updates: number; mended: false }
  /** Telegram did not say how the webhook is. */
  | { kind: "webhook.unknown"; mended: false }
  /** Updates `from` to `to` never came here; those around them came at `after` and `before`. */
  | {
      kind: "updates.missing";
      updates: number;
      from: number;
      to: number;
      after: number;
      before: number;
      mended: false;
    }
  /** The desk has another bot than at the last look: what customers have with the former one is out of its reach. */
  | { kind: "bot.changed"; from: number; to: number; mended: false }
  | ({ kind: "echoes.missing"; group: string; mended: false } & Acts)
  | ({ kind: "echoes.foreign"; group: string; mended: false } & Acts)
  /** A probe found the topics, or the cards, of these tickets gone; they were made anew. */
  | { kind: "topics.lost"; group: string; tickets: string[]; mended: true }
  | { kind: "cards.lost"; group: string; tickets: string[]; mended: true }
  /** The bot is not in the group any more. */
  | { kind: "group.gone"; group: string; mended: false }
  /** The group has no topics any more: `copies` that were made since it was last seen with them may stand in its main chat. */
  | { kind: "group.not_a_forum"; group: string; copies: number; mended: false }
  | { kind: "group.rights_missing"; group: string; rights: string[]; mended: false };

/** One look at everything. */
export interface ReconciliationRun {
  at: number;
  /** The groups that were compared with the record. */
  groups: string[];
  findings: Finding[];
}

/** What a finding is about: if the next run finds the same, it is not told again. */
export function topicOf(finding: Finding): string {
  if (finding.kind === "updates.missing") return `${finding.kind} ${finding.from}`;
  return "group" in finding ? `${finding.kind} ${finding.group}` : finding.kind;
}

/** What the group's own object tells its leads, once. */
const TOLD_BY_THE_GROUP: ReadonlySet<Finding["kind"]> = new Set(["group.gone", "group.not_a_forum"]);

/** Findings told to the leads even if mended: the bot's webhook or D1 was changed from outside. */
const ALWAYS_TOLD: ReadonlySet<Finding["kind"]> = new Set([
  "webhook.drifted",
  "webhook.secret_differs",
  "config.ahead",
]);

/** What the leads are told: all that is not mended, and every drift; not what they were told before, or by the group. */
export function newsIn(findings: readonly Finding[], before: readonly Finding[]): Finding[] {
  const told = new Set(before.filter(({ mended }) => !mended).map(topicOf));
  return findings.filter(
    (one) =>
      (!one.mended || ALWAYS_TOLD.has(one.kind)) &&
      !told.has(topicOf(one)) &&
      !TOLD_BY_THE_GROUP.has(one.kind),
  );
}
