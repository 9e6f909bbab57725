import { RIGHTS_NEEDED } from "../domain/desk/reconciliation.ts";
import { messageOf, type Outside } from "./outside.ts";

const GROUP_WAIT_MS = 10 * 60_000;
const LOOK_EVERY_MS = 2_000;

/** As people find the bot's rights in Telegram. */
const RIGHTS_IN_WORDS: Record<(typeof RIGHTS_NEEDED)[number], string> = {
  can_manage_topics: "Manage topics",
  can_delete_messages: "Delete messages",
};

export interface Bot {
  id: number;
  token: string;
  username: string;
  name: string;
}

export interface StaffGroup {
  chatId: number;
  title: string;
  /** The first agent: the one who wrote in the group. */
  lead: { id: number; name: string };
}

/** Asks for the bot's token until Telegram knows it. */
export async function askForBot(outside: Outside): Promise<Bot> {
  for (let tries = 0; tries < 5; tries += 1) {
    const token = (await outside.ask("The bot's token, from @BotFather: ")).trim();
    if (!/^\d+:[\w-]{3,}$/.test(token)) {
      outside.say("That is no bot token; it looks like 123456789:AAE… ");
      continue;
    }
    try {
      const { first_name: name, username } = (await call(outside, token, "getMe", {})) as {
        username: string;
        first_name: string;
      };
      outside.say(`Hello, ${name} (@${username}).`);
      return { id: Number(token.split(":", 1)[0]), token, username, name };
    } catch (error) {
      outside.say(`Telegram does not know this token: ${messageOf(error)}`);
    }
  }
  throw new Error("Without the bot's token there is nothing to set up.");
}

/** Where the bot's updates go now; empty: nowhere. */
export async function webhookOfBot(outside: Outside, { token }: Bot): Promise<string> {
  return ((await call(outside, token, "getWebhookInfo", {})) as { url?: string }).url ?? "";
}

/** Waits for a message in the group, which tells the group's id and who the first agent is. */
export async function staffGroup(outside: Outside, bot: Bot): Promise<StaffGroup> {
  const rights = RIGHTS_NEEDED.map((right) => `“${RIGHTS_IN_WORDS[right]}”`).join(" and ");
  outside.say(`
Now your staff group:
  1. Open the group's settings and switch Topics on.
  2. Add @${bot.username} as an administrator with the rights ${rights}.
  3. Write /queue in the group.

Waiting for that …`);
  await call(outside, bot.token, "deleteWebhook", {});
  let offset = 0;
  for (let waited = 0; waited < GROUP_WAIT_MS; waited += LOOK_EVERY_MS) {
    const updates = (await call(outside, bot.token, "getUpdates", {
      offset,
      timeout: 0,
      allowed_updates: ["message"],
    })) as { update_id: number; message?: TelegramMessage }[];
    for (const { update_id, message } of updates) {
      offset = update_id + 1;
      const found = message === undefined ? null : await usable(outside, bot, message);
      if (found === null) continue;
      // What was written so far is no customer's question: it is acknowledged, so the desk begins with a clean queue.
      await call(outside, bot.token, "getUpdates", { offset, timeout: 0 });
      return found;
    }
    await outside.sleep(LOOK_EVERY_MS);
  }
  throw new Error("Nobody wrote in the group for ten minutes. Run this again when you are ready.");
}

interface TelegramMessage {
  chat: { id: number; type: string; title?: string; is_forum?: boolean };
  from?: { id: number; is_bot: boolean; first_name: string; last_name?: string };
}

async function usable(
  outside: Outside,
  bot: Bot,
  { chat, from }: TelegramMessage,
): Promise<StaffGroup | null> {
  if (chat.type !== "supergroup" && chat.type !== "group") return null;
  const title = chat.title ?? String(chat.id);
  const again = "then write /queue again.";
  if (chat.is_forum !== true) {
    outside.say(`“${title}” has no topics: switch them on in the group's settings, ${again}`);
    return null;
  }
  if (from === undefined || from.is_bot) {
    outside.say(`That was written anonymously: turn “Remain anonymous” off for yourself, ${again}`);
    return null;
  }
  const member = (await call(outside, bot.token, "getChatMember", {
    chat_id: chat.id,
    user_id: bot.id,
  })) as Record<string, unknown>;
  const lacks = RIGHTS_NEEDED.filter(
    (right) =>
      member["status"] !== "creator" && (member["status"] !== "administrator" || member[right] !== true),
  );
  if (lacks.length > 0) {
    const missing = lacks.map((right) => `“${RIGHTS_IN_WORDS[right]}”`).join(" and ");
    outside.say(
      `In “${title}” the bot lacks ${missing}: make it an administrator with ${lacks.length === 1 ? "that right" : "those rights"}, ${again}`,
    );
    return null;
  }
  const name = [from.first_name, from.last_name].filter(Boolean).join(" ");
  outside.say(`Found “${title}”, and you: ${name}.`);
  return { chatId: chat.id, title, lead: { id: from.id, name } };
}

async function call(
  outside: Outside,
  token: string,
  method: string,
  params: Record<string, unknown>,
): Promise<unknown> {
  const response = await outside.fetch(`${outside.telegramRoot}/bot${token}/${method}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(params),
  });
  const answer = (await response.json()) as { ok: boolean; result?: unknown; description?: string };
  if (!answer.ok) throw new Error(answer.description ?? `${method} failed`);
  return answer.result;
}
