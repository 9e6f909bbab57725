/**
 * A link to a topic of a private supergroup, `t.me/c/<id without -100>/<topic>/<message>`; null for other chats. It
 * ends in a message, the card, once that is posted: some apps open a link that ends in the topic badly.
 */
export function topicUrl(chatId: number, topicId: number | null, cardId: number | null): string | null {
  const internal = /^-100(\d+)$/.exec(String(chatId))?.[1];
  if (topicId === null || internal === undefined) return null;
  return `https://t.me/c/${internal}/${topicId}${cardId === null ? "" : `/${cardId}`}`;
}
