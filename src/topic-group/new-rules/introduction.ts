import { CUSTOMER_COMMANDS, menu, STAFF_COMMANDS } from "../../texts/commands.ts";
import { COMMANDS } from "../../texts/en/commands.ts";
import type { Transaction } from "../commit/transaction.ts";
import { FACTS } from "../tables/facts.ts";
import { BOT } from "../tables/lane.ts";

/** What Telegram must know of the bot, and the bot of Telegram, when a configuration comes into force. */
export function introduce(tx: Transaction): void {
  const setup = (method: string, params: Record<string, unknown>, fact: string | null, key: string): void =>
    void tx.work({
      lane: BOT,
      ticket: 0,
      work: { kind: "setup", method, params, fact },
      key: `setup:${key}`,
    });

  const staffScope = { type: "chat", chat_id: tx.rules.group.chatId };
  setup("getMe", {}, FACTS.botUsername, "me");
  setup("getForumTopicIconStickers", {}, FACTS.icons, "icons");
  setup(
    "setMyCommands",
    { commands: menu(STAFF_COMMANDS, COMMANDS.staff), scope: staffScope },
    null,
    "staff-commands",
  );
  const customerScope = { type: "all_private_chats" };
  setup(
    "setMyCommands",
    { commands: menu(CUSTOMER_COMMANDS, COMMANDS.customer), scope: customerScope },
    null,
    "customer-commands",
  );
}
