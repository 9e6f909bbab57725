import type { Trouble } from "../../domain/desk/trouble.ts";
import { bold, code, plain, rich, type RichText } from "../rich-text.ts";
import { instant } from "./when.ts";

/** What keeps the desk from working. */

export function strangerNotice(chatId: number): RichText {
  return rich`This chat isn't connected to a support desk. Admins: add chat id ${code(String(chatId))} to ${code("groups")}.`;
}

/** For the leads: messages to the channel are not answered, and the desk listens in the bot's own chat. */
export function channelDirectNotice(title: string): RichText {
  return rich`📭 Somebody wrote to the direct messages of your channel ${bold(title === "" ? "without a name" : title)}. The desk does not answer there: tell people to write to the bot in private, or answer them yourselves.`;
}

/** Told to the leads when the desk cannot work in its own group. */
export function troubleNotice(trouble: Trouble, groupId: string): RichText {
  return rich`⚠️ The desk can't work in the group ${bold(groupId)}: ${TROUBLE_WORDS[trouble]}. Nothing is lost: messages wait until this is fixed.`;
}

/** Told to the leads in private: something cannot be sent for long, and that will be told when it is over. */
export function laneStalled(
  what: { group: string } | { person: string } | null,
  { why, since, until }: { why: string; since: number; until: number | null },
): RichText {
  const where = whereWords(what);
  const end = until === null ? plain("") : rich` until ${instant(until)}`;
  if (why === "topic_flood_wait")
    return rich`⏳ Telegram lets the desk make no new topics${where}${end}. First messages of new requests wait; everything else goes on.`;
  if (why === "no_answer")
    return rich`⏳ Telegram hasn’t answered since ${instant(since)}. Nothing is lost: whatever waits goes out by itself when it is back.`;
  return rich`⏳ Telegram asked the desk to stay silent${where}${end}. Nothing is lost: whatever waits goes out by itself then.`;
}

export function laneWorksAgain(
  what: { group: string } | { person: string } | null,
  { why, since, until }: { why: string; since: number; until: number },
): RichText {
  const times = rich`${instant(since)} to ${instant(until)}`;
  if (why === "topic_flood_wait")
    return rich`✅ New topics can be made again${whereWords(what)}. From ${times} Telegram allowed none.`;
  if (why === "no_answer")
    return rich`✅ Telegram answers again. It did not from ${times}; whatever waited is going out now.`;
  return rich`✅ The desk can send again${whereWords(what)}. From ${times} Telegram had asked for silence; whatever waited is going out now.`;
}

function whereWords(what: { group: string } | { person: string } | null): RichText {
  if (what === null) return plain("");
  return "group" in what
    ? rich` in the group ${bold(what.group)}`
    : rich` in the private chat with ${bold(what.person)}`;
}

const TROUBLE_WORDS: Record<Trouble, string> = {
  "bot.cannot_manage_topics": "give the bot the admin right Manage topics",
  "group.not_a_forum": "turn on Topics in the group's settings",
  "group.gone": "the bot is no longer in the group, or the group is gone; add it again",
  "bot.token_refused": "Telegram rejects the bot's token",
};
