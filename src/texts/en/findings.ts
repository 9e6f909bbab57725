import type { Finding, RIGHTS_NEEDED } from "../../domain/desk/reconciliation.ts";
import { wallTime } from "../wall-time.ts";
import { zoneWords } from "./when.ts";

/** Rights by the names that Telegram's apps show. */
const RIGHT_WORDS: Record<(typeof RIGHTS_NEEDED)[number], string> = {
  can_manage_topics: "Manage topics",
  can_delete_messages: "Delete messages",
};

function rightInWords(right: string): string {
  return (RIGHT_WORDS as Partial<Record<string, string>>)[right] ?? right;
}

/** For the leads, by the clock of a zone. */
export function findingWords(finding: Finding, timeZone: string): string {
  const wall = (at: number): string => wallTime(at, timeZone);
  const zone = zoneWords(timeZone);
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
