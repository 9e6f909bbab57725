/**
 * What the door must know of an update to find the object it is for. Everything else is read inside that object.
 */
export interface Envelope {
  updateId: number;
  /** The update's own key, such as `message` or `callback_query`; `null` for none. */
  kind: string | null;
  /** The chat of the bot's that it happened in; `null` where it happened in none. */
  chat: { id: number; private: boolean } | null;
  /** What stands behind `/start` in a customer's message, where a link brought them. */
  startPayload: string | null;
  /** A group that became a supergroup: its id before and after. Both chats tell it, in either order. */
  migration: { from: number; to: number } | null;
}

/** The kinds that a desk acts on; others are ignored. */
const KINDS = [
  "message",
  "edited_message",
  "callback_query",
  "message_reaction",
  "my_chat_member",
  "chat_member",
] as const;

/** Deep-link payloads [docs]. */
const START = /^\/start(?:@\w{1,64})? +([\w-]{1,64})\s*$/;

/**
 * Reads the envelope of an update; `null` without an `update_id`. Never throws on any input, and passes over keys and
 * kinds that it does not know.
 */
export function envelopeOf(update: unknown): Envelope | null {
  if (!isRecord(update) || !isId(update["update_id"])) return null;
  const kind =
    KINDS.find((known) => isRecord(update[known])) ??
    Object.keys(update).find((key) => isRecord(update[key])) ??
    null;
  const body = kind === null ? undefined : update[kind];
  const chat = kind === null ? null : chatOf(kind, body);
  return {
    updateId: update["update_id"],
    kind,
    chat,
    startPayload: kind === "message" && chat?.private === true ? startPayloadOf(body) : null,
    migration: kind === "message" && chat !== null ? migrationOf(body, chat.id) : null,
  };
}

function chatOf(kind: string, body: unknown): Envelope["chat"] {
  // What happens in the chats of a business account is between its owner and others: no chat of the bot's.
  if (!isRecord(body) || kind.includes("business")) return null;
  const message = body["message"];
  const chat = body["chat"] ?? (isRecord(message) ? message["chat"] : undefined);
  if (isRecord(chat) && isId(chat["id"]))
    return { id: chat["id"], private: chat["type"] === "private" && chat["id"] > 0 };
  // A button under an inline message is pressed in no chat that the bot sees: only who pressed it is known.
  const from = body["from"];
  if (kind === "callback_query" && isRecord(from) && isId(from["id"]) && from["id"] > 0)
    return { id: from["id"], private: true };
  return null;
}

function startPayloadOf(message: unknown): string | null {
  if (!isRecord(message) || typeof message["text"] !== "string") return null;
  return START.exec(message["text"])?.[1] ?? null;
}

function migrationOf(message: unknown, chat: number): Envelope["migration"] {
  if (!isRecord(message)) return null;
  const { migrate_to_chat_id: to, migrate_from_chat_id: from } = message;
  if (isId(to)) return { from: chat, to };
  return isId(from) ? { from, to: chat } : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isId(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
