import type { Outcome } from "../domain/desk/outcome.ts";
import type { StaffChat } from "../domain/desk/reconciliation.ts";
import type { BotApi } from "./api.ts";

const GONE: StaffChat = { member: false, forum: false, lacks: [] };

/** What Telegram says of a staff group; null: it says nothing now. */
export async function staffChatOf(
  bot: BotApi,
  chatId: number,
  botId: number,
  rights: readonly string[],
): Promise<StaffChat | null> {
  const [chat, member] = await Promise.all([
    bot({ method: "getChat", params: { chat_id: chatId } }),
    bot({ method: "getChatMember", params: { chat_id: chatId, user_id: botId } }),
  ]);
  if (isGone(chat) || isGone(member)) return GONE;
  if (chat.kind !== "done" || member.kind !== "done") return null;
  const { is_forum: forum } = chat.result as { is_forum?: unknown };
  const as = member.result as Record<string, unknown> & { status?: unknown };
  if (as.status === "left" || as.status === "kicked") return GONE;
  const isOwner = as.status === "creator";
  const lacks = rights.filter((right) => !isOwner && as[right] !== true);
  return { member: true, forum: forum === true, lacks };
}

function isGone(outcome: Outcome): boolean {
  return outcome.kind === "refused" && (outcome.code === "desk_gone" || outcome.code === "chat_gone");
}
