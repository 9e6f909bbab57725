import { menu } from "../../texts/commands.ts";
import { DESK_LANGUAGE } from "../../texts/languages.ts";
import type { Transaction } from "../commit/transaction.ts";
import { OK } from "../drain/settled.ts";
import { iconsOf } from "../drain/topic-view.ts";
import { always, leaves, type WorkHandler } from "../drain/work-handler.ts";
import { FACTS } from "../tables/facts.ts";
import { BOT } from "../tables/lane.ts";

/** What Telegram must know of the bot, and the bot of Telegram, when a configuration comes into force. */
export function registerBot(tx: Transaction): void {
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
    { commands: menu(DESK_LANGUAGE.COMMANDS.staff), scope: staffScope },
    null,
    "staff-commands",
  );
  const customerScope = { type: "all_private_chats" };
  setup(
    "setMyCommands",
    { commands: menu(DESK_LANGUAGE.COMMANDS.customer), scope: customerScope },
    null,
    "customer-commands",
  );
}

export const setupWork: WorkHandler<"setup"> = {
  audience: "bot",
  onExhausted: "park",
  stopsLane: true,
  repeatable: always,
  call: ({ payload: { method, params } }) => ({ method, params }),
  done(tx, row, result) {
    const { fact } = row.payload;
    if (leaves(tx, row) && fact !== null) tx.facts.set(fact, factOf(fact, result));
    return OK;
  },
  refused(tx, { payload: { fact } }) {
    if (fact !== null) tx.facts.delete(fact);
    return "over";
  },
};

function factOf(fact: string, result: unknown): unknown {
  if (fact === FACTS.icons) return iconsOf(result);
  if (fact === FACTS.botUsername) return (result as { username?: string } | null)?.username ?? null;
  return result;
}
