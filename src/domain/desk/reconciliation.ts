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

/** What a group's object has noticed by itself, and nobody has heard of. */
export interface Noticed {
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

/** What a finding is about: the same one in the next run is told nobody again. */
export function topicOf(finding: Finding): string {
  if (finding.kind === "updates.missing") return `${finding.kind} ${finding.from}`;
  return "group" in finding ? `${finding.kind} ${finding.group}` : finding.kind;
}

/** What the group's own object tells its leads, once. */
const TOLD_BY_THE_GROUP: ReadonlySet<Finding["kind"]> = new Set(["group.gone", "group.not_a_forum"]);

/** What the leads are told even where it is mended: somebody, or something, changed the bot's webhook or D1. */
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

/** A right by the name that Telegram's apps show. */
function rightInWords(right: string): string {
  const words = right.replace(/^can_/, "").replaceAll("_", " ");
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

/** For the leads. `wall` tells an instant as the clock on their wall shows it, `zone` names that clock. */
export function findingInWords(finding: Finding, wall: (at: number) => string, zone: string): string {
  switch (finding.kind) {
    case "group.unreachable":
      return `The desk can't reach the group “${finding.group}”.`;
    case "config.ahead":
      return finding.mended
        ? `The database had an older configuration (version ${finding.record}) than the group “${finding.group}” (version ${finding.object}): was it restored? The newer one applies again.`
        : `The group “${finding.group}” works with configuration version ${finding.object}, the database has ${finding.record}. Store the configuration that should apply once more.`;
    case "group.left_over":
      return `The group “${finding.group}” is no longer in the configuration and had ${finding.tickets} open tickets. They went to ${finding.to}.`;
    case "record.differs":
      return `The database lists ${finding.record.tickets} open tickets of “${finding.group}”, the group has ${finding.object.tickets}.`;
    case "record.tickets_differ":
      return `The database is out of date on ${finding.tickets.join(", ")}.`;
    case "webhook.drifted":
      return driftInWords(finding);
    case "webhook.secret_differs":
      return finding.mended
        ? "Telegram presented another secret than the desk's, so no updates came. The webhook is set again with the desk's own. If nobody changed the secret, somebody else uses the bot's token."
        : "Telegram is answered 401 although it has the desk's secret: something in front of the desk refuses it, or another program sets the bot's webhook.";
    case "signing.root_changed":
      return "The secret from which the desk's signatures follow has changed: receivers of webhooks and your CRM refuse them until they have the new ones (GET /api/v1/webhooks/{id}/secret). If nobody meant that, set SIGNING_ROOT, or WEBHOOK_SECRET on an older desk, back to what it was.";
    case "webhook.deaf":
      return `Telegram isn't set up to deliver ${finding.updates.join(", ")}.`;
    case "webhook.errors":
      return `Telegram couldn't deliver messages to the desk: ${finding.message}.`;
    case "webhook.backlog":
      return `${finding.updates} messages are waiting at Telegram to be delivered.`;
    case "webhook.unknown":
      return "Telegram didn't answer when asked about the webhook.";
    case "updates.missing":
      return `${finding.updates === 1 ? "1 message or event was" : `${finding.updates} messages or events were`} never received (updates ${finding.from} to ${finding.to}, between ${wall(finding.after)} and ${wall(finding.before)} ${zone}). Check those chats, and whether another program uses this bot token.`;
    case "bot.changed":
      return `The desk has another bot (${finding.to}, before ${finding.from}). It can write to no customer before they have written to it, and cannot copy or change what they have with the former one.`;
    case "echoes.missing":
      return `Telegram didn't report ${finding.acts} of the desk's own changes to topics in “${finding.group}” since ${wall(finding.since)} ${zone}. Messages written there may be missing, too.`;
    case "echoes.foreign":
      return `Another program is using this bot token: ${finding.acts} changes to topics in “${finding.group}” since ${wall(finding.since)} ${zone} weren't made by the desk.`;
    case "topics.lost":
      return `The topics of ${finding.tickets.join(", ")} had been deleted. The desk created new ones.`;
    case "cards.lost":
      return `The cards of ${finding.tickets.join(", ")} had been deleted. The desk posted new ones.`;
    case "group.gone":
      return `The bot is no longer in the group “${finding.group}”.`;
    case "group.not_a_forum":
      return `Topics are switched off in the group “${finding.group}”. ${finding.copies} messages may have landed in its main chat.`;
    case "group.rights_missing":
      return `In “${finding.group}” the bot needs the admin ${finding.rights.length === 1 ? "right" : "rights"} ${finding.rights.map(rightInWords).join(" and ")}.`;
    default:
      return finding satisfies never;
  }
}

function driftInWords({
  expected,
  seen,
  left,
  mended,
}: Extract<Finding, { kind: "webhook.drifted" }>): string {
  const drift = `Telegram sent updates to ${seen === "" ? "nobody" : seen}, not to ${expected}.`;
  if (left === "updates_come_there")
    return `${drift} They arrive there, so it was left. Set the desk's address (PUT /api/v1/desk/address) if that is right; otherwise POST /api/v1/reconciliation/webhook leads them back.`;
  if (left === "address_unknown")
    return `${drift} Nobody has told the desk its address, so it was left. Set it with PUT /api/v1/desk/address.`;
  return mended
    ? `${drift} It is set back. If nobody of you did that, somebody else uses the bot's token.`
    : `${drift} Telegram did not take it back yet; the desk tries again.`;
}
